"""What stops the server end from running, or a request from being done."""

from __future__ import annotations

from typing import Any


class CannotServe(Exception):
    """``xcord serve`` cannot go on. The text is one sentence: the cause, and what mends it."""


class Refused(Exception):
    """A request is answered with a problem document.

    :param code: stable, from ``contract.PROBLEMS``.
    :param headers: to send along, such as ``Retry-After``.
    """

    def __init__(self, code: str, headers: dict[str, str] | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code, self.headers, self.params = code, headers or {}, params

"""Everything xcord raises on purpose.

Each error carries a ``code`` that pages translate and ``params`` for the translated sentence;
``str(error)`` is the English sentence for logs and terminals and never holds a token, key or name.

::

    XcordError
     ├─ CommandError    the answer to a command that was not done
     ├─ WiringError     two plugins claim one name, or a plugin claims a name that is not its to claim
     ├─ PluginFault     a plugin raised, returned nonsense or missed a deadline
     └─ SetupError      this machine lacks something; says what, and the command that mends it
"""

from __future__ import annotations

from typing import Any


class XcordError(Exception):
    """Base of all; ``code`` is stable, ``params`` are plain JSON values."""

    def __init__(self, code: str, message: str = "", **params: Any) -> None:
        super().__init__(message or code)
        self.code = code
        self.params = params


class CommandError(XcordError):
    """A command was refused or failed; the asker gets ``code`` and ``params`` as its one answer.

    Codes of the hub itself: ``unknown_command``, ``bad_arguments``, ``rate_limited``, ``timed_out``,
    ``handler_failed``, ``watch_only``, ``too_large``. Plugins add their own.
    """


class WiringError(XcordError):
    """A slice or command is already claimed; the message names both claimants."""


class PluginFault(XcordError):
    """A plugin's own code failed. ``plugin`` is its name."""

    def __init__(self, plugin: str, code: str, message: str = "", **params: Any) -> None:
        super().__init__(code, message, plugin=plugin, **params)
        self.plugin = plugin


class SetupError(XcordError):
    """The machine lacks something. ``remedy`` is the command or the step that mends it."""

    def __init__(self, code: str, message: str, remedy: str, **params: Any) -> None:
        super().__init__(code, f"{message} {remedy}".strip(), remedy=remedy, **params)
        self.remedy = remedy

"""Accounts, servers and channels: the app's half. The server end is in ``backend/``."""

from __future__ import annotations

from typing import Any

from xcord import hookimpl


@hookimpl
def xcord_add_commands(parser: Any) -> None:
    from .command import add_serve

    add_serve(parser)

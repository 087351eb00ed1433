"""Connections that may still hold sockets, of all lives of this process: there is one Room at a time."""

from __future__ import annotations

import asyncio
from typing import Any

_connections: set[asyncio.Future[Any]] = set()


def keep(connection: asyncio.Future[Any]) -> None:
    """A ``connect()`` or ``disconnect()`` is under way."""
    _connections.add(connection)
    connection.add_done_callback(_connections.discard)


async def none_left() -> None:
    """Returns when no connection of any life is left. (A closed loop's are not waited for.)"""
    loop = asyncio.get_running_loop()
    while waiting := {left for left in _connections if not left.done() and left.get_loop() is loop}:
        await asyncio.wait(waiting)

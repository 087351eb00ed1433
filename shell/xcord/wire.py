"""A window's WebSocket right on its transport: no task and no queue stand between a message and who hears it.

uvicorn reads the request and hands the connection to what its setting ``ws`` names; ``websockets`` speaks the
protocol without doing I/O. Through ASGI a message went by way of three tasks, each a turn of the loop later
(``build/dev.py bench hub``).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Protocol

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

FAIR_AFTER = 32  # messages of one page handled in a row: a flood must not starve the others
CLOSE_WITHIN = 3.0  # seconds for the other end to take note of a close
MESSAGES = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})
GOING_AWAY = 1012  # service restart

logging.getLogger("websockets.server").setLevel(logging.WARNING)  # debug prints every message, tokens too


class Listener(Protocol):
    """Whom one socket belongs to. Called on the loop, in order; must not wait."""

    def receive(self, text: bytes) -> None:
        """One whole message."""
        ...

    def drained(self) -> None:
        """The socket has room again."""
        ...

    def lost(self) -> None:
        """The connection is gone; the last call."""
        ...


class WindowSocket(asyncio.Protocol):
    """One connection.

    :param refuse: the HTTP status with which a request is turned away, or ``None`` to accept it.
    :param opened: makes the listener of an accepted connection.
    :param connections: uvicorn's own, which it ends and waits for when it stops.
    :param largest: bytes of one message; a larger one ends the connection.
    """

    def __init__(
        self,
        refuse: Callable[[Request], HTTPStatus | None],
        opened: Callable[[WindowSocket], Listener],
        connections: set[Any],
        largest: int,
    ) -> None:
        self._refuse, self._opened, self._connections = refuse, opened, connections
        self._protocol = ServerProtocol(max_size=largest)
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._listener: Listener | None = None
        self._events: deque[Any] = deque()
        self._parts: list[bytes] = []
        self._busy = False
        self._end: asyncio.TimerHandle | None = None
        self.full = False

    # -- out --------------------------------------------------------------------------------------------

    def send(self, frames: list[bytes]) -> None:
        """Sends text frames in one write; after a close it does nothing. Ask ``full`` before."""
        if self._protocol.state is OPEN:
            for frame in frames:
                self._protocol.send_text(frame)
            self._flush()

    def close(self, code: int, reason: str = "") -> None:
        """Starts the closing handshake, which ends within bounds also if nobody reads."""
        if self._protocol.state is OPEN:
            self._protocol.send_close(code, reason)
            self._flush()
        if self._transport is not None and self._end is None:
            self._end = self._loop.call_later(CLOSE_WITHIN, self._transport.abort)

    def _flush(self) -> None:
        data = self._protocol.data_to_send()
        if not data or self._transport is None:
            return
        self._transport.write(b"".join(data))
        if not data[-1]:  # how `websockets` says that nothing comes after it
            self._transport.close()

    # -- in -----------------------------------------------------------------------------------------------

    def _work(self) -> None:
        for _ in range(FAIR_AFTER):
            if not self._events:
                break
            self._take(self._events.popleft())
        if bool(self._events) != self._busy and self._transport is not None:
            self._busy = not self._busy
            (self._transport.pause_reading if self._busy else self._transport.resume_reading)()
        if self._events:
            self._loop.call_soon(self._work)

    def _take(self, event: Any) -> None:
        if isinstance(event, Request):
            self._open(event)
        elif isinstance(event, Frame) and event.opcode in MESSAGES and self._listener is not None:
            self._parts.append(bytes(event.data))
            if event.fin:
                text, self._parts = b"".join(self._parts), []
                self._listener.receive(text)

    def _open(self, request: Request) -> None:
        status = self._refuse(request)
        answer = self._protocol.accept(request) if status is None else self._protocol.reject(status, "")
        self._protocol.send_response(answer)
        self._flush()
        if self._protocol.state is OPEN:
            self._listener = self._opened(self)

    # -- called by the loop and by uvicorn ----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See ``asyncio.Protocol``."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._connections.add(self)

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        self._protocol.receive_data(data)
        self._events.extend(self._protocol.events_received())
        self._flush()
        if not self._busy:
            self._work()

    def eof_received(self) -> None:
        """See ``asyncio.Protocol``; the transport closes itself after it."""
        self._protocol.receive_eof()
        self._flush()

    def pause_writing(self) -> None:
        """See ``asyncio.Protocol``."""
        self.full = True

    def resume_writing(self) -> None:
        """See ``asyncio.Protocol``."""
        self.full = False
        if self._listener is not None:
            self._listener.drained()

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        self._connections.discard(self)
        self._transport = None
        self._events.clear()
        if self._end is not None:
            self._end.cancel()
        if self._listener is not None:
            self._listener.lost()

    def shutdown(self) -> None:
        """uvicorn stops."""
        self.close(GOING_AWAY)
        if self._transport is not None:
            self._transport.close()

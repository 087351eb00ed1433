"""The media socket: hands each page the newest frames of what its window shows.

It lives on the media loop, so pictures go on while the hub is busy. ``admit``, ``revoke`` and ``show`` may
be called from any thread, also before ``start``; everything else belongs to the media loop.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from .flow import RATE, Flow
from .link import BAD_TICKET, REPLACED, REVOKED, Link
from .slots import Key, Slots

log = logging.getLogger("xcord.media")
# At DEBUG websockets writes down whole messages, and a page's first message is its ticket.
socket_log = logging.getLogger("xcord.media.socket")
socket_log.setLevel(logging.WARNING)

T = TypeVar("T")
wire_log = logging.getLogger("xcord.media.wire")
wire_log.setLevel(logging.WARNING)  # at debug it would print every message, tickets included

HOST = "127.0.0.1"
LARGEST_MESSAGE = 4096
TICKET_WITHIN = 5.0
CLOSE_WITHIN = 1.0
MOST_CONNECTIONS = 64


class Ticket(msgspec.Struct, forbid_unknown_fields=True):
    """A page's first message."""

    ticket: str


class MediaServer:
    """One per app. A ticket stands for one window and is good for one connection at a time, until revoked.

    :param pages_port: where the pages come from; no other Origin is let in.
    """

    def __init__(self, slots: Slots, pages_port: int, rate: float = RATE) -> None:
        self.port = 0
        self.refused = 0
        self._slots, self._rate = slots, rate
        self._origin = f"http://{HOST}:{pages_port}"
        self._lock = threading.Lock()
        self._tickets: dict[str, str] = {}
        self._shown: dict[str, frozenset[Key]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._server: Server | None = None
        self._links: dict[str, tuple[str, Link]] = {}
        self._open: tuple[Link, ...] = ()  # the same, for other threads

    async def start(self, listener: socket.socket | None = None) -> int:
        """Listen on ``listener``, or on a free port of loopback; returns the port."""
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        bound = listener or socket.create_server((HOST, 0))
        # Named as TCP, or asyncio leaves TCP_NODELAY off in what it accepts (as in ``door.listen``).
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, bound.detach())
        self.port = bound.getsockname()[1]
        self._server = await serve(
            self._serve,
            sock=bound,
            process_request=self._check,
            compression=None,
            max_size=LARGEST_MESSAGE,
            max_queue=4,
            open_timeout=TICKET_WITHIN,
            close_timeout=CLOSE_WITHIN,
            # Acknowledgements tell whether a page lives; an idle server has nothing to tick for.
            ping_interval=None,
            server_header=None,
            logger=wire_log,
        )
        self._slots.on_frame = self._on_frame
        return self.port

    async def stop(self) -> None:
        """Close every connection; bounded."""
        self._slots.on_frame = None
        self._loop = None
        if self._server is None:
            return
        self._server.close(code=1001)
        await self._server.wait_closed()
        self._server = None

    # -- from any thread ---------------------------------------------------------------------------

    def admit(self, ticket: str, window: str) -> None:
        """Let whoever brings ``ticket`` receive what ``window`` shows."""
        with self._lock:
            self._tickets[ticket] = window

    def revoke(self, ticket: str) -> None:
        """Void ``ticket``; its connection is closed."""
        with self._lock:
            self._tickets.pop(ticket, None)
        self._soon(self._end, ticket)

    def show(self, window: str, keys: frozenset[Key]) -> None:
        """``window`` shows the videos ``keys`` from now on."""
        with self._lock:
            self._shown[window] = frozenset(keys)
            if not keys:
                del self._shown[window]
        self._soon(self._refresh, window)

    def _soon(self, what: Callable[[T], None], of: T) -> None:
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(what, of)
        except RuntimeError:
            # The loop closed in this very moment, and the connections with it.
            log.debug("the media loop has ended")

    def _on_frame(self, key: Key | None) -> None:
        if key is not None and not [link for link in self._open if link.takes(key)]:
            return
        if threading.get_ident() == self._thread:
            self._note(key)
        else:
            self._soon(self._note, key)

    # -- on the media loop -------------------------------------------------------------------------

    def _note(self, key: Key | None) -> None:
        for _, link in self._links.values():
            link.note(key)

    def _end(self, ticket: str) -> None:
        if ticket in self._links:
            self._links[ticket][1].end(REVOKED)

    def _refresh(self, window: str) -> None:
        for name, link in self._links.values():
            if name == window:
                link.show(self._keys(window))

    def _keys(self, window: str) -> frozenset[Key]:
        with self._lock:
            return self._shown.get(window, frozenset())

    def _check(self, connection: ServerConnection, request: Request) -> Response | None:
        """Refuse what does not come from our own page to our own address."""
        headers = request.headers
        # Absent or doubled headers are no match either.
        if headers.get_all("Host") != [f"{HOST}:{self.port}"] or headers.get_all("Origin") != [self._origin]:
            self.refused += 1
            return connection.respond(HTTPStatus.FORBIDDEN, "forbidden\n")
        if self._server is not None and len(self._server.connections) >= MOST_CONNECTIONS:
            self.refused += 1
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections\n")
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        ticket = await self._first(connection)
        with self._lock:
            window = self._tickets.get(ticket)
        if window is None:
            self.refused += 1
            await connection.close(*BAD_TICKET)
            return
        if ticket in self._links:
            self._links[ticket][1].end(REPLACED)
        link = Link(connection, Flow(self._slots, self._keys(window), self._rate))
        self._links[ticket] = (window, link)
        self._reopen()
        try:
            code, reason = await link.run()
        finally:
            if self._links.get(ticket) == (window, link):
                del self._links[ticket]
                self._reopen()
        log.debug("a page of window %s is gone: %s %s", window, code, reason)
        await connection.close(code, reason)

    def _reopen(self) -> None:
        self._open = tuple(link for _, link in self._links.values())

    async def _first(self, connection: ServerConnection) -> str:
        """The ticket that a page brings; empty when it brings none in time."""
        try:
            async with asyncio.timeout(TICKET_WITHIN):
                first = await connection.recv()
            return msgspec.json.decode(first, type=Ticket).ticket
        except (TimeoutError, ConnectionClosed, msgspec.DecodeError, UnicodeDecodeError):
            return ""

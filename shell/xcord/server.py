"""The pages and their state sockets on 127.0.0.1: the only module that knows the web framework.

Starlette, FastAPI's own ground, and not FastAPI: there is no HTTP interface here to describe, and FastAPI's
import (pydantic, OpenAPI) costs a third of the CPU time until the first window is painted.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from pathlib import Path

import msgspec
import uvicorn
from starlette.requests import Request as PageRequest
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState
from websockets.http11 import Request

from .disturb import Disturbance
from .door import Admission, Door, hosts, origins
from .hub import Hub
from .messages import PROTOCOL, Hello, MediaDoor
from .outbox import Encoded
from .page_files import read_page_file
from .pictures import Pictures
from .session import MAX_MESSAGE, Session
from .wire import WindowSocket

log = logging.getLogger("xcord.server")
logging.getLogger("uvicorn").setLevel(logging.WARNING)  # debug prints every message, tokens too

HELLO_WITHIN = 5.0  # seconds
LARGEST = 16 * MAX_MESSAGE  # bytes; between the two a message is answered, beyond the socket is closed
CLOSE = {"bad_token": 4001, "protocol": 4002, "bad_hello": 4003}
POLICY = (
    "default-src 'self'; connect-src 'self' ws://127.0.0.1:* ws://localhost:*; img-src 'self' data: blob:; "
    "media-src 'self' blob: mediastream:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
PAGE_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
# Whatever a picture really is, a browser runs nothing of it, and no other site embeds it.
PICTURE_HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Tickets = Callable[[Admission], MediaDoor | None]
Presence = Callable[[Admission, bool], None]


class PageServer:
    """Serves one app.

    :param listener: a bound and listening socket on loopback; pages may connect before we accept.
    :param ticket: makes a window's door to its pictures, or ``None`` where there are none.
    :param presence: told when a window's connection comes (true) and goes (false).
    :param pictures: what plugins give pages to show.
    """

    def __init__(
        self,
        hub: Hub,
        door: Door,
        web: Path,
        listener: socket.socket,
        ticket: Tickets,
        presence: Presence,
        pictures: Pictures,
    ) -> None:
        self._web, self._pictures = web, pictures
        self._hub, self._door, self._ticket, self._presence = hub, door, ticket, presence
        self.port: int = listener.getsockname()[1]
        self._listener = listener
        self._encoded = Encoded(hub.read)
        self._disturbance = Disturbance(hub, door.counters)
        self._connections: dict[str, int] = {}

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application: answers one request."""
        response = await self._answer(PageRequest(scope))
        for name, value in PAGE_HEADERS.items():
            response.headers.setdefault(name, value)
        await response(scope, receive, send)

    async def _answer(self, request: PageRequest) -> Response:
        if request.headers.get("host") not in hosts(self.port):
            self._door.counters["foreign_host"] += 1
            return PlainTextResponse("This address belongs to a local app.", 421)
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("Pages are only read.", 405, {"Allow": "GET, HEAD"})
        match request.scope["path"].split("/"):
            case ["", "pictures", secret, owner, name]:
                found = await self._pictures.find(secret, owner, name)
                headers = PICTURE_HEADERS
            case _:
                found = read_page_file(self._web, request.scope["path"])
                headers = {}
        if found is None:
            return PlainTextResponse("There is no such page.", 404)
        kind, content = found
        return Response(content, headers=headers, media_type=kind)

    def _refuse(self, request: Request) -> HTTPStatus | None:
        """Who may have a socket at all; a browser shows no reason for a refused one."""
        if request.path.partition("?")[0] != "/ws":
            return HTTPStatus.NOT_FOUND
        if _one(request, "Host") not in hosts(self.port):
            self._door.counters["foreign_host"] += 1
            return HTTPStatus.FORBIDDEN
        if _one(request, "Origin") not in origins(self.port):
            self._door.counters["foreign_origin"] += 1
            return HTTPStatus.FORBIDDEN
        return None

    def greet(self, hello: bytes, socket: WindowSocket) -> Session | None:
        """The session of a window that said hello; ``None`` if it was refused, and the socket closed."""
        try:
            said = msgspec.json.decode(hello if len(hello) <= MAX_MESSAGE else b"", type=Hello)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self.refuse(socket, "bad_hello")
            return None
        if said.protocol != PROTOCOL:
            self.refuse(socket, "protocol")
            return None
        admitted = self._door.admit(said.token, said.secret, said.page)
        if admitted is None:
            socket.close(CLOSE["bad_token"], "bad_token")  # the door counted it
            return None
        admission, secret = admitted
        counters, media = self._door.counters, self._ticket(admission)
        wire = self._disturbance.wire(admission.window, socket)
        return Session(self._hub, self._encoded, admission, secret, media, counters, wire)

    def refuse(self, socket: WindowSocket, why: str) -> None:
        """Counts it and closes the socket."""
        self._door.counters[why] += 1
        socket.close(CLOSE[why], why)

    def note(self, admission: Admission, change: int) -> None:
        """Counts a window's connections, and tells when the first came or the last is gone."""
        window = admission.window
        before = self._connections.get(window, 0)
        self._connections[window] = before + change
        if not self._connections[window]:
            del self._connections[window]
        if change > 0 or before == 1:
            self._presence(admission, change > 0)

    def _socket(self, config: uvicorn.Config, server_state: ServerState, app_state: object) -> WindowSocket:
        return WindowSocket(
            self._refuse, lambda socket: _Visit(self, socket), server_state.connections, LARGEST
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Accepts connections for as long as the block lasts."""
        config = uvicorn.Config(
            self.app,
            log_config=None,
            access_log=False,
            lifespan="off",
            interface="asgi3",
            ws=self._socket,  # type: ignore[arg-type]  # called as a class is, and need not be one
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        task = asyncio.ensure_future(server.serve(sockets=[self._listener]))
        try:
            yield
        finally:
            server.should_exit = True
            done, _ = await asyncio.wait({task}, timeout=3.0)
            if not done:
                log.warning("the page server did not stop within 3 s")
                task.cancel()


class _Visit:
    """A connection from its first message on; see ``wire.Listener``."""

    def __init__(self, server: PageServer, socket: WindowSocket) -> None:
        self._server, self._socket = server, socket
        self._session: Session | None = None
        self._hello_due = True
        self._patience = asyncio.get_running_loop().call_later(HELLO_WITHIN, self._refuse)

    def receive(self, text: bytes) -> None:
        if self._session is not None:
            self._session.receive(text)
        elif self._hello_due:
            self._hello_due = False
            self._patience.cancel()
            self._session = self._server.greet(text, self._socket)
            if self._session is not None:
                self._server.note(self._session.admission, +1)
                self._session.start()

    def _refuse(self) -> None:
        self._hello_due = False
        self._server.refuse(self._socket, "bad_hello")

    def drained(self) -> None:
        if self._session is not None:
            self._session.flush()

    def lost(self) -> None:
        self._patience.cancel()
        if self._session is not None:
            self._session.close()
            self._server.note(self._session.admission, -1)


def _one(request: Request, name: str) -> str | None:
    """The header if it is there once; twice is nobody's browser."""
    values = request.headers.get_all(name)
    return values[0] if len(values) == 1 else None

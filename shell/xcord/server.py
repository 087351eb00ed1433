"""The pages and their state sockets on 127.0.0.1: the only module that knows the web framework.

Starlette, FastAPI's own ground, and not FastAPI: there is no HTTP interface here to describe, and FastAPI's
import (pydantic, OpenAPI) costs a third of the CPU time until the first window is painted.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from .door import Admission, Door, hosts, origins
from .hub import Hub
from .messages import PROTOCOL, Hello, MediaDoor
from .outbox import Encoded
from .pictures import Pictures
from .session import MAX_MESSAGE, Session

log = logging.getLogger("xcord.server")
logging.getLogger("uvicorn").setLevel(logging.WARNING)  # debug prints every message, tokens too

HELLO_WITHIN = 5.0  # seconds
FAIR_AFTER = 32  # messages of one page handled in a row
CLOSE_BAD_TOKEN, CLOSE_PROTOCOL, CLOSE_BAD_HELLO = 4001, 4002, 4003
POLICY = (
    "default-src 'self'; connect-src 'self' ws://127.0.0.1:* ws://localhost:*; img-src 'self' data: blob:; "
    "media-src 'self' blob: mediastream:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
# Whatever a picture really is, a browser runs nothing of it, and no other site embeds it.
PICTURE_HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Tickets = Callable[[Admission], MediaDoor | None]
Presence = Callable[[Admission, bool], None]


class StarletteWire:
    """A ``Wire`` over Starlette's WebSocket."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    async def send(self, text: bytes) -> None:
        """See ``Wire``."""
        await self._websocket.send_text(text.decode())

    async def close(self, code: int, reason: str) -> None:
        """See ``Wire``."""
        if self._websocket.application_state is not WebSocketState.DISCONNECTED:
            await self._websocket.close(code, reason)


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
        self._pictures = pictures
        self._hub, self._door, self._ticket, self._presence = hub, door, ticket, presence
        self.port: int = listener.getsockname()[1]
        self._listener = listener
        self._encoded = Encoded(hub.read)
        self._connections: dict[str, int] = {}
        self.app = self._build(web)

    def _build(self, web: Path) -> Starlette:
        async def guard(request: Request, call_next: Callable[[Request], Any]) -> Response:
            if request.headers.get("host") not in hosts(self.port):
                self._door.counters["foreign_host"] += 1
                return PlainTextResponse("This address belongs to a local app.", 421)
            response: Response = await call_next(request)
            response.headers.setdefault("Content-Security-Policy", POLICY)
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers.setdefault("Cache-Control", "no-cache")
            return response

        return Starlette(
            routes=[
                WebSocketRoute("/ws", self._serve_window),
                Route("/pictures/{secret}/{owner}/{name}", self._serve_picture),
                Mount("/", StaticFiles(directory=web, html=True, check_dir=False)),
            ],
            middleware=[Middleware(BaseHTTPMiddleware, dispatch=guard)],
        )

    async def _serve_picture(self, request: Request) -> Response:
        found = await self._pictures.find(**request.path_params)
        if found is None:
            return PlainTextResponse("There is no such picture.", 404)
        kind, content = found
        return Response(content, headers=PICTURE_HEADERS, media_type=kind)

    async def _serve_window(self, websocket: WebSocket) -> None:
        if websocket.headers.get("host") not in hosts(self.port):
            self._door.counters["foreign_host"] += 1
            await websocket.close()  # before accept: the browser sees 403
            return
        if websocket.headers.get("origin") not in origins(self.port):
            self._door.counters["foreign_origin"] += 1
            await websocket.close()
            return
        await websocket.accept()
        try:
            session = await self._greet(websocket)
            if session is not None:
                await self._converse(websocket, session)
        except WebSocketDisconnect:
            return

    async def _greet(self, websocket: WebSocket) -> Session | None:
        try:
            text = await asyncio.wait_for(websocket.receive_text(), HELLO_WITHIN)
            hello = msgspec.json.decode(text if len(text) <= MAX_MESSAGE else "", type=Hello)
        except (TimeoutError, msgspec.MsgspecError, KeyError):
            self._door.counters["bad_hello"] += 1
            await websocket.close(CLOSE_BAD_HELLO, "bad_hello")
            return None
        if hello.protocol != PROTOCOL:
            self._door.counters["protocol"] += 1
            await websocket.close(CLOSE_PROTOCOL, "protocol")
            return None
        admitted = self._door.admit(hello.token, hello.secret, hello.page)
        if admitted is None:
            await websocket.close(CLOSE_BAD_TOKEN, "bad_token")
            return None
        admission, secret = admitted
        return Session(
            self._hub, self._encoded, admission, secret, self._ticket(admission), self._door.counters
        )

    async def _converse(self, websocket: WebSocket, session: Session) -> None:
        window = session.admission.window
        self._connections[window] = self._connections.get(window, 0) + 1
        self._presence(session.admission, True)
        sending = asyncio.ensure_future(session.run(StarletteWire(websocket)))
        sending.add_done_callback(_note_failure)
        try:
            for count in itertools.count():
                message = await websocket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                session.receive(message.get("text") or message.get("bytes") or b"")
                if count % FAIR_AFTER == 0:
                    await asyncio.sleep(0)  # a page that floods us must not starve the others
        finally:
            sending.cancel()
            session.close()
            self._connections[window] -= 1
            if not self._connections[window]:
                del self._connections[window]
                self._presence(session.admission, False)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Accepts connections for as long as the block lasts."""
        config = uvicorn.Config(
            self.app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="websockets-sansio",
            ws_max_size=16 * MAX_MESSAGE,
            ws_per_message_deflate=False,
            ws_ping_interval=None,
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


def _note_failure(task: asyncio.Task[None]) -> None:
    if task.cancelled() or (error := task.exception()) is None:
        return
    if not isinstance(
        error, WebSocketDisconnect | RuntimeError
    ):  # RuntimeError: the socket closed while sending
        log.error("a window's connection failed", exc_info=error)

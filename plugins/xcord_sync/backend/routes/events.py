"""``/v1/events``: what happens, to an app, over a WebSocket (the contract is in ``happenings``)."""

from __future__ import annotations

import asyncio
import inspect

import msgspec
from fastapi import FastAPI, Response, WebSocket
from starlette.websockets import WebSocketDisconnect

from ... import contract, happenings
from ..accounts import hash_of
from ..errors import Refused
from ..openapi import of_socket
from ..parts import Parts
from ..presence import sockets
from ..presence.fanout import since
from ..presence.life import Presence
from ..presence.line import OUTAGE
from ..presence.sockets import Listener
from ..queries import logins

MOST_PER_USER = 20
SEND_SECONDS = 20.0


class Ended(Exception):
    """The socket is closed with a code of ``CLOSES``."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def add(app: FastAPI, parts: Parts) -> None:
    """The socket, and the answer to who asks its address without an upgrade."""
    about = of_socket(hears=contract.Hello, tells="Happening", closes=contract.CLOSES)

    @app.get("/v1/events", operation_id="events", description=inspect.getdoc(happenings) or "", **about)
    async def without_upgrade() -> Response:
        raise Refused("upgrade_needed", {"Upgrade": "websocket", "Connection": "Upgrade"})

    @app.websocket("/v1/events")
    async def events(socket: WebSocket) -> None:
        presence = parts.presence
        await socket.accept()
        try:
            if presence is None:
                raise Ended(1012)
            hello = await _hello(socket)
            await _serve(socket, parts, presence, hello)
        except Ended as ended:
            await _close(socket, ended.code)
        except (*OUTAGE, OSError):
            await _close(socket, 1012)
        except WebSocketDisconnect:
            pass


async def _hello(socket: WebSocket) -> contract.Hello:
    try:
        async with asyncio.timeout(happenings.HELLO_SECONDS):
            said = await socket.receive()
    except TimeoutError:
        raise Ended(4000) from None
    if said["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(said.get("code", 1005))
    content = (said.get("text") or "").encode("utf-8", "replace")
    try:
        if len(content) > happenings.HELLO_LIMIT:
            raise Ended(4000)
        hello = msgspec.json.decode(content, type=contract.Hello)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Ended(4000) from None
    if hello.protocol < contract.OLDEST_CLIENT:
        raise Ended(4002)
    return hello


async def _serve(socket: WebSocket, parts: Parts, presence: Presence, hello: contract.Hello) -> None:
    scheme, _, token = socket.headers.get("Authorization", "").partition(" ")
    hashed = hash_of(hello.token or (token.strip() if scheme.lower() == "bearer" else ""))
    async with parts.store.change() as db:
        login = await logins.find(db, hashed)
    if login is None:
        raise Ended(4001)
    if presence.sockets.of(str(login.account.id)) >= MOST_PER_USER:
        raise Ended(4004)
    listener = Listener(login.account.id, hashed)
    presence.sockets.add(listener)
    talking = asyncio.ensure_future(_talk(socket, presence, listener, hello))
    gone = asyncio.ensure_future(_until_gone(socket))
    try:
        done, _ = await asyncio.wait({talking, gone}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        presence.sockets.remove(listener)
        for task in (talking, gone):
            task.cancel()
        await asyncio.wait({talking, gone})


async def _until_gone(socket: WebSocket) -> None:
    """The app has nothing more to say; if it does, that is too much."""
    said = await socket.receive()
    if said["type"] != "websocket.disconnect":
        raise Ended(4000)


async def _talk(socket: WebSocket, presence: Presence, listener: Listener, hello: contract.Hello) -> None:
    seen = await _begin(socket, presence, listener, hello)
    while True:
        await listener.woken.wait()
        listener.woken.clear()
        while listener.waiting and not listener.closing:
            seq, message = listener.waiting.popleft()
            if not seq or seq > seen:
                await _send(socket, message)
                seen = max(seen, seq)
        if listener.closing:
            raise Ended(listener.closing)
        if listener.stale:
            listener.stale = False
            before = listener.channels
            await _look(presence, listener)
            if listener.channels != before:
                seen = await _show(socket, presence, listener)


async def _begin(socket: WebSocket, presence: Presence, listener: Listener, hello: contract.Hello) -> int:
    """What it missed, or all of it; the number of the newest change that it knows then."""
    await presence.fanout.listening.wait()  # else what happens until then would be missed
    await _look(presence, listener)
    missed = None
    if hello.view == listener.view:  # also where nothing had happened yet
        missed = await since(presence.line, hello.after, list(listener.channels))
    if missed is None:
        return await _show(socket, presence, listener)
    newest = max([hello.after, *(change.seq for change in missed)])
    await _send(socket, msgspec.json.encode(contract.Resumed(seq=newest, view=listener.view)))
    for change in missed:
        await _send(socket, sockets.encoded(change))
    return newest


async def _look(presence: Presence, listener: Listener) -> None:
    found = await sockets.sight(presence.line, listener.user, listener.token_hash)
    if found is None:
        raise Ended(4001)
    presence.sockets.see(listener, found.channels, found.servers)


async def _show(socket: WebSocket, presence: Presence, listener: Listener) -> int:
    shown = await sockets.snapshot(presence.line, listener)
    await _send(socket, msgspec.json.encode(shown))
    return shown.seq


async def _send(socket: WebSocket, message: bytes) -> None:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await socket.send_text(message.decode())
    except TimeoutError:
        raise Ended(4003) from None
    except RuntimeError:  # it was closed meanwhile
        raise WebSocketDisconnect(1006) from None


async def _close(socket: WebSocket, code: int) -> None:
    try:
        async with asyncio.timeout(2):
            await socket.close(code, happenings.CLOSES[code])
    except (RuntimeError, TimeoutError, WebSocketDisconnect):
        return  # it is closed

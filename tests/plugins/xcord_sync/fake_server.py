"""A server end without a database: real HTTP on loopback, answers that a test can change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from tests.waits import soon
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from xcord_sync import contract

TOKEN = "xct_the-login-token-of-this-test"
JOIN_TOKEN = "eyJ-the-join-token-of-this-test"
PASSWORD = "the-password-of-this-test"
ACCOUNT = contract.AccountInfo(user="u1", login="ann", name="Ann", role="owner")
DIRECTORY = contract.DirectoryAnswer(
    account=ACCOUNT,
    servers=(
        contract.ServerInfo(id="s1", name="Home", channels=(contract.ChannelInfo(id="c1", name="Lobby"),)),
    ),
    people=(contract.PersonInfo(user="u1", name="Ann"), contract.PersonInfo(user="u2", name="Bo")),
)


@dataclass
class FakeServer:
    """``refuse`` maps a path to a problem's code; ``raw`` a path to (status, body) as they are.

    ``holds``: requests that are answered once the event is set. ``events``: it has an events socket, which
    says what ``tell`` is given; ``hellos`` came from apps.
    """

    about: contract.About = field(
        default_factory=lambda: contract.About(name="fake", version="1", protocol=1, oldest=1)
    )
    directory: contract.DirectoryAnswer = DIRECTORY
    refuse: dict[str, str] = field(default_factory=dict)
    raw: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    silent: bool = False
    holds: dict[str, asyncio.Event] = field(default_factory=dict)
    logins: set[str] = field(default_factory=lambda: {TOKEN})
    asked: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    protocols: set[str] = field(default_factory=set)
    events: bool = False
    hellos: list[contract.Hello] = field(default_factory=list)
    port: int = 0
    _listeners: list[asyncio.StreamWriter] = field(default_factory=list)
    _sockets: list[ServerProtocol] = field(default_factory=list)
    _server: asyncio.Server | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def up(self) -> None:
        """Listens, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        """Refuses connections from now on."""
        assert self._server is not None
        self.hang_up()
        self._server.close()
        await self._server.wait_closed()

    def tell(self, happening: contract.Happening) -> None:
        """Says it on every events socket."""
        for protocol, writer in zip(self._sockets, self._listeners, strict=True):
            protocol.send_text(msgspec.json.encode(happening))
            writer.writelines(protocol.data_to_send())

    def hang_up(self, code: int = 0) -> None:
        """Ends every events socket, with a close code or without a word."""
        for protocol, writer in zip(self._sockets, self._listeners, strict=True):
            if code:
                protocol.send_close(code, "")
                writer.writelines(protocol.data_to_send())
            writer.close()
        self._sockets.clear()
        self._listeners.clear()

    async def _listen(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        protocol = ServerProtocol()
        protocol.receive_data(head)
        (request,) = protocol.events_received()
        assert isinstance(request, Request)
        protocol.send_response(protocol.accept(request))
        writer.writelines(protocol.data_to_send())
        while data := await reader.read(65536):
            protocol.receive_data(data)
            writer.writelines(protocol.data_to_send())
            for event in protocol.events_received():
                if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                    self.hellos.append(msgspec.json.decode(event.data, type=contract.Hello))
                    self._sockets.append(protocol)
                    self._listeners.append(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, path, _ = head.split(" ", 2)
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:] if line)
            }
            if path == "/v1/events" and self.events:
                self.asked.append(f"{method} {path}")
                await self._listen(head.encode(), reader, writer)
                return
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.asked.append(f"{method} {path}")
            self.protocols.add(headers.get("x-xcord-protocol", ""))
            if body:
                json = headers.get("content-type") == "application/json"
                self.bodies.append(msgspec.json.decode(body) if json else body)
            if self.silent:
                await reader.read()  # until the client gives up
                return
            if (held := self.holds.get(f"{method} {path}")) is not None:
                await soon(held.wait())
            status, answer = self._answer(path, headers.get("authorization", ""))
            writer.write(
                f"HTTP/1.1 {status} X\r\nContent-Length: {len(answer)}\r\nConnection: close\r\n\r\n".encode()
            )
            writer.write(answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _answer(self, path: str, authorization: str) -> tuple[int, bytes]:
        if path in self.raw:
            return self.raw[path]
        token = authorization.removeprefix("Bearer ")
        code = self.refuse.get(path, "")
        if path not in ("/v1/about", "/v1/login") and token not in self.logins:
            code = "unauthorized"
        if code:
            problem = contract.problem(code, retry_after=7 if code == "rate_limited" else 0)
            return problem.status, msgspec.json.encode(problem)
        if path == "/v1/events":
            return 404, b""
        if path == "/v1/about":
            return 200, msgspec.json.encode(self.about)
        if path == "/v1/login":
            return 200, msgspec.json.encode(contract.LoggedIn(token=TOKEN, account=ACCOUNT))
        if path == "/v1/logout":
            self.logins.discard(token)
            return 204, b""
        if path == "/v1/directory":
            return 200, msgspec.json.encode(self.directory)
        answer = contract.JoinAnswer(
            url="ws://127.0.0.1:1", token=JOIN_TOKEN, room="vc_c1", channel="c1", expires_at=9
        )
        return 200, msgspec.json.encode(answer)


@asynccontextmanager
async def faking() -> AsyncIterator[FakeServer]:
    """One that listens."""
    server = FakeServer()
    await server.up()
    try:
        yield server
    finally:
        await server.down()

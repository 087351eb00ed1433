"""A server end without a database: real HTTP on loopback, answers that a test can change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

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
    """``refuse`` maps a path to a problem's code; ``raw`` a path to (status, body) as they are."""

    about: contract.About = field(
        default_factory=lambda: contract.About(name="fake", version="1", protocol=1, oldest=1)
    )
    directory: contract.DirectoryAnswer = DIRECTORY
    refuse: dict[str, str] = field(default_factory=dict)
    raw: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    silent: bool = False
    logins: set[str] = field(default_factory=lambda: {TOKEN})
    asked: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    protocols: set[str] = field(default_factory=set)
    port: int = 0
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
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, path, _ = head.split(" ", 2)
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:] if line)
            }
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.asked.append(f"{method} {path}")
            self.protocols.add(headers.get("x-xcord-protocol", ""))
            if body:
                self.bodies.append(msgspec.json.decode(body))
            if self.silent:
                await reader.read()  # until the client gives up
                return
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

"""The server end's web application in this process, on a database of its own."""

from __future__ import annotations

import contextlib
import itertools
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.plugins.xcord_sync.served import Served

from xcord_sync.backend.accounts import Passwords
from xcord_sync.backend.app import Parts, make_app
from xcord_sync.backend.limits import Attempts
from xcord_sync.backend.secrets import LiveKitKey
from xcord_sync.backend.store import Store

KEY = LiveKitKey("key", "s" * 40)
PASSWORD = "a long password"
_NUMBERS = itertools.count()
DOCUMENT = make_app(Parts(store=None, key=KEY, livekit_url="ws://x", join_ttl=600)).openapi()  # type: ignore[arg-type]


class Calls:
    """Notes whose calls were to end."""

    def __init__(self) -> None:
        self.expelled: list[tuple[list[str], str, str]] = []
        self.signed_out: list[str] = []

    async def expel(self, channels: Sequence[uuid.UUID], user: uuid.UUID | None, reason: str) -> None:
        self.expelled.append(([str(each) for each in channels], str(user or ""), reason))

    async def sign_out(self, user: uuid.UUID) -> None:
        self.signed_out.append(str(user))


def cheap() -> Passwords:
    """Hashing that takes no time."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class Person:
    """Somebody with an account, logged in."""

    http: httpx.AsyncClient
    login: str
    user: str
    token: str

    async def ask(self, method: str, path: str, content: Any = None, **body: Any) -> httpx.Response:
        """One request with the person's login."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if content is not None:
            return await self.http.request(method, path, content=content, headers=headers)
        return await self.http.request(method, path, json=body or None, headers=headers)

    async def get(self, method: str, path: str, status: int = 200, **body: Any) -> Any:
        """The answer to a request that has to succeed."""
        answer = await self.ask(method, path, **body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def refused(self, method: str, path: str, content: Any = None, **body: Any) -> str:
        """The code of a problem document."""
        return code(await self.ask(method, path, content, **body))

    async def server(self, name: str = "Den") -> tuple[str, str]:
        """A new server of this person's own, and its channel."""
        made = await self.get("POST", "/v1/servers", 201, name=name)
        return made["id"], made["channels"][0]["id"]

    async def invite(self, server: str, **how: Any) -> str:
        """A new invite's code."""
        path = f"/v1/servers/{server}/invites"
        made = await self.get("POST", path, 201, **(how or {"uses": None}))
        return str(made["code"])


@dataclass
class World:
    """The application with its parts."""

    parts: Parts
    app: FastAPI
    http: httpx.AsyncClient
    calls: Calls
    nobody: Person = field(init=False)

    def __post_init__(self) -> None:
        self.nobody = Person(self.http, "", "", "")

    async def person(self, name: str = "Zoë", invite: str | None = None) -> Person:
        """A new account."""
        login = f"p{next(_NUMBERS)}"
        body = {"login": login, "name": name, "password": PASSWORD, "device": "d"}
        made = await self.nobody.get(
            "POST", "/v1/register", 201, **body, **({"invite": invite} if invite else {})
        )
        return Person(self.http, login, made["account"]["user"], made["token"])

    async def member(self, owner: Person, server: str, role: str = "member", name: str = "Mo") -> Person:
        """A new account on an owner's server."""
        person = await self.person(name, await owner.invite(server))
        if role != "member":
            await owner.get("PATCH", f"/v1/servers/{server}/members/{person.user}", role=role)
        return person


@contextlib.asynccontextmanager
async def a_world(url: str) -> AsyncIterator[World]:
    """On an empty database. Anybody may register, and nobody does so too often."""
    calls = Calls()
    parts = Parts(
        store=await Store.open(url), key=KEY, livekit_url="ws://sfu", join_ttl=600, registration="open",
        calls=calls, passwords=cheap(), attempts=Attempts("attempt", 500, 60),
        registrations=Attempts("registration", 500, 60),
    )  # fmt: skip
    await parts.store.begin(await parts.passwords.hash(PASSWORD))
    app = make_app(parts)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as http:
        yield World(parts, app, http, calls)
    await parts.store.close()


@contextlib.asynccontextmanager
async def database(served: Served) -> AsyncIterator[str]:
    """An empty one, for as long as the block; its address."""
    name = f"t{uuid.uuid4().hex}"
    address = f"postgresql+asyncpg://xcord@/{{}}?host={quote(str(served.data / 'postgres-18'))}"
    keeper = create_async_engine(address.format("postgres"), isolation_level="AUTOCOMMIT")
    async with keeper.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield address.format(name)
    finally:
        async with keeper.connect() as connection:
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        await keeper.dispose()


def code(answer: httpx.Response) -> str:
    """Of a problem document."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return str(problem["code"])

"""One way to ask: ``route`` checks the login, the place, the role and the body before a handler is called."""

from __future__ import annotations

import inspect
import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, NoReturn, TypeVar, get_args, get_type_hints

import msgspec
from fastapi import FastAPI, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from .. import contract
from . import rules
from .accounts import hash_of
from .errors import Refused
from .openapi import described
from .parts import Parts
from .queries import audit, logins, places
from .queries.logins import Login
from .queries.places import Place
from .wire import answer, decode, read

T = TypeVar("T")
Handler = Callable[[Any], Awaitable[Any]]
Check = Callable[[Parts, Request, AsyncConnection], Awaitable["Ask[Any]"]]
PLACES = {"server": "no_such_server", "channel": "no_such_channel", "user": "no_such_member"}


@dataclass
class Ask(Generic[T]):
    """A request whose login, role and body are in order. ``keys``: the ids of its address; what was put
    into ``afterwards`` is done once the change is kept."""

    parts: Parts
    request: Request
    body: T
    keys: dict[str, uuid.UUID]
    _login: Login | None = None
    _place: Place | None = None
    _db: AsyncConnection | None = None
    found: Any = None  # by the route's own check
    afterwards: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def login(self) -> Login:
        """Whose request it is."""
        assert self._login is not None, "the route takes no login"
        return self._login

    @property
    def me(self) -> uuid.UUID:
        """The user whose request it is."""
        return self.login.account.id

    @property
    def place(self) -> Place:
        """The server of the address, with the asking person's role."""
        assert self._place is not None, "the route's address names no server"
        return self._place

    @property
    def db(self) -> AsyncConnection:
        """One transaction for all of the request."""
        assert self._db is not None, "the route is one that holds no connection"
        return self._db

    @property
    def address(self) -> str:
        """Where it comes from."""
        return self.request.client.host if self.request.client else ""

    async def note(self, action: str, subject: object = "", **detail: Any) -> None:
        """Into the audit, as of the address' server."""
        server = self._place.server if self._place else None
        await audit.note(self.db, self.me, action, server, subject, **detail)

    def must(self, action: str, over: str | None = None) -> None:
        """:raises Refused: ``forbidden``, for the role does not allow the action."""
        if not rules.may(self.place.role, action, over):
            raise Refused("forbidden")


def route(
    app: FastAPI, parts: Parts, address: str, *, needs: str | None = None, login: bool = True,
    status: int = 0, holds_db: bool = True, limit: int = contract.BODY_LIMIT, refuses: tuple[str, ...] = (),
    gives_content: tuple[str, ...] = (), takes_content: tuple[str, ...] = (), check: Check | None = None,
) -> Callable[[Handler], Handler]:  # fmt: skip
    """Adds ``handler(ask: Ask[Body]) -> Answer`` to the application; OpenAPI is made from its annotations.

    :param address: such as ``PATCH /v1/servers/{server}``.
    :param needs: an action of ``rules.RULES``.
    :param holds_db: off for what takes long beside the database: it opens connections by itself.
    :param limit: bytes of the body.
    :param check: looks up login and place in the route's own way.
    """
    method, _, path = address.partition(" ")
    names = re.findall(r"{(\w+)}", path)

    def add(handler: Handler) -> Handler:
        takes, gives = _annotated(handler)
        code = status or (204 if gives is None else 200)

        async def endpoint(request: Request) -> Response:
            content = await read(request, limit) if takes is not None else b""
            if holds_db:
                async with parts.store.change() as db:
                    ask = await _checked(parts, request, db, names, needs, login)
                    ask.body, ask._db = decode(content, takes), db
                    given = await handler(ask)
            elif check is not None:
                async with parts.store.look() as db:
                    ask = await check(parts, request, db)
                ask.body = decode(content, takes)
                given = await handler(ask)
            else:
                async with parts.store.change() as db:
                    ask = await _checked(parts, request, db, names, needs, login)
                ask.body = decode(content, takes)
                given = await handler(ask)
            for then in ask.afterwards:
                await then()
            return _response(given, code)

        known = tuple(PLACES[name] for name in names if name in PLACES)
        only_some = ("forbidden",) if needs and len(rules.RULES[needs]) < len(rules.RANKS) else ()
        about = described(
            takes=takes, gives=gives, status=code, login=login, refuses=(*known, *only_some, *refuses),
            path=names, takes_content=takes_content, gives_content=gives_content,
        )  # fmt: skip
        app.add_api_route(
            path, endpoint, methods=[method], name=handler.__name__, operation_id=handler.__name__,
            description=inspect.getdoc(handler) or "", **about,
        )  # fmt: skip
        return handler

    return add


def token_hash(request: Request) -> bytes:
    """Of the login's token that the request carries; empty for none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return hash_of(token.strip()) if scheme.lower() == "bearer" else b""


async def signed_in(db: AsyncConnection, request: Request) -> Login:
    """Whose login the request carries.

    :raises Refused: ``unauthorized``.
    """
    hashed = token_hash(request)
    found = await logins.find(db, hashed) if hashed else None
    if found is None:
        raise Refused("unauthorized", {"WWW-Authenticate": "Bearer"})
    return found


def too_often(wait: int) -> None:
    """:raises Refused: ``rate_limited``, if there is something to wait for."""
    if wait:
        raise Refused("rate_limited", {"Retry-After": str(wait)}, retry_after=wait)


async def _checked(
    parts: Parts, request: Request, db: AsyncConnection, names: list[str], needs: str | None, login: bool
) -> Ask[Any]:
    if not login:
        return Ask(parts, request, None, {})
    who = await signed_in(db, request)
    keys = {name: key_of(name, request.path_params[name]) for name in names if name in PLACES}
    place = None
    if "channel" in keys:
        place = await places.of_channel(db, who.account.id, keys["channel"])
    elif "server" in keys:
        place = await places.of_server(db, who.account.id, keys["server"])
    if place is None and keys:
        _nowhere(keys)
    role = place.role if place else who.account.role
    if needs is not None and not rules.may(role, needs):
        raise Refused("forbidden")
    return Ask(parts, request, None, keys, who, place)


def _nowhere(keys: dict[str, uuid.UUID]) -> NoReturn:
    raise Refused(PLACES["channel" if "channel" in keys else "server"])


def key_of(name: str, text: str) -> uuid.UUID:
    """An id of the address.

    :raises Refused: it is none, so there is no such thing.
    """
    try:
        found = uuid.UUID(text)
    except ValueError:
        raise Refused(PLACES[name]) from None
    if str(found) != text.lower():
        raise Refused(PLACES[name])
    return found


def _annotated(handler: Handler) -> tuple[type[Any] | None, type[Any] | None]:
    hints = get_type_hints(handler)
    takes, gives = get_args(hints["ask"])[0], hints["return"]
    return (None if takes is type(None) else takes), (None if gives is type(None) else gives)


def _response(given: Any, status: int) -> Response:
    if isinstance(given, Response):
        return given
    return answer(given, status) if isinstance(given, msgspec.Struct) else Response(status_code=status)

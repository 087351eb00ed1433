"""The server end's web application: ``make_app`` puts the parts together, each route is a few lines."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

import msgspec
from fastapi import FastAPI, Request, Response

from .. import contract
from . import wire
from .accounts import Passwords, hash_of, new_token
from .errors import Refused
from .limits import Attempts
from .secrets import LiveKitKey
from .store import Account, Login, Store
from .tokens import mint
from .wire import answer, body, described


@dataclass
class Parts:
    """What the routes work with. ``livekit_url`` is where clients find the SFU; ``join_ttl`` in seconds."""

    store: Store
    key: LiveKitKey
    livekit_url: str
    join_ttl: int
    name: str = "xcord"
    passwords: Passwords = field(default_factory=Passwords)
    # Wrong passwords count per login and address (so that a stranger cannot lock somebody out); every
    # attempt counts per address, for each one costs a hash.
    failures: Attempts = field(default_factory=lambda: Attempts(5, 60))
    attempts: Attempts = field(default_factory=lambda: Attempts(120, 60))


def make_app(parts: Parts) -> FastAPI:
    """The application, ready for uvicorn."""
    app = FastAPI(
        title="xcord", version=own_version(), docs_url=None, redoc_url=None, openapi_url="/v1/openapi.json"
    )
    wire.install(app)
    wire.complete_openapi(app)
    _open(app, parts)
    _accounts(app, parts)
    _channels(app, parts)
    return app


def own_version() -> str:
    """Of the installed distribution."""
    try:
        return version("xcord")
    except PackageNotFoundError:
        return "0"


def _open(app: FastAPI, parts: Parts) -> None:
    @app.get("/healthz", **described(gives=contract.Health, login=False))
    async def health() -> Response:
        """The process answers."""
        return answer(contract.Health())

    @app.get("/v1/about", **described(gives=contract.About, login=False))
    async def about() -> Response:
        """Who this is, and which protocols it speaks."""
        return answer(
            contract.About(
                name=parts.name,
                version=own_version(),
                protocol=contract.PROTOCOL,
                oldest=contract.OLDEST_CLIENT,
            )
        )


def _accounts(app: FastAPI, parts: Parts) -> None:
    @app.post(
        "/v1/login",
        **described(takes=contract.LoginRequest, gives=contract.LoggedIn, login=False,
                    refuses=("wrong_login", "rate_limited")),
    )  # fmt: skip
    async def login(request: Request) -> Response:
        """Exchanges login and password for an opaque token."""
        asked = await body(request, contract.LoginRequest)
        account = await _check(parts, request, asked.login.lower(), asked.password)
        token = new_token()
        await parts.store.add_login(account.id, hash_of(token), asked.device)
        return answer(contract.LoggedIn(token=token, account=_info(account)))

    @app.post("/v1/logout", **described(status=204))
    async def logout(request: Request) -> Response:
        """Ends the login of the token it comes with."""
        await parts.store.end_login((await _login(parts, request)).token_hash)
        return Response(status_code=204)

    @app.post(
        "/v1/users",
        **described(
            takes=contract.NewUser,
            gives=contract.PersonInfo,
            status=201,
            refuses=("forbidden", "login_taken"),
        ),
    )
    async def add_user(request: Request) -> Response:
        """Creates an account; the owner's alone to do."""
        if (await _login(parts, request)).account.role != "owner":
            raise Refused("forbidden")
        asked = await body(request, contract.NewUser)
        made = await parts.store.add_user(asked.login, asked.name, await parts.passwords.hash(asked.password))
        return answer(contract.PersonInfo(user=str(made.id), name=made.name), 201)


def _channels(app: FastAPI, parts: Parts) -> None:
    @app.get("/v1/directory", **described(gives=contract.DirectoryAnswer))
    async def directory(request: Request) -> Response:
        """Servers, their channels, and the people in them."""
        account = (await _login(parts, request)).account
        servers = await parts.store.servers_of(account.id)
        people = await parts.store.people_near(account.id)
        return answer(
            contract.DirectoryAnswer(
                account=_info(account),
                servers=tuple(
                    contract.ServerInfo(
                        id=str(server.id),
                        name=server.name,
                        channels=tuple(
                            contract.ChannelInfo(id=str(each.id), name=each.name) for each in channels
                        ),
                    )
                    for server, channels in servers
                ),
                people=tuple(
                    contract.PersonInfo(user=str(each.id), name=each.name, avatar=each.avatar)
                    for each in people
                ),
            )
        )

    @app.post(
        "/v1/channels/{channel}/join",
        **described(takes=contract.JoinRequest, gives=contract.JoinAnswer, refuses=("no_such_channel",)),
    )
    async def join(request: Request, channel: str) -> Response:
        """A short-lived token for the channel's room on the SFU."""
        account = (await _login(parts, request)).account
        asked = await body(request, contract.JoinRequest)
        id = _uuid(channel)
        guest = None if id is None else await parts.store.guest(account, id, asked.device)
        if id is None or guest is None:
            raise Refused("no_such_channel")
        minted = mint(parts.key, guest, id, parts.join_ttl)
        return answer(
            contract.JoinAnswer(
                url=parts.livekit_url,
                token=minted.token,
                room=minted.room,
                channel=str(id),
                expires_at=minted.expires_at,
            )
        )


async def _check(parts: Parts, request: Request, login: str, password: str) -> Account:
    address = request.client.host if request.client else ""
    who = f"{login} {address}"
    wait = parts.attempts.begin(address) or parts.failures.begin(who)
    if wait:
        raise Refused("rate_limited", {"Retry-After": str(wait)}, retry_after=wait)
    wrong = False
    try:
        found = await parts.store.password_of(login) if "\0" not in login else None
        wrong = not await parts.passwords.fits(found[1] if found else None, password)
    finally:
        if not wrong:
            parts.failures.forgive(who)  # also when it was our own trouble
    if wrong or found is None:
        raise Refused("wrong_login", {"WWW-Authenticate": "Bearer"})
    if parts.passwords.outdated(found[1]):
        await parts.store.set_password(found[0].id, await parts.passwords.hash(password))
    return found[0]


async def _login(parts: Parts, request: Request) -> Login:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    login = await parts.store.login_of(hash_of(token.strip())) if scheme.lower() == "bearer" else None
    if login is None:
        raise Refused("unauthorized", {"WWW-Authenticate": "Bearer"})
    return login


def _info(account: Account) -> contract.AccountInfo:
    role = msgspec.convert(account.role, contract.Role)
    return contract.AccountInfo(user=str(account.id), login=account.login, name=account.name, role=role)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        found = uuid.UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None

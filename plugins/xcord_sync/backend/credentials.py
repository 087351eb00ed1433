"""Logins, passwords and invites' codes, with the limits that keep guessing slow."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncConnection

from .. import contract
from . import news
from .accounts import hash_of, new_token
from .asking import too_often
from .errors import Refused
from .parts import Parts
from .queries import audit, invites, logins, members, servers
from .queries.logins import Account


async def check(parts: Parts, address: str, login: str, password: str) -> Account:
    """The account, if the password is right.

    :raises Refused: ``wrong_login`` or ``rate_limited``.
    """
    who = f"{login} {address}"
    store = parts.store
    too_often(await parts.attempts.begin(store, address) or await parts.failures.begin(store, who))
    wrong = False
    try:
        found = await _find(parts, login) if "\0" not in login else None
        wrong = not await parts.passwords.fits(found[1] if found else None, password)
    finally:
        if not wrong:
            await parts.failures.forgive(store, who)  # also when it was our own trouble
    if wrong or found is None:
        raise Refused("wrong_login", {"WWW-Authenticate": "Bearer"})
    if parts.passwords.outdated(found[1]):
        newer = await parts.passwords.hash(password)
        async with parts.store.change() as db:
            await logins.set_password(db, found[0].id, newer)
    return found[0]


async def register(parts: Parts, address: str, asked: contract.Registering) -> Account:
    """A new account, with the invite that let it in accepted.

    :raises Refused: whatever stands in the way.
    """
    if parts.registration == "closed":
        raise Refused("registration_closed")
    if parts.registration == "invite" and asked.invite is None:
        raise Refused("invite_needed")
    too_often(await parts.registrations.begin(parts.store, address))
    if asked.invite is not None:
        async with guessing(parts, address), parts.store.change() as db:
            await invites.server_of(db, asked.invite)
    hashed = await parts.passwords.hash(asked.password)
    async with parts.store.change() as db:
        account = await logins.create(db, asked.login, asked.name, hashed)
        if asked.invite is not None:
            await accept(db, asked.invite, account.id)
    return account


async def accept(db: AsyncConnection, code: str, user: uuid.UUID) -> uuid.UUID:
    """Lets somebody in by an invite; one who was in already takes nothing from it. The server.

    :raises Refused: ``no_such_invite`` or ``banned``.
    """
    server = await invites.server_of(db, code)
    await servers.lock(db, server)
    if await members.let_in(db, server, user):
        await invites.use(db, code)
        await audit.note(db, user, "member.join", server, user)
        await news.of_server(db, server, [user])
    return server


@contextlib.asynccontextmanager
async def guessing(parts: Parts, address: str) -> AsyncIterator[None]:
    """What is done with an invite's code: wrong ones count against the address.

    :raises Refused: ``rate_limited``.
    """
    too_often(await parts.guesses.begin(parts.store, address))
    wrong = False
    try:
        yield
    except Refused as error:
        wrong = error.code == "no_such_invite"
        raise
    finally:
        if not wrong:
            await parts.guesses.forgive(parts.store, address)


async def begin(parts: Parts, account: Account, device: str) -> str:
    """A login's new token."""
    token = new_token()
    async with parts.store.change() as db:
        await logins.add(db, account.id, hash_of(token), device)
    return token


async def _find(parts: Parts, login: str) -> tuple[Account, str] | None:
    async with parts.store.change() as db:
        return await logins.password_of(db, login)

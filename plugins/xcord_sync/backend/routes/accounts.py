"""Accounts and logins."""

from __future__ import annotations

from functools import partial

import msgspec
from fastapi import FastAPI

from ... import contract
from .. import credentials, news
from ..asking import Ask, route
from ..parts import Parts
from ..queries import audit, logins, members
from ..queries.logins import Account


def info(account: Account) -> contract.AccountInfo:
    """The account as its person sees it."""
    return contract.AccountInfo(
        user=str(account.id),
        login=account.login,
        name=account.name,
        role=msgspec.convert(account.role, contract.Role),
        avatar=account.avatar,
    )


def add(app: FastAPI, parts: Parts) -> None:
    """Login, logout, new accounts."""

    @route(app, parts, "POST /v1/login", login=False, holds_db=False, refuses=("wrong_login", "rate_limited"))
    async def login(ask: Ask[contract.LoginRequest]) -> contract.LoggedIn:
        """Exchanges login and password for an opaque token."""
        account = await credentials.check(parts, ask.address, ask.body.login.lower(), ask.body.password)
        token = await credentials.begin(parts, account, ask.body.device)
        return contract.LoggedIn(token=token, account=info(account))

    @route(
        app, parts, "POST /v1/register", login=False, holds_db=False, status=201,
        refuses=("registration_closed", "invite_needed", "no_such_invite", "login_taken", "rate_limited"),
    )  # fmt: skip
    async def register(ask: Ask[contract.Registering]) -> contract.LoggedIn:
        """Makes an account for whoever asks, by the server end's setting, and logs it in."""
        account = await credentials.register(parts, ask.address, ask.body)
        token = await credentials.begin(parts, account, ask.body.device)
        return contract.LoggedIn(token=token, account=info(account))

    @route(app, parts, "POST /v1/logout")
    async def logout(ask: Ask[None]) -> None:
        """Ends the login of the token it comes with."""
        await logins.end(ask.db, ask.login.token_hash)
        await news.of_logins(ask.db, ask.me)

    @route(app, parts, "POST /v1/logout-everywhere")
    async def logout_everywhere(ask: Ask[None]) -> None:
        """Ends every login of the account, this one too, and its calls, whether an app hears of it or not."""
        await logins.end_all(ask.db, ask.me)
        await news.of_logins(ask.db, ask.me)
        await ask.note("account.sign_out", ask.me)
        ask.afterwards.append(partial(parts.calls.sign_out, ask.me))

    @route(
        app, parts, "POST /v1/users", needs="account.create", holds_db=False, status=201,
        refuses=("login_taken",),
    )  # fmt: skip
    async def create_user(ask: Ask[contract.NewUser]) -> contract.PersonInfo:
        """Creates an account for somebody; the owner's alone to do."""
        hashed = await parts.passwords.hash(ask.body.password)
        async with parts.store.change() as db:
            made = await logins.create(db, ask.body.login, ask.body.name, hashed)
            for server in await members.follow(db, ask.me, made.id):
                await news.of_server(db, server)
            await audit.note(db, ask.me, "account.create", None, made.id)
        return contract.PersonInfo(user=str(made.id), name=made.name)

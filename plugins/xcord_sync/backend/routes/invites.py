"""Invites."""

from __future__ import annotations

from fastapi import FastAPI

from ... import contract
from .. import credentials, news
from ..asking import Ask, route
from ..errors import Refused
from ..parts import Parts
from ..queries import invites, places, servers
from ..queries.invites import Known
from .servers import shown


def info(invite: Known) -> contract.InviteInfo:
    """An invite as moderators see it."""
    return contract.InviteInfo(
        code=invite.code,
        server=str(invite.server),
        created_by=str(invite.created_by),
        expires_at=None if invite.expires_at is None else int(invite.expires_at.timestamp()),
        uses_left=invite.uses_left,
    )


def add(app: FastAPI, parts: Parts) -> None:
    """Invites made, listed, revoked and accepted."""

    @route(app, parts, "GET /v1/servers/{server}/invites", needs="invite.list")
    async def list_invites(ask: Ask[None]) -> contract.InviteList:
        """A server's invites that can still be accepted."""
        known = await invites.every(ask.db, ask.place.server)
        return contract.InviteList(invites=tuple(info(each) for each in known))

    @route(
        app, parts, "POST /v1/servers/{server}/invites", needs="invite.create", status=201,
        refuses=("limit_reached",),
    )  # fmt: skip
    async def create_invite(ask: Ask[contract.NewInvite]) -> contract.InviteInfo:
        """Makes an invite."""
        server = ask.place.server
        await servers.lock(ask.db, server)
        made = await invites.create(ask.db, server, ask.me, ask.body.lasts, ask.body.uses)
        await ask.note("invite.create")
        await news.of_server(ask.db, server)
        return info(made)

    @route(
        app, parts, "POST /v1/servers/{server}/invites/revoke", needs="invite.revoke",
        refuses=("no_such_invite",),
    )  # fmt: skip
    async def revoke_invite(ask: Ask[contract.InviteCode]) -> None:
        """Nobody can accept the invite from now on."""
        await invites.revoke(ask.db, ask.place.server, ask.body.code)
        await ask.note("invite.revoke")
        await news.of_server(ask.db, ask.place.server)

    @route(
        app, parts, "POST /v1/invites/accept", holds_db=False,
        refuses=("no_such_invite", "banned", "rate_limited"),
    )  # fmt: skip
    async def accept_invite(ask: Ask[contract.InviteCode]) -> contract.ServerInfo:
        """Becomes a member of the invite's server."""
        async with credentials.guessing(parts, ask.address), parts.store.change() as db:
            server = await credentials.accept(db, ask.body.code, ask.me)
            seen = await places.seen_by(db, ask.me)
        for each in seen:
            if each[0].id == server:
                return shown(*each)
        raise Refused("no_such_invite")

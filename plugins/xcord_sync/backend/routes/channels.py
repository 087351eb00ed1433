"""Channels, and the way into them."""

from __future__ import annotations

import uuid
from typing import Any

from fastapi import FastAPI, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from ... import contract
from .. import news, rules
from ..asking import Ask, key_of, route, token_hash
from ..errors import Refused
from ..parts import Parts
from ..queries import joining, logins, servers
from ..queries.logins import Login
from ..tables import Channel
from ..tokens import Guest, mint
from .servers import channel_info


def add(app: FastAPI, parts: Parts) -> None:
    """Channels made, changed and deleted, and the way in."""
    _order(app, parts)

    @route(app, parts, "DELETE /v1/channels/{channel}", needs="channel.delete")
    async def delete_channel(ask: Ask[None]) -> None:
        """Deletes a channel; the call in it ends."""
        channel, server = ask.keys["channel"], ask.place.server
        await servers.lock(ask.db, server)
        await servers.drop_channel(ask.db, channel)
        await ask.note("channel.delete", channel)
        await news.of_server(ask.db, server)
        ask.afterwards.append(lambda: parts.calls.expel([channel], None, "no_such_channel"))

    @route(
        app, parts, "POST /v1/channels/{channel}/join", needs="channel.join", holds_db=False, check=_wish,
        refuses=("banned", "channel_full"),
    )  # fmt: skip
    async def join_channel(ask: Ask[contract.JoinRequest]) -> contract.JoinAnswer:
        """A short-lived token for the channel's room on the SFU."""
        account, channel, most = ask.login.account, ask.keys["channel"], ask.found.user_limit
        if ask.found.banned:
            raise Refused("banned")
        if most:
            always = rules.may(ask.place.role, "channel.join_full")
            async with parts.store.change() as db:
                if not await joining.sit(db, channel, account.id, most, always):
                    raise Refused("channel_full")
        guest = Guest(account.id, ask.body.device, account.name, account.avatar, ask.place.role)
        key, ttl = parts.minting()
        minted = mint(key, guest, channel, ttl, ask.found.asked)
        return contract.JoinAnswer(
            url=parts.livekit_url,
            token=minted.token,
            room=minted.room,
            channel=str(channel),
            expires_at=minted.expires_at,
        )


async def _wish(parts: Parts, request: Request, db: AsyncConnection) -> Ask[Any]:
    hashed, named = token_hash(request), request.path_params["channel"]
    try:
        channel = key_of("channel", named)
    except Refused:
        channel = None
    wish = await joining.look(db, hashed, channel)
    if wish is None:
        raise Refused("unauthorized", {"WWW-Authenticate": "Bearer"})
    if channel is None or wish.place is None:
        raise Refused("no_such_channel")
    if not rules.may(wish.place.role, "channel.join"):
        raise Refused("forbidden")
    if wish.use_due:
        await logins.note_use(db, hashed)
    login = Login(wish.account, hashed)
    return Ask(parts, request, None, {"channel": channel}, login, wish.place, found=wish)


def _order(app: FastAPI, parts: Parts) -> None:
    @route(
        app, parts, "POST /v1/servers/{server}/channels", needs="channel.create", status=201,
        refuses=("limit_reached",),
    )  # fmt: skip
    async def create_channel(ask: Ask[contract.NewChannel]) -> contract.ChannelInfo:
        """Adds a channel, after the others."""
        server = ask.place.server
        await servers.lock(ask.db, server)
        made = await servers.add_channel(ask.db, server, ask.body.name, ask.body.user_limit)
        await ask.note("channel.create", made.id, name=made.name)
        await news.of_server(ask.db, server)
        return channel_info(made)

    @route(app, parts, "PATCH /v1/channels/{channel}", needs="channel.edit")
    async def edit_channel(ask: Ask[contract.ChannelChange]) -> contract.ChannelInfo:
        """Changes a channel's name, limit or place among the others."""
        channel, server = ask.keys["channel"], ask.place.server
        await servers.lock(ask.db, server)
        asked = {"name": ask.body.name, "user_limit": ask.body.user_limit}
        changes = {name: value for name, value in asked.items() if value is not None}
        await servers.change_channel(ask.db, channel, **changes)
        there = await servers.channels(ask.db, server)
        if ask.body.position is not None:
            await servers.place_channel(ask.db, there, channel, ask.body.position)
            changes["position"] = ask.body.position
        await ask.note("channel.edit", channel, **changes)
        await news.of_server(ask.db, server)
        return channel_info(_found(there, channel))


def _found(there: list[Channel], channel: uuid.UUID) -> Channel:
    for each in there:
        if each.id == channel:
            return each
    raise Refused("no_such_channel")  # deleted while this waited for the lock

"""Servers."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from fastapi import FastAPI

from ... import contract
from .. import news
from ..asking import Ask, route
from ..parts import Parts
from ..queries import audit, logins, places, servers
from ..store import FIRST_CHANNELS
from ..tables import Channel, Server
from .accounts import info


def shown(server: Server, role: str, channels: Sequence[Channel]) -> contract.ServerInfo:
    """A server as a member with that role sees it."""
    return contract.ServerInfo(
        id=str(server.id),
        name=server.name,
        role=msgspec.convert(role, contract.Role),
        channels=tuple(channel_info(each) for each in channels),
    )


def channel_info(channel: Channel) -> contract.ChannelInfo:
    """A channel as its members see it."""
    return contract.ChannelInfo(id=str(channel.id), name=channel.name, user_limit=channel.user_limit)


def add(app: FastAPI, parts: Parts) -> None:
    """What an account sees, and servers made, renamed and deleted."""

    @route(app, parts, "GET /v1/directory")
    async def directory(ask: Ask[None]) -> contract.DirectoryAnswer:
        """Servers, their channels, and the people in them."""
        seen = await places.seen_by(ask.db, ask.me)
        people = await logins.near(ask.db, ask.me)
        return contract.DirectoryAnswer(
            account=info(ask.login.account),
            servers=tuple(shown(*each) for each in seen),
            people=tuple(
                contract.PersonInfo(user=str(each.id), name=each.name, avatar=each.avatar) for each in people
            ),
        )

    @route(app, parts, "POST /v1/servers", status=201, refuses=("limit_reached",))
    async def create_server(ask: Ask[contract.ServerName]) -> contract.ServerInfo:
        """Makes a server, owned by whoever asks, with one channel."""
        made = await servers.create(ask.db, ask.me, ask.body.name)
        first = await servers.add_channel(ask.db, made.id, FIRST_CHANNELS[0], 0)
        await audit.note(ask.db, ask.me, "server.create", made.id, name=ask.body.name)
        await news.of_server(ask.db, made.id, [ask.me])
        return shown(made, "owner", [first])

    @route(app, parts, "PATCH /v1/servers/{server}", needs="server.rename")
    async def rename_server(ask: Ask[contract.ServerName]) -> contract.ServerInfo:
        """Gives a server another name."""
        server = ask.place.server
        await servers.lock(ask.db, server)
        await servers.rename(ask.db, server, ask.body.name)
        await ask.note("server.rename", name=ask.body.name)
        await news.of_server(ask.db, server)
        there = await servers.channels(ask.db, server)
        return shown(Server(id=server, name=ask.body.name), ask.place.role, there)

    @route(app, parts, "DELETE /v1/servers/{server}", needs="server.delete")
    async def delete_server(ask: Ask[None]) -> None:
        """Deletes a server with its channels; calls in them end."""
        server = ask.place.server
        await servers.lock(ask.db, server)
        there = [each.id for each in await servers.channels(ask.db, server)]
        name = await servers.drop(ask.db, server)
        await ask.note("server.delete")
        await news.of_expulsion(ask.db, server, name, "no_such_server", by=ask.me)
        await news.of_server(ask.db, server)
        ask.afterwards.append(lambda: parts.calls.expel(there, None, "no_such_channel"))

"""Servers."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from fastapi import FastAPI

from ... import contract
from ..asking import Ask, route
from ..parts import Parts
from ..queries import logins, places
from ..tables import Channel, Server
from .accounts import info


def shown(server: Server, role: str, channels: Sequence[Channel]) -> contract.ServerInfo:
    """A server as a member with that role sees it."""
    return contract.ServerInfo(
        id=str(server.id),
        name=server.name,
        role=msgspec.convert(role, contract.Role),
        channels=tuple(
            contract.ChannelInfo(id=str(each.id), name=each.name, user_limit=each.user_limit)
            for each in channels
        ),
    )


def add(app: FastAPI, parts: Parts) -> None:
    """What an account sees."""

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

"""Who belongs to a server."""

from __future__ import annotations

import dataclasses

import msgspec
from fastapi import FastAPI

from ... import contract
from .. import news
from ..asking import Ask, route
from ..parts import Parts
from ..queries import members, servers
from ..queries.members import Person


def info(person: Person) -> contract.MemberInfo:
    """A member as the others see them."""
    role = msgspec.convert(person.role, contract.Role)
    return contract.MemberInfo(user=str(person.id), name=person.name, role=role, avatar=person.avatar)


def add(app: FastAPI, parts: Parts) -> None:
    """Members listed, raised, lowered and removed."""

    @route(app, parts, "GET /v1/servers/{server}/members", needs="member.list")
    async def list_members(ask: Ask[None]) -> contract.MemberList:
        """Everybody on a server, by name."""
        everybody = await members.every(ask.db, ask.place.server)
        return contract.MemberList(members=tuple(info(each) for each in everybody))

    @route(
        app, parts, "PATCH /v1/servers/{server}/members/{user}", needs="member.rank", refuses=("last_owner",)
    )
    async def change_role(ask: Ask[contract.RoleChange]) -> contract.MemberInfo:
        """Gives a member another role; nobody takes an owner's but they themselves."""
        server, user = ask.place.server, ask.keys["user"]
        await servers.lock(ask.db, server)
        person = await members.one(ask.db, server, user)
        ask.must("member.rank", over=None if user == ask.me else person.role)
        await members.set_role(ask.db, server, user, ask.body.role)
        await ask.note("member.rank", user, role=ask.body.role)
        await news.of_server(ask.db, server)
        return info(dataclasses.replace(person, role=ask.body.role))

    @route(
        app, parts, "DELETE /v1/servers/{server}/members/{user}", needs="member.leave",
        refuses=("forbidden", "last_owner"),
    )  # fmt: skip
    async def remove_member(ask: Ask[None]) -> None:
        """Removes somebody of a lower role, or oneself; their calls there end."""
        server, user = ask.place.server, ask.keys["user"]
        await servers.lock(ask.db, server)
        person = await members.one(ask.db, server, user)
        if user != ask.me:
            ask.must("member.remove", over=person.role)
            name = await servers.name_of(ask.db, server)
            await news.of_expulsion(ask.db, server, name, "no_member", user=user)
        await members.drop(ask.db, server, user)
        await ask.note("member.leave" if user == ask.me else "member.remove", user)
        await news.of_server(ask.db, server, [user])
        there = [each.id for each in await servers.channels(ask.db, server)]
        ask.afterwards.append(lambda: parts.calls.expel(there, user, "no_member"))

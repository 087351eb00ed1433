"""What those who keep order may do to people in calls, and who may not come back."""

from __future__ import annotations

import asyncio
import uuid
from functools import partial
from typing import Any

from fastapi import FastAPI
from livekit.protocol.models import ParticipantInfo, TrackSource
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from ... import contract
from .. import news, rules
from ..asking import Ask, route
from ..errors import Refused
from ..parts import Parts
from ..presence import ledger
from ..presence.book import Session
from ..presence.life import Presence
from ..presence.line import OUTAGE
from ..presence.sfu import NoAnswer
from ..presence.signals import person_of
from ..queries import members, places, servers
from ..tables import Ban, User

_SCREEN = {TrackSource.SCREEN_SHARE, TrackSource.SCREEN_SHARE_AUDIO}
SOURCES = {
    "microphone": {TrackSource.MICROPHONE},
    "camera": {TrackSource.CAMERA},
    "screen": _SCREEN,
    "all": {TrackSource.MICROPHONE, TrackSource.CAMERA} | _SCREEN,
}
PERSON = "POST /v1/channels/{channel}/people/{user}"


def add(app: FastAPI, parts: Parts) -> None:
    """Mute, move, remove; bans."""
    _people(app, parts)
    _bans(app, parts)


def _people(app: FastAPI, parts: Parts) -> None:
    @route(app, parts, f"{PERSON}/mute", needs="person.mute", refuses=("forbidden",))
    async def mute_person(ask: Ask[contract.MuteRequest]) -> None:
        """Mutes what a person sends; they can unmute themselves."""
        presence = _presence(parts)
        there = await _there(ask, presence)
        await ask.note(
            "person.mute", ask.keys["user"], channel=str(ask.keys["channel"]), source=ask.body.source
        )
        try:
            for info in await presence.sfu.people(there[0].room):
                await _mute(presence, there[0].room, info, ask.keys["user"], SOURCES[ask.body.source])
        except NoAnswer:
            raise Refused("unavailable", {"Retry-After": "2"}) from None
        ask.afterwards.append(partial(presence.warden.tell_muted, there, ask.body.source))

    @route(app, parts, f"{PERSON}/move", needs="person.move", refuses=("forbidden",))
    async def move_person(ask: Ask[contract.MoveRequest]) -> None:
        """Has a person's app join another channel of the server; who does not is removed from this one."""
        presence, channel = _presence(parts), ask.keys["channel"]
        try:
            to = uuid.UUID(ask.body.to)
        except ValueError:
            raise Refused("no_such_channel") from None
        place = await places.of_channel(ask.db, ask.me, to)
        if place is None or place.server != ask.place.server:
            raise Refused("no_such_channel")
        there = await _there(ask, presence)
        await ask.note("person.move", ask.keys["user"], channel=str(channel), to=str(to))
        if to != channel:
            ask.afterwards.append(partial(presence.warden.call, there, to))

    @route(app, parts, f"{PERSON}/remove", needs="person.remove", refuses=("forbidden",))
    async def remove_person(ask: Ask[None]) -> None:
        """Ends a person's call. A token from before lets them in no more, a new one does."""
        presence, channel, user = _presence(parts), ask.keys["channel"], ask.keys["user"]
        await _there(ask, presence)
        await ask.note("person.remove", user, channel=str(channel))
        ask.afterwards.append(partial(presence.expel, [channel], user, "removed"))


def _bans(app: FastAPI, parts: Parts) -> None:
    @route(app, parts, "GET /v1/servers/{server}/bans", needs="ban.list")
    async def list_bans(ask: Ask[None]) -> contract.BanList:
        """Who may not come back."""
        query = (
            select(User.id, User.name, Ban.reason, Ban.created_at)
            .join_from(Ban, User, Ban.user_id == User.id)
            .where(Ban.server_id == ask.place.server)
            .order_by(Ban.created_at.desc(), User.id)
        )
        rows = (await ask.db.execute(query)).all()
        return contract.BanList(
            bans=tuple(
                contract.BanInfo(user=str(id), name=name, reason=reason, at=int(at.timestamp()))
                for id, name, reason, at in rows
            )
        )

    @route(app, parts, "POST /v1/servers/{server}/bans/{user}", needs="ban.create", refuses=("forbidden",))
    async def ban_person(ask: Ask[contract.BanRequest]) -> None:
        """Removes somebody of a lower role, and lets them back in by no invite; their calls there end."""
        server, user = ask.place.server, ask.keys["user"]
        await servers.lock(ask.db, server)
        await _must(ask, "ban.create")
        await members.drop(ask.db, server, user)
        row = {"by": ask.me, "reason": ask.body.reason}
        new = insert(Ban).values(server_id=server, user_id=user, **row)
        await ask.db.execute(new.on_conflict_do_update(index_elements=["server_id", "user_id"], set_=row))
        await ask.note("ban.create", user, reason=ask.body.reason)
        name = await servers.name_of(ask.db, server)
        await news.of_expulsion(ask.db, server, name, "banned", user=user)
        await news.of_server(ask.db, server, [user])
        there = [each.id for each in await servers.channels(ask.db, server)]
        ask.afterwards.append(partial(parts.calls.expel, there, user, "banned"))

    @route(app, parts, "DELETE /v1/servers/{server}/bans/{user}", needs="ban.delete")
    async def lift_ban(ask: Ask[None]) -> None:
        """Lets somebody come back, by an invite."""
        server, user = ask.place.server, ask.keys["user"]
        theirs = (Ban.server_id == server, Ban.user_id == user)
        lifted = delete(Ban).where(*theirs).returning(Ban.user_id)
        if (await ask.db.execute(lifted)).first() is None:
            raise Refused("no_such_member")
        await ask.note("ban.delete", user)


def _presence(parts: Parts) -> Presence:
    if parts.presence is None:
        raise Refused("unavailable", {"Retry-After": "2"})
    return parts.presence


async def _must(ask: Ask[Any], action: str) -> None:
    """Nobody acts over somebody of their own rank or a higher one.

    :raises Refused: ``no_such_member``, ``forbidden``.
    """
    person = await members.one(ask.db, ask.place.server, ask.keys["user"])
    if not rules.may(ask.place.role, action, person.role):
        raise Refused("forbidden")


async def _there(ask: Ask[Any], presence: Presence) -> list[Session]:
    """The person's sessions in the channel.

    :raises Refused: ``forbidden``; ``no_such_member`` also when they are not in the call.
    """
    needs = {"mute": "person.mute", "move": "person.move", "remove": "person.remove"}
    if ask.keys["user"] != ask.me:
        await _must(ask, needs[ask.request.url.path.rpartition("/")[2]])
    try:
        found = await ledger.of_people(presence.line, [ask.keys["channel"]], ask.keys["user"])
    except OUTAGE:
        raise Refused("unavailable", {"Retry-After": "2"}) from None
    if not found:
        raise Refused("no_such_member")
    return found


async def _mute(
    presence: Presence, room: str, info: ParticipantInfo, user: uuid.UUID, sources: set[Any]
) -> None:
    person = person_of(info)
    if person is not None and person.user == user:
        tracks = [each.sid for each in info.tracks if each.source in sources and not each.muted]
        await asyncio.gather(*(presence.sfu.mute(room, info.identity, track) for track in tracks))

"""Calling somebody into the channel where one is."""

from __future__ import annotations

from fastapi import FastAPI

from ... import contract
from .. import news
from ..asking import Ask, route, too_often
from ..errors import Refused
from ..parts import Parts
from ..queries import members, ringing

RING = "/v1/channels/{channel}/people/{user}/ring"


def add(app: FastAPI, parts: Parts) -> None:
    """Call, and end that."""

    @route(
        app, parts, f"POST {RING}", needs="person.ring", holds_db=False,
        refuses=("not_in_call", "already_in_call", "being_called", "rate_limited"),
    )  # fmt: skip
    async def ring_person(ask: Ask[None]) -> contract.RingAnswer:
        """Calls a member of the server into the channel whose call one is in. Their apps are told; nothing is
        kept of it. Asked again while it is out, it is the same ring, for as long as it had left."""
        channel, user = ask.keys["channel"], ask.keys["user"]
        too_often(await parts.rings.begin(parts.store, str(ask.me)))
        too_often(await parts.rings_of_one.begin(parts.store, f"{ask.me} {user}"))
        async with parts.store.change() as db:
            await members.one(db, ask.place.server, user)
            here = await ringing.present(db, channel, (ask.me, user))
            if ask.me not in here:
                raise Refused("not_in_call")
            if user in here:
                raise Refused("already_in_call")
            seconds = await ringing.begin(db, channel, user, ask.me)
            if seconds is None:
                raise Refused("being_called")
            word = contract.RingBegun(channel=str(channel), by=str(ask.me), seconds=seconds)
            await news.of_person(db, user, word)
        return contract.RingAnswer(seconds=seconds)

    @route(app, parts, f"DELETE {RING}", needs="person.ring", refuses=("no_such_ring",))
    async def end_ring(ask: Ask[None]) -> None:
        """Takes a call back, or declines one: which, follows from whose request it is. Both are told."""
        channel, user = ask.keys["channel"], ask.keys["user"]
        by = await ringing.end(ask.db, channel, user, ask.me)
        if by is None:
            raise Refused("no_such_ring")
        reason = "declined" if user == ask.me else "cancelled"
        word = contract.RingOver(channel=str(channel), user=str(user), by=str(by), reason=reason)
        for each in (by, user):
            await news.of_person(ask.db, each, word)

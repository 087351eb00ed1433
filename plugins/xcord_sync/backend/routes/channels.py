"""Channels, and the way into them."""

from __future__ import annotations

from fastapi import FastAPI

from ... import contract
from .. import rules
from ..asking import Ask, route
from ..errors import Refused
from ..parts import Parts
from ..queries import places
from ..tokens import Guest, mint


def add(app: FastAPI, parts: Parts) -> None:
    """The way in."""

    @route(
        app, parts, "POST /v1/channels/{channel}/join", needs="channel.join",
        refuses=("banned", "channel_full"),
    )  # fmt: skip
    async def join_channel(ask: Ask[contract.JoinRequest]) -> contract.JoinAnswer:
        """A short-lived token for the channel's room on the SFU."""
        room = await places.room(ask.db, ask.me, ask.place)
        if room.banned:
            raise Refused("banned")
        full = 0 < room.user_limit <= room.others
        if full and not rules.may(ask.place.role, "channel.join_full"):
            raise Refused("channel_full")
        account, channel = ask.login.account, ask.keys["channel"]
        guest = Guest(account.id, ask.body.device, account.name, account.avatar, ask.place.role)
        minted = mint(parts.key, guest, channel, parts.join_ttl)
        return contract.JoinAnswer(
            url=parts.livekit_url,
            token=minted.token,
            room=minted.room,
            channel=str(channel),
            expires_at=minted.expires_at,
        )

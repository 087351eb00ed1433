"""Join tokens: what lets one device into one room of the SFU, for a short time."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
from livekit.api import AccessToken, VideoGrants
from livekit.protocol.room import RoomConfiguration

from .rules import RANKS
from .secrets import LiveKitKey

EMPTY_ROOM_LIVES = 60  # seconds; longer than an SDK tries to come back
_TALK = VideoGrants(
    room_join=True,
    can_subscribe=True,
    can_publish=True,
    can_publish_sources=["microphone", "camera", "screen_share", "screen_share_audio"],
    can_publish_data=True,
)
#: What each role may do in a room, of which the token names one. All may the same, for a token outlives a
#: demotion: what only some may do is asked of the server end, which knows today's roles (``rules``).
#: Nobody may change their own metadata, which names them.
GRANTS = dict.fromkeys(RANKS, _TALK)


@dataclass(frozen=True)
class Guest:
    """Who is let in. ``role`` is the one on the channel's server."""

    user: uuid.UUID
    device: str
    name: str
    avatar: str
    role: str


@dataclass(frozen=True)
class Minted:
    """A token with its room and its end in seconds since the epoch."""

    token: str
    room: str
    expires_at: int


def room_of(channel: uuid.UUID) -> str:
    """The SFU's name of a channel's room."""
    return f"vc_{channel}"


def mint(key: LiveKitKey, guest: Guest, channel: uuid.UUID, ttl: int, asked: datetime) -> Minted:
    """Signs a token. ``ttl`` in seconds counts for the first connect; the SFU renews it while connected.
    ``asked``: when it was asked for, by a clock that all instances share."""
    room = room_of(channel)
    # The SFU renews tokens with their metadata, so this stays the time at which the person asked for the
    # call, whatever reconnects the SDK makes: the device that asked last keeps it.
    about = {"name": guest.name, "avatar": guest.avatar, "asked": int(asked.timestamp() * 1000)}
    token = (
        AccessToken(key.key, key.secret)
        .with_identity(f"{guest.user}:{guest.device}")
        .with_name(guest.name)
        .with_metadata(msgspec.json.encode(about).decode())
        .with_grants(replace(GRANTS[guest.role], room=room))
        .with_room_config(RoomConfiguration(departure_timeout=EMPTY_ROOM_LIVES))
        .with_ttl(timedelta(seconds=ttl))
        .to_jwt()
    )
    return Minted(token, room, int(time.time()) + ttl)

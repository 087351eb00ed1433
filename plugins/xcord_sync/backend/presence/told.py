"""A webhook's body, as far as we need it.

Read into a few fields by msgspec, since protobuf's own reader of JSON takes ten times as long, and by
protobuf's where the body makes use of what its JSON allows beyond what livekit-server writes.
"""

from __future__ import annotations

import msgspec
from google.protobuf.json_format import Parse, ParseError
from livekit.protocol.webhook import WebhookEvent


class Room(msgspec.Struct, frozen=True):
    """As ``livekit.Room``."""

    sid: str = ""
    name: str = ""


class Participant(msgspec.Struct, frozen=True, rename="camel"):
    """As ``livekit.ParticipantInfo``; times in seconds and milliseconds since the epoch."""

    sid: str = ""
    identity: str = ""
    metadata: str = ""
    joined_at: int = 0
    joined_at_ms: int = 0


class Told(msgspec.Struct, frozen=True, rename="camel"):
    """As ``livekit.WebhookEvent``; ``event`` is the kind."""

    event: str = ""
    id: str = ""
    created_at: int = 0
    room: Room = Room()
    participant: Participant = Participant()


_DECODER = msgspec.json.Decoder(Told, strict=False)  # protobuf writes 64-bit numbers as text


def read(body: bytes) -> Told | None:
    """What a body tells; ``None`` when it is no webhook event."""
    try:
        return _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        event = Parse(body.decode("utf-8"), WebhookEvent(), ignore_unknown_fields=True)
    except (ParseError, UnicodeDecodeError, ValueError, RecursionError):
        return None
    who = event.participant
    return Told(
        event.event,
        event.id,
        event.created_at,
        Room(event.room.sid, event.room.name),
        Participant(who.sid, who.identity, who.metadata, who.joined_at, who.joined_at_ms),
    )

"""What the SFU says about somebody in a room, without what we do not need."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from livekit.protocol.models import ParticipantInfo
from livekit.protocol.webhook import WebhookEvent

from .told import Participant, Told

ROOM = re.compile(r"vc_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
IDENTITY = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([A-Za-z0-9_-]{1,64})")

CAME = frozenset({"participant_joined", "track_published"})  # both prove that somebody is there
WENT = frozenset({"participant_left", "participant_connection_aborted"})
ENDED = frozenset({"room_finished"})


@dataclass(frozen=True)
class Person:
    """A participant of ours. ``since`` is when the person asked for the call: an SDK that reconnects by
    itself comes back with the same one, for its token is renewed from the first."""

    participant_sid: str
    user: uuid.UUID
    device: str
    since: datetime


@dataclass(frozen=True)
class Signal:
    """A webhook about a room of ours. ``person`` is there for what concerns one."""

    kind: str
    room: str
    room_sid: str
    channel: uuid.UUID
    at: datetime
    person: Person | None = None


def channel_of(room: str) -> uuid.UUID | None:
    """The channel whose call it is; ``None`` for a room of somebody else."""
    found = ROOM.fullmatch(room)
    return uuid.UUID(found[1]) if found else None


def person_of(info: ParticipantInfo | Participant) -> Person | None:
    """A participant as one of our people; ``None`` for anything else in the room (recorders, agents)."""
    found = IDENTITY.fullmatch(info.identity)
    if found is None or not info.sid or "\0" in info.sid:
        return None
    joined = info.joined_at_ms or info.joined_at * 1000
    return Person(info.sid, uuid.UUID(found[1]), found[2], _moment(_asked(info.metadata) or joined))


def signal_of(event: WebhookEvent | Told) -> Signal | None:
    """What a webhook tells; ``None`` when it does not concern who is in a call of ours."""
    channel = channel_of(event.room.name)
    if (
        channel is None
        or not event.room.sid
        or "\0" in event.room.sid
        or event.event not in CAME | WENT | ENDED
    ):
        return None
    person = None if event.event in ENDED else person_of(event.participant)
    if person is None and event.event not in ENDED:
        return None
    return Signal(
        event.event, event.room.name, event.room.sid, channel, _moment(event.created_at * 1000), person
    )


def _asked(metadata: str) -> int:
    """Milliseconds since the epoch, from the metadata that the join token carried; 0 when not told."""
    try:
        told = json.loads(metadata) if metadata else {}
    except ValueError:
        return 0
    asked = told.get("asked") if isinstance(told, dict) else None
    return asked if isinstance(asked, int) else 0


def _moment(milliseconds: int) -> datetime:
    """Bounded, since a date beyond the calendar must not stop what comes after it."""
    return datetime.fromtimestamp(min(max(milliseconds, 0), 4_000_000_000_000) / 1000, UTC)

"""Webhooks as livekit-server makes them: protojson bodies, signed by the hash claim of a short JWT."""

from __future__ import annotations

import base64
import hashlib
import time
import uuid
from datetime import timedelta

from google.protobuf.json_format import MessageToJson
from livekit.api import AccessToken
from livekit.protocol.models import ParticipantInfo, Room, TrackInfo
from livekit.protocol.webhook import WebhookEvent

KEY, SECRET = "key", "s" * 40
CHANNEL = uuid.UUID("7f3c1c0a-6f0c-4a37-8f57-0d8d5a3f0001")
USER = uuid.UUID("7f3c1c0a-6f0c-4a37-8f57-0d8d5a3f0002")


def event(
    kind: str,
    participant_sid: str = "PA_1",
    *,
    user: uuid.UUID = USER,
    device: str = "desk",
    channel: uuid.UUID = CHANNEL,
    room_sid: str = "RM_1",
    id: str = "",
    at: int | None = None,
    joined_ms: int = 1_700_000_000_000,
    metadata: str = "",
) -> WebhookEvent:
    """One webhook."""
    made = WebhookEvent(
        event=kind,
        id=id or f"EV_{uuid.uuid4().hex[:12]}",
        created_at=int(time.time()) if at is None else at,
        room=Room(sid=room_sid, name=f"vc_{channel}"),
    )
    if not kind.startswith("room_"):
        made.participant.CopyFrom(
            ParticipantInfo(
                sid=participant_sid,
                identity=f"{user}:{device}",
                state=ParticipantInfo.State.ACTIVE,
                joined_at=joined_ms // 1000,
                joined_at_ms=joined_ms,
                metadata=metadata,
            )
        )
    if kind.startswith("track_"):
        made.track.CopyFrom(TrackInfo(sid="TR_1"))
    return made


def body_of(made: WebhookEvent) -> bytes:
    """As it goes over the wire."""
    return MessageToJson(made, indent=None).encode()


def signed(
    body: bytes, key: str = KEY, secret: str = SECRET, ttl: float = 300, hash: bytes | None = None
) -> str:
    """The header ``Authorization`` for a body."""
    claim = base64.b64encode(hashlib.sha256(body).digest() if hash is None else hash).decode()
    return AccessToken(key, secret).with_ttl(timedelta(seconds=ttl)).with_sha256(claim).to_jwt()

"""What a connection reports, in our words. ``room.py`` makes them; nothing else knows the SDK's events.

``identity`` is ``<user>:<device>``; ``sid`` names one connection of it, ``track_sid`` one track.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .roster import TrackKind


@dataclass(frozen=True)
class Connected:
    """``connect()`` succeeded. ``may_publish`` is false if the token forbids a microphone; ``seen`` is
    everything that is there, as if it had just been reported."""

    identity: str
    name: str
    metadata: str
    room: str
    may_publish: bool = True
    seen: tuple[LinkEvent, ...] = ()


@dataclass(frozen=True)
class PersonSeen:
    """Somebody is there, or changed name or metadata."""

    identity: str
    sid: str
    name: str
    metadata: str


@dataclass(frozen=True)
class PersonReady:
    """Somebody can receive data packets now."""

    identity: str


@dataclass(frozen=True)
class PersonGone:
    identity: str
    sid: str


@dataclass(frozen=True)
class TrackSeen:
    """A track is published, or was muted or unmuted."""

    identity: str
    sid: str
    track_sid: str
    kind: TrackKind
    muted: bool


@dataclass(frozen=True)
class TrackGone:
    identity: str
    sid: str
    track_sid: str


@dataclass(frozen=True)
class Published:
    """What a publisher says of a video: its full size in pixels (0 if unknown), whether there are smaller
    layers of it, codec in small letters."""

    width: int = 0
    height: int = 0
    layered: bool = False
    codec: str = ""


@dataclass(frozen=True)
class TrackStarted:
    """A track can be received; ``track`` is the SDK's own object."""

    identity: str
    sid: str
    track_sid: str
    kind: TrackKind
    track: Any
    published: Published = Published()


@dataclass(frozen=True)
class TrackStopped:
    """A track is not received any more. ``sid`` may be empty."""

    identity: str
    sid: str
    track_sid: str


@dataclass(frozen=True)
class QualityChanged:
    identity: str
    grade: str


@dataclass(frozen=True)
class PacketReceived:
    """A data packet; ``identity`` is empty if the server sent it."""

    identity: str
    topic: str
    data: bytes


@dataclass(frozen=True)
class SdkReconnecting:
    pass


@dataclass(frozen=True)
class SdkReconnected:
    """``seen`` is everything that is there now, as if it had just been reported."""

    seen: tuple[LinkEvent, ...]


@dataclass(frozen=True)
class SdkDropped:
    """The connection is over and the SDK does nothing more about it."""

    reason: str


LinkEvent = (
    Connected | PersonSeen | PersonReady | PersonGone | TrackSeen | TrackGone | TrackStarted | TrackStopped
    | QualityChanged | PacketReceived | SdkReconnecting | SdkReconnected | SdkDropped
)  # fmt: skip

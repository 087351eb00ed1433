"""Who is in the call. Pure: every method is told the time.

People are keyed by user, so a new connection of somebody who only reconnected takes its place silently.
A vanished person stays, dimmed, through a grace time: on the wire a reconnect looks exactly like a leave
(it is reported as None, CLIENT_INITIATED, SERVER_SHUTDOWN, MIGRATION, ...).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from xcord import Person, Profile

BLINK = 0.3  # seconds for which a vanished person is not even dimmed: a full reconnect takes less
GRACE = 3.0  # seconds a vanished person stays
OWN_GRACE = 10.0  # seconds after our own recovery
NAME_LENGTH = 256

TrackKind = Literal["microphone", "camera", "screen", "screen_audio"]


def user_of(identity: str) -> str:
    """The user in ``<user>:<device>``."""
    return identity.partition(":")[0]


@dataclass
class Track:
    kind: TrackKind
    muted: bool


@dataclass
class Connection:
    """One participant: a user's connection by sid."""

    identity: str
    sid: str
    tracks: dict[str, Track] = field(default_factory=dict)


@dataclass
class Member:
    """A user. ``gone_at`` is when the last connection vanished, None while there is one."""

    user: str
    name: str
    avatar: str
    connections: dict[str, Connection] = field(default_factory=dict)
    deafened: bool = False
    gone_at: float | None = None
    muted: bool = False
    camera: bool = False
    screen: bool = False

    def refresh(self) -> None:
        """Takes over what the present tracks say; while there is no connection the last values stay."""
        if not self.connections:
            return
        tracks = [track for connection in self.connections.values() for track in connection.tracks.values()]
        microphones = [track for track in tracks if track.kind == "microphone"]
        self.muted = bool(microphones) and all(track.muted for track in microphones)
        self.camera = any(track.kind == "camera" and not track.muted for track in tracks)
        self.screen = any(track.kind == "screen" and not track.muted for track in tracks)


class Roster:
    """The other people of one call; the own person is added by the caller."""

    def __init__(self) -> None:
        self._members: dict[str, Member] = {}
        self._away = False
        self._back_at = float("-inf")

    def clear(self) -> None:
        """Another call begins: nobody of the last one is known here."""
        self._members.clear()
        self._away = False
        self._back_at = float("-inf")

    # -- our own connection ----------------------------------------------------------------------------

    def away(self, now: float) -> None:
        """Our own connection is being saved, or is lost: nobody's absence means anything."""
        self._away = True

    def lost(self, now: float) -> None:
        """Our own connection ended: all others are dimmed until we are back and see them."""
        self.away(now)
        for member in self._members.values():
            member.connections.clear()
            if member.gone_at is None:
                member.gone_at = now - BLINK

    def back(self, now: float) -> None:
        """We are connected (again)."""
        if self._away:
            self._back_at = now
        self._away = False

    # -- others ----------------------------------------------------------------------------------------

    def joined(self, now: float, identity: str, sid: str, name: str = "", metadata: str = "") -> None:
        """A participant is there, or its name changed."""
        user = user_of(identity)
        shown, avatar = describe(identity, name, metadata)
        member = self._members.get(user)
        if member is None:
            member = self._members[user] = Member(user, shown, avatar)
        member.name, member.avatar, member.gone_at = shown, avatar, None
        for known in [known for known in member.connections.values() if known.identity == identity]:
            if known.sid != sid:
                del member.connections[known.sid]
        if sid not in member.connections:
            member.connections[sid] = Connection(identity, sid)

    def left(self, now: float, identity: str, sid: str) -> None:
        """A participant vanished; the sid of an older connection changes nothing."""
        member = self._members.get(user_of(identity))
        if member is None or member.connections.pop(sid, None) is None:
            return
        member.refresh()
        if not member.connections:
            member.gone_at = now

    def keep(self, now: float, sids: set[str]) -> None:
        """Only these connections are there; all others vanished unseen."""
        for member in list(self._members.values()):
            for known in [known for known in member.connections.values() if known.sid not in sids]:
                self.left(now, known.identity, known.sid)

    def leaving(self, identity: str) -> None:
        """A participant said that it leaves on purpose: no grace time."""
        member = self._members.get(user_of(identity))
        if member is None:
            return
        for sid in [sid for sid, known in member.connections.items() if known.identity == identity]:
            del member.connections[sid]
        if not member.connections:
            del self._members[member.user]
        else:
            member.refresh()

    def left_on_purpose(self, identity: str) -> None:
        """Somebody who vanished had said so: no grace time. Whoever is there is not affected."""
        member = self._members.get(user_of(identity))
        if member is not None and member.gone_at is not None and not self._away:
            del self._members[member.user]

    def track(self, identity: str, sid: str, track_sid: str, kind: TrackKind, muted: bool) -> None:
        """A track is published, or was muted or unmuted."""
        if (found := self._find(identity, sid)) is not None:
            found[1].tracks[track_sid] = Track(kind, muted)
            found[0].refresh()

    def untrack(self, identity: str, sid: str, track_sid: str) -> None:
        """A track is no longer published."""
        if (found := self._find(identity, sid)) is not None:
            found[1].tracks.pop(track_sid, None)
            found[0].refresh()

    def sends(self, sid: str, track_sid: str) -> bool:
        """Whether a connection's track is there and not muted, so that something should come of it."""
        for member in self._members.values():
            if (connection := member.connections.get(sid)) and (track := connection.tracks.get(track_sid)):
                return not track.muted
        return False

    def deafened(self, identity: str, on: bool) -> None:
        """A participant said whether it hears us."""
        if (member := self._members.get(user_of(identity))) is not None:
            member.deafened = on

    def _find(self, identity: str, sid: str) -> tuple[Member, Connection] | None:
        member = self._members.get(user_of(identity))
        connection = member.connections.get(sid) if member else None
        return (member, connection) if member and connection else None

    # -- time and result -------------------------------------------------------------------------------

    def expire(self, now: float) -> float | None:
        """Removes those whose grace time is over; returns when something changes next, if at all."""
        moments: list[float] = []
        for member in list(self._members.values()):
            if member.gone_at is None:
                continue
            until = max(member.gone_at + GRACE, self._back_at + OWN_GRACE)
            if member.gone_at + BLINK > now:
                moments.append(member.gone_at + BLINK)
            elif self._away:
                continue
            elif until > now:
                moments.append(until)
            else:
                del self._members[member.user]
        return min(moments, default=None)

    def people(self, now: float, profiles: Mapping[str, Profile]) -> tuple[Person, ...]:
        """Everybody, in the order in which they came; the directory's names win."""
        return tuple(_person(now, member, profiles.get(member.user)) for member in self._members.values())


def _person(now: float, member: Member, profile: Profile | None) -> Person:
    return Person(
        user=member.user,
        name=profile.name if profile else member.name,
        avatar=profile.avatar if profile else member.avatar,
        muted=member.muted,
        deafened=member.deafened,
        camera=member.camera,
        screen=member.screen,
        present=member.gone_at is None or now < member.gone_at + BLINK,
    )


def describe(identity: str, name: str, metadata: str) -> tuple[str, str]:
    """Name and avatar from the token's metadata, else LiveKit's name, else the user."""
    try:
        said = json.loads(metadata) if metadata else {}
    except ValueError:
        said = {}
    if not isinstance(said, dict):
        said = {}
    shown, avatar = said.get("name"), said.get("avatar")
    shown = shown if isinstance(shown, str) and shown.strip() else name or user_of(identity)
    return shown[:NAME_LENGTH], avatar if isinstance(avatar, str) else ""

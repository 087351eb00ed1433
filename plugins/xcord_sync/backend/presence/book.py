"""What signals mean for the sessions that are known: pure, and the same in whatever order they come.

A session is one participant sid in one room sid. It begins at most once and ends at most once, and what
has ended stays ended: a ``joined`` that arrives after its ``left`` is too late to change anything. A
``left`` of nobody known is kept as an ended session for the same reason, and a room that finished as an
ended session without a participant (sid ``""``). So lost, doubled and reordered webhooks cannot leave a
wrong session behind, only a missing or a stale one, which the SFU's list then corrects (``compare``).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from .signals import ENDED, WENT, Signal

NOBODY = uuid.UUID(int=0)
Key = tuple[str, str]  # room sid, participant sid


@dataclass(frozen=True)
class Session:
    """A row of ``voice_sessions``; here while ``left_at`` is ``None``."""

    room_sid: str
    participant_sid: str
    room: str
    channel: uuid.UUID
    user: uuid.UUID
    device: str
    since: datetime
    left_at: datetime | None = None
    source: Literal["webhook", "reconcile"] = "webhook"

    @property
    def key(self) -> Key:
        """By which it is known."""
        return self.room_sid, self.participant_sid

    @property
    def here(self) -> bool:
        """Whether the person is in the call by it."""
        return self.left_at is None


@dataclass
class Outcome:
    """``written``: the sessions that are other than before. ``doubled`` said what was known; ``late`` said
    what was over already."""

    written: dict[Key, Session] = field(default_factory=dict)
    doubled: int = 0
    late: int = 0


def apply(known: Mapping[Key, Session], signals: Iterable[Signal]) -> Outcome:
    """Takes signals in the order in which they arrived.

    :param known: at least the sessions of the signals' own keys, the finished rooms among theirs, and the
        open sessions of the rooms that finish.
    """
    outcome = Outcome()
    sessions = dict(known)

    def write(session: Session) -> None:
        sessions[session.key] = outcome.written[session.key] = session

    for signal in signals:
        if signal.kind in ENDED:
            _finish(sessions, signal, outcome, write)
            continue
        session = _session(signal)
        before = sessions.get(session.key)
        over = (signal.room_sid, "") in sessions
        if signal.kind in WENT:
            if before is None:
                write(replace(session, left_at=signal.at))
            elif before.here:
                write(replace(before, left_at=signal.at))
            else:
                outcome.doubled += 1
        elif before is None and not over:
            write(session)
        elif before is not None and before.here:
            outcome.doubled += signal.kind == "participant_joined"
        else:
            outcome.late += 1
    return outcome


def guess(signals: Iterable[Signal]) -> dict[Key, Session]:
    """What is most likely known around signals: nothing of who comes, of everybody else that they are here
    and nowhere else, and that nobody is left in a room that finishes."""
    first: dict[Key, Session | None] = {}
    for signal in signals:
        if signal.person is not None:
            session = _session(signal)
            first.setdefault(session.key, None if signal.kind == "participant_joined" else session)
    return {key: session for key, session in first.items() if session is not None}


def _finish(sessions: dict[Key, Session], signal: Signal, outcome: Outcome, write: object) -> None:
    assert callable(write)
    end = Session(signal.room_sid, "", signal.room, signal.channel, NOBODY, "", signal.at, left_at=signal.at)
    if end.key in sessions:
        outcome.doubled += 1
        return
    for session in list(sessions.values()):
        if session.room_sid == signal.room_sid and session.here:
            write(replace(session, left_at=signal.at))
    write(end)


def _session(signal: Signal) -> Session:
    person = signal.person
    assert person is not None
    return Session(
        signal.room_sid,
        person.participant_sid,
        signal.room,
        signal.channel,
        person.user,
        person.device,
        person.since,
    )


@dataclass(frozen=True)
class Change:
    """Somebody is in a channel who was not before (``here``), or the other way round."""

    channel: uuid.UUID
    user: uuid.UUID
    device: str
    here: bool


def changes(before: Mapping[Key, Session], written: Mapping[Key, Session]) -> list[Change]:
    """What others see of it: per person and channel, whatever the number of devices and sids, so that a
    reconnect (a new sid before the old one's ``left``) shows nothing.

    :param before: all open sessions of the users concerned, at least.
    """
    after = {**before, **written}
    touched = {(session.channel, session.user): session for session in written.values()}
    was, now = _present(before), _present(after)
    return [
        Change(channel, user, session.device, (channel, user) in now)
        for (channel, user), session in touched.items()
        if user != NOBODY and ((channel, user) in was) != ((channel, user) in now)
    ]


def _present(sessions: Mapping[Key, Session]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    return {(session.channel, session.user) for session in sessions.values() if session.here}


@dataclass(frozen=True)
class Takeover:
    """The same person's call on another device: ``old`` has to go."""

    old: Session
    new: Session


def takeovers(open_sessions: Iterable[Session]) -> list[Takeover]:
    """Of each person's devices the one that asked last keeps the call. Two sids of one device are a
    reconnect or a change of channel, which the SFU and the app settle themselves."""
    by_user: dict[uuid.UUID, list[Session]] = {}
    for session in open_sessions:
        by_user.setdefault(session.user, []).append(session)
    found = []
    for sessions in by_user.values():
        newest = max(sessions, key=lambda session: (session.since, session.device))
        found += [Takeover(each, newest) for each in sessions if each.device != newest.device]
    return found

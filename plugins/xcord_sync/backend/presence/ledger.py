"""Sessions and changes in the database, each writer's by one version of all.

A writer reads, decides, and writes only if the version is still the one that it read; the row that holds it
is locked by the same statement. So nobody decides on what is not so any more, and the numbers of changes
become visible in their order: who has seen number 7 has seen all before it. No lock is held between two
statements, apart from a writer's that came too late twice.

Webhooks mostly tell what was to be expected, so their writer first decides on what it guesses to be there,
and writes if that is just what is there: one statement instead of two. Nothing else is different about it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from . import book
from .book import Change, Key, Session
from .compare import Corrections, still_due
from .line import Line
from .signals import ENDED, Signal
from .statements import ALONE, AROUND, KNOWN, OPEN, OVER, STORE, WRITE, WRITE_IF_GUESSED
from .webhooks import Received

TRIES = 2  # that read and then write, without a lock

Batch = Sequence[tuple[Received, Signal | None]]
_About = tuple[list[list[str]], list[uuid.UUID], list[uuid.UUID]]  # keys, people, channels that finish


@dataclass
class Applied:
    """What a batch came to. ``came``: sessions that began; ``here``: all open ones of their people."""

    doubled: int = 0
    late: int = 0
    written: int = 0
    changed: int = 0
    came: list[Session] = field(default_factory=list)
    here: list[Session] = field(default_factory=list)


_Decide = Callable[[Mapping[Key, Session], set[str]], tuple[dict[Key, Session], Applied]]


async def take(line: Line, batch: Batch) -> Applied:
    """Keeps webhooks as they came and applies those that are new, in one transaction: with its commit they
    are on disk, and their changes on the way to all instances.

    :param line: one whose patience with locks is short.
    :raises asyncpg.LockNotAvailableError: another writer takes long; nothing is kept.
    """
    whole = {received.id: signal for received, signal in batch}
    events = _events([(received, False) for received, _ in batch])
    signals = {id: signal for id, signal in whole.items() if signal is not None}

    def decide(known: Mapping[Key, Session], kept: set[str]) -> tuple[dict[Key, Session], Applied]:
        outcome = book.apply(known, [signal for id, signal in signals.items() if id not in kept])
        twice = len(batch) - len(whole.keys() - kept)
        return outcome.written, Applied(outcome.doubled + twice, outcome.late)

    guess = book.guess(signals.values())
    return await _change(line, _about(signals.values()), decide, events, guess=guess)


async def store(line: Line, batch: Batch) -> set[str]:
    """Only keeps webhooks, to be applied later. The ids that were new."""
    events = _events([(received, signal is not None) for received, signal in batch])
    async with line.use() as db:
        return {row["id"] for row in await db.fetch(STORE, *events)}


async def apply(line: Line, batch: Mapping[str, Signal]) -> Applied:
    """Applies signals by the ids of their webhooks, which were kept before. Doing it twice does no harm."""

    def decide(known: Mapping[Key, Session], _: set[str]) -> tuple[dict[Key, Session], Applied]:
        outcome = book.apply(known, batch.values())
        return outcome.written, Applied(outcome.doubled, outcome.late)

    return await _change(line, _about(batch.values()), decide, _events([]), waited=list(batch))


async def correct(line: Line, found: Corrections, over: Mapping[Key, Session]) -> Applied:
    """Writes what two looks agreed on, as far as it is still due (``compare.still_due``)."""

    def decide(known: Mapping[Key, Session], _: set[str]) -> tuple[dict[Key, Session], Applied]:
        return still_due(found, known, over), Applied()

    sessions = [*found.came, *found.went]
    about: _About = _turned([s.key for s in sessions], 2), list({s.user for s in sessions}), []
    return await _change(line, about, decide, _events([]))


async def _change(
    line: Line,
    about: _About,
    decide: _Decide,
    events: list[list[Any]],
    *,
    waited: Sequence[str] = (),
    guess: Mapping[Key, Session] | None = None,
) -> Applied:
    async with line.use() as db:
        if guess is not None:
            applied = await _at_once(db, about, decide, events, guess)
            if applied is not None:
                return applied
        for _ in range(TRIES):
            applied = await _attempt(db, about, decide, events, waited)
            if applied is not None:
                return applied
        await db.execute(ALONE)
        applied = await _attempt(db, about, decide, events, waited)
        await db.execute("COMMIT")
    if applied is None:
        raise RuntimeError("presence_version has no row")
    return applied


async def _at_once(
    db: asyncpg.Connection[Any], about: _About, decide: _Decide, events: list[list[Any]],
    guess: Mapping[Key, Session],
) -> Applied | None:  # fmt: skip
    """``None``, and nothing is written, when it is not just as guessed."""
    columns, applied = _decided(guess, set(), decide, ())
    (rooms, sids), users, finished = about
    guessed = _turned([_row(session) for session in guess.values()], 9)[: len(KNOWN)]
    found = await db.fetch(WRITE_IF_GUESSED, *events, *columns, rooms, sids, users, finished, *guessed)
    return applied if found else None


async def _attempt(
    db: asyncpg.Connection[Any],
    about: _About,
    decide: _Decide,
    events: list[list[Any]],
    waited: Sequence[str],
) -> Applied | None:
    """``None``, and nothing is written, when another writer came in between."""
    (rooms, sids), users, finished = about
    rows = await db.fetch(AROUND, rooms, sids, users, finished, events[0])
    known = {session.key: session for session in (_session(row[2:]) for row in rows if row[2] is not None)}
    columns, applied = _decided(known, set(rows[0][1]), decide, waited)
    return applied if await db.fetch(WRITE, *events, *columns, rows[0][0]) else None


def _decided(
    known: Mapping[Key, Session], kept: set[str], decide: _Decide, waited: Sequence[str]
) -> tuple[list[list[Any]], Applied]:
    """Sessions, webhooks that waited, and changes, as columns to be written."""
    written, applied = decide(known, kept)
    before = {key: session for key, session in known.items() if session.here}
    changes = book.changes(before, written)
    applied.written, applied.changed = len(written), len(changes)
    applied.came = [session for session in written.values() if session.here]
    coming = {session.user for session in applied.came}
    after = {**before, **written}.values()
    applied.here = [session for session in after if session.here and session.user in coming]
    sessions = _turned([_row(session) for session in written.values()], 9)
    return [*sessions, list(waited), *_columns(changes)], applied


async def waiting(line: Line, seconds: float, most: int = 200) -> list[tuple[str, bytes]]:
    """Webhooks that nobody has applied for some seconds: an instance was killed between the two, or lost
    the database."""
    async with line.use() as db:
        rows = await db.fetch(
            """SELECT id, payload FROM webhook_events WHERE applied_at IS NULL
               AND received_at <= now() - make_interval(secs => $1) ORDER BY received_at LIMIT $2""",
            seconds,
            most,
        )
    return [(row["id"], row["payload"]) for row in rows]


async def give_up(line: Line, ids: list[str]) -> None:
    """Marks webhooks as applied that tell nothing (any more)."""
    async with line.use() as db:
        await db.execute("UPDATE webhook_events SET applied_at = now() WHERE id = ANY($1::text[])", ids)


async def everybody(line: Line) -> tuple[datetime, dict[Key, Session]]:
    """The database's time, and all open sessions."""
    async with line.use() as db:
        now = await db.fetchval("SELECT now()")
        rows = await db.fetch(OPEN)
    return now, {session.key: session for session in map(_session, rows)}


async def over(line: Line, keys: Iterable[Key]) -> dict[Key, Session]:
    """Those of some sessions that have ended."""
    async with line.use() as db:
        rows = await db.fetch(OVER, *_turned(list(keys), 2))
    return {session.key: session for session in map(_session, rows)}


async def of_people(
    line: Line, channels: Sequence[uuid.UUID], user: uuid.UUID | None = None
) -> list[Session]:
    """The open sessions in some channels, of one person or of all."""
    async with line.use() as db:
        rows = await db.fetch(
            f"{OPEN} AND channel_id = ANY($1::uuid[]) AND ($2::uuid IS NULL OR user_id = $2)",
            list(channels),
            user,
        )
    return [_session(row) for row in rows]


async def of_account(line: Line, user: uuid.UUID) -> list[Session]:
    """The open sessions of one person, wherever they are."""
    async with line.use() as db:
        rows = await db.fetch(f"{OPEN} AND user_id = $1", user)
    return [_session(row) for row in rows]


async def trim(line: Line) -> None:
    """Forgets what nobody asks for any more; the newest change stays, for its number counts on."""
    async with line.use() as db:
        await db.execute("""
            DELETE FROM presence_changes WHERE at < now() - interval '1 hour'
                AND seq < (SELECT max(seq) FROM presence_changes);
            DELETE FROM webhook_events WHERE received_at < now() - interval '1 day'
                AND applied_at IS NOT NULL;
            DELETE FROM attempts WHERE until < now();
            DELETE FROM seats WHERE until < now();
            DELETE FROM rings WHERE until < now();
            DELETE FROM voice_sessions WHERE left_at < now() - interval '7 days'""")


def _about(signals: Iterable[Signal]) -> _About:
    signals = list(signals)
    keys = {(s.room_sid, s.person.participant_sid) for s in signals if s.person}
    keys |= {(s.room_sid, "") for s in signals}
    users = {s.person.user for s in signals if s.person}
    return _turned(list(keys), 2), list(users), list({s.channel for s in signals if s.kind in ENDED})


def _events(batch: Sequence[tuple[Received, bool]]) -> list[list[Any]]:
    rows = [
        (
            received.id,
            received.kind,
            _clean(received.event.room.name if received.event else ""),
            _clean(received.event.room.sid if received.event else ""),
            _clean(received.event.participant.sid if received.event else ""),
            received.created_at,
            received.body,
            waits,
        )
        for received, waits in batch
    ]
    return _turned(rows, 8)


def _session(row: Sequence[Any]) -> Session:
    return Session(*row)


def _row(session: Session) -> tuple[Any, ...]:
    return (
        session.room_sid, session.participant_sid, session.room, session.channel, session.user,
        session.device, session.since, session.left_at, session.source,
    )  # fmt: skip


def _columns(changes: Sequence[Change]) -> list[list[Any]]:
    rows = [(c.channel, c.user, c.device, "joined" if c.here else "left") for c in changes]
    return _turned(rows, 4)


def _turned(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _clean(text: str) -> str:
    """PostgreSQL's text takes no NUL."""
    return text.replace("\0", "")

"""What the SFU's own lists correct: pure. The list is the truth, but two looks at it are needed.

A list and the database are never read at the same moment, and a webhook may be on its way; so only a
difference that both looks show, a second apart, is one. No moments are compared: webhooks tell theirs by the
SFU's clock, which need not be the database's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from .book import Key, Session


@dataclass(frozen=True)
class Look:
    """The SFU's active people and the database's open sessions, read one after the other. ``begun`` is the
    time (of the database's clock) before either was read."""

    begun: datetime
    listed: Mapping[Key, Session]
    open: Mapping[Key, Session]

    @property
    def missing(self) -> set[Key]:
        """In a call, but the database does not know."""
        return set(self.listed) - set(self.open)

    @property
    def stale(self) -> set[Key]:
        """Open in the database, but in no call."""
        return set(self.open) - set(self.listed)

    @property
    def differs(self) -> bool:
        """Whether a second look is worth while."""
        return set(self.listed) != set(self.open)


@dataclass(frozen=True)
class Corrections:
    """Sessions as they should be written: begun ones and ended ones."""

    came: tuple[Session, ...] = ()
    went: tuple[Session, ...] = ()

    def __len__(self) -> int:
        return len(self.came) + len(self.went)


def corrections(first: Look, second: Look) -> Corrections:
    """What both looks agree on."""
    return Corrections(
        came=tuple(
            replace(second.listed[key], left_at=None, source="reconcile")
            for key in sorted(first.missing & second.missing)
        ),
        went=tuple(
            replace(second.open[key], left_at=second.begun) for key in sorted(first.stale & second.stale)
        ),
    )


def still_due(
    found: Corrections, known: Mapping[Key, Session], over: Mapping[Key, Session]
) -> dict[Key, Session]:
    """What is left to write when ``known`` (read under the lock) may have changed since the looks.

    :param over: what was known between the two looks of those whom the first one missed. Who had left by then
        and is in the second list is there; whose ``left`` was noted later stays out: the lists were older.
    """
    due = {}
    for session in found.came:
        before = known.get(session.key)
        if before is None or (not before.here and before == over.get(session.key)):
            due[session.key] = session
    for session in found.went:
        before = known.get(session.key)
        if before is not None and before.here:
            due[session.key] = session
    return due

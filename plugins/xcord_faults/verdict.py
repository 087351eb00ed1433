"""Did what must hold, hold? Pure: a timeline and what is expected -> what is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .scenario import Expect

FAULTS = ("voice.simulate", "hub.fault", "directory.fault", "faults.block")
SETTLING = 3.0  # seconds before the end in which no window may differ any more; checks come each 2 s


@dataclass(frozen=True)
class Event:
    """``at`` in seconds since the scenario began."""

    at: float
    what: str
    detail: str = ""


@dataclass(frozen=True)
class Broken:
    """An invariant that did not hold, by its name in ``Expect``."""

    invariant: str
    why: str


def judge(expect: Expect, events: Sequence[Event], muted: bool = False) -> list[Broken]:
    """All that is broken.

    :param events: in order; ``step`` is what the scenario did, ``end`` its end.
    :param muted: whether the microphone was muted when it began.
    """
    faults = [event.at for event in events if event.what == "step" and event.detail.startswith(FAULTS)]
    first, last = (faults[0], faults[-1]) if faults else (0.0, 0.0)
    after = [event for event in events if event.at >= first]
    return [
        Broken(name, why)
        for name, check in CHECKS.items()
        if _is_asked(getattr(expect, name))
        for why in check(expect, Seen(events, after, first, last, muted))
    ]


def _is_asked(wanted: object) -> bool:
    return wanted is not None and wanted is not False and wanted != ()


@dataclass(frozen=True)
class Seen:
    """The whole timeline, what is of it from the first fault on, when first and last fault were."""

    events: Sequence[Event]
    after: Sequence[Event]
    first: float
    last: float
    muted: bool


Check = Callable[[Expect, Seen], Iterator[str]]


def _connected(expect: Expect, seen: Seen) -> Iterator[str]:
    limit = expect.connected_within or 0.0
    status, since = "connected", seen.last
    for event in seen.events:
        if event.what == "status":
            status, since = event.detail.partition(" ")[0], event.at
    if status != "connected":
        yield f"the call is {status} at the end"
    elif since - seen.last > limit:
        yield f"it was connected {since - seen.last:.1f} s after the fault, not within {limit:g} s"


def _connections(expect: Expect, seen: Seen) -> Iterator[str]:
    made = sum(event.what == "epoch" for event in seen.after)
    if expect.connections_at_most is not None and made > expect.connections_at_most:
        yield f"{made} new connections, not at most {expect.connections_at_most}"


def _problem(expect: Expect, seen: Seen) -> Iterator[str]:
    limit = expect.problem_within or 0.0
    told = [e.at for e in seen.after if e.what == "problem" and e.detail != "none"]
    if not told:
        yield "no connection problem was told"
    elif told[0] - seen.first > limit:
        yield f"a problem was told {told[0] - seen.first:.1f} s after the fault, not within {limit:g} s"


def _muted(expect: Expect, seen: Seen) -> Iterator[str]:
    asked = any(e.what == "step" and e.detail.startswith("voice.mute") for e in seen.after)
    if not asked:
        yield from (f"the microphone was {'muted' if e.detail == 'on' else 'opened'} at {e.at:.1f} s"
                    for e in seen.after if e.what == "muted")  # fmt: skip


def _said(*whats: str) -> Check:
    def check(expect: Expect, seen: Seen) -> Iterator[str]:
        yield from (f"{e.what} {e.detail} at {e.at:.1f} s" for e in seen.after if e.what in whats)

    return check


def _notices(expect: Expect, seen: Seen) -> Iterator[str]:
    for event in seen.after:
        if event.what == "notice" and event.detail.startswith(("participant.joined", "participant.left")):
            yield f"{event.detail} at {event.at:.1f} s"


def _windows(expect: Expect, seen: Seen) -> Iterator[str]:
    end = seen.events[-1].at if seen.events else 0.0
    there: dict[str, bool] = {}
    for event in seen.events:
        if event.what == "window":
            name, _, state = event.detail.rpartition(" ")
            there[name] = state == "back"
        if event.what == "drift" and event.at > end - SETTLING and event.at >= seen.first:
            yield f"a window's state still differed at {event.at:.1f} s"
    yield from (f"window {name} did not come back" for name, here in there.items() if not here)


def _never(expect: Expect, seen: Seen) -> Iterator[str]:
    for event in seen.after:
        if event.what == "status" and event.detail.partition(" ")[0] in expect.never:
            yield f"the call was {event.detail} at {event.at:.1f} s"


CHECKS: dict[str, Check] = {
    "connected_within": _connected,
    "connections_at_most": _connections,
    "problem_within": _problem,
    "muted_stays": _muted,
    "tiles_stay": _said("moved"),
    "nobody_vanishes": _said("vanished"),
    "no_join_or_leave": _notices,
    "windows_agree": _windows,
    "never": _never,
}

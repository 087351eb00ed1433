"""What came of a variant, and which promises it broke. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .matrix import MISSED, MISSED_IN_SILENCE, Variant

SILENT = -90.0  # dBFS
QUIET_BYTES = 100.0  # of RTP payload a second: a muted track keeps its transport alive with a few
CALM = 20.0  # seconds of outage below which nobody who is still there vanishes
SOUND_MOST, VIDEO_MOST = 2.0, 4.0  # seconds from the first successful probe, at p95 over the matrix
NEVER = 999.0  # seconds: what stands for a way back that never came
UP_LEAST = 90.0  # percent of the time that the network is, with a hostile plugin


@dataclass
class Result:
    """Seconds from the first successful probe; ``None`` where it never came. ``leaked`` is the number of
    lines (of 100 ms) in which something was heard at the peer while the microphone was shut."""

    variant: str
    mode: str
    recovered: bool = False
    sound_in: float | None = None
    sound_out: float | None = None
    video: float | None = None
    problem: float | None = None
    connections: int = 0
    rooms: int = 0
    sockets: int = 0
    kicked: int = 0
    leaked: int = 0
    muted_db: float = -120.0
    muted_bytes: float = 0.0
    moved: int = 0
    vanished: int = 0
    differs: int = 0
    up_percent: float | None = None
    reason: str = ""
    note: str = ""  # how the call was at the end, where it was not as it should be
    seconds: float = 0.0
    breaks: int = 0  # of the sound, after it was back
    probed: float = 0.0  # the monotonic moment of the first successful probe
    said: list[str] = field(default_factory=list)  # the timeline's codes
    broken: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @property
    def back(self) -> float | None:
        """Seconds until sound flows both ways."""
        both = (self.sound_in, self.sound_out)
        return None if None in both else max(each for each in both if each is not None)


def note_events(result: Result, events: Sequence[dict[str, Any]], began: float) -> None:
    """Counts what the app's own timeline says.

    :param began: milliseconds at which the fault began, in that timeline.
    """
    for event in events:
        what, detail = event["what"], event["detail"]
        result.connections += what == "epoch"
        result.moved += what == "moved"
        result.vanished += what == "vanished"
        result.kicked += what == "status" and detail.endswith("duplicate")
        if what == "problem" and detail != "none" and result.problem is None and event["at"] >= began:
            result.problem = (event["at"] - began) / 1000


def judge(variant: Variant, result: Result) -> list[str]:
    """The promises that were broken, in words."""
    checks = {
        "more than one Room of ours held sockets": result.rooms > 1 or result.sockets > 1,
        "a current Room was kicked for a duplicate identity": result.kicked > 0,
        "something was heard while muted": result.leaked > 0 or result.muted_db >= SILENT,
        "RTP payload was sent while muted": result.muted_bytes > QUIET_BYTES,
        "a tile moved": result.moved > 0,
        "somebody who was there vanished": result.vanished > 0
        and variant.back is not None
        and variant.outage < CALM
        and not variant.peer_hit,
        "a window's state stayed different": result.differs > 0,
    }
    broken = [words for words, is_so in checks.items() if is_so]
    if variant.back is None:
        if result.recovered and result.mode != "hostile":  # which asked for it, as the user might
            broken.append("the call came back by itself")
        elif variant.reasons and result.mode != "hostile" and result.reason not in variant.reasons:
            broken.append(f"the reason is {result.reason or 'none'}, not {' or '.join(variant.reasons)}")
    elif result.mode == "on" and not result.recovered:
        broken.append(f"not back within {variant.back:g} s")
    if result.mode == "on" and (unsaid := [code for code in variant.said if code not in result.said]):
        broken.append(f"the timeline does not say {' and '.join(unsaid)}")
    if result.mode == "hostile" and result.up_percent is not None and result.up_percent < UP_LEAST:
        broken.append(f"up {result.up_percent:.0f} % of the time that the network is")
    return broken


def quantile(values: Sequence[float], part: float) -> float | None:
    """The smallest value that at least that part of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(part * 100) * len(ordered) // 100) - 1)] if ordered else None


@dataclass(frozen=True)
class Limit:
    """What must hold over the whole matrix: the p95 of ``values`` in seconds; ``most`` is None for figures
    that are only printed."""

    what: str
    values: tuple[float, ...]
    most: float | None = None

    @property
    def p95(self) -> float | None:
        """None if there are no values."""
        return quantile(self.values, 0.95)

    @property
    def broken(self) -> bool:
        """More than it may be; nothing measured is no proof."""
        return self.most is not None and (self.p95 is None or self.p95 > self.most)


def limits(variants: Sequence[Variant], results: Sequence[Result]) -> tuple[Limit, ...]:
    """The matrix's promises about time, with the plugin on. Where the fault hit the peer too, or an attempt
    was refused before, the figures stand apart: the first waits for the peer, the second is spread on
    purpose."""
    known = {variant.name: variant for variant in variants}
    ours = [(known[each.variant], each) for each in results if each.mode == "on" and each.variant in known]
    back = [(variant, each) for variant, each in ours if variant.back is not None]
    clean = [each for variant, each in back if not (variant.peer_hit or variant.refused)]
    hit = [each for variant, each in back if variant.peer_hit]
    refused = [each for variant, each in back if variant.refused and not variant.peer_hit]

    def sound(some: Sequence[Result]) -> tuple[float, ...]:
        return tuple(NEVER if each.back is None else each.back for each in some)

    def video(some: Sequence[Result]) -> tuple[float, ...]:
        return tuple(NEVER if each.video is None else each.video for each in some)

    def told(within: float) -> tuple[float, ...]:
        asked = [each for variant, each in ours if variant.tell == within]
        return tuple(NEVER if each.problem is None else each.problem for each in asked)

    return (
        Limit("sound both ways", sound(clean), SOUND_MOST),
        Limit("video", video(clean), VIDEO_MOST),
        Limit("a problem told", told(MISSED), MISSED),
        Limit("a problem told in silence", told(MISSED_IN_SILENCE), MISSED_IN_SILENCE),
        Limit("sound where the peer was hit too", sound(hit)),
        Limit("video where the peer was hit too", video(hit)),
        Limit("sound after a refused attempt", sound(refused)),
    )


HEADER = (
    "variant",
    "plugin",
    "back",
    "sound s",
    "video s",
    "told s",
    "rooms",
    "conns",
    "breaks",
    "leaked",
    "moved",
)


def row(result: Result) -> tuple[str, ...]:
    """One line of the table."""

    def seconds(value: float | None) -> str:
        return "-" if value is None else f"{value:.1f}"

    rooms = f"{result.rooms}/{result.sockets}"
    told = (seconds(result.back), seconds(result.video), seconds(result.problem), rooms)
    counts = (str(result.connections), str(result.breaks), str(result.leaked), str(result.moved))
    return (result.variant, result.mode, "yes" if result.recovered else "no", *told, *counts)


def table(results: Sequence[Result]) -> list[str]:
    """For people, with what is broken below each line."""
    rows = [HEADER, *map(row, results)]
    widths = [max(len(each[at]) for each in rows) for at in range(len(HEADER))]
    lines = []
    for at, each in enumerate(rows):
        cells = zip(each, widths, strict=True)
        lines.append("  ".join(cell.ljust(width) for cell, width in cells).rstrip())
        if at:
            note = results[at - 1].note
            lines += [f"    BROKEN  {words}" for words in results[at - 1].broken]
            lines += [f"            {note}"] if note and results[at - 1].broken else []
    return lines

"""From when on something flows again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

STEADY = 3.0  # seconds that everything has to flow for, so that a picture which freezes again is not back


@dataclass(frozen=True)
class Flow:
    """Seconds from the given moment. ``back``: until it flowed for ``STEADY`` seconds; ``last``: until it was
    missing for the last time; ``breaks``: how often it was missing once more after ``back``."""

    back: float
    last: float
    breaks: int


def flow(seen: Sequence[tuple[float, bool]], since: float) -> Flow:
    """From looks: the moment, and whether it flowed."""
    gone = [moment - since for moment, flows in seen if not flows]
    if not gone:
        return Flow(0.0, 0.0, 0)
    followed = zip(gone, [*gone[1:], float("inf")], strict=True)
    back = 0.0 if gone[0] >= STEADY else next(each for each, after in followed if after - each >= STEADY)
    breaks = sum(
        not flows and (at == 0 or seen[at - 1][1]) and moment - since > back
        for at, (moment, flows) in enumerate(seen)
    )
    return Flow(max(0.0, back), max(0.0, gone[-1]), breaks)

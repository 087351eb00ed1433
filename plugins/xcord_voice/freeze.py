"""Does a picture stand still although new ones arrive? Pure: every method is told the time.

After a stall the SDK's receiver keeps what arrives until the moment that it believes it is due, 6 to 9 s
later, while sound flows again and no event tells. A picture that nobody sends stands still too, and is well.
"""

from __future__ import annotations

from dataclasses import dataclass

DOUBT_AFTER = 0.6  # seconds without a new picture after which it is worth a question
GROWS_FOR = 0.3  # seconds for which pictures must have arrived unseen; a burst is shown sooner
ENOUGH = 3  # pictures that arrived unseen
AGAIN_AFTER, RARELY = 5.0, 60.0  # seconds between two remedies of one picture, doubled each time


@dataclass
class Watched:
    """One picture's track: how many were shown, since when none was, and what has arrived since then."""

    shown: int
    since: float
    arrived: int | None = None
    growing: float | None = None
    remedies: int = 0
    not_before: float = float("-inf")


class Freeze:
    """Counts in, remedies out."""

    def __init__(self) -> None:
        self._tracks: dict[str, Watched] = {}

    def doubtful(self, now: float, shown: dict[str, int]) -> tuple[str, ...]:
        """Of the tracks that are looked at, with the pictures shown so far, those that stand still."""
        self._tracks = {sid: at for sid, at in self._tracks.items() if sid in shown}
        for sid, count in shown.items():
            found = self._tracks.setdefault(sid, Watched(count, now))
            if count != found.shown:
                found.shown, found.since, found.arrived, found.growing = count, now, None, None
        return tuple(
            sid for sid, at in self._tracks.items() if now - at.since >= DOUBT_AFTER and now >= at.not_before
        )

    def frozen(self, now: float, sid: str, arrived: int | None) -> bool:
        """What has arrived of a doubtful track, None where nobody knows; true if it must be taken anew."""
        found = self._tracks.get(sid)
        if found is None or arrived is None:
            return False
        if found.arrived is None or arrived < found.arrived:
            found.arrived, found.growing = arrived, None
            return False
        if arrived - found.arrived < ENOUGH:
            return False
        if found.growing is None:
            found.growing = now
        if now - found.growing < GROWS_FOR:
            return False
        found.not_before = now + min(RARELY, AGAIN_AFTER * 2.0 ** min(found.remedies, 10))
        found.remedies += 1
        found.since, found.arrived, found.growing = now, None, None
        return True

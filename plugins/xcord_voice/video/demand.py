"""Which video is received, and how large: the slice ``demand`` against the tracks of the call. Pure.

Quick where somebody would see a delay, lazy where nobody does: what comes into sight is ordered at once, a
larger size as well (the next one only ``GROW_EVERY`` later), a smaller one when it has been enough for
``SHRINK_AFTER``, off when nobody has looked for ``OFF_AFTER``. Whatever windows do, no track costs more than
``MOST`` orders in ``PERIOD``, and what is out of sight is off within a second. Only what the server has to
be told in full (a new subscription, a reconnect) is not counted. No order follows another at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from .sizes import WIDE, needed, step, width_of

GROW_EVERY = 0.5  # seconds between two sizes of a track
SHRINK_AFTER = 2.0  # seconds for which a smaller size must have been enough
OFF_AFTER = 0.8  # seconds out of sight; the SFU takes 0.1 more
FIRST_OFF_AFTER = 0.3  # the same for a track that nobody has looked at yet
PERIOD, MOST = 2.0, 4  # orders of one track in so many seconds
RESERVE = 1  # of them for switching off, which never waits
APART = 0.15  # seconds between two orders of a track, or the second might overtake; see ``sdk.set_video``

Size = tuple[int, int]


@dataclass(frozen=True)
class Order:
    """Receive this track in that size (pixels of the picture), or not at all.

    ``whole``: where switch and size are said one by one, both have to be; else one of them is known there.
    """

    track_sid: str
    on: bool
    width: int = 0
    height: int = 0
    whole: bool = True


@dataclass
class Offer:
    """A track that can be received. ``wanted`` and ``told`` are heights, None for off; ``ordered`` is the
    moment of the latest order, ``counted`` those of the latest that count."""

    user: str
    kind: str
    aspect: float
    unseen: float
    wanted: int | None = None
    told: int | None = None
    fresh: bool = True
    enough: float = 0.0
    ordered: float = float("-inf")
    counted: deque[float] = field(default_factory=lambda: deque(maxlen=MOST))

    def want(self, now: float, size: Size | None) -> None:
        """The largest tile in sight, in device pixels; None if there is none."""
        height = None if size is None else step(needed(*size, self.aspect, cover=self.kind != "screen"))
        if height is None and self.wanted is not None:
            self.unseen = now
        told, before = self.told or 0, self.wanted
        # Coming back into sight, a small tile has not been enough for long.
        if height is not None and height < told and (before is None or before >= told):
            self.enough = now
        self.wanted = height

    def due(self) -> float | None:
        """When there is something to order, which may be long ago; None: not before something changes."""
        if not self.fresh and self.wanted == self.told:
            return None
        if self.wanted is None:
            moment = self.unseen + (FIRST_OFF_AFTER if self.fresh else OFF_AFTER)
        elif self.fresh:
            moment = self.unseen
        elif self.told is None:
            moment = self._affordable()
        else:
            steady = self.ordered + GROW_EVERY if self.wanted > self.told else self.enough + SHRINK_AFTER
            moment = max(steady, self._affordable())
        return max(moment, self.ordered + APART)

    def carry_out(self, now: float, track_sid: str) -> Order:
        """The order of now."""
        whole = self.fresh or (self.wanted is None) != (self.told is None)
        if not self.fresh:
            self.counted.append(now)
        in_full, self.fresh, self.told, self.ordered = self.fresh, False, self.wanted, now
        if self.wanted is None:
            return Order(track_sid, False, whole=in_full)
        return Order(track_sid, True, width_of(self.wanted, self.aspect), self.wanted, whole)

    def _affordable(self) -> float:
        """From when on one more order leaves enough for switching off."""
        most = MOST - RESERVE
        return self.counted[-most] + PERIOD if len(self.counted) >= most else float("-inf")


class Demands:
    """Wants in, orders out; every method is told the time."""

    def __init__(self) -> None:
        self._wants: dict[tuple[str, str], Size] = {}
        self._offers: dict[str, Offer] = {}

    def want(self, now: float, wants: Mapping[tuple[str, str], Size]) -> None:
        """What windows show now: size by (user, kind)."""
        self._wants = dict(wants)
        for offer in self._offers.values():
            offer.want(now, self._wants.get((offer.user, offer.kind)))

    def offer(self, now: float, track_sid: str, user: str, kind: str, aspect: float = WIDE) -> None:
        """A video track can be received; ``aspect`` is its width / height."""
        offer = self._offers[track_sid] = Offer(user, kind, aspect, now)
        offer.want(now, self._wants.get((user, kind)))

    def withdraw(self, track_sid: str) -> None:
        """A video track is gone."""
        self._offers.pop(track_sid, None)

    def again(self) -> None:
        """The SFU may have forgotten what it was told."""
        for offer in self._offers.values():
            offer.fresh = True

    def is_off(self, track_sid: str) -> bool:
        """Whether a track was ordered to be off."""
        offer = self._offers.get(track_sid)
        return offer is not None and not offer.fresh and offer.told is None

    def told(self, track_sid: str) -> Size | None:
        """The size in which a track was ordered; None if it is off, or not there."""
        offer = self._offers.get(track_sid)
        if offer is None or offer.told is None:
            return None
        return width_of(offer.told, offer.aspect), offer.told

    def wanted(self, user: str, kind: str) -> Size | None:
        """The largest tile of somebody's video, in device pixels; None if there is none."""
        return self._wants.get((user, kind))

    def due(self, now: float) -> tuple[tuple[Order, ...], float | None]:
        """The orders of this moment, and when to ask again (None: not before something changes)."""
        orders, moments = [], []
        for track_sid, offer in self._offers.items():
            moment = offer.due()
            if moment is None:
                continue
            if moment > now:
                moments.append(moment)
            else:
                orders.append(offer.carry_out(now, track_sid))
        return tuple(orders), min(moments, default=None)

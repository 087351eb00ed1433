"""Which video is received, and how large: the slice ``demand`` against the tracks of the call. Pure.

What nobody looks at is off. Switching on and first sight are immediate; a new size waits until it has been
still for a moment, and off waits longer, so that a window that is dragged does not bother the SFU.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SIZE_AFTER = 0.2  # seconds that a new size must stand
OFF_AFTER = 1.0  # seconds that a track must be out of sight
FIRST_OFF_AFTER = 0.3  # the same for a track that nobody has looked at yet

Size = tuple[int, int]


@dataclass(frozen=True)
class Order:
    """Receive this track in that size (device pixels), or not at all."""

    track_sid: str
    on: bool
    width: int = 0
    height: int = 0


@dataclass
class Offer:
    """A track that can be received. ``told`` is the size that the SFU was told, None for off."""

    user: str
    kind: str
    since: float
    told: Size | None = None
    fresh: bool = True
    wanted: Size | None = None


class Demands:
    """Wants in, orders out; every method is told the time."""

    def __init__(self) -> None:
        self._wants: dict[tuple[str, str], Size] = {}
        self._offers: dict[str, Offer] = {}

    def want(self, now: float, wants: Mapping[tuple[str, str], Size]) -> None:
        """What windows show now: size by (user, kind)."""
        self._wants = dict(wants)
        for offer in self._offers.values():
            self._refresh(now, offer)

    def offer(self, now: float, track_sid: str, user: str, kind: str) -> None:
        """A video track can be received."""
        offer = self._offers[track_sid] = Offer(user, kind, now)
        self._refresh(now, offer)

    def withdraw(self, track_sid: str) -> None:
        """A video track is gone."""
        self._offers.pop(track_sid, None)

    def again(self, now: float) -> None:
        """The SFU may have forgotten what it was told."""
        for offer in self._offers.values():
            offer.fresh, offer.told, offer.since = True, None, now

    def due(self, now: float) -> tuple[tuple[Order, ...], float | None]:
        """The orders of this moment, and when to ask again (None: not before something changes)."""
        orders, moments = [], []
        for track_sid, offer in self._offers.items():
            if not offer.fresh and offer.told == offer.wanted:
                continue
            moment = offer.since + self._patience(offer)
            if moment > now:
                moments.append(moment)
                continue
            size = offer.wanted
            orders.append(Order(track_sid, True, *size) if size else Order(track_sid, False))
            offer.told, offer.fresh = size, False
        return tuple(orders), min(moments, default=None)

    @staticmethod
    def _patience(offer: Offer) -> float:
        if offer.wanted is None:
            return FIRST_OFF_AFTER if offer.fresh else OFF_AFTER
        return 0.0 if offer.told is None else SIZE_AFTER

    def _refresh(self, now: float, offer: Offer) -> None:
        wanted = self._wants.get((offer.user, offer.kind))
        if wanted != offer.wanted:
            offer.wanted, offer.since = wanted, now

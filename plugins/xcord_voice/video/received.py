"""The video of others in one connection: what can be received, and what windows want of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xcord import Clock, VideoStatistics

from ..events import Published, TrackStarted
from ..streams import StreamKey, Streams
from .demand import Demands, Size
from .reception import describe
from .sizes import WIDE

if TYPE_CHECKING:
    from ..parts import Link

Slot = tuple[str, str, int]


@dataclass
class Video:
    """A video track. ``track`` is the SDK's, None while its subscription is let go; ``requests`` counts what
    was asked of the server about it, ``counted`` is when how many bytes had arrived."""

    key: StreamKey
    slot: Slot
    published: Published
    track: Any
    requests: int = 0
    counted: tuple[float, int] | None = None


class Videos:
    """Receives what is wanted, and nothing else. On the media loop."""

    def __init__(self, link: Link, streams: Streams, clock: Clock) -> None:
        self._link, self._streams, self._clock = link, streams, clock
        self._demands = Demands()
        self._videos: dict[str, Video] = {}
        self._ordering: asyncio.Task[None] | None = None
        self._ended = False

    @property
    def keys(self) -> tuple[StreamKey, ...]:
        """Of all that can be received."""
        return tuple(video.key for video in self._videos.values())

    def want(self, wants: Mapping[tuple[str, str], Size]) -> None:
        """What windows show: size in device pixels by (user, kind)."""
        self._demands.want(self._clock.now(), wants)
        self._order()

    def again(self) -> None:
        """After the SDK reconnected: all of it once more, for the server may have forgotten it."""
        self._demands.again()
        self._order()

    def start(self, key: StreamKey, user: str, event: TrackStarted) -> None:
        """A track can be received."""
        known = self._videos.get(key.track_sid)
        if known is not None and known.track is not None:
            return
        published = event.published
        wide, high = published.width, published.height
        requests = known.requests if known else 0
        video = Video(key, (user, event.kind, 0), published, event.track, requests)
        self._videos[key.track_sid] = video
        aspect = wide / high if wide and high else WIDE
        self._demands.offer(self._clock.now(), key.track_sid, user, event.kind, aspect)
        self._order()

    def stop(self, key: StreamKey) -> None:
        """A track is not received any more. One that was switched off is remembered, for that may be why."""
        if key.track_sid in self._videos and self._demands.is_off(key.track_sid):
            self._videos[key.track_sid].track = None
        else:
            self.forget(key)

    def forget(self, key: StreamKey) -> None:
        """A track is not there any more."""
        if (video := self._videos.pop(key.track_sid, None)) is not None:
            self._streams.close(video.key)
            self._demands.withdraw(key.track_sid)

    def forget_person(self, sid: str) -> None:
        """Everything of one connection of somebody."""
        for key in [key for key in self.keys if key.sid == sid]:
            self.forget(key)

    def shown(self) -> dict[str, tuple[Any, int]]:
        """By track sid, the tracks that are looked at, with how many pictures of them came."""
        counts = self._streams.shown().items()
        return {sid: (self._videos[sid].track, count) for sid, count in counts if sid in self._videos}

    def end(self) -> None:
        """Asks for nothing any more."""
        self._ended = True
        if self._ordering is not None:
            self._ordering.cancel()

    def _order(self) -> None:
        """Carries out what is due now, and comes back for the rest."""
        if self._ended:
            return
        orders, moment = self._demands.due(self._clock.now())
        for order in orders:
            video = self._videos[order.track_sid]
            video.requests += self._link.set_video(order)
            if not order.on:
                self._streams.close(video.key)
            elif video.track is not None:
                self._streams.open_video(video.key, video.slot, video.track)
        if self._ordering is not None and self._ordering is not asyncio.current_task():
            self._ordering.cancel()
        self._ordering = None if moment is None else asyncio.ensure_future(self._order_at(moment))

    async def statistics(self) -> tuple[VideoStatistics, ...]:
        """How each video is received now."""
        found = []
        for video in tuple(self._videos.values()):
            asked = self._demands.told(video.key.track_sid)
            inbound = await self._link.inbound(video.track) if video.track is not None else None
            now = self._clock.now()
            bits = 0.0
            if inbound is not None and video.counted is not None:
                at, received = video.counted
                bits = 8 * max(0, inbound.received - received) / max(0.001, now - at)
            video.counted = None if inbound is None else (now, inbound.received)
            tile = self._demands.wanted(video.slot[0], video.slot[1])
            found.append(describe(video.slot, video.published, tile, asked, video.requests, inbound, bits))
        return tuple(sorted(found, key=lambda each: (each.user, each.kind)))

    async def _order_at(self, moment: float) -> None:
        await self._clock.sleep(moment - self._clock.now())
        self._order()

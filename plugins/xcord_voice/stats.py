"""The SDK's statistics of a connection, read into a ``Vital``."""

from __future__ import annotations

import asyncio
import logging
import math
from dataclasses import dataclass
from typing import Any

from livekit.rtc._proto import stats_pb2

from .stall import Vital

log = logging.getLogger("xcord.voice.stats")

ANSWER_WITHIN = 1.0  # seconds; the SDK takes 1 to 30 ms (24 tracks: 7 ms of CPU)


async def look(room: Any) -> Vital | None:
    """How a connection is now; None where the SDK does not say (while it builds another one)."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            stats = await room.get_rtc_stats()
    except (RuntimeError, TimeoutError) as error:
        log.debug("no statistics: %s", type(error).__name__)
        return None
    return read([*stats.publisher_stats, *stats.subscriber_stats])


@dataclass(frozen=True)
class Inbound:
    """What arrived of a video track so far: ``pictures``, ``received`` bytes and ``lost`` packets. ``width``
    and ``height`` of the latest picture, pictures shown a second, jitter in seconds."""

    pictures: int
    received: int
    lost: int
    width: int
    height: int
    fps: float
    jitter: float


async def inbound(track: Any) -> Inbound | None:
    """Of a remote video track; None where the SDK does not say."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            entries = await track.get_stats()
    except Exception as error:  # noqa: BLE001 the SDK raises a bare one for a track that has just gone
        log.debug("no statistics of a track: %s", type(error).__name__)
        return None
    found = [entry.inbound_rtp for entry in entries if entry.WhichOneof("stats") == "inbound_rtp"]
    if not found:
        return None
    newest = max(found, key=lambda each: each.inbound.frames_received)
    stream = newest.inbound
    return Inbound(
        pictures=stream.frames_received,
        received=stream.bytes_received,
        lost=newest.received.packets_lost,
        width=stream.frame_width,
        height=stream.frame_height,
        fps=stream.frames_per_second,
        jitter=newest.received.jitter,
    )


def read(entries: list[Any]) -> Vital | None:
    """From the statistics of all peer connections; None if no pair of addresses is in use."""
    pairs = [
        entry.candidate_pair
        for entry in entries
        if entry.WhichOneof("stats") == "candidate_pair" and entry.candidate_pair.candidate_pair.nominated
    ]
    if not pairs:
        return None
    found = [pair.candidate_pair for pair in pairs]
    # Both moments are the SDK's own, so a clock that is set does not look like silence. This one is in
    # microseconds, the last packet's in milliseconds.
    quiet = min(
        pair.rtc.timestamp / 1e6 - last / 1e3 if (last := _last_packet(pair)) else math.inf for pair in pairs
    )
    return Vital(
        quiet=max(0.0, quiet),
        packets=sum(pair.packets_received for pair in found),
        answers=sum(pair.responses_received for pair in found),
        waiting=any(pair.state == stats_pb2.IceCandidatePairState.PAIR_IN_PROGRESS for pair in found),
        publishing=any(entry.WhichOneof("stats") == "outbound_rtp" for entry in entries),
    )


def _last_packet(pair: Any) -> float:
    return float(pair.candidate_pair.last_packet_received_timestamp)

"""Looks at a connection for as long as it is up: at its statistics about once a second, at its pictures."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from xcord import Clock

from .freeze import Freeze
from .parts import Link
from .stall import Stall

log = logging.getLogger("xcord.voice.monitor")

LOOK_AT_PICTURES = 0.3  # seconds
LET_GO_FOR = 0.1  # seconds; the server answers to each word by itself, so the second must not overtake


async def watch(
    clock: Clock, link: Link, expected: Callable[[], bool], report: Callable[[bool, bool], None]
) -> None:
    """Until it is cancelled.

    :param expected: whether somebody is there whose sound or video should come.
    :param report: told after each look whether media is missing, and whether there is nothing to look at.
    """
    stall = Stall()
    while True:
        vital = await link.vital()
        now = clock.now()
        if vital is None:
            stall.unknown(now)
        else:
            stall.note(now, vital, expected=expected())
        report(stall.missing, stall.blind)
        await clock.sleep(stall.pause)


async def thaw(clock: Clock, link: Link, shown: Callable[[], Mapping[str, tuple[Any, int]]]) -> None:
    """Until it is cancelled: takes anew what arrives and is not shown.

    :param shown: by track sid, the track and how many pictures of it were shown so far.
    """
    freeze = Freeze()
    while True:
        await clock.sleep(LOOK_AT_PICTURES)
        tracks = shown()
        for sid in freeze.doubtful(clock.now(), {sid: count for sid, (_, count) in tracks.items()}):
            inbound = await link.inbound(tracks[sid][0])
            if freeze.frozen(clock.now(), sid, None if inbound is None else inbound.pictures):
                log.warning("a picture stands still although new ones arrive: it is taken anew")
                link.receive(sid, False)
                await clock.sleep(LET_GO_FOR)
                link.receive(sid, True)

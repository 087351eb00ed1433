"""Looks at a connection for as long as it is up: at its statistics about once a second, at its pictures."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from xcord import Clock

from .freeze import Freeze
from .parts import Link
from .stall import Stall

log = logging.getLogger("xcord.voice.monitor")

LOOK_AT_PICTURES = 0.3  # seconds
COMES_WITHIN = 2.0  # seconds after which a track that was asked for is asked for once more


@dataclass
class LetGo:
    """A track that is taken anew: the SDK's former one, when it is to be asked for, and whether it was."""

    track: Any
    due: float
    asked: bool = False


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

    No one request makes a new receiver. To let a track go and to take it back are two, which go out on tasks
    of the SDK's own and may overtake each other, so that the server heard "no" last. So the second is said a
    look later, and again for as long as the track is offered and not there; too often is harmless.

    :param shown: by track sid, the track and how many pictures of it were shown so far.
    """
    freeze, let_go = Freeze(), dict[str, LetGo]()
    while True:
        await clock.sleep(LOOK_AT_PICTURES)
        _take_back(clock.now(), link, let_go)
        tracks = shown()
        counts = dict.fromkeys(let_go, 0) | {sid: count for sid, (_, count) in tracks.items()}
        for sid in freeze.doubtful(clock.now(), counts):
            if sid in let_go:
                continue
            inbound = await link.inbound(tracks[sid][0])
            if freeze.frozen(clock.now(), sid, None if inbound is None else inbound.pictures):
                log.warning("a picture stands still although new ones arrive: it is taken anew")
                link.receive(sid, False)
                let_go[sid] = LetGo(tracks[sid][0], clock.now())


def _take_back(now: float, link: Link, let_go: dict[str, LetGo]) -> None:
    for sid, one in tuple(let_go.items()):
        try:
            track = link.received(sid)
        except LookupError:
            del let_go[sid]
            continue
        if one.asked and track is not None and track is not one.track:
            del let_go[sid]
        elif now >= one.due:
            link.receive(sid, True)
            one.asked, one.due = True, now + COMES_WITHIN

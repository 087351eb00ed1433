"""Looks at a connection's statistics about once a second, for as long as it is up."""

from __future__ import annotations

from collections.abc import Callable

from xcord import Clock

from .parts import Link
from .stall import Stall


async def watch(
    clock: Clock, link: Link, expected: Callable[[], bool], report: Callable[[bool], None]
) -> None:
    """Until it is cancelled.

    :param expected: whether somebody is there whose sound or video should come.
    :param report: told after each look whether media is missing.
    """
    stall = Stall()
    while True:
        vital = await link.vital()
        now = clock.now()
        if vital is None:
            stall.unknown(now)
        else:
            stall.note(now, vital, expected=expected())
        report(stall.missing)
        await clock.sleep(stall.pause)

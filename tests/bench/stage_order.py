"""Bench `stage`: what ordering and arranging take with 100 people, in milliseconds of CPU.

In this process, without any part; what else runs on the machine does not count.
"""

from __future__ import annotations

import random
import time
from itertools import count

from xcord import Person, Viewport, Voice
from xcord_layout import focus, gallery
from xcord_layout.pages import turned
from xcord_layout.seating import Seating

from . import Report, quantile

PEOPLE = 100
ROUNDS = 2000
VIEWPORTS = (
    Viewport(width=1280, height=720, scale=100, visible=True),
    Viewport(width=520, height=304, scale=200, visible=True),
    Viewport(width=3840, height=2160, scale=100, visible=True),
)


def measure(report: Report) -> None:
    """Somebody comes, goes, speaks or is pinned; then all of the stage, or a further page, is made anew."""
    chance = random.Random(7)
    numbers = count()
    people = [_person(next(numbers), chance) for _ in range(PEOPLE)]
    seating, pins, took = Seating(), [""], []
    for turn in range(ROUNDS):
        people[chance.randrange(PEOPLE)] = _person(next(numbers), chance)
        voice = Voice(status="connected", room="r", epoch=1, people=tuple(people))
        pins = [chance.choice(people).user] if chance.random() < 0.3 else pins
        speaking = tuple(person.user for person in chance.sample(people, 3))
        mode = (gallery, focus)[turn % 2]
        page = chance.choice((1, 1, 1, 2, 3))
        viewport = VIEWPORTS[turn % len(VIEWPORTS)]
        begin = time.thread_time()
        seating.call(voice)
        seating.hear(turn / 2, speaking)
        seating.pass_time(turn / 2)
        tiles = seating.tiles(pins)
        sheet = turned(mode.MODE, tiles, viewport, page)
        if seating.promote(sheet.front, {place.user for place in sheet.tiles}, tiles):
            turned(mode.MODE, seating.tiles(pins), viewport, page)
        took.append(1000 * (time.thread_time() - begin))
    report.figure("arrange_p99_ms", quantile(took, 0.99), "ms")
    report.figure("arrange_p50_ms", quantile(took, 0.5), "ms")


def _person(number: int, chance: random.Random) -> Person:
    return Person(
        user=f"user{number}",
        name=f"User {number}",
        camera=chance.random() < 0.7,
        screen=chance.random() < 0.02,
    )

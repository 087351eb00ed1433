"""A frozen picture's track is let go and taken back, in whichever order the server hears of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.plugins.xcord_voice.fakes import FakeLink

from xcord.testing import FakeClock, settle
from xcord_voice.freeze import Freeze
from xcord_voice.monitor import COMES_WITHIN, LOOK_AT_PICTURES, thaw

LOOK = LOOK_AT_PICTURES + 0.01


class Link(FakeLink):
    """``tracks`` are those that can be received; ``overtaken``: so often "no" arrives after "yes"."""

    def __init__(self, log: list[str], tracks: dict[str, Any]) -> None:
        super().__init__(lambda event: None, log, 1)
        self.tracks, self.overtaken, self.arrivals = tracks, 0, 100

    def receive(self, track_sid: str, on: bool) -> None:
        super().receive(track_sid, on)
        if on and self.overtaken:
            self.overtaken -= 1
        else:
            self.tracks[track_sid] = object() if on else None

    def received(self, track_sid: str) -> Any:
        return self.tracks[track_sid]


class Scene:
    """One frozen track; ``heard`` is what the server was asked."""

    def __init__(self) -> None:
        self.clock, self.log, self.old = FakeClock(), list[str](), object()
        self.link = Link(self.log, {"TR": self.old})
        self.shown: dict[str, tuple[Any, int]] = {"TR": (self.old, 3)}

    @property
    def heard(self) -> list[bool]:
        return [line.endswith("True") for line in self.log if line.startswith("receive")]

    async def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / LOOK)):
            await self.clock.advance(LOOK)
            await settle()


@pytest.fixture
async def scene(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    frozen = iter([True])
    monkeypatch.setattr(Freeze, "doubtful", lambda self, now, shown: tuple(shown))
    monkeypatch.setattr(Freeze, "frozen", lambda self, now, sid, arrived: next(frozen, False))
    scene = Scene()
    work = asyncio.ensure_future(thaw(scene.clock, scene.link, lambda: scene.shown))
    await settle()
    yield scene
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work


async def test_it_is_taken_back_one_look_after_it_was_let_go(scene: Scene) -> None:
    await scene.pass_time(LOOK)
    assert scene.heard == [False]
    await scene.pass_time(LOOK)
    assert scene.heard == [False, True]
    await scene.pass_time(10 * COMES_WITHIN)
    assert scene.heard == [False, True], "it is back"


async def test_a_track_that_does_not_come_is_asked_for_again_until_it_does(scene: Scene) -> None:
    scene.link.overtaken = 2
    await scene.pass_time(2 * LOOK)
    assert scene.heard == [False, True]
    await scene.pass_time(COMES_WITHIN + LOOK)
    assert scene.heard == [False, True, True]
    await scene.pass_time(10 * COMES_WITHIN)
    assert scene.heard == [False, True, True, True]


async def test_the_former_track_is_not_taken_for_the_new_one(scene: Scene) -> None:
    """The SDK's word that it was let go comes late on a busy machine."""
    await scene.pass_time(LOOK)
    scene.link.tracks["TR"] = scene.old
    await scene.pass_time(LOOK)
    assert scene.heard == [False, True]


async def test_a_track_that_was_unpublished_meanwhile_is_forgotten(scene: Scene) -> None:
    scene.link.overtaken = 1
    await scene.pass_time(2 * LOOK)
    scene.shown.clear()
    del scene.link.tracks["TR"]
    await scene.pass_time(3 * COMES_WITHIN)
    assert scene.heard == [False, True]

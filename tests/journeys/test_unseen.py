"""What nobody can see is not received: closed, minimised, covered, on another desktop."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
from tests.guests.stack import App
from tests.journeys.stage_window import minimise, off, received
from tests.journeys.world import World

PATIENCE = 60.0
LOOK_AT = ["statistics", "windows", "demand", "stage"]  # the others say whose doing a failure is


@pytest.fixture(scope="module")
def call(world: World) -> Iterator[App]:
    with world.call() as app:
        app.ask("settings.set", name="voice.statistics", value=True)
        app.wait("pictures of everybody", LOOK_AT, received, PATIENCE)
        yield app


@contextlib.contextmanager
def minimised(world: World, call: App) -> Iterator[None]:
    minimise(world)
    yield
    call.ask("window.show", name="main")


@contextlib.contextmanager
def closed(world: World, call: App) -> Iterator[None]:
    world.screen.close("xcord")
    yield
    call.ask("window.show", name="main")


@contextlib.contextmanager
def covered(world: World, call: App) -> Iterator[None]:
    with world.screen.covered():
        yield


@contextlib.contextmanager
def elsewhere(world: World, call: App) -> Iterator[None]:
    world.screen.turn_to(1)
    yield
    world.screen.turn_to(0)


@pytest.mark.parametrize("hidden", [minimised, closed, covered, elsewhere])
def test_a_window_that_nobody_can_see_receives_no_video(
    world: World, call: App, hidden: Callable[[World, App], contextlib.AbstractContextManager[None]]
) -> None:
    with hidden(world, call):
        call.wait("no video", LOOK_AT, off, PATIENCE)
    call.wait("video again", LOOK_AT, received, PATIENCE)

"""A call on the stage of a window, for tests of the plugin."""

from __future__ import annotations

from typing import Any

from xcord import Person, Stage, Voice
from xcord.testing import World


def call(*users: str, **changes: Any) -> Voice:
    people = tuple(Person(user=user, name=user, me=user == "me", camera=user != "me") for user in users)
    return Voice(**{"status": "connected", "room": "r", "people": people} | changes)


async def show(world: World, voice: Voice, width: int = 1280, height: int = 720) -> Stage:
    """Open the main window in this call and return the stage once it is drawn up."""
    world.open_window("main")
    await world.resize(width, height)
    world.publish("voice", voice)
    await world.until(lambda: "main" in stage(world).windows and len(stage(world).order) == len(voice.people))
    return stage(world)


def stage(world: World) -> Stage:
    value = world.read("stage")
    assert isinstance(value, Stage)
    return value


def users(world: World, window: str = "main") -> list[str]:
    return [tile.user for tile in stage(world).windows[window]]

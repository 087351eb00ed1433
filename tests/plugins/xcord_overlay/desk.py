"""A desktop and a call for the overlay's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import xcord_overlay
from xcord import Desktop, Overlay, OverlayWindow, Person, Screen, Speaking, Voice
from xcord.testing import World, running, settle

WINDOW = "overlay"
LEFT = Screen(id="dell-1", name="Dell", x=0, y=0, width=1920, height=1080, primary=True)
RIGHT = Screen(id="lg-7", name="LG", x=1920, y=0, width=2560, height=1440)
DESKTOP = Desktop(screens=(LEFT, RIGHT))


def call(*users: str, **changes: Any) -> Voice:
    people = tuple(Person(user=user, name=user, me=user == "me") for user in users)
    return Voice(**{"status": "connected", "room": "r", "people": people} | changes)


@asynccontextmanager
async def overlaid(*users: str, desktop: Desktop = DESKTOP, **options: Any) -> AsyncIterator[World]:
    """The plugin on a desktop, in a call of these, with these options of its own."""
    chosen = {f"overlay.{name}": value for name, value in options.items()}
    async with running(xcord_overlay, options=chosen) as world:
        world.desk.windows.note_desktop(desktop)
        world.publish("voice", call(*users) if users else Voice())
        world.publish("speaking", Speaking())
        await settle()
        yield world


def overlay(world: World) -> Overlay:
    value = world.read("overlay")
    assert isinstance(value, Overlay)
    return value


def own(world: World) -> OverlayWindow:
    return overlay(world).windows[WINDOW]


def is_open(world: World) -> bool:
    return WINDOW in world.windows.open_windows


async def front(world: World, application: str, desktop: Desktop = DESKTOP) -> None:
    """An application comes to the front, and stays there."""
    world.desk.windows.note_desktop(
        Desktop(screens=desktop.screens, compositing=desktop.compositing, application=application)
    )
    await world.clock.advance(1.0)

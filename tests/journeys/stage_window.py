"""The stage of a real window: what it shows and asks for, and keys and sizes as a person gives them."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable
from typing import Any

from tests.guests.children import ChildError
from tests.guests.stack import App, Slices
from tests.journeys.world import World, until

NAMES = ["stage", "windows", "demand", "voice"]


def placed(slices: Slices) -> list[dict[str, Any]]:
    return list(slices["stage"]["windows"].get("main", ()))


def view(slices: Slices) -> dict[str, Any]:
    return dict(slices["stage"]["views"].get("main", {}))


def users(slices: Slices) -> set[str]:
    return {tile["user"] for tile in placed(slices)}


def wanted(slices: Slices) -> set[str]:
    return {track["user"] for track in slices["demand"]["tracks"]}


def window(slices: Slices) -> dict[str, Any]:
    return next(dict(each) for each in slices["windows"]["windows"] if each["name"] == "main")


def stage_size(slices: Slices) -> tuple[int, int]:
    viewport = window(slices)["viewport"] or {"width": 0, "height": 0}
    return viewport["width"], viewport["height"]


def received(slices: Slices) -> bool:
    """Video of each guest comes, asked for in the size of its tile."""
    videos = slices["statistics"]["videos"]
    return bool(videos) and all(
        video["kilobits"] > 0 and video["asked_height"] > 0 and video["tile_height"] > 0 for video in videos
    )


def off(slices: Slices) -> bool:
    """Not a byte of video came since the last look."""
    videos = slices["statistics"]["videos"]
    return bool(videos) and all(
        video["kilobits"] == 0 and video["why"] == "unseen" and video["asked_height"] == 0 for video in videos
    )


def do(world: World, *command: str) -> None:
    subprocess.run(command, env=world.screen.environ, check=True, timeout=20)


def press(world: World, *keys: str) -> None:
    do(world, "wmctrl", "-a", "xcord")
    do(world, "xdotool", "key", "--clearmodifiers", *keys)


def press_until(world: World, call: App, key: str, what: str, true: Callable[[Slices], object]) -> None:
    """Press a key whose repeat is harmless: a page may not have heard of the last change yet."""

    def pressed() -> object:
        press(world, key)
        with contextlib.suppress(ChildError):
            return bool(call.wait(what, NAMES, true, 1.0))
        return False

    until(pressed, what, 60)


def click(world: World, x: int, y: int) -> None:
    """At a place of the window, in pixels."""
    there = ["mousemove", "--window", "%1", str(x), str(y)]
    do(world, "xdotool", "search", "--onlyvisible", "--name", "^xcord$", *there, "click", "1")


def resize(world: World, width: int, height: int) -> None:
    do(world, "wmctrl", "-r", "xcord", "-e", f"0,20,20,{width},{height}")


def minimise(world: World) -> None:
    tool = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "^xcord$", "windowminimize"]
    subprocess.run(tool, env=world.screen.environ, check=True, timeout=60)

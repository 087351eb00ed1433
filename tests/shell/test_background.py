"""The app out of sight: what it hands to the windows, and the hint that it goes on."""

from __future__ import annotations

from typing import Any

import pytest

from xcord import background
from xcord.background import Background
from xcord.testing import World, running, settle
from xcord.tray_state import TrayState


class Layer:
    """As much of the windows as this uses."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []

    def show(self, name: str) -> None:
        self.told.append(("show", name))

    def set_tray(self, state: TrayState) -> None:
        self.told.append(("tray", state))

    def set_language(self, language: str) -> None:
        self.told.append(("language", language))

    def close_to_tray(self, on: bool) -> None:
        self.told.append(("close to tray", on))

    def tell(self, title: str, more: str) -> None:
        self.told.append(("tell", title))


class Board:
    """Desktop notifications that only write down."""

    shown: list[str]

    def __init__(self, clicked: Any, otherwise: Any) -> None:
        Board.shown = []

    def show(self, slot: str, title: str, more: str = "") -> None:
        Board.shown.append(title)

    def withdraw(self, slot: str) -> None: ...
    def close(self) -> None: ...


@pytest.fixture(autouse=True)
def board(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "Notifications", Board)


def background_of(world: World, layer: Any, *, measure: bool = False) -> Background:
    return Background(world.hub, world.desk, layer, measure=measure)


async def test_the_windows_follow_the_settings() -> None:
    async with running(options={"app.language": "tr", "app.close_to_tray": False}) as world:
        layer = Layer()
        background_of(world, layer)
        assert layer.told == [("tray", TrayState()), ("language", "tr"), ("close to tray", False)]
        await world.ask("settings.set", {"name": "app.close_to_tray", "value": True})
        assert layer.told[-1] == ("close to tray", True)
        told = len(layer.told)
        await world.ask("settings.set", {"name": "app.theme", "value": "dark"})
        assert len(layer.told) == told, "what does not concern the windows wakes them"


async def test_the_hint_for_each_place_is_given_once_in_a_life() -> None:
    async with running(options={"app.language": "en"}) as world:
        one = background_of(world, Layer())
        for place in ("tray", "tray", "task_bar", "tray"):
            one.note_put_away(place)
            await settle()
            await world.until(lambda place=place: place in world.read("settings").values["app.hints"])
        assert Board.shown == ["xcord goes on in the tray", "xcord goes on, minimised"]
        assert list(world.read("settings").values["app.hints"]) == ["tray", "task_bar"]


async def test_where_figures_are_taken_nothing_is_shown() -> None:
    async with running() as world:
        one = background_of(world, Layer(), measure=True)
        one.note_put_away("tray")
        world.hub.notify("directory.banned", server="Fun")
        await world.clock.advance(5)
        assert Board.shown == []
        assert list(world.read("settings").values["app.hints"]) == []


async def test_whether_there_is_a_tray_is_told_to_the_pages() -> None:
    async with running() as world:
        one = background_of(world, Layer())
        assert world.read("app").tray == ""
        one.note_tray(True)
        assert world.read("app").tray == "there"
        one.note_tray(False)
        assert world.read("app").tray == "none"

"""A stranger's view mode, written from plugins/README.md alone, works, also when it is changed meanwhile."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.guests.stack import App
from tests.journeys.world import World

README = Path(__file__).parents[2] / "plugins" / "README.md"
(ROW,) = re.findall(r"^```python\n(# row\.py\n.*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)
EVERYBODY = 4


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def file(world: World) -> Path:
    """Where the README says that it belongs."""
    folder = world.home() / "config" / "plugins"
    folder.mkdir()
    (folder / "row.py").write_text(ROW, "utf-8")
    return folder / "row.py"


@pytest.fixture(scope="module")
def call(world: World, file: Path) -> Iterator[App]:
    with world.call("--watch", home=file.parents[2]) as app:
        app.wait("everybody's tile", ["stage"], lambda slices: len(tiles(slices)) == EVERYBODY, 30.0)
        yield app


def tiles(slices: dict[str, Any]) -> list[dict[str, Any]]:
    return list(slices["stage"]["windows"].get("main", ()))


def row_state(slices: dict[str, Any]) -> dict[str, Any]:
    return next(dict(each) for each in slices["plugins"]["plugins"] if each["name"] == "row")


def in_a_row(slices: dict[str, Any], height: int) -> bool:
    return slices["stage"]["mode"] == "row" and {(each["y"], each["height"]) for each in tiles(slices)} == {
        (0, height)
    }


def choose(app: App, height: int) -> None:
    """As a person does, and once more where a busy machine let it miss its 50 ms."""
    until = time.monotonic() + 60
    while not in_a_row(app.read("stage"), height):
        assert time.monotonic() < until, app.read("stage", "plugins")
        if "not called any more" in row_state(app.read("plugins"))["reason"]:
            for on in (False, True):
                app.ask("plugins.set", name="row", on=on)
        app.ask("stage.mode", name="row")
        time.sleep(0.2)


def test_the_mode_is_there_and_arranges_the_call(call: App, browser: Browser) -> None:
    assert row_state(call.read("plugins"))["distribution"] == "row.py"
    choose(call, 10_000)
    assert sorted(tile["x"] for tile in tiles(call.read("stage"))) == [0, 2500, 5000, 7500]
    page = browser.new_page(locale="en-US")
    page.goto(call.watch_address())
    page.get_by_role("list", name="People in the call").get_by_role("listitem").nth(3).wait_for(
        timeout=30_000
    )
    boxes = [tile.bounding_box() for tile in page.locator("li.tile").all()]
    assert len({round(box["y"]) for box in boxes if box}) == 1
    page.close()


def test_saved_again_the_stage_is_arranged_by_the_new_code(call: App, file: Path) -> None:
    file.write_text(ROW.replace("height=1)", "height=0.5)"), "utf-8")
    call.wait(
        "the new code",
        ["stage"],
        lambda slices: {tile["height"] for tile in tiles(slices)} == {5000} or missed(call),
        30.0,
    )
    choose(call, 5000)


def missed(app: App) -> bool:
    return "50 ms" in row_state(app.read("plugins"))["reason"]


def test_a_mistake_leaves_it_in_place_and_names_the_line(call: App, file: Path) -> None:
    line = 1 + ROW[: ROW.index("width = 1")].count("\n")
    file.write_text(ROW.replace("width = 1 /", "width = one /"), "utf-8")
    slices = call.wait(
        "the mistake's name",
        ["plugins", "stage"],
        lambda slices: "NameError" in row_state(slices)["reason"],
        30.0,
    )
    assert f"row.py:{line} in arrange" in row_state(slices)["reason"]
    assert row_state(slices)["state"] == "on"
    choose(call, 5000)
    file.write_text(ROW, "utf-8")
    call.wait("the good code", ["plugins"], lambda slices: row_state(slices)["reason"] == "", 30.0)
    choose(call, 10_000)

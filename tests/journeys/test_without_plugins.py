"""Left out at the start, each plugin is missed in words: the window opens and says what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.guests import account
from tests.journeys.world import World

ALL = " ".join(sorted(found.name for found in entry_points(group="xcord")))
CASES = {
    "layout": ["Layout is off"],
    "voice": ["Voice is off"],
    "sync": ["Sync is off"],
    ALL: ["Nothing is switched on"],
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize(("off", "sentences"), CASES.items(), ids=CASES)
def test_a_window_says_which_plugins_are_off(
    world: World, browser: Browser, off: str, sentences: list[str]
) -> None:
    flags = [word for name in off.split() for word in ("-p", f"no:{name}")]
    with world.app("--measure", "--watch", *flags) as app:
        app.wait_painted()
        slices = app.read("plugins")
        blocked = {each["name"] for each in slices["plugins"]["plugins"] if each["state"] == "blocked"}
        assert blocked == set(off.split())
        page = browser.new_page(locale="en-US")
        page.goto(app.watch_address())
        for sentence in sentences:
            page.get_by_text(sentence, exact=False).first.wait_for(timeout=30_000)
        page.close()


def test_a_window_in_a_call_without_layout_names_who_is_there(world: World, browser: Browser) -> None:
    with world.call("--watch", "-p", "no:layout") as app:
        page = browser.new_page(locale="en-US")
        page.goto(app.watch_address())
        page.get_by_text("Layout is off").first.wait_for(timeout=30_000)
        main = page.get_by_role("main")
        for name in ("Elif", "Oliver", "Maya"):
            main.get_by_text(name).first.wait_for(timeout=30_000)
        page.close()


def test_without_sync_a_direct_link_still_joins_the_call_and_leaves_it(world: World) -> None:
    (ticket,) = account.tickets(world.server.address, world.channel, [world.person()])
    with world.app("--measure", "-p", "no:sync") as app:
        app.wait_painted()
        assert "directory" not in app.read("directory")
        app.ask("voice.join", 30.0, url=ticket.url, token=ticket.token)
        names = {"Elif", "Oliver", "Maya"}

        def heard(held: dict[str, Any]) -> bool:
            voice = held["voice"]
            return voice["status"] == "connected" and names <= {each["name"] for each in voice["people"]}

        app.wait("the call", ["voice"], heard, 30.0)
        assert ticket.token not in str(app.read("voice", "reconnection", "app"))
        app.ask("voice.leave")
        app.wait("leaving", ["voice"], lambda held: held["voice"]["status"] == "idle")

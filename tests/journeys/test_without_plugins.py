"""Left out at the start, each plugin is missed in words: the window opens and says what is not there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.journeys.world import World

CASES = {
    "layout": ["Layout is off"],
    "voice": ["Voice is off"],
    "sync": ["Sync is off"],
    "layout voice sync": ["Nothing is switched on"],
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

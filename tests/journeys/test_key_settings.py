"""The settings of keys and the mark beside the microphone: the real plugin and page, where only the window
sees keys (Chromium has no screen)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, TimeoutError, expect
from tests.journeys.actor import Actor
from tests.journeys.stage import TESTER, findings

import xcord_hotkeys
import xcord_layout
from xcord import Options, hookimpl
from xcord.config import Config
from xcord.core import Core, running
from xcord.door import Door, listen
from xcord.plugins import Candidate

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Voice(Actor):
    """The actor with voice's choice of when I am heard."""

    @hookimpl
    def xcord_add_options(self, options: Options) -> None:
        options.add("gate", str, "ptt", "When I am heard.")


@pytest_asyncio.fixture(loop_scope="module")
async def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Core]:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    config = Config(config_dir=tmp_path, data_dir=tmp_path, runtime_dir=tmp_path, measure=True)
    actor = Voice()
    candidates = [
        Candidate("voice", "xcord", "0.1.0", lambda: actor),
        Candidate("layout", "xcord", "0.1.0", lambda: xcord_layout),
        Candidate("hotkeys", "xcord", "0.1.0", lambda: xcord_hotkeys),
    ]
    async with running(config, listen(), Door(), candidates) as core:
        actor.sign_in()
        actor.enter()
        yield core


@pytest_asyncio.fixture(loop_scope="module")
async def page(core: Core, browser: Browser) -> AsyncIterator[Page]:
    """In a call, with push to talk and no key."""
    page = await browser.new_page(
        viewport={"width": 1100, "height": 860}, reduced_motion="reduce", locale="en-US"
    )
    page.set_default_timeout(60_000)
    await page.goto(core.address("main", "main"))
    yield page
    await page.close()


async def hold(page: Page, key: str) -> None:
    """Holds a key until that is seen. A page that a busy machine keeps waiting is not believed for long, and
    has to press it anew."""
    heard = page.get_by_text("You are heard", exact=True)
    async with asyncio.timeout(30):
        while True:
            await page.keyboard.down(key)
            with contextlib.suppress(TimeoutError):
                await heard.wait_for(timeout=500)
                return
            await page.keyboard.up(key)


async def open_keys(page: Page) -> None:
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_role("tab", name="Keys").click()


async def test_a_key_is_chosen_by_keyboard_and_opens_the_microphone(page: Page) -> None:
    await page.get_by_role("button", name="Choose a key").click()
    dialog = page.get_by_role("dialog")
    choose = dialog.get_by_role("button", name="Choose a key: Push to talk")
    await choose.focus()
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_text("Escape cancels")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog.get_by_text("Escape cancels")).to_have_count(0)
    await expect(dialog).to_be_visible()
    await choose.focus()
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_text("Escape cancels")).to_be_visible()
    await page.keyboard.press("Control+F9")
    await expect(dialog.locator("kbd")).to_have_text("Ctrl + F9")
    await expect(dialog.get_by_text("only while xcord's own window is in front")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_text("Hold Ctrl + F9 to talk, in this window")).to_be_visible()
    await page.keyboard.down("Control")
    await hold(page, "F9")
    await page.keyboard.up("F9")
    await expect(page.get_by_text("You are heard", exact=True)).to_have_count(0)
    await page.keyboard.up("Control")


async def test_a_page_that_goes_away_with_the_key_held_shuts_and_the_next_one_says_so(
    core: Core, page: Page
) -> None:
    await core.hub.ask("hotkeys.bind", {"action": "push_to_talk", "keys": "f9"}, asker=TESTER)
    await expect(page.get_by_text("Hold F9 to talk")).to_be_visible()
    await hold(page, "F9")
    await page.reload()
    await expect(page.get_by_text("Hold F9 to talk")).to_be_visible()
    assert core.hub.read("hotkeys").held == ()


async def test_keys_that_are_switched_off_are_missed_in_words(core: Core, page: Page) -> None:
    await expect(page.get_by_text("Push to talk has no key")).to_be_visible()
    await core.supervisor.set("hotkeys", False)
    await expect(page.get_by_text("the part that sees keys is off, nobody hears you")).to_be_visible()
    await open_keys(page)
    await expect(page.get_by_text("can be switched on under Plugins")).to_be_visible()
    await core.supervisor.set("hotkeys", True)
    await expect(page.get_by_role("button", name="Choose a key: Mute, and back")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "tr"])
@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_axe_finds_nothing_wrong(core: Core, page: Page, theme: str, language: str) -> None:
    for action, keys in (("push_to_talk", "m"), ("mute", "ctrl+m"), ("deafen", "ctrl+m")):
        await core.hub.ask("hotkeys.bind", {"action": action, "keys": keys}, asker=TESTER)
    await open_keys(page)
    for name, value in (("app.theme", theme), ("app.language", language)):
        await core.hub.ask("settings.set", {"name": name, "value": value}, asker=TESTER)
    await expect(page.locator("html")).to_have_attribute("data-theme", theme)
    await expect(page.locator("html")).to_have_attribute("lang", language)
    await expect(page.locator("kbd").first).to_be_visible()
    assert await findings(page) == []

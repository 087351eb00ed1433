"""The settings page for sound: the real voice plugin, a real sound server, words from espeak-ng."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect
from tests.journeys.stage import TESTER, findings
from tests.plugins.xcord_voice.callers import level
from tests.plugins.xcord_voice.pulse import Pulse, start_pulse
from tests.speech import FAR, spoken

import xcord_layout
import xcord_voice
from xcord.config import Config
from xcord.core import Core, running
from xcord.door import Door, listen
from xcord.plugins import Candidate

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOUD = re.compile(r"scaleX\(0\.[4-9]|scaleX\(1")
WORDS = (spoken(FAR, dbfs=-20.0) * 32767).astype(np.int16)


class Desk(NamedTuple):
    """An app with its settings open at *Sound*."""

    core: Core
    page: Page
    pulse: Pulse

    def option(self, name: str) -> Any:
        return self.core.hub.read("settings").values[f"voice.{name}"]

    async def until(self, slice_: str, good: Callable[[Any], bool]) -> None:
        """Waits until a slice's value is as wanted."""
        found = asyncio.Event()
        stop = self.core.hub.watch("test", lambda name, value: found.set() if good(value) else None, slice_)
        try:
            await asyncio.wait_for(found.wait(), 60)
        finally:
            stop()


@pytest.fixture
def pulse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pulse]:
    with start_pulse(tmp_path) as server:
        for name in ("PULSE_SERVER", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH"):
            monkeypatch.setenv(name, server.environment[name])
        yield server


@pytest_asyncio.fixture(loop_scope="module")
async def desk(tmp_path: Path, browser: Browser, pulse: Pulse) -> AsyncIterator[Desk]:
    folder = tmp_path / "app"
    config = Config(config_dir=folder, data_dir=folder, runtime_dir=folder, measure=True)
    candidates = [
        Candidate("voice", "xcord", "0.1.0", lambda: xcord_voice),
        Candidate("layout", "xcord", "0.1.0", lambda: xcord_layout),
    ]
    async with running(config, listen(), Door(), candidates) as core:
        size = {"width": 1100, "height": 860}
        page = await browser.new_page(viewport=size, reduced_motion="reduce", locale="en-US")  # type: ignore[arg-type]
        page.set_default_timeout(60_000)
        await page.goto(core.address("main", "main"))
        await page.get_by_role("button", name="Settings").click()
        await page.get_by_role("tab", name="Sound").click()
        yield Desk(core, page, pulse)
        await page.close()


def nothing(meter: Any) -> bool:
    return bool(meter.level == -120)


def bar(page: Page) -> Locator:
    return page.get_by_role("meter", name="Input level").locator("i")


async def test_the_level_follows_the_voice_and_is_measured_only_while_it_is_shown(desk: Desk) -> None:
    page = desk.page
    with desk.pulse.speaking(WORDS):
        await expect(bar(page)).to_have_attribute("style", LOUD)
        await expect(page.get_by_text("of computing for each 10 ms of sound")).to_be_visible()
    await page.get_by_role("tab", name="About").click()
    await desk.until("meter", nothing)


async def test_a_reloaded_or_closed_page_measures_no_longer(desk: Desk) -> None:
    with desk.pulse.speaking(WORDS):
        await expect(bar(desk.page)).to_have_attribute("style", LOUD)
        await desk.page.reload()
        await expect(desk.page.get_by_role("button", name="Settings")).to_be_visible()
        await desk.until("meter", nothing)


async def test_the_echo_test_brings_my_words_back(desk: Desk) -> None:
    page = desk.page
    await page.get_by_role("button", name="Start test").click()
    await expect(page.get_by_text("wait three seconds")).to_be_visible()
    with desk.pulse.speaking(WORDS):
        async with asyncio.timeout(90):
            while level(await asyncio.to_thread(desk.pulse.record, 0.5)) < -40:
                pass
        await page.get_by_role("button", name="Stop test").click()
        await expect(page.get_by_role("button", name="Start test")).to_be_visible()
        async with asyncio.timeout(90):
            while level(await asyncio.to_thread(desk.pulse.record, 0.5)) > -90:
                pass


async def test_how_i_am_heard_is_chosen_by_keyboard(desk: Desk) -> None:
    page = desk.page
    await expect(page.get_by_role("radio", name="While a key is held")).to_have_count(0)
    await page.get_by_role("radio", name="Always").focus()
    await page.keyboard.press("ArrowRight")
    threshold = page.get_by_role("slider", name="Speech begins at")
    await expect(threshold).to_have_attribute("aria-valuetext", "-50 dB")
    await threshold.focus()
    await page.keyboard.press("ArrowRight")
    await expect(threshold).to_have_attribute("aria-valuetext", "-49 dB")
    await page.get_by_role("switch", name="Suppress noise").focus()
    await page.keyboard.press("Space")
    await expect(page.get_by_role("switch", name="Suppress noise")).not_to_be_checked()
    await page.get_by_role("combobox", name="Microphone").select_option("Microphone")
    await desk.until("settings", lambda settings: settings.values["voice.input"] == "Microphone")
    assert (desk.option("gate"), desk.option("threshold")) == ("voice", -49)
    assert desk.option("noise_suppression") is False


async def test_push_to_talk_without_a_key_listener_says_that_nobody_hears_me(desk: Desk) -> None:
    await desk.core.hub.ask("settings.set", {"name": "voice.gate", "value": "ptt"}, asker=TESTER)
    await expect(desk.page.get_by_role("radio", name="While a key is held")).to_be_checked()
    await expect(desk.page.get_by_text("nobody hears you")).to_be_visible()


async def test_the_strong_suppressor_shows_what_it_costs(desk: Desk) -> None:
    await desk.page.get_by_role("switch", name="Strong noise suppression").click()
    await desk.until("capture", lambda capture: capture.suppressor == "on")
    with desk.pulse.speaking(WORDS):
        await expect(desk.page.get_by_text(re.compile(r"^Costs \d+\.\d\d ms"))).to_be_visible()


async def test_a_microphone_that_the_system_mutes_is_named(desk: Desk) -> None:
    page = desk.page
    await page.get_by_role("combobox", name="Microphone").select_option("Microphone")
    desk.pulse.mute(True)
    mark = page.get_by_role("tabpanel").get_by_text("muted in the system")  # a toast may say so as well
    await expect(mark).to_be_visible(timeout=30_000)
    desk.pulse.mute(False)
    with desk.pulse.speaking(WORDS):
        await expect(mark).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "tr"])
@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_axe_finds_nothing_wrong(desk: Desk, theme: str, language: str) -> None:
    for name, value in (("app.theme", theme), ("app.language", language), ("voice.gate", "voice")):
        await desk.core.hub.ask("settings.set", {"name": name, "value": value}, asker=TESTER)
    await expect(desk.page.locator("html")).to_have_attribute("data-theme", theme)
    await expect(desk.page.locator("html")).to_have_attribute("lang", language)
    await expect(desk.page.locator("input[type=range]").first).to_be_visible()
    assert await findings(desk.page) == []

"""Devices that die in a call are told of beside its controls: a real sound server, a real SFU, the page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect
from tests.journeys.stage import TESTER
from tests.parts import start_livekit
from tests.plugins.xcord_voice.callers import eventually, tone
from tests.plugins.xcord_voice.pulse import MODULES, Pulse, start_pulse

import xcord_layout
import xcord_voice
from xcord.config import Config
from xcord.core import Core, running
from xcord.door import Door, listen
from xcord.plugins import Candidate
from xcord_voice.audio import line

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Call(NamedTuple):
    """A page in a call, and the sound server that it sounds on."""

    core: Core
    page: Page
    pulse: Pulse

    @property
    def told(self) -> Locator:
        """What is said beside the controls."""
        return self.page.locator(".dock [role=status]")


@pytest_asyncio.fixture(loop_scope="module")
async def call(tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Call]:
    folder = tmp_path / "app"
    config = Config(config_dir=folder, data_dir=folder, runtime_dir=folder, measure=True)
    candidates = [
        Candidate("voice", "xcord", "0.1.0", lambda: xcord_voice),
        Candidate("layout", "xcord", "0.1.0", lambda: xcord_layout),
    ]
    with start_pulse(tmp_path) as pulse, start_livekit(tmp_path) as livekit:
        for name in ("PULSE_SERVER", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH"):
            monkeypatch.setenv(name, pulse.environment[name])
        async with running(config, listen(), Door(), candidates) as core:
            page = await browser.new_page(viewport={"width": 1100, "height": 760}, locale="en-US")
            page.set_default_timeout(15_000)
            await page.goto(core.address("main", "main"))
            ticket = {"url": livekit.url, "token": livekit.token("me:desk", "r")}
            await core.hub.ask("voice.join", ticket, asker=TESTER)
            with pulse.speaking(tone(1000, 0, 48_000)):
                await eventually(lambda: core.hub.read("voice").microphone == "on")
                await asyncio.sleep(line.SETTLE)
                yield Call(core, page, pulse)
            await page.close()


async def test_the_only_microphone_dies_and_comes_back(call: Call) -> None:
    await expect(call.told).to_have_text("")
    call.pulse.control("unload-module", "module-remap-source")
    await expect(call.told).to_contain_text("No microphone found")
    call.pulse.load(MODULES[2])
    await expect(call.told).to_have_text("")
    assert call.core.hub.read("voice").status == "connected"


async def test_the_last_loudspeaker_dies_and_comes_back(call: Call) -> None:
    call.pulse.control("unload-module", "module-null-sink")
    await expect(call.told).to_contain_text("This machine has no sound")
    for module in MODULES:
        call.pulse.load(module)
    await expect(call.told).not_to_contain_text("no sound")
    await expect(call.told).not_to_contain_text("No microphone")
    assert call.core.hub.read("voice").status == "connected"

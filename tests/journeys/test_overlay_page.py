"""The overlay's page in a real browser: accessible in both languages, by keyboard, and still in silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from tests.journeys.actor import Actor
from tests.journeys.stage import TESTER, findings
from tests.waits import eventually

import xcord_layout
import xcord_overlay
from xcord import Desktop, Preset, Quality, Speaking
from xcord.config import Config
from xcord.core import Core, running
from xcord.door import Door, listen
from xcord.plugins import Candidate
from xcord.surroundings import Screen
from xcord.testing import FakeWindows
from xcord_overlay.presets import PRESETS

pytestmark = pytest.mark.asyncio(loop_scope="module")
SCREEN = Screen(id="a", name="Dell U2720Q", x=0, y=0, width=1600, height=1000, primary=True)
OTHER = Screen(id="b", name="LG", x=1600, y=0, width=1600, height=1000)


def _same(module: Any) -> Any:
    return module


class Scene:
    """The page over a call of nine, in a window that only remembers its size."""

    def __init__(self, core: Core, actor: Actor, page: Page, requests: list[str]) -> None:
        self.core, self.actor, self.page, self.requests = core, actor, page, requests
        self.frames: list[str] = []  # what the page was sent
        page.on("websocket", lambda socket: socket.on("framereceived", self._received))

    def _received(self, frame: str | bytes) -> None:
        self.frames.append(frame if isinstance(frame, str) else frame.decode())

    async def page_knows(self, text: str) -> None:
        """The page was sent this since it was last asked; what it does next, it does knowing that."""
        await eventually(lambda: any(text in frame for frame in self.frames))
        self.frames.clear()

    async def ask(self, command: str, **args: Any) -> None:
        await self.core.hub.ask(command, args, asker=TESTER)

    async def option(self, name: str, value: Any) -> None:
        await self.ask("settings.set", name=name, value=value)

    async def until(self, true: Callable[[], object]) -> None:
        """Looks at each change of a slice."""
        changed = asyncio.Event()
        stop = self.core.hub.listen(lambda _name, _value: changed.set())
        try:
            async with asyncio.timeout(60):
                while not true():
                    await changed.wait()
                    changed.clear()
        finally:
            stop()

    async def watch_drawing(self) -> None:
        """Counts in ``changes`` whatever changes in the document."""
        await self.page.evaluate(
            """() => {
                window.changes = 0;
                const what = {subtree: true, childList: true, attributes: true, characterData: true};
                new MutationObserver((list) => (window.changes += list.length)).observe(document.body, what);
            }"""
        )

    def own(self) -> Any:
        return self.core.hub.read("overlay").windows["overlay"]


@pytest_asyncio.fixture(loop_scope="module")
async def scene(tmp_path: Path, browser: Browser) -> AsyncIterator[Scene]:
    config = Config(config_dir=tmp_path, data_dir=tmp_path, runtime_dir=tmp_path)
    actor = Actor()
    modules = {"actor": actor, "layout": xcord_layout, "overlay": xcord_overlay}
    candidates = [
        Candidate(name, "xcord", "0.1.0", partial(_same, module)) for name, module in modules.items()
    ]
    async with running(config, listen(), Door(), candidates) as core:
        core.desk.windows.control = FakeWindows(core.desk.windows)
        core.desk.windows.note_desktop(Desktop(screens=(SCREEN, OTHER)))
        actor.sign_in()
        actor.enter()
        await core.hub.ask("overlay.show", {"on": True}, asker=TESTER)
        page = await browser.new_page(viewport={"width": 360, "height": 640}, locale="en-US")
        page.set_default_timeout(60_000)
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        scene = Scene(core, actor, page, requests)
        await page.goto(core.address("overlay", "overlay"))
        await expect(page.locator(".person").first).to_be_visible()
        yield scene
        await page.close()


@pytest.mark.parametrize("language", ["en", "tr"])
async def test_axe_finds_nothing_whether_it_is_looked_at_or_edited(scene: Scene, language: str) -> None:
    await scene.option("app.language", language)
    await expect(scene.page.locator("html")).to_have_attribute("lang", language)
    for background in ("#ffffff", "#000000", "#c03030"):  # what shows through
        await scene.page.evaluate("colour => document.documentElement.style.background = colour", background)
        for editing in (False, True):
            await scene.ask("overlay.edit", on=editing)
            await expect(scene.page.locator(".panel")).to_have_count(int(editing))
            assert await findings(scene.page) == []
    await scene.ask("overlay.edit", on=False)


@pytest.mark.parametrize("preset", sorted(PRESETS))
async def test_what_a_preset_shows_can_be_read_above_light_and_dark_programs(
    scene: Scene, preset: Preset
) -> None:
    scene.actor.enter(problem="media")
    await expect(scene.page.get_by_role("status")).to_be_visible()
    await scene.ask("overlay.preset", name=preset)
    await expect(scene.page.locator("li").first).to_be_visible()
    opacity = scene.core.hub.read("overlay").opacity  # the window has it, and a page alone has no window
    await scene.page.evaluate("percent => document.body.style.opacity = percent / 100", opacity)
    for background in ("#ffffff", "#000000"):
        await scene.page.evaluate("colour => document.documentElement.style.background = colour", background)
        assert await findings(scene.page) == []


def _lies_at(scene: Scene, x: int, y: int) -> bool:
    return (scene.own().x, scene.own().y) == (x, y)


async def test_it_is_edited_by_keyboard_alone(scene: Scene) -> None:
    await scene.ask("overlay.edit", on=True)
    await expect(scene.page.get_by_role("button", name="Move the overlay")).to_be_focused()
    x, y = scene.own().x, scene.own().y
    for key, dx, dy in (("ArrowRight", 10, 0), ("ArrowDown", 0, 10), ("Shift+ArrowDown", 0, 1)):
        await scene.page.keyboard.press(key)
        x, y = x + dx, y + dy
        await scene.until(partial(_lies_at, scene, x, y))
        await scene.page_knows(f'"x":{x},"y":{y}')  # from where the next key moves it
    await scene.page.keyboard.press("Tab")
    await scene.page.keyboard.press("ArrowRight")
    await scene.until(lambda: scene.own().width == 250)
    await scene.page.keyboard.press("Escape")
    await expect(scene.page.locator(".panel")).to_have_count(0)


async def test_dragging_moves_it_and_clicks_are_for_edit_mode_alone(scene: Scene) -> None:
    assert await scene.page.locator("button, input, select").count() == 0
    await scene.ask("overlay.edit", on=True)
    grip = scene.page.get_by_role("button", name="Move the overlay")
    await grip.hover(position={"x": 40, "y": 20})
    before = scene.own()
    await scene.page.mouse.down()
    for step in range(1, 6):  # the page does not move here, so the pointer's way is the overlay's
        await scene.page.mouse.move(40 + 60 * step, 20 + 40 * step)
    await scene.page.mouse.up()
    await scene.until(lambda: scene.own().x > before.x + 200 and scene.own().y > before.y + 150)
    await scene.until(lambda: scene.core.hub.read("settings").values["overlay.places"])
    await scene.ask("overlay.edit", on=False)


async def test_who_speaks_is_lit_at_once_and_nothing_moves_after_that(scene: Scene) -> None:
    lit = scene.page.locator(".person.lit")
    await scene.watch_drawing()
    scene.actor.speaking.set(Speaking(("u1", "u2")))
    await expect(lit).to_have_count(2)
    scene.actor.speaking.set(Speaking())
    await expect(lit).to_have_count(0)
    assert await scene.page.evaluate("document.getAnimations().length") == 0
    await scene.page.evaluate("changes = 0")
    scene.actor.quality.set(Quality({"u0": "good"}))  # marks change, once
    await expect(scene.page.locator(".person .bars")).to_have_count(0)
    assert await scene.page.evaluate("changes") > 0
    await scene.page.evaluate("changes = 0")
    await scene.option("app.theme", "light")  # a change that is none of the overlay's
    await scene.option("app.theme", "dark")
    assert await scene.page.evaluate("changes") == 0


async def test_it_loads_nothing_from_elsewhere_and_no_pictures_until_it_shows_some(scene: Scene) -> None:
    home = f"http://127.0.0.1:{scene.core.port}/"
    assert all(url.startswith((home, "blob:", "data:")) for url in scene.requests)
    assert not [url for url in scene.requests if "worker" in url]
    await scene.option("overlay.content", "stage")
    await expect(scene.page.locator("li.tile")).to_have_count(1)
    async with asyncio.timeout(60):
        while not any("worker" in url for url in scene.requests):  # noqa: ASYNC110 the browser tells by the list
            await asyncio.sleep(0.02)

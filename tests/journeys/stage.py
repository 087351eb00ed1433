"""The main window's page in a real browser, on the real hub with an actor in place of voice and sync."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import Browser, Page, WebSocket, expect
from tests.journeys.actor import Actor

import xcord_layout
from xcord.calls import Asker
from xcord.config import Config
from xcord.core import Core, running
from xcord.door import Door, listen
from xcord.plugins import Candidate

TESTER = Asker("shell", "test")
AXE = Path(__file__).resolve().parents[2] / "webui" / "node_modules" / "axe-core" / "axe.min.js"
WORDS = {
    "en": {"sign_in": "Sign in", "settings": "Settings", "plugins": "Plugins", "controls": "Call controls"},
    "tr": {
        "sign_in": "Oturum aç",
        "settings": "Ayarlar",
        "plugins": "Eklentiler",
        "controls": "Görüşme denetimleri",
    },
}


class Stage(NamedTuple):
    """A running app with a page on it.

    ``complaints`` is what the browser's console said, ``sent`` what the page said on its state socket.
    """

    core: Core
    actor: Actor
    page: Page
    complaints: list[str]
    requests: list[str]
    socket: WebSocket
    sent: list[dict[str, Any]]


@asynccontextmanager
async def staged(folder: Path, browser: Browser) -> AsyncIterator[Stage]:
    """The page, just opened; nobody is signed in."""
    config = Config(config_dir=folder, data_dir=folder, runtime_dir=folder, measure=True)
    actor = Actor()
    candidates = [
        Candidate("actor", "xcord", "0.1.0", lambda: actor),
        Candidate("layout", "xcord", "0.1.0", lambda: xcord_layout),
    ]
    async with running(config, listen(), Door(), candidates) as core:
        page = await browser.new_page(
            viewport={"width": 1280, "height": 760}, reduced_motion="reduce", locale="en-US"
        )
        page.set_default_timeout(60_000)
        complaints: list[str] = []
        requests: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        sent: list[dict[str, Any]] = []
        page.on(
            "websocket", lambda socket: socket.on("framesent", lambda text: sent.append(json.loads(text)))
        )
        async with page.expect_websocket(lambda socket: socket.url.endswith("/ws")) as socket:
            await page.goto(core.address("main", "main"))
        yield Stage(core, actor, page, complaints, requests, await socket.value, sent)
        await page.close()


async def held(stage: Stage, name: str, good: Callable[[Any], Any]) -> Any:
    """The value of a slice, once it is as wanted."""
    found: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def look(_name: str, value: Any) -> None:
        if value is not None and not found.done() and good(value):
            found.set_result(value)

    stop = stage.core.hub.watch("test", look, name)
    try:
        return await asyncio.wait_for(found, 60)
    finally:
        stop()


async def findings(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is now: rule, and where."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))  # as the debugger, so the page's policy stays
    result = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


async def dressed(stage: Stage, theme: str, language: str) -> dict[str, str]:
    """The page in a theme and a language, as the settings do it; returns its words."""
    for name, value in (("app.theme", theme), ("app.language", language)):
        await stage.core.hub.ask("settings.set", {"name": name, "value": value}, asker=TESTER)
    await expect(stage.page.locator("html")).to_have_attribute("data-theme", theme)
    await expect(stage.page.locator("html")).to_have_attribute("lang", language)
    return WORDS[language]

"""The main window's page in a real browser against the real hub: everybody can use it, by any means."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, WebSocket, async_playwright, expect
from tests.journeys.actor import LINK, Actor

import xcord_layout
from xcord.config import Config
from xcord.core import Core, running
from xcord.door import Door, listen
from xcord.hub import Asker
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


pytestmark = pytest.mark.asyncio(loop_scope="module")


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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def stage(tmp_path: Path, browser: Browser) -> AsyncIterator[Stage]:
    config = Config(config_dir=tmp_path, data_dir=tmp_path, runtime_dir=tmp_path, measure=True)
    actor = Actor()
    candidates = [
        Candidate("actor", "xcord", "0.1.0", lambda: actor),
        Candidate("layout", "xcord", "0.1.0", lambda: xcord_layout),
    ]
    async with running(config, listen(), Door(), candidates) as core:
        page = await browser.new_page(
            viewport={"width": 1280, "height": 760}, reduced_motion="reduce", locale="en-US"
        )
        page.set_default_timeout(15_000)
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
        return await asyncio.wait_for(found, 15)
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


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_axe_finds_nothing_wrong(stage: Stage, theme: str, language: str) -> None:
    page, actor = stage.page, stage.actor
    words = await dressed(stage, theme, language)

    await expect(page.get_by_role("heading", name=words["sign_in"])).to_be_visible()
    assert await findings(page) == []

    actor.sign_in()
    await expect(page.locator("button.channel").filter(has_text="Lobi")).to_be_visible()
    assert await findings(page) == []

    actor.enter(muted=True, microphone="none")
    await expect(page.locator("li.tile")).to_have_count(9)
    assert await findings(page) == []

    for status, reason in (("reconnecting", ""), ("lost", "unreachable")):
        actor.enter(status=status, reason=reason)
        await expect(page.locator(".banner")).to_be_visible()
        assert await findings(page) == []

    await page.get_by_role("button", name=words["settings"]).click()
    for name in await page.get_by_role("tab").all_inner_texts():
        await page.get_by_role("tab", name=name).click()
        await expect(page.get_by_role("tabpanel")).to_be_visible()
        assert await findings(page) == [], name


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_axe_finds_nothing_wrong_in_the_dialogs_about_servers_and_people(
    stage: Stage, theme: str
) -> None:
    page = stage.page
    await dressed(stage, theme, "en")
    await page.get_by_role("button", name="Create an account").click()
    await expect(page.get_by_label("Invite")).to_be_visible()
    assert await findings(page) == []
    stage.actor.sign_in()
    for opener in ("Manage Gece Kuşları", "Edit Müzik", "Actions for Zeynep Güneş", "Add a server"):
        await page.get_by_role("button", name=opener).click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        assert await findings(page) == [], opener
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await expect(page.get_by_role("button", name=opener)).to_be_focused()


async def test_an_invite_can_be_made_and_copied_and_is_put_away(stage: Stage) -> None:
    page = stage.page
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    stage.actor.sign_in()
    await page.get_by_role("button", name="Manage Gece Kuşları").click()
    await page.get_by_role("button", name="Make a link").click()
    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == LINK
    await page.keyboard.press("Escape")
    await held(stage, "directory", lambda value: value.invite is None)


async def test_what_a_role_may_not_do_is_not_offered(stage: Stage) -> None:
    stage.actor.sign_in()
    page, directory = stage.page, stage.actor.directory.value
    await expect(page.get_by_role("button", name="Actions for Zeynep Güneş")).to_have_count(1)
    (server,) = directory.servers
    for role, count in (("moderator", 1), ("member", 0)):
        changed = msgspec.structs.replace(server, role=role)
        stage.actor.directory.set(msgspec.structs.replace(directory, servers=(changed,)))
        await expect(page.get_by_role("button", name=re.compile("Actions for"))).to_have_count(count)
        await expect(page.get_by_role("button", name=re.compile("Manage"))).to_have_count(count)


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_axe_finds_nothing_wrong_in_a_small_window(stage: Stage, theme: str) -> None:
    page = stage.page
    await dressed(stage, theme, "tr")
    await page.set_viewport_size({"width": 420, "height": 320})
    stage.actor.sign_in()
    stage.actor.enter()
    await expect(page.locator("li.tile").first).to_be_visible()
    assert await findings(page) == []
    await page.get_by_role("button", name="Kanalları göster").click()
    await expect(page.locator("button.channel").filter(has_text="Lobi")).to_be_visible()
    assert await findings(page) == []
    await page.keyboard.press("Escape")
    await expect(page.locator("button.channel").filter(has_text="Lobi")).to_be_hidden()
    await expect(page.get_by_role("button", name="Kanalları göster")).to_be_focused()


async def test_signing_in_and_joining_works_by_keyboard_alone(stage: Stage) -> None:
    page, actor, press = stage.page, stage.actor, stage.page.keyboard.press
    await page.get_by_label("Server address").focus()
    await press("Tab")
    await page.keyboard.type("ada")
    await press("Tab")
    await page.keyboard.type("wrong")
    actor.refuse = "wrong_login"
    await press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="Login or password is wrong.")).to_be_visible()
    await press("Enter")
    channel = page.get_by_role("button", name="Join Lobi")
    await expect(channel).to_be_visible()

    await tab_to(page, channel)
    await press("ArrowDown")
    await expect(page.get_by_role("button", name="Join Müzik")).to_be_focused()
    await press("ArrowUp")
    await press("Enter")
    await expect(page.locator("li.tile")).to_have_count(9)
    assert [name for name, _ in actor.asked] == ["directory.login", "directory.login", "voice.join"]


async def test_the_controls_are_one_stop_with_arrows_inside(stage: Stage) -> None:
    page, actor = stage.page, stage.actor
    actor.sign_in()
    actor.enter()
    bar = page.get_by_role("toolbar", name="Call controls")
    await tab_to(page, bar.get_by_role("button", name="Mute"))
    await page.keyboard.press("ArrowRight")
    await expect(bar.get_by_role("button", name="Deafen")).to_be_focused()
    await page.keyboard.press("End")
    await expect(bar.get_by_role("button", name="Leave")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Pick a channel")).to_be_visible()
    assert actor.asked[-1][0] == "voice.leave"


async def test_escape_closes_the_settings_and_gives_the_focus_back(stage: Stage) -> None:
    page = stage.page
    opener = page.get_by_role("button", name="Settings")
    await tab_to(page, opener)
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Settings")
    await expect(dialog).to_be_visible()
    await page.get_by_role("tab", name="General").focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("tab", name="Account")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(opener).to_be_focused()


async def test_a_refused_command_is_told_in_words(stage: Stage) -> None:
    stage.actor.sign_in()
    stage.actor.refuse = "unreachable"
    await stage.page.get_by_role("button", name="Join Lobi").click()
    await expect(stage.page.locator(".toast")).to_contain_text("The server cannot be reached.")


async def test_every_person_has_a_tile_that_says_its_marks(stage: Stage) -> None:
    stage.actor.sign_in()
    stage.actor.enter()
    tiles = stage.page.get_by_role("list", name="People in the call").get_by_role("listitem")
    await expect(tiles).to_have_count(9)
    await expect(tiles.filter(has_text="Mehmet Öztürk")).to_contain_text("speaking")
    await expect(tiles.filter(has_text="Grace Hopper")).to_contain_text("muted")
    await expect(tiles.filter(has_text="Şükrü Ağaoğlu")).to_contain_text("deafened")
    await expect(tiles.filter(has_text="Kit")).to_contain_text("connection gone")


async def test_a_reload_comes_back_without_the_token(stage: Stage) -> None:
    page = stage.page
    stage.actor.sign_in()
    await expect(page.get_by_role("button", name="Join Lobi")).to_be_visible()
    assert "t=" not in page.url
    await page.reload()
    await expect(page.get_by_role("button", name="Join Lobi")).to_be_visible()


async def test_a_used_token_is_refused_in_words(stage: Stage, browser: Browser) -> None:
    address = stage.core.address("other", "main")
    first, second = await browser.new_page(locale="tr-TR"), await browser.new_page(locale="tr-TR")
    await first.goto(address)
    await expect(first.locator("main")).to_be_visible()
    await second.goto(address)
    await expect(second.get_by_role("alert")).to_contain_text("Bu pencere kabul edilmedi")


async def test_the_page_says_when_it_is_painted(stage: Stage) -> None:
    await expect(stage.page.locator("main")).to_be_visible()
    measure = await held(stage, "measure", lambda value: value.painted_at_ms > 0)
    assert measure.painted_at_ms


async def test_the_page_tells_the_size_of_its_stage(stage: Stage) -> None:
    windows = await held(stage, "windows", lambda value: value.windows and value.windows[0].viewport)
    before = windows.windows[0].viewport
    assert 900 < before.width < 1280
    assert before.scale == 100
    await stage.page.set_viewport_size({"width": 800, "height": 500})
    await held(stage, "windows", lambda value: value.windows[0].viewport.width < before.width)


async def test_the_page_holds_what_the_hub_holds(stage: Stage) -> None:
    stage.actor.sign_in()
    for epoch in range(1, 200):
        stage.actor.enter(epoch=epoch, room='İıçğ \u2028 \U0001f600 \\ " \x7f \x01', muted=bool(epoch % 2))
        await asyncio.sleep(0)
    mute = stage.page.get_by_role("toolbar").get_by_role("button", name="Mute")
    await expect(mute).to_have_attribute("aria-pressed", "true")
    async with stage.socket.expect_event("framereceived", lambda text: json.loads(text)["type"] == "check"):
        stage.actor.enter(epoch=200)
    async with stage.socket.expect_event("framereceived", lambda text: '"ok":true' in text):
        await stage.page.get_by_role("toolbar").get_by_role("button", name="Mute").click()
    assert "resync" not in [message.get("type") for message in stage.sent]
    assert stage.core.door.counters["drift"] == 0


async def test_a_page_loads_nothing_from_elsewhere_and_breaks_no_policy(stage: Stage) -> None:
    stage.actor.sign_in()
    stage.actor.enter()
    await stage.page.get_by_role("button", name="Settings").click()
    await expect(stage.page.get_by_role("dialog")).to_be_visible()
    own = f"http://127.0.0.1:{stage.core.port}/"
    assert [url for url in stage.requests if not url.startswith((own, "data:", "blob:"))] == []
    assert stage.complaints == []


async def tab_to(page: Page, target: Any) -> None:
    """Presses Tab until the target has the focus; every stop on the way must show that it has it."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await target.evaluate("node => node === document.activeElement"):
            return
        assert await page.evaluate(VISIBLY_FOCUSED), await page.evaluate("document.activeElement.outerHTML")
    raise AssertionError("Tab does not reach it")


VISIBLY_FOCUSED = """() => {
  const node = document.activeElement;
  if (node === document.body) return true;
  const box = node.closest('.box') ?? node;
  const style = getComputedStyle(box);
  return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
}"""

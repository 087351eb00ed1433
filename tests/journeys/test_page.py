"""The main window's page in a real browser against the real hub: everybody can use it, by any means."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from tests.journeys.stage import WORDS, Stage, dressed, findings, held

pytestmark = pytest.mark.asyncio(loop_scope="module")


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

    for status, reason, problem in (("reconnecting", "", "signal"), ("lost", "unreachable", "")):
        actor.enter(status=status, reason=reason, problem=problem)
        await expect(page.locator(".banner")).to_be_visible()
        assert await findings(page) == []

    await page.get_by_role("button", name=words["settings"]).click()
    for name in await page.get_by_role("tab").all_inner_texts():
        await page.get_by_role("tab", name=name).click()
        await expect(page.get_by_role("tabpanel")).to_be_visible()
        assert await findings(page) == [], name


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


async def test_a_pinned_person_is_large_until_let_go(stage: Stage) -> None:
    page, actor = stage.page, stage.actor
    actor.sign_in()
    actor.enter()
    tiles = page.locator("li.tile")
    await expect(tiles).to_have_count(9)
    second = tiles.nth(1)
    name = await second.get_attribute("data-user")
    box = await second.bounding_box()
    assert box is not None
    await second.get_by_role("button", name="Pin").focus()
    await page.keyboard.press("Enter")
    pinned = page.locator(f'li.tile[data-user="{name}"]')
    await expect(pinned).to_contain_text("pinned")
    await until_still(pinned)
    large = await pinned.bounding_box()
    assert large is not None
    assert large["width"] > 2 * box["width"]
    assert await findings(page) == []
    await pinned.dblclick()
    await expect(pinned).not_to_contain_text("pinned")
    await until_still(pinned)
    assert await pinned.bounding_box() == box
    await page.get_by_role("button", name="View").click()
    assert await findings(page) == []
    await page.get_by_role("menuitemradio", name="Focus").click()
    await expect(page.get_by_role("button", name="View: Focus")).to_be_visible()
    assert await findings(page) == []


async def until_still(tile: Locator) -> None:
    """Tiles move to their places; this waits for the end of that."""
    await tile.evaluate("tile => Promise.all(tile.getAnimations().map(each => each.finished))")

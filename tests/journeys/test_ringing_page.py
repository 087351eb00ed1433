"""Calling people, and being called, in a real browser against the real hub."""

from __future__ import annotations

import pytest
from playwright.async_api import expect
from tests.journeys.stage import WORDS, Stage, dressed, findings
from tests.journeys.test_page import tab_to

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_axe_finds_nothing_wrong_with_calls(stage: Stage, theme: str, language: str) -> None:
    page, actor = stage.page, stage.actor
    await dressed(stage, theme, language)
    actor.sign_in()
    actor.ring("u5")
    await expect(page.get_by_role("alert").filter(has_text="Hohenzollern")).to_be_visible()
    assert await findings(page) == []
    actor.enter()
    actor.ring("u8", "u5", outgoing=("u2",), channel="c2")
    await expect(page.get_by_role("alert")).to_have_count(2)
    assert await findings(page) == []
    actor.ring()
    await page.get_by_role("button", name="Lobi").and_(page.locator("[data-tip]")).first.click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await findings(page) == []


async def test_a_call_takes_no_focus_and_is_answered_by_keyboard(stage: Stage) -> None:
    page, actor = stage.page, stage.actor
    actor.sign_in()
    opener = page.get_by_role("button", name="Settings")
    await tab_to(page, opener)
    actor.ring("u8")
    join = page.get_by_role("button", name="Join", exact=True)
    await expect(join).to_be_visible()
    await expect(opener).to_be_focused()
    await tab_to(page, page.get_by_role("button", name="Not now"))
    await page.keyboard.press("Tab")
    await expect(join).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(join).to_have_count(0)
    assert [(name, args.channel, args.user) for name, args in actor.asked] == [("ringing.answer", "c1", "u8")]


async def test_somebody_is_called_from_the_channel_where_one_is_and_no_tile_moves(stage: Stage) -> None:
    page, actor = stage.page, stage.actor
    actor.sign_in()
    actor.enter()
    await expect(page.locator("li.tile")).to_have_count(9)
    before = await page.locator("li.tile").first.bounding_box()
    await page.get_by_role("button", name="Call somebody into Lobi").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Everybody of this server is here already.")
    await page.keyboard.press("Escape")
    actor.ring(outgoing=("u8",))
    await expect(page.get_by_role("status").filter(has_text="Calling Zeynep Güneş")).to_be_visible()
    assert await page.locator("li.tile").first.bounding_box() == before
    await page.get_by_role("button", name="Cancel: Zeynep Güneş").click()
    await expect(page.locator(".rings")).to_have_count(0)
    assert actor.asked[-1][0] == "ringing.cancel"

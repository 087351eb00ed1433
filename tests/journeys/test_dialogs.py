"""Dialogs in windows of any size: nothing lies over their rows, and every page of them is reached."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from playwright.async_api import Locator, Page, TimeoutError, expect
from tests.journeys.stage import Stage, dressed, findings

pytestmark = pytest.mark.asyncio(loop_scope="module")

NARROW = {"width": 420, "height": 560}
SIZES = [
    {"width": 1280, "height": 900},
    {"width": 1100, "height": 700},
    {"width": 1100, "height": 600},
    NARROW,
]
LOOK = """(text) => {
    const toasts = document.querySelectorAll('.toast'), dialog = document.querySelector('[role=dialog]');
    if (toasts.length !== 1 || !toasts[0].textContent.includes(text)) return null;
    const toast = toasts[0], one = toast.getBoundingClientRect();
    const over = (part) => {
        const other = dialog.querySelector(part).getBoundingClientRect();
        const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
        return wide > 0 && high > 0;
    };
    const at = document.elementFromPoint((one.left + one.right) / 2, (one.top + one.bottom) / 2);
    return {
        seen: one.left >= 0 && one.top >= 0 && one.right <= innerWidth && one.bottom <= innerHeight,
        above: toast.contains(at), inside: dialog.contains(toast), over: ['header', '.body'].filter(over),
    };
}"""
RISEN = "node => Promise.all(node.getAnimations().map((each) => each.finished)).then(() => null)"
"""Also where motion is reduced there is a first picture, 10 pixels lower."""
LIES_WELL = {"seen": True, "above": True, "inside": True, "over": []}
SEEN = """node => {
    const {left, right, top, bottom} = node.getBoundingClientRect();
    const at = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight && node.contains(at);
}"""


async def open_settings(page: Page, settings: str = "Settings", show: str = "Show channels") -> Locator:
    opens, sidebar = (page.get_by_role("button", name=name) for name in (settings, show))
    await expect(opens.or_(sidebar).first).to_be_visible()  # somebody has just signed in
    if await sidebar.is_visible():
        await sidebar.click()
    await opens.click()
    dialog = page.get_by_role("dialog", name=settings)
    await expect(dialog.get_by_role("tabpanel")).to_be_visible()
    await dialog.evaluate(RISEN)
    return dialog


async def lies(page: Page, text: str) -> Any:
    """How the message lies, looked at at once, since it leaves by itself after 4 s."""
    async with asyncio.timeout(60):
        while (found := await page.evaluate(LOOK, text)) is None:  # noqa: ASYNC110 the page tells nobody
            await asyncio.sleep(0.02)
    return found


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size['width']}x{size['height']}")
async def test_a_message_lies_over_no_row_of_an_open_dialog_and_is_put_away_there(
    stage: Stage, size: dict[str, int]
) -> None:
    page, notify = stage.page, stage.core.hub.notify
    await page.set_viewport_size(size)  # type: ignore[arg-type]
    stage.actor.sign_in()
    dialog = await open_settings(page)
    head = await dialog.locator("header").bounding_box()
    notify("participant.joined", name="Işıl")
    assert await lies(page, "Işıl") == LIES_WELL
    assert await dialog.locator("header").bounding_box() == head, "nothing moves under the pointer"
    for _ in range(10):  # one that has left by itself meanwhile is told again
        notify("participant.joined", name="Işıl")
        with contextlib.suppress(TimeoutError):
            await dialog.locator(".toast").get_by_role("button").click(timeout=3000)
            break
    await expect(page.locator(".toast")).to_have_count(0)
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    notify("participant.left", name="Işıl")
    await expect(page.locator(".toasts .toast")).to_have_count(1)  # in the corner again


async def test_a_message_lies_over_no_row_of_a_small_dialog(stage: Stage) -> None:
    page = stage.page
    stage.actor.sign_in()
    await page.get_by_role("button", name="Edit Müzik").click()
    dialog = page.get_by_role("dialog")
    place = await dialog.bounding_box()
    for name in ("Işıl", "Maximiliane-Charlotte von Hohenzollern-Sigmaringen"):
        stage.core.hub.notify("participant.joined", name=name)
        assert await lies(page, name) == LIES_WELL
    assert await dialog.bounding_box() == place, "nothing moves under the pointer"


@pytest.mark.parametrize("language", ["en", "tr"])
@pytest.mark.parametrize("height", [560, 320])
async def test_every_page_of_the_settings_is_reached_in_a_narrow_window(
    stage: Stage, language: str, height: int
) -> None:
    page = stage.page
    words = await dressed(stage, "light", language)
    await page.set_viewport_size({**NARROW, "height": height})  # type: ignore[arg-type]
    stage.actor.sign_in()
    dialog = await open_settings(
        page, words["settings"], "Show channels" if language == "en" else "Kanalları göster"
    )
    tabs = dialog.get_by_role("tab")
    count = await tabs.count()
    assert count >= 6
    await tabs.first.focus()
    for number in range(count):  # by the keyboard alone
        await expect(tabs.nth(number)).to_be_focused()
        assert await tabs.nth(number).evaluate(SEEN), await tabs.nth(number).inner_text()
        await expect(tabs.nth(number)).to_have_attribute("aria-selected", "true")
        await page.keyboard.press("ArrowRight")
    await expect(tabs.first).to_be_focused()
    assert [await tabs.nth(number).evaluate(SEEN) for number in range(count)] == [True] * count
    await tabs.last.click()
    await expect(tabs.last).to_have_attribute("aria-selected", "true")
    assert await findings(page) == []

"""The settings that concern the desktop, in a real browser: readable for everybody, usable by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect
from tests.journeys.stage import Stage, dressed, findings, held

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGES = {"en": ("General", "Notifications"), "tr": ("Genel", "Bildirimler")}


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("language", ["en", "tr"])
async def test_everybody_can_read_them(stage: Stage, theme: str, language: str) -> None:
    stage.core.desk.tell_app(tray="none", autostart="off", links="off")
    words = await dressed(stage, theme, language)
    await stage.page.get_by_role("button", name=words["settings"], exact=True).click()
    for name in PAGES[language]:
        await stage.page.get_by_role("tab", name=name).click()
        await expect(stage.page.get_by_role("switch").first).to_be_visible()
        assert await findings(stage.page) == []


async def test_each_switch_is_reached_and_moved_by_keys(stage: Stage) -> None:
    page, press = stage.page, stage.page.keyboard.press
    stage.core.desk.tell_app(tray="there")
    await page.get_by_role("button", name="Settings", exact=True).click()
    await page.get_by_role("switch", name="Go on when the window is closed").focus()
    await press("Space")
    await held(stage, "settings", lambda value: value.values["app.close_to_tray"] is False)
    await page.get_by_role("tab", name="Notifications").click()
    first = page.get_by_role("switch", name="On the desktop: I am moved")
    await first.focus()
    for name in ("moved", "removed", "banned", "lost"):
        await press("Space")
        await held(stage, "settings", off(f"app.notifications.{name}"))
        await press("Tab")
    for name in ("join", "leave", "returned"):
        await press("Space")
        await held(stage, "settings", off(f"app.toasts.{name}"))
        await press("Tab")
    await expect(first).to_have_attribute("aria-checked", "false")


def off(name: str) -> Any:
    return lambda value: value.values[name] is False

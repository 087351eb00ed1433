"""What people see of a call in trouble, in a real browser: the banner, the countdown, and why it dropped."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec
import pytest
from playwright.async_api import expect
from tests.journeys.stage import Stage, dressed, findings

from xcord.recovery import Happening, Reconnection

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = 1_790_000_000_000
TIMELINE = (
    Happening(at=NOW, what="media_missing"),
    Happening(at=NOW + 3_000, what="reconnecting"),
    Happening(at=NOW + 9_000, what="no_answer", reason="voice_server"),
    Happening(at=NOW + 24_000, what="lost", reason="connection_lost"),
    Happening(at=NOW + 61_000, what="answers"),
    Happening(at=NOW + 61_200, what="trying", number=1),
    Happening(at=NOW + 61_900, what="back", number=62),
)
SAID = {
    "en": ("Connection problem", "Try now", "Stop", "Why did I drop?", "The call was lost."),
    "tr": ("Bağlantı sorunu", "Şimdi dene", "Durdur", "Neden koptum?", "Görüşme koptu."),
}


async def in_trouble(stage: Stage, phase: Any, status: str = "lost", problem: str = "", **more: Any) -> None:
    """The call is like that; everybody else is dimmed where they were."""
    people = stage.actor.voice.value.people
    if status == "lost":
        people = tuple(msgspec.structs.replace(person, present=False) for person in people)
    stage.actor.reconnection.set(Reconnection(phase=phase, timeline=TIMELINE[:4], **more))
    stage.actor.enter(status=status, problem=problem, reason="connection_lost", people=people)


async def cut_off(stage: Stage) -> int:
    """Pixels of the own card's words that have no room."""
    status = stage.page.locator(".card .status span")
    found: int = await status.evaluate("words => words.scrollWidth - words.clientWidth")
    return found


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_every_step_of_a_recovery_is_said_and_reached_by_keyboard(
    stage: Stage, theme: str, language: str
) -> None:
    page = stage.page
    problem, try_now, stop, why, lost = SAID[language]
    await dressed(stage, theme, language)
    stage.actor.sign_in()
    stage.actor.enter()
    await expect(page.locator("li.tile")).to_have_count(9)
    places = await tile_places(stage)

    await in_trouble(stage, "saving", "connected", "media", missing="voice_server")
    await expect(page.get_by_text(problem)).to_be_visible()
    await expect(page.locator("li.tile.away")).to_have_count(8)
    assert await cut_off(stage) == 0
    assert await findings(page) == []

    await in_trouble(stage, "waiting", next_at=round(time.time() * 1000) + 20_000, attempt=2)
    await expect(page.get_by_role("timer")).to_be_visible()
    await expect(page.locator(".banner")).to_contain_text(lost)
    assert await findings(page) == []
    await page.get_by_role("button", name=try_now).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name=try_now)).to_be_enabled()
    await page.get_by_role("button", name=stop).focus()
    await page.keyboard.press("Enter")
    await page.wait_for_function("document.querySelector('.banner button[aria-busy]') === null")
    asked = [name for name, _ in stage.actor.asked if name.startswith("reconnection.")]
    assert asked == ["reconnection.try_now", "reconnection.stop"]
    assert await tile_places(stage) == places, "nobody moves"

    await in_trouble(stage, "off", "connected")
    await expect(page.locator(".banner")).to_be_hidden()
    await page.get_by_role("button", name=why).click()
    await expect(page.get_by_role("dialog", name=why)).to_be_visible()
    assert await findings(page) == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name=why)).to_be_focused()


async def test_why_it_dropped_can_be_copied(stage: Stage) -> None:
    page = stage.page
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    stage.actor.sign_in()
    stage.actor.reconnection.set(Reconnection(timeline=TIMELINE))
    stage.actor.enter()
    await page.get_by_role("button", name="Why did I drop?").click()
    lines = page.get_by_role("dialog").get_by_role("listitem")
    await expect(lines).to_have_count(len(TIMELINE))
    await expect(lines.first).to_contain_text("Back in the call, after 62 s.")
    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = (await page.evaluate("navigator.clipboard.readText()")).splitlines()
    assert [line.partition("  ")[2] for line in copied] == [
        "Sound and pictures stopped getting through.",
        "LiveKit began to reconnect.",
        "No answer: The voice server does not answer.",
        "The call was lost. The connection broke.",
        "The server answers again.",
        "Attempt 1 to join again.",
        "Back in the call, after 62 s.",
    ]


async def test_a_blip_moves_and_says_nothing(stage: Stage) -> None:
    page = stage.page
    stage.actor.sign_in()
    stage.actor.enter()
    await expect(page.locator("li.tile")).to_have_count(9)
    await expect(page.get_by_role("button", name="View")).to_be_visible()  # it is loaded later
    before = await page.locator("main").inner_text()
    stage.actor.reconnection.set(Reconnection(phase="saving"))
    stage.actor.enter(status="reconnecting")
    stage.actor.enter(status="connected", muted=True)  # seen to have arrived
    mute = page.get_by_role("toolbar").get_by_role("button", name="Mute")
    await expect(mute).to_have_attribute("aria-pressed", "true")
    assert await page.locator("main").inner_text() == before
    stage.actor.enter(status="reconnecting", muted=False)
    await expect(mute).to_have_attribute("aria-pressed", "false")
    assert await page.locator("main").inner_text() == before
    await expect(page.locator(".card .status")).to_have_text("In the call")


async def tile_places(stage: Stage) -> list[str]:
    """Where every tile is, once it has come to rest."""
    before: list[str] = []
    async with asyncio.timeout(60):
        while True:
            found: list[str] = await stage.page.locator("li.tile").evaluate_all(
                "tiles => tiles.map(tile => tile.dataset.user + JSON.stringify(tile.getBoundingClientRect()))"
            )
            if found == before:
                return found
            before = found
            await asyncio.sleep(0.4)

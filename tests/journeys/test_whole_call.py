"""Somebody opens the app, logs in, joins, sees and hears the others, is heard, mutes, and leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.guests import voice
from tests.guests.stack import App
from tests.journeys import sfu
from tests.journeys.world import World, until

SPEECH, SILENCE = -45.0, -80.0  # dBFS: what counts as somebody speaking, and as nobody


@pytest.fixture(scope="module")
def call(world: World) -> Iterator[App]:
    with world.call() as app:
        yield app


def report(app: App) -> dict[str, Any]:
    return dict(app.read("measure")["measure"]["reports"].get("main", {}))


def test_everybody_who_is_in_the_channel_has_a_tile(world: World, call: App) -> None:
    slices = call.wait(
        "everybody's tile",
        ["voice", "stage"],
        lambda s: len(s["voice"]["people"]) == len(s["stage"]["windows"].get("main", ())) == 4,
    )
    assert {person["user"] for person in slices["voice"]["people"]} == {
        *world.guests.users,
        slices["voice"]["me"],
    }
    assert {person["name"] for person in slices["voice"]["people"]} > {"Elif", "Oliver", "Maya"}


def test_the_page_draws_every_guests_picture_and_its_clock_is_fresh(world: World, call: App) -> None:
    def drawn(slices: dict[str, Any]) -> bool:
        found = slices["measure"]["reports"].get("main", {})
        counts = found.get("drawn", {})
        return bool(found.get("latency_ms")) and all(
            counts.get(f"{user}/camera", 0) >= 20 for user in world.guests.users
        )

    call.wait("20 frames of each guest", ["measure"], drawn, 30.0)
    assert min(report(call)["latency_ms"]) < 1000, "a picture that old is not from this call"


def test_the_page_shows_every_guest_speaking_in_turn(world: World, call: App) -> None:
    call.wait(
        "each guest seen speaking",
        ["measure"],
        lambda s: set(s["measure"]["reports"].get("main", {}).get("spoke", ())) >= set(world.guests.users),
        voice.TURN_SECONDS * len(world.guests.users) * 3 + 10,
    )


def test_guests_are_heard_on_the_loudspeakers_and_no_longer_when_deafened(world: World, call: App) -> None:
    until(lambda: world.sound.listen(1.0) > SPEECH, "the guests' speech on the loudspeakers", 60)
    call.ask("voice.deafen", on=True)
    try:
        # Longer than two turns of the guests. What xcord says itself, that a call is in trouble, is heard.
        until(lambda: world.sound.listen(4.5) < SILENCE, "silence, although all are shut out", 40)
    finally:
        call.ask("voice.deafen", on=False)
    until(lambda: world.sound.listen(1.0) > SPEECH, "the guests' speech again", 60)


def test_leaving_ends_sound_and_takes_me_off_the_sfus_list(world: World, call: App) -> None:
    now = call.read("voice")["voice"]
    assert now["me"] in sfu.people(world, now["room"])
    call.ask("voice.leave")
    call.wait("the end of the call", ["voice"], lambda s: s["voice"]["status"] == "idle")
    until(lambda: now["me"] not in sfu.people(world, now["room"]), "my removal from the SFU's list", 5)
    until(lambda: world.sound.listen(0.5) < SILENCE, "silence", 10)
    assert not call.read("voice")["voice"]["people"]


async def test_muted_means_silent_for_whoever_listens(world: World) -> None:
    with world.call(channel=world.quiet_channel) as app:
        me = app.read("voice")["voice"]["me"]
        app.wait("a microphone", ["voice"], lambda s: s["voice"]["microphone"] == "on", 20.0)
        said = np.concatenate([voice.speech(who) for who in (1, 4, 6)])
        with world.sound.saying(said):
            async with sfu.ear_in(world, world.quiet_channel, me) as ear:
                await ear.until(lambda level: level > SPEECH, "my own speech in the room", 30)
                await asyncio.to_thread(app.ask, "voice.mute", on=True)
                await ear.until(lambda level: level < SILENCE, "silence after mute")
                assert await ear.loudest(blocks=20) < SILENCE
                await asyncio.to_thread(app.ask, "voice.mute", on=False)
                await ear.until(lambda level: level > SPEECH, "my speech again")

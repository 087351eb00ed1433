"""A key that is held while another window is in front opens the microphone, as somebody in the room hears."""

from __future__ import annotations

import asyncio

import numpy as np
from tests.guests import voice
from tests.guests.stack import App
from tests.journeys import sfu
from tests.journeys.world import World
from tests.other_window import another_window, tool

SPEECH, SILENCE = -45.0, -80.0  # dBFS: what counts as somebody speaking, and as nobody
SAID = np.concatenate([voice.speech(who) for who in (1, 4, 6)])


def set_up(app: App) -> str:
    """Push to talk from now on; who I am."""
    app.ask("settings.set", name="voice.gate", value="ptt")
    app.wait("a microphone", ["voice"], lambda slices: slices["voice"]["microphone"] == "on", 20.0)
    return str(app.read("voice")["voice"]["me"])


async def test_the_key_is_heard_in_the_room_while_another_window_is_in_front(world: World) -> None:
    screen = world.screen
    with world.call(channel=world.quiet_channel) as app, another_window(screen), world.sound.saying(SAID):
        me = set_up(app)
        app.ask("hotkeys.bind", action="push_to_talk", keys="f8")
        app.wait("a listener", ["hotkeys"], lambda slices: slices["hotkeys"]["listener"] == "global", 20.0)
        assert tool(screen, "getwindowfocus", "getwindowname").strip() == "other"
        async with sfu.ear_in(world, world.quiet_channel, me) as ear:
            assert await ear.loudest(blocks=20) < SILENCE
            for _ in range(2):
                await asyncio.to_thread(tool, screen, "keydown", "F8")
                await ear.until(lambda level: level > SPEECH, "my speech while the key is held", 30)
                held = app.read("hotkeys")["hotkeys"]["held"]
                await asyncio.to_thread(tool, screen, "keyup", "F8")
                await ear.until(lambda level: level < SILENCE, "silence after the key")
                assert await ear.loudest(blocks=20) < SILENCE
                assert held == ["push_to_talk"]
        assert tool(screen, "getwindowfocus", "getwindowname").strip() == "other"


async def test_without_the_part_that_sees_keys_push_to_talk_stays_shut(world: World) -> None:
    screen = world.screen
    with (
        world.call("-p", "no:hotkeys", channel=world.quiet_channel) as app,
        another_window(screen),
        world.sound.saying(SAID),
    ):
        me = set_up(app)
        assert app.read("hotkeys") == {}
        async with sfu.ear_in(world, world.quiet_channel, me) as ear:
            await asyncio.to_thread(tool, screen, "keydown", "F8")
            try:
                assert await ear.loudest(blocks=30) < SILENCE
            finally:
                await asyncio.to_thread(tool, screen, "keyup", "F8")
            await asyncio.to_thread(app.ask, "settings.set", name="voice.gate", value="open")
            await ear.until(lambda level: level > SPEECH, "my speech without push to talk", 30)

"""A real sound server that does not let the app in: a PulseAudio behind a cookie that the app does not have.

Over TCP, since on its socket PulseAudio lets in whoever runs as its own user, whatever the cookie.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.parts import LiveKit, free_port
from tests.plugins.xcord_voice.callers import Caller, caller, tone, tone_level
from tests.plugins.xcord_voice.pulse import Pulse

from xcord.testing import World
from xcord_voice.audio import line
from xcord_voice.audio.devices import open_engine
from xcord_voice.audio.engine import NoDevice


@dataclass
class Door:
    """The way to the sound server. ``forget`` changes the locks and throws everybody out."""

    pulse: Pulse
    port: int
    server: Path
    app: Path
    number: str = ""

    def allow(self) -> None:
        self.app.write_bytes(self.server.read_bytes())

    def forget(self) -> None:
        if self.number:
            self.pulse.unload(self.number)
        self.server.write_bytes(os.urandom(256))
        where = f"listen=127.0.0.1 port={self.port}"
        self.number = self.pulse.load(f"module-native-protocol-tcp {where} auth-cookie={self.server}")


@pytest.fixture
def door(pulse: Pulse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Door:
    door = Door(pulse, free_port(), tmp_path / "cookie", tmp_path / "cookie-of-the-app")
    door.app.write_bytes(os.urandom(256))
    door.forget()
    monkeypatch.setenv("PULSE_SERVER", f"tcp:127.0.0.1:{door.port}")
    monkeypatch.setenv("PULSE_COOKIE", str(door.app))
    return door


async def flows(world: World, pulse: Pulse, ann: Caller) -> None:
    """Returns when both directions of the call are heard."""
    with pulse.speaking(tone(1000, 0, 48_000)):
        await world.until(lambda: tone_level(ann.listened("me:desk", 0.5), 1000) > -20, timeout=30)
    async with asyncio.timeout(30):
        while tone_level(await asyncio.to_thread(pulse.record, 0.5), 440) < -20:
            pass


def test_a_refusal_is_told_from_a_machine_without_sound(door: Door) -> None:
    engine = open_engine()
    assert (engine.name, engine.problem) == ("miniaudio", "sound_server_refuses")
    with pytest.raises(NoDevice) as caught:
        engine.play("", lambda count: np.zeros(count, np.float32), 20)
    assert caught.value.code == "permission"
    with pytest.raises(NoDevice) as caught:
        engine.capture("", lambda block: None)
    assert caught.value.code == "permission"
    door.allow()
    assert set(engine.outputs()) == {"Speakers", "Wire"}
    assert engine.problem == ""
    engine.close()


async def test_a_call_whose_sound_is_refused_says_so_and_sounds_once_it_is_allowed(
    livekit: LiveKit, door: Door, real_voice: Callable[..., Any]
) -> None:
    async with caller(livekit, "ann:phone") as ann, real_voice() as world:
        await ann.speak(440)
        assert world.read("devices").problem == "sound_server_refuses"
        await world.ask("voice.join", {"url": livekit.url, "token": livekit.token("me:desk", "r")})
        await world.until(lambda: world.read("voice").microphone == "none", timeout=30)
        assert world.read("capture").problem == "permission"
        assert world.read("voice").status == "connected"
        await world.until(lambda: "ann" in world.read("speaking").users, timeout=30)
        door.allow()
        await world.until(lambda: world.read("voice").microphone == "on", timeout=30)
        await world.until(
            lambda: (world.read("devices").problem, world.read("capture").problem) == ("", ""), timeout=30
        )
        await flows(world, door.pulse, ann)
        assert world.read("voice").epoch == 1


async def test_a_permission_that_goes_in_a_call_is_told_and_the_call_goes_on_until_it_comes_back(
    livekit: LiveKit, door: Door, real_voice: Callable[..., Any]
) -> None:
    door.allow()
    async with caller(livekit, "ann:phone") as ann, real_voice() as world:
        await ann.speak(440)
        await world.ask("voice.join", {"url": livekit.url, "token": livekit.token("me:desk", "r")})
        await world.until(lambda: world.read("voice").microphone == "on", timeout=30)
        await flows(world, door.pulse, ann)
        await asyncio.sleep(line.SETTLE)
        door.forget()
        await world.until(lambda: world.read("devices").problem == "sound_server_refuses", timeout=30)
        await world.until(lambda: world.read("capture").problem == "permission", timeout=30)
        assert world.read("voice").status == "connected"
        assert "ann" in world.read("speaking").users
        door.allow()
        await world.until(
            lambda: (world.read("devices").problem, world.read("capture").problem) == ("", ""), timeout=30
        )
        ann.heard.clear()
        await flows(world, door.pulse, ann)
        assert (world.read("voice").microphone, world.read("voice").epoch) == ("on", 1)

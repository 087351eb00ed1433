"""The microphone as others hear it, with the real SFU; and devices of every pace and shape."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import miniaudio
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.parts import LiveKit
from tests.plugins.xcord_voice.callers import Caller, KeepingEngine, caller, level, tone, tone_level
from tests.plugins.xcord_voice.pulse import Pulse

from xcord.testing import World
from xcord_voice.audio.devices import open_miniaudio, refusal
from xcord_voice.audio.engine import AudioEngine

RealVoice = Callable[..., Any]


async def join(world: World, livekit: LiveKit) -> None:
    await world.ask("voice.join", {"url": livekit.url, "token": livekit.token("me:desk", "r")})
    await world.until(lambda: world.read("voice").microphone == "on", timeout=30)


async def heard(world: World, ann: Caller) -> None:
    await world.until(lambda: tone_level(ann.listened("me:desk", 0.5), 1000) > -20, timeout=30)


async def silent(ann: Caller) -> None:
    """What was on its way has arrived; a second later nothing has followed."""
    await asyncio.sleep(0.7)
    ann.heard.clear()
    await asyncio.sleep(1.0)
    assert level(ann.listened("me:desk", 10)) < -90


async def test_nothing_is_heard_after_a_mute_a_deafen_a_stall_and_a_rejoin(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice
) -> None:
    async with caller(livekit, "ann:phone") as ann, real_voice() as world:
        await join(world, livekit)
        await heard(world, ann)
        for wish in ("mute", "deafen"):
            await world.ask(f"voice.{wish}", {"on": True})
            await silent(ann)
            await world.ask(f"voice.{wish}", {"on": False})
            await heard(world, ann)
        # The media loop stands still while I mute myself; what was captured meanwhile is never sent.
        stalled = world.shell.media.run(stand_still(5.0))
        await asyncio.sleep(0.2)
        await world.ask("voice.mute", {"on": True})
        await stalled
        await silent(ann)
        await world.ask("voice.leave")
        await world.until(lambda: ann.gone == ["me:desk"], timeout=30)
        ann.heard.clear()
        await join(world, livekit)
        await world.until(lambda: len(ann.heard.get("me:desk", [])) > 50, timeout=30)
        assert level(ann.listened("me:desk", 60)) < -90
        await world.ask("voice.mute", {"on": False})
        await heard(world, ann)


async def stand_still(seconds: float) -> None:
    time.sleep(seconds)  # noqa: ASYNC251


async def test_others_hear_me_only_while_i_am_louder_than_the_threshold(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice
) -> None:
    options = {"voice.gate": "voice", "voice.threshold": -10}
    async with caller(livekit, "ann:phone") as ann, real_voice(options=options) as world:
        await join(world, livekit)
        await silent(ann)
        assert "me" not in world.read("speaking").users
        await world.ask("settings.set", {"name": "voice.threshold", "value": -30})
        await heard(world, ann)
        await world.until(lambda: "me" in world.read("speaking").users)
        await world.ask("settings.set", {"name": "voice.threshold", "value": -10})
        await silent(ann)
        assert "me" not in world.read("speaking").users


async def test_others_hear_me_only_while_the_key_is_held(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice
) -> None:
    async with caller(livekit, "ann:phone") as ann, real_voice(options={"voice.gate": "ptt"}) as world:
        await join(world, livekit)
        await silent(ann)
        world.gate.renew_key(time.monotonic() + 60)
        await heard(world, ann)
        world.gate.renew_key(time.monotonic())
        await silent(ann)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 96_000, 192_000])
def test_a_microphone_of_any_pace_and_number_of_channels_is_heard_as_loud_as_it_is(
    pulse: Pulse, rate: int
) -> None:
    engine = open_miniaudio()
    assert engine is not None
    try:
        for channels in (1, 2, 6, 8):
            wire, shape = f"wire{channels}", f"rate={rate} channels={channels}"
            pulse.load(f"module-null-sink sink_name={wire} {shape}")
            pulse.load(
                f"module-remap-source master={wire}.monitor source_name=mic{channels} {shape} "
                f"source_properties=device.description=Microphone{channels}"
            )
            assert abs(captured(engine, pulse, f"Microphone{channels}", wire) - 20 * np.log10(0.25)) < 1.0
    finally:
        engine.close()


def captured(engine: AudioEngine, pulse: Pulse, device: str, wire: str) -> float:
    """How loud a tone is that is spoken into the wire, once it is there without a break."""
    blocks: list[NDArray[np.int16]] = []
    recording = engine.capture(device, lambda block: blocks.append(block.copy()))
    level = -120.0
    deadline = time.monotonic() + 20
    with pulse.speaking(tone(1000, 0, 48_000), wire):
        while abs(level - 20 * np.log10(0.25)) > 1.0 and time.monotonic() < deadline:
            time.sleep(0.05)
            level = tone_level(np.concatenate(blocks)[-9600:], 1000) if blocks else -120.0
    recording.close()
    return level


@pytest.mark.parametrize(
    ("result", "code"),
    [("ACCESS_DENIED", "permission"), ("BUSY", "busy"), ("ALREADY_IN_USE", "busy"), ("NO_DEVICE", "none")],
)
def test_why_a_microphone_does_not_open_is_known_from_its_error(result: str, code: str) -> None:
    error = miniaudio.MiniaudioError("failed to init device", getattr(miniaudio.lib, f"MA_{result}"))
    assert refusal(error) == code
    assert refusal(miniaudio.MiniaudioError("no suitable audio backend found")) == "failed"

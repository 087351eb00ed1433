"""Real sound: PulseAudio with wires for devices, miniaudio on top, and a real call through both."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.parts import LiveKit
from tests.plugins.xcord_voice.callers import caller, level, tone, tone_level
from tests.plugins.xcord_voice.pulse import Pulse

import xcord_voice.audio.pulse as pulse_of_voice
from xcord_voice.audio.devices import open_engine, open_miniaudio
from xcord_voice.audio.engine import AudioEngine, NoDevice
from xcord_voice.audio.ring import RATE


@pytest.fixture
def real_engine(pulse: Pulse) -> Iterator[AudioEngine]:
    engine = open_miniaudio()
    assert engine is not None
    yield engine
    engine.close()


class Tone:
    """Pulls a tone."""

    def __init__(self, hertz: float, amplitude: float = 0.25) -> None:
        self._hertz, self._amplitude, self.at = hertz, amplitude, 0

    def __call__(self, count: int) -> NDArray[np.float32]:
        samples = tone(self._hertz, self.at, count, self._amplitude)
        self.at += count
        return (samples / np.float32(32768)).astype(np.float32)


def wait_for(condition: Callable[[], Any], within: float = 60.0) -> Any:
    deadline = time.monotonic() + within
    while not (value := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return value


def test_devices_are_listed_by_name_and_monitors_are_no_microphones(real_engine: AudioEngine) -> None:
    assert set(real_engine.outputs()) == {"Speakers", "Wire"}
    assert real_engine.inputs() == ("Microphone",)


def test_what_is_played_comes_out_of_the_named_loudspeaker(real_engine: AudioEngine, pulse: Pulse) -> None:
    playing = real_engine.play("Speakers", Tone(440), 20)
    # A busy machine starves a loudspeaker now and then; when it does not, the level is exact.
    wait_for(lambda: abs(tone_level(pulse.record(0.3), 440) - 20 * np.log10(0.25)) < 0.2)
    playing.close()


@pytest.mark.parametrize("latency_ms", [20, 30, 40])
def test_how_much_lies_ahead_is_asked_for_apart_from_what_is_taken_at_a_time(
    real_engine: AudioEngine, pulse: Pulse, latency_ms: int
) -> None:
    taken: list[int] = []

    def pull(count: int) -> NDArray[np.float32]:
        taken.append(count)
        return np.zeros(count, np.float32)

    playing = real_engine.play("Speakers", pull, latency_ms)
    # The server gives a quarter of what a stream asks for to the device.
    wait_for(lambda: f"configured {latency_ms * 250} usec" in pulse.control("list", "sinks"))
    wait_for(lambda: len(taken) > 5)
    playing.close()
    assert set(taken) == {RATE // 100}
    assert os.environ["PULSE_LATENCY_MSEC"] == ""


def test_a_latency_that_the_user_chose_for_all_programs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse_of_voice, "CHOSEN", "60")
    monkeypatch.setenv("PULSE_LATENCY_MSEC", "60")
    with pulse_of_voice.latency(20):
        assert os.environ["PULSE_LATENCY_MSEC"] == "60"
    assert os.environ["PULSE_LATENCY_MSEC"] == "60"


def test_what_is_spoken_into_the_microphone_is_captured(real_engine: AudioEngine, pulse: Pulse) -> None:
    blocks: list[NDArray[np.int16]] = []
    recording = real_engine.capture("", lambda block: blocks.append(block.copy()))
    with pulse.speaking(tone(1000, 0, 48_000)):
        wait_for(lambda: blocks and tone_level(np.concatenate(blocks)[-24_000:], 1000) > -13)
    recording.close()
    count = len(blocks)
    time.sleep(0.2)
    assert len(blocks) == count


def test_a_device_that_is_gone_is_replaced_by_the_default(real_engine: AudioEngine) -> None:
    playing = real_engine.play("Headset from yesterday", Tone(440), 20)
    playing.close()


def test_devices_leave_nothing_open(real_engine: AudioEngine) -> None:
    def once() -> tuple[int, int]:
        playing, recording = real_engine.play("", Tone(440), 20), real_engine.capture("", lambda block: None)
        playing.close()
        recording.close()
        recording.close()
        return len(os.listdir("/proc/self/fd")), threading.active_count()

    first = [once() for _ in range(3)]
    assert [once() for _ in range(10)][-1] <= max(first)


def test_a_callback_that_raises_does_not_silence_the_device(
    real_engine: AudioEngine, caplog: pytest.LogCaptureFixture
) -> None:
    calls = 0

    def pull(count: int) -> NDArray[np.float32]:
        nonlocal calls
        calls += 1
        raise ValueError("no sound")

    playing = real_engine.play("", pull, 20)
    wait_for(lambda: calls > 5)
    playing.close()
    assert caplog.text.count("the mix failed") == 1


def test_a_machine_without_sound_has_the_null_engine_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    engine = open_engine()
    assert (engine.name, engine.problem) == ("null", "no_sound")
    with pytest.raises(NoDevice) as caught:
        engine.play("", Tone(440), 20)
    assert caught.value.code == "none"
    with pytest.raises(NoDevice) as caught:
        engine.capture("", lambda block: None)
    assert caught.value.code == "none"


async def test_a_call_goes_from_microphone_to_ear_and_from_mouth_to_loudspeaker(
    livekit: LiveKit, pulse: Pulse, real_voice: Callable[..., Any]
) -> None:
    async with caller(livekit, "ann:phone") as ann, real_voice() as world:
        assert world.read("devices").engine == "miniaudio"
        await ann.speak(440)
        await world.ask("voice.join", {"url": livekit.url, "token": livekit.token("me:desk", "r")})
        await world.until(lambda: world.read("voice").microphone == "on")
        with pulse.speaking(tone(1000, 0, 48_000)):
            await world.until(lambda: tone_level(ann.listened("me:desk", 0.5), 1000) > -20, timeout=30)
            await world.ask("voice.mute", {"on": True})
            await asyncio.sleep(1.0)
            ann.heard.clear()
            await asyncio.sleep(1.0)
            assert level(ann.listened("me:desk", 1.0)) < -90
        async with asyncio.timeout(60):
            while tone_level(await asyncio.to_thread(pulse.record, 0.5), 440) < -20:
                pass
        await world.ask("voice.volume", {"user": "ann", "percent": 50})
        await asyncio.sleep(0.5)
        heard = await asyncio.to_thread(pulse.record, 1.0)
        assert tone_level(heard, 440) < -16
        await world.ask("voice.volume", {"user": "ann", "percent": 0})
        await asyncio.sleep(0.5)
        assert level(await asyncio.to_thread(pulse.record, 1.0)) < -90

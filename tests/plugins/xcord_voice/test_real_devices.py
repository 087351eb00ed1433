"""Devices that come and go while a call is up, on a real PulseAudio."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.plugins.xcord_voice.callers import eventually, tone, tone_level
from tests.plugins.xcord_voice.pulse import MODULES, Pulse, start_pulse

from xcord import Devices
from xcord_voice.audio import line
from xcord_voice.audio import sound as module
from xcord_voice.audio.devices import open_engine
from xcord_voice.audio.ring import Samples
from xcord_voice.audio.sound import Sound

HEADSET = "module-null-sink sink_name=headset rate=48000 sink_properties=device.description=Headset"


class Playing:
    """A sound that plays a tone, and what it shows."""

    def __init__(self, shown: list[Devices]) -> None:
        self.shown = shown
        self.sound = Sound(open_engine, shown.append)
        self.at = 0
        mixed = self.sound.mixer.pull

        def pull(count: int) -> Samples:
            mixed(count)
            samples = tone(440, self.at, count) / np.float32(32768)
            self.at += count
            return samples.astype(np.float32)

        self.sound.mixer.pull = pull  # type: ignore[method-assign]

    async def heard(self, pulse: Pulse, sink: str) -> None:
        """Returns when the tone comes out there."""

        async def comes() -> bool:
            samples = await asyncio.to_thread(pulse.record, 0.3, sink)
            return tone_level(samples, 440) > -16

        async with asyncio.timeout(30):
            while not await comes():
                pass


@contextlib.asynccontextmanager
async def playing(output: str) -> AsyncIterator[Playing]:
    it = Playing([])
    await it.sound.open(output, "")
    await it.sound.play()
    try:
        yield it
    finally:
        await it.sound.aclose()


async def test_a_headset_is_unplugged_and_plugged_in_again_while_somebody_talks(either: Pulse) -> None:
    number = either.load(HEADSET)
    async with playing("Headset") as it:
        await it.heard(either, "headset")
        # A device that has just been opened may be quiet for longer; see SETTLE.
        await asyncio.sleep(line.SETTLE)
        either.unload(number)
        gone, loop = asyncio.get_running_loop().time(), asyncio.get_running_loop()
        await eventually(lambda: it.sound._speakers.using == "")
        assert loop.time() - gone < 5
        await it.heard(either, "speakers")
        await eventually(lambda: it.shown[-1].outputs == ("Speakers", "Wire"))
        assert it.shown[-1].output == ""
        either.load(HEADSET)
        await it.heard(either, "headset")
        assert it.shown[-1].output == "Headset"


async def test_a_microphone_is_unplugged_and_plugged_in_again(either: Pulse) -> None:
    module = "module-remap-source master=wire.monitor source_name=other"
    module += " source_properties=device.description=Other"
    number = either.load(module)
    sound, blocks = Sound(open_engine, lambda devices: None), list[NDArray[np.int16]]()
    await sound.open("", "Other")
    assert await sound.record(lambda block: blocks.append(block.copy())) == ""

    async def hears() -> None:
        blocks.clear()
        await eventually(lambda: blocks and tone_level(np.concatenate(blocks)[-12_000:], 1000) > -14)

    with either.speaking(tone(1000, 0, 48_000)):
        await hears()
        await asyncio.sleep(line.SETTLE)
        either.unload(number)
        await eventually(lambda: sound._microphone.using == "")
        await hears()
        either.load(module)
        await eventually(lambda: sound._microphone.using == "Other")
        await hears()
    await sound.aclose()


async def test_the_only_microphone_is_unplugged_and_plugged_in_again(either: Pulse) -> None:
    sound, blocks, told = Sound(open_engine, lambda devices: None), list[NDArray[np.int16]](), list[str]()
    await sound.open("", "")
    assert await sound.record(lambda block: blocks.append(block.copy()), told.append) == ""

    async def hears() -> None:
        blocks.clear()
        await eventually(lambda: blocks and tone_level(np.concatenate(blocks)[-12_000:], 1000) > -14)

    with either.speaking(tone(1000, 0, 48_000)):
        await hears()
        await asyncio.sleep(line.SETTLE)
        either.control("unload-module", "module-remap-source")
        await eventually(lambda: told[-1] == "none")
        either.load(MODULES[2])
        await eventually(lambda: told[-1] == "")
        await hears()
    await sound.aclose()


async def test_the_last_loudspeaker_is_unplugged_which_is_told_until_there_is_one_again(pulse: Pulse) -> None:
    async with playing("") as it:
        await it.heard(pulse, "speakers")
        await asyncio.sleep(line.SETTLE)
        pulse.control("unload-module", "module-null-sink")
        await eventually(lambda: it.shown[-1].problem == "no_sound")
        for each in MODULES[:2]:
            pulse.load(each)
        await it.heard(pulse, "speakers")
        await eventually(lambda: it.shown[-1].problem == "")


async def test_a_sound_server_that_hangs_is_told_until_it_answers(pulse: Pulse) -> None:
    async with playing("") as it:
        await it.heard(pulse, "speakers")
        await asyncio.sleep(line.SETTLE)
        with pulse.frozen(), pytest.MonkeyPatch.context() as patched:
            patched.setattr(module, "ANSWER_WITHIN", 1.0)
            await eventually(lambda: it.shown[-1].problem == "sound_server_hangs")
            assert it.shown[-1].outputs == ("Speakers", "Wire")
        await it.heard(pulse, "speakers")
        await eventually(lambda: it.shown[-1].problem == "")


async def test_the_systems_default_is_followed(either: Pulse) -> None:
    either.load(HEADSET)
    either.control("set-default-sink", "speakers")
    async with playing("") as it:
        await it.heard(either, "speakers")
        either.control("set-default-sink", "headset")
        await it.heard(either, "headset")


async def test_the_default_device_is_unplugged(either: Pulse) -> None:
    number = either.load(HEADSET)
    either.control("set-default-sink", "headset")
    async with playing("") as it:
        await it.heard(either, "headset")
        await asyncio.sleep(line.SETTLE)
        either.unload(number)
        await it.heard(either, "speakers")


async def test_devices_that_another_program_takes_for_itself_are_told_and_come_back(pulse: Pulse) -> None:
    # PulseAudio has no devices for one program alone; it suspends them when JACK, say, takes the card.
    async with playing("") as it:
        blocks = list[NDArray[np.int16]]()
        assert await it.sound.record(lambda block: blocks.append(block.copy())) == ""
        await it.heard(pulse, "speakers")
        await asyncio.sleep(line.SETTLE)
        pulse.control("suspend-sink", "speakers", "1")
        await eventually(lambda: it.shown[-1].problem == "speaker_stopped")
        pulse.control("suspend-sink", "speakers", "0")
        await it.heard(pulse, "speakers")
        await eventually(lambda: it.shown[-1].problem == "")
        pulse.control("suspend-source", "mic", "1")
        await eventually(lambda: it.shown[-1].problem == "microphone_stopped")
        pulse.control("suspend-source", "mic", "0")
        await eventually(lambda: it.shown[-1].problem == "")
        blocks.clear()
        with pulse.speaking(tone(1000, 0, 48_000)):
            await eventually(lambda: blocks and tone_level(np.concatenate(blocks)[-12_000:], 1000) > -14)


async def test_a_sound_server_that_dies_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start_pulse(tmp_path) as first:
        for name in ("PULSE_SERVER", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH"):
            monkeypatch.setenv(name, first.environment[name])
        it = Playing([])
        await it.sound.open("Speakers", "")
        await it.sound.play()
        await it.heard(first, "speakers")
        await asyncio.sleep(line.SETTLE)
    await eventually(lambda: it.shown[-1].problem == "no_sound")
    with start_pulse(tmp_path) as second:
        await it.heard(second, "speakers")
        await eventually(lambda: it.shown[-1].problem == "" and it.shown[-1].output == "Speakers")
        await it.sound.aclose()


async def test_a_sound_server_that_comes_late_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/pulse.socket")
    async with playing("") as it:
        assert it.shown[-1].problem == "no_sound"
        with start_pulse(tmp_path) as server:
            await it.heard(server, "speakers")
            assert it.shown[-1].engine == "miniaudio"
            await it.sound.aclose()


@pytest.mark.parametrize("rate", [8000, 44_100, 96_000, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 6, 8])
async def test_any_rate_and_any_number_of_channels(pulse: Pulse, rate: int, channels: int) -> None:
    pulse.load(f"module-null-sink sink_name=odd rate={rate} channels={channels}")
    pulse.control("set-default-sink", "odd")
    async with playing("") as it:
        await it.heard(pulse, "odd")

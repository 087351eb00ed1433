"""Sound systems that hang, fail or come late: the call goes on, and no device stays open."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.plugins.xcord_voice.callers import eventually
from tests.plugins.xcord_voice.fakes import StillEngine

from xcord import Devices
from xcord_voice.audio import line
from xcord_voice.audio import sound as module
from xcord_voice.audio.cushion import Cushion
from xcord_voice.audio.engine import LOW, NoDevice
from xcord_voice.audio.sound import Sound


class HangingEngine(StillEngine):
    """Opening a microphone waits for ``answer``, closing a loudspeaker for ``release``."""

    def __init__(self) -> None:
        super().__init__()
        self.answer, self.release = threading.Event(), threading.Event()
        self.closed = threading.Event()

    def capture(self, device: str, take: Callable[..., None]) -> Any:
        self.answer.wait(20)
        return SimpleNamespace(close=self.closed.set)

    def play(self, device: str, pull: Any, latency_ms: int) -> Any:
        stream = super().play(device, pull, latency_ms)

        def close() -> None:
            self.release.wait(20)
            stream.close()

        return SimpleNamespace(close=close)


def sound_threads() -> set[threading.Thread]:
    """Those that live; an earlier test's may be among them."""
    return {each for each in threading.enumerate() if each.name.startswith("voice-sound")}


def sound_of(engine: Any, shown: list[Devices] | None = None) -> Sound:
    return Sound(lambda: engine, (shown if shown is not None else []).append)


async def test_a_microphone_that_opens_too_late_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_WITHIN", 0.1)
    engine = HangingEngine()
    sound = sound_of(engine)
    await sound.open("", "")
    assert await sound.record(lambda block: None) == "failed"
    engine.answer.set()
    assert await asyncio.to_thread(engine.closed.wait, 10)
    await sound.aclose()


async def test_whoever_stops_waiting_leaves_no_device_open() -> None:
    engine = StillEngine()
    sound = sound_of(engine)
    await sound.open("", "")
    recording = asyncio.ensure_future(sound.record(lambda block: None))
    await asyncio.sleep(0)
    recording.cancel()
    await sound.stop_recording()
    assert engine.open == 0
    await sound.aclose()


async def test_a_sound_system_that_fails_is_silence_and_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    engine = StillEngine()
    engine.play = lambda device, pull, latency_ms: 1 / 0  # type: ignore[method-assign]
    sound = sound_of(engine)
    await sound.open("", "")
    await sound.play()
    await sound.aclose()
    assert "the sound system failed" in caplog.text


async def test_a_loudspeaker_that_another_program_keeps_for_itself_is_told_and_another_plays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line, "SHUN", 0.2)
    engine, shown = StillEngine(), list[Devices]()
    engine.refusals = {"speakers": "busy"}
    sound = sound_of(engine, shown)
    await sound.open("speakers", "")
    assert shown[-1].problem == ""
    await sound.play()
    await eventually(lambda: shown[-1].problem == "chosen_speaker_busy")
    assert engine.open == 1

    def tried_again() -> bool:
        sound.mixer.pull(960)  # the device in its place is alive
        return len(engine.tried) > 4

    await eventually(tried_again)
    # It is tried again and again, and what plays in its place is never interrupted for that.
    assert engine.tried == ["speakers", "", "speakers", "speakers", "speakers"]
    engine.refusals[""] = "busy"
    await sound.choose("", "")
    assert (shown[-1].problem, engine.open) == ("speaker_busy", 0)
    engine.refusals.clear()
    await eventually(lambda: engine.open == 1 and shown[-1].problem == "")
    await sound.aclose()


async def test_a_microphone_that_another_program_keeps_for_itself_is_told_and_another_is_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line, "SHUN", 0.2)
    engine, shown = StillEngine(), list[Devices]()
    capture, busy = engine.capture, {"microphone"}

    def refusing(device: str, take: Any) -> Any:
        if device in busy:
            raise NoDevice("busy")
        return capture(device, take)

    engine.capture = refusing  # type: ignore[method-assign]
    sound = sound_of(engine, shown)
    await sound.open("", "microphone")
    heard: list[int] = []
    assert await sound.record(lambda block: heard.append(len(block))) == ""

    def told(problem: str, using: str) -> bool:
        assert engine.take is not None
        engine.take(np.zeros(480, np.int16))  # the device that is open is alive
        return shown[-1].problem == problem and sound._microphone.using == using

    await eventually(lambda: told("chosen_microphone_busy", ""))
    assert heard
    busy.clear()
    await eventually(lambda: told("", "microphone"))
    await sound.aclose()
    assert engine.open == 0


async def test_another_device_is_taken_in_the_middle_of_a_call() -> None:
    engine, shown, opened = StillEngine(), list[Devices](), list[str]()
    play, capture = engine.play, engine.capture

    def watched_play(device: str, pull: Any, latency_ms: int) -> Any:
        opened.append(f"out {device}")
        return play(device, pull, latency_ms)

    def watched_capture(device: str, take: Any) -> Any:
        opened.append(f"in {device}")
        return capture(device, take)

    engine.play, engine.capture = watched_play, watched_capture  # type: ignore[method-assign]
    sound = sound_of(engine, shown)
    await sound.open("", "")
    await sound.play()
    await sound.record(lambda block: None)
    await sound.choose("speakers", "")
    await sound.choose("speakers", "microphone")
    await sound.choose("speakers", "microphone")
    assert opened == ["out ", "in ", "out speakers", "in microphone"]
    assert engine.open == 2
    assert (shown[-1].output, shown[-1].input) == ("speakers", "microphone")
    await sound.aclose()
    assert engine.open == 0


async def test_a_loudspeaker_that_runs_dry_again_and_again_is_opened_with_longer_periods(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[Cushion] = []

    class Dry(Cushion):
        def __init__(self, now: Callable[[], float]) -> None:
            super().__init__(now)
            made.append(self)

        def _wanted(self, now: float) -> int:
            return 10

    monkeypatch.setattr(module, "Cushion", Dry)
    engine = StillEngine()
    sound = sound_of(engine)
    await sound.open("", "")
    await sound.play()
    assert engine.latency_ms == 30
    await eventually(lambda: engine.latency_ms == 40)
    assert (engine.open, len(engine.tried), made[0].extra_ms) == (1, 2, 10)
    await sound.set_profile(LOW)
    assert (engine.open, engine.latency_ms) == (1, 20)
    await sound.aclose()
    assert engine.open == 0


async def test_the_loudspeaker_stays_until_nobody_wants_it() -> None:
    engine = StillEngine()
    sound = sound_of(engine)
    await sound.open("", "")
    await sound.play()
    await sound.play("echo-test")
    await sound.stop()
    assert engine.open == 1
    await sound.stop("echo-test")
    assert engine.open == 0
    await sound.aclose()


async def test_devices_are_not_touched_before_a_call() -> None:
    before = sound_threads()
    engine = StillEngine()
    sound = sound_of(engine)
    await sound.open("", "")
    await sound.choose("speakers", "microphone")
    assert engine.open == 0
    await sound.aclose()
    assert sound_threads() <= before


async def test_a_sound_server_that_hangs_at_the_end_is_let_go_once_it_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = sound_threads()
    monkeypatch.setattr(module, "ANSWER_WITHIN", 0.1)
    engine = HangingEngine()
    sound = sound_of(engine)
    await sound.open("", "")
    await sound.play()
    closing = asyncio.ensure_future(sound.aclose())
    await asyncio.sleep(0)
    closing.cancel()  # whoever switches the plugin off waits no longer
    await eventually(lambda: not sound._works)
    engine.release.set()
    await eventually(lambda: sound_threads() <= before)
    assert engine.open == 0


async def test_who_asks_for_a_device_after_the_end_gets_none() -> None:
    before, engine = sound_threads(), StillEngine()
    sound = sound_of(engine)
    await sound.open("", "")
    await sound.aclose()
    assert await sound.record(lambda block: None) == "failed"
    await sound.play()
    await sound.choose("speakers", "microphone")
    await sound.aclose()
    assert engine.open == 0
    assert sound_threads() <= before


async def test_a_sound_system_that_is_found_after_the_end_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_WITHIN", 0.5)
    before = sound_threads()
    looking, found, closed = threading.Event(), threading.Event(), threading.Event()

    class Late(StillEngine):
        def close(self) -> None:
            closed.set()

    def find() -> StillEngine:
        looking.set()
        found.wait(20)
        return Late()

    sound = Sound(find, lambda devices: None)
    opening = asyncio.ensure_future(sound.open("", ""))
    assert await asyncio.to_thread(looking.wait, 10)
    await sound.aclose()
    found.set()
    assert await asyncio.to_thread(closed.wait, 10)
    await eventually(lambda: sound_threads() <= before)
    await asyncio.wait({opening})


async def test_a_sound_system_that_hangs_is_told_until_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_WITHIN", 0.1)
    monkeypatch.setattr(module, "LOOK_EVERY", 0.1)
    answers, engine, shown = threading.Event(), StillEngine(), list[Devices]()
    answers.set()
    outputs = engine.outputs

    def slowly() -> tuple[str, ...]:
        answers.wait(20)
        return outputs()

    engine.outputs = slowly  # type: ignore[method-assign]
    sound = sound_of(engine, shown)
    await sound.open("", "")
    assert (shown[-1].problem, shown[-1].outputs) == ("", ("speakers",))
    answers.clear()
    await eventually(lambda: shown[-1].problem == "sound_server_hangs")
    assert shown[-1].outputs == ("speakers",)
    answers.set()
    await eventually(lambda: shown[-1].problem == "")
    await sound.aclose()


async def test_a_sound_system_that_hangs_at_the_start_is_found_once_it_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "ANSWER_WITHIN", 0.1)
    monkeypatch.setattr(module, "SEARCH_EVERY", 0.2)
    monkeypatch.setattr(module, "LOOK_EVERY", 0.2)
    answers, engine, shown = threading.Event(), StillEngine(), list[Devices]()

    def find() -> StillEngine:
        answers.wait(20)
        return engine

    sound = Sound(find, shown.append)
    await sound.open("", "")
    assert shown[-1].problem == "sound_server_hangs"
    answers.set()
    await eventually(lambda: (shown[-1].problem, shown[-1].engine) == ("", "miniaudio"))
    await sound.aclose()


async def test_when_the_last_microphone_goes_what_is_open_in_its_place_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.1)
    engine, told = StillEngine(), list[str]()
    sound = sound_of(engine)
    await sound.open("", "")
    assert await sound.record(lambda block: None, told.append) == ""
    engine.inputs, engine.refusal = tuple, "none"  # type: ignore[method-assign]

    def gone() -> bool:
        assert engine.take is not None
        engine.take(np.zeros(480, np.int16))  # what the sound system gives in its place is alive
        return (engine.open, told[-1]) == (0, "none")

    await eventually(gone, 10)
    await sound.aclose()


async def test_a_microphone_that_does_not_open_is_tried_until_it_does_or_nobody_wants_it() -> None:
    engine, told = StillEngine(), list[str]()
    sound = sound_of(engine)
    await sound.open("", "")
    engine.refusal = "busy"
    assert await sound.record(lambda block: None, told.append) == "busy"
    engine.refusal = ""
    await eventually(lambda: told[-1] == "" and engine.open == 1)
    await sound.stop_recording()
    assert engine.open == 0
    engine.refusal = "busy"
    assert await sound.record(lambda block: None, told.append) == "busy"
    await sound.stop_recording()
    engine.refusal, count = "", len(told)
    await asyncio.sleep(1.5)  # longer than it takes to try again
    assert (engine.open, len(told)) == (0, count)
    await sound.aclose()


async def test_a_device_that_opens_slowly_is_opened_once() -> None:
    engine, opening = StillEngine(), threading.Event()
    play = engine.play

    def slowly(device: str, pull: Any, latency_ms: int) -> Any:
        stream = play(device, pull, latency_ms)
        opening.wait(5 * line.WATCH_EVERY)
        return stream

    engine.play = slowly  # type: ignore[method-assign]
    sound = sound_of(engine)
    await sound.open("", "")
    await sound.play()
    await asyncio.sleep(5 * line.WATCH_EVERY)  # longer than it takes to open it once more
    assert engine.tried == [""]
    await sound.aclose()

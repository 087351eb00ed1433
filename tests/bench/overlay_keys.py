"""Bench `overlay`: push to talk by a real key, beside an always-open microphone, heard by another subscriber.

The open microphone: from a sound on the microphone's wire to the same at the subscriber. Push to talk: the
sound is there all the time, and the key decides. What is told is how much later the key's sound begins and
ends.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

import numpy as np
from tests.guests.stack import App
from tests.x11 import Keyboard

from xcord.errors import CommandError

from . import Report
from .edges import RATE, Edges
from .monitor import delays, listening
from .overlay_stage import ME, MissingError, Stage

KEY = "F8"
PRESSES = 12
LEAST = 9
LOUD, QUIET = 0.8, (0.9, 1.2)  # seconds
MOST = 0.7
PLAIN = ("noise_suppression", "echo_cancellation", "gain_control", "high_pass")  # they would change a tone
SETTLE = 3.0


def measure(report: Report, stage: Stage) -> None:
    """One run."""
    room = stage.room()
    with stage.app(room) as app:
        for name in PLAIN:
            app.ask("settings.set", name=f"voice.{name}", value=False)
        with stage.listener(room, ME) as listener:
            open_on, open_off = _open_microphone(stage, listener)
            _talk_by_key(app)
            key_on, key_off = _by_key(stage, app, listener)
    report.figure("open_mic_ms", 1000 * open_on, "ms")
    report.figure("open_mic_end_ms", 1000 * open_off, "ms")
    report.figure("ptt_key_to_sound_ms", 1000 * key_on, "ms")
    report.figure("ptt_key_to_silence_ms", 1000 * key_off, "ms")
    report.figure("ptt_open_over_open_mic_ms", 1000 * (key_on - open_on), "ms")
    report.figure("ptt_close_ms", 1000 * (key_off - open_off), "ms")


def _talk_by_key(app: App) -> None:
    """:raises MissingError: this app has no hotkeys."""
    try:
        app.ask("hotkeys.bind", action="push_to_talk", keys=KEY.lower())
    except CommandError as error:
        if error.code == "unknown_command":
            raise MissingError("no plugin answers hotkeys.bind") from error
        raise
    app.ask("settings.set", name="hotkeys.release_delay", value=0)
    app.ask("settings.set", name="voice.gate", value="ptt")
    app.wait("a listener", ["hotkeys"], lambda s: s["hotkeys"]["listener"] == "global", 20.0)


def _open_microphone(stage: Stage, listener: Any) -> tuple[float, float]:
    with listening(stage.pulse, "wire") as wire, stage.pulse.speaking(tone(LOUD, sum(QUIET) / 2)):
        time.sleep(SETTLE + PRESSES * (LOUD + sum(QUIET) / 2))
    mouth = _edges(wire.blocks, wire.ended)
    heard = listener.ask()
    return _middle(mouth.begins, heard["begins"]), _middle(mouth.ends, heard["ends"])


def _by_key(stage: Stage, app: App, listener: Any) -> tuple[float, float]:
    keyboard, downs, ups = Keyboard(stage.screen.display), [], []
    with stage.pulse.speaking(tone(1.0, 0.0)):
        time.sleep(SETTLE)
        for _ in range(PRESSES):
            downs.append(keyboard.turn(KEY, True))
            time.sleep(LOUD + random.uniform(0, 0.05))
            ups.append(keyboard.turn(KEY, False))
            time.sleep(random.uniform(*QUIET))
    keyboard.close()
    heard = listener.ask()
    return _middle(downs, heard["begins"]), _middle(ups, heard["ends"])


def tone(loud: float, quiet: float) -> Any:
    """1 kHz for so long, then silence, as 16 bits."""
    samples = np.zeros(round((loud + quiet) * RATE))
    count = round(loud * RATE)
    samples[:count] = 0.4 * np.sin(2 * np.pi * 1000 * np.arange(count) / RATE)
    return (samples * 32767).astype(np.int16)


def _edges(blocks: Sequence[Any], times: Sequence[float]) -> Edges:
    edges = Edges()
    for block, ended in zip(blocks, times, strict=False):
        edges.take(block, ended)
    return edges


def _middle(causes: Sequence[float], effects: Sequence[float]) -> float:
    found = delays(causes, effects, MOST)
    if len(found) < LEAST:
        raise RuntimeError(f"of {len(causes)} changes {len(found)} were heard")
    return median(found)

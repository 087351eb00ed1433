"""A real SFU for each test that asks for one, and the plugin on a real media loop."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.parts import LiveKit, start_livekit
from tests.plugins.xcord_voice.callers import KeepingEngine
from tests.plugins.xcord_voice.pipewire import start_pipewire
from tests.plugins.xcord_voice.pulse import Pulse, start_pulse

import xcord_voice.life
from xcord.clock import MonotonicClock
from xcord.media.slots import Slots
from xcord.testing import World, running, threaded_media

UNPROCESSED = {
    f"voice.{name}": False for name in ("echo_cancellation", "noise_suppression", "gain_control", "high_pass")
} | {"voice.sounds.volume": 0}


@pytest.fixture
def livekit(tmp_path: Path) -> Iterator[LiveKit]:
    with start_livekit(tmp_path) as server:
        yield server


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> KeepingEngine:
    kept = KeepingEngine()
    monkeypatch.setattr(xcord_voice.life, "find_engine", lambda: kept)
    return kept


@pytest.fixture
def pulse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pulse]:
    with start_pulse(tmp_path) as server:
        yield _used(server, monkeypatch)


@pytest.fixture(params=["pulseaudio", "pipewire"])
def either(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pulse]:
    """PulseAudio, and once more PipeWire."""
    with start_pulse(tmp_path) if request.param == "pulseaudio" else start_pipewire() as server:
        yield _used(server, monkeypatch)


def _used(server: Pulse, monkeypatch: pytest.MonkeyPatch) -> Pulse:
    for name in ("PULSE_SERVER", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH"):
        monkeypatch.setenv(name, server.environment[name])
    return server


@pytest.fixture
def real_voice() -> Callable[..., Any]:
    """The plugin with real time, the real media loop and real slots. Its microphone's sound is left as it is
    unless a test says otherwise: the tones of tests are noise to a noise suppressor. No signal sounds in
    between."""

    @contextlib.asynccontextmanager
    async def start(options: dict[str, Any] | None = None, **more: Any) -> AsyncIterator[World]:
        chosen = {**UNPROCESSED, **(options or {})}
        with threaded_media(Slots()) as media:
            async with running(
                xcord_voice, clock=MonotonicClock(), media=media, options=chosen, **more
            ) as world:
                yield world

    return start

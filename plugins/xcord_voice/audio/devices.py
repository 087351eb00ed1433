"""miniaudio behind the engine's interface.

An exception inside a callback would silence the device for ever (miniaudio drops the generator), so
callbacks catch everything and count it. miniaudio never releases the context that it makes per device;
that is done here, or each call would leave a connection to the sound server behind.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Literal

import miniaudio
import numpy as np

from .engine import AudioEngine, NoDevice, NullEngine, Pull, Stream, Take
from .pulse import latency, server_refuses
from .realtime import hurry
from .ring import RATE

log = logging.getLogger("xcord.voice.audio")

PERIOD_MS = 10  # what comes of people at a time too: a longer one waits for what is not needed yet
CAPTURE_PERIODS = 6  # what may wait when this process is late; it delays nothing
APP = "xcord"
REFUSES = "sound_server_refuses"


class MiniaudioEngine:
    """Devices are named, never numbered: numbers change when something is plugged in."""

    name: Literal["miniaudio", "null"] = "miniaudio"

    def __init__(self, devices: Any, problem: str = "") -> None:
        self._devices, self.problem = devices, problem
        self._lock = threading.Lock()

    def outputs(self) -> tuple[str, ...]:
        return tuple(self._playbacks())

    def inputs(self) -> tuple[str, ...]:
        return tuple(self._captures())

    def play(self, device: str, pull: Pull, latency_ms: int) -> Stream:
        found = self._playbacks().get(device)
        kind, samples = miniaudio.PlaybackDevice, miniaudio.SampleFormat.FLOAT32
        try:
            # One channel: the sound system spreads it over those that the device has.
            # Where the number of periods decides, one more is being played.
            periods = 1 + latency_ms // PERIOD_MS
            with latency(latency_ms):
                return _open(kind, samples, 1, found, _playing(pull), periods)
        except miniaudio.MiniaudioError as error:
            log.info("a loudspeaker did not open: %s", error)
            raise NoDevice("permission" if self.problem == REFUSES else refusal(error)) from error

    def capture(self, device: str, take: Take) -> Stream:
        captures = self._captures()
        if not captures:
            raise NoDevice("permission" if self.problem == REFUSES else "none")
        kind, samples = miniaudio.CaptureDevice, miniaudio.SampleFormat.SIGNED16
        try:
            found, taking = captures.get(device), _capturing(take)
            return _open(kind, samples, 1, found, taking, CAPTURE_PERIODS)
        except miniaudio.MiniaudioError as error:
            log.info("a microphone did not open: %s", error)
            raise NoDevice(refusal(error)) from error

    def _playbacks(self) -> dict[str, Any]:
        return _named(self._listed(lambda devices: devices.get_playbacks()))

    def _captures(self) -> dict[str, Any]:
        # A monitor plays back what the speakers play; published as a microphone it would echo everybody.
        found = self._listed(lambda devices: devices.get_captures())
        return _named([device for device in found if not device["name"].startswith("Monitor of ")])

    def _listed(self, ask: Callable[[Any], list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """What there is. A sound server that was started anew needs a new connection. One in which a thread
        hangs is not used by another: two in one end the process."""
        with self._lock:
            devices, self._devices = self._devices, None
        for _ in range(2):
            try:
                devices = devices or miniaudio.Devices(_backends())
                found = ask(devices)
                self._devices, self.problem = devices, ""
                return found
            except miniaudio.MiniaudioError as error:
                log.info("the sound system does not list its devices: %s", error)
                devices = None
        self.problem = REFUSES if server_refuses() else ""
        return []

    def close(self) -> None:
        self._devices = None


class _Running:
    """One open device."""

    def __init__(self, device: Any) -> None:
        self._device = device

    def close(self) -> None:
        if self._device is not None:
            device, self._device = self._device, None
            _release(device)


def open_engine() -> AudioEngine:
    """The machine's sound, or the null engine with the reason. Never raises for a lack of sound. Where the
    sound server does not let us in: an engine that lists nothing, says so, and asks again at each look."""
    if engine := open_miniaudio():
        return engine
    return MiniaudioEngine(None, REFUSES) if server_refuses() else NullEngine("no_sound")


def open_miniaudio() -> AudioEngine | None:
    """None if there is no sound system that answers, or nothing to play on."""
    try:
        devices = miniaudio.Devices(_backends())
        if not devices.get_playbacks():
            return None
    except miniaudio.MiniaudioError as error:
        log.info("no sound system: %s", error)
        return None
    return MiniaudioEngine(devices)


def _backends() -> list[Any]:
    """This system's own, without miniaudio's silent stand-in."""
    kinds = miniaudio.Backend
    if sys.platform == "win32":
        return [kinds.WASAPI]
    if sys.platform == "darwin":
        return [kinds.COREAUDIO]
    # Without a card ALSA only fills the terminal with complaints.
    return [kinds.PULSEAUDIO, kinds.ALSA] if _cards() else [kinds.PULSEAUDIO]


def _cards() -> bool:
    try:
        return "]:" in Path("/proc/asound/cards").read_text()
    except OSError:
        return False


def _named(devices: list[dict[str, Any]]) -> dict[str, Any]:
    """Ids by name; of two of one name the second is called ``name (2)``."""
    found: dict[str, Any] = {}
    for device in devices:
        name, number = device["name"], 1
        while name in found:
            number += 1
            name = f"{device['name']} ({number})"
        found[name] = device["id"]
    return found


def refusal(error: miniaudio.MiniaudioError) -> str:
    """Why a device did not open, as ``NoDevice`` says it."""
    result = next((part for part in error.args if isinstance(part, int)), 0)
    lib = miniaudio.lib
    if result == lib.MA_ACCESS_DENIED:
        return "permission"
    if result in (lib.MA_BUSY, lib.MA_ALREADY_IN_USE):
        return "busy"
    return "none" if result in (lib.MA_NO_DEVICE, lib.MA_DOES_NOT_EXIST) else "failed"


def _open(
    kind: Any,
    sample_format: Any,
    channels: int,
    found: Any,
    generator: Generator[Any, Any, None],
    periods: int,
) -> Stream:
    device = kind(
        sample_format,
        channels,
        RATE,
        PERIOD_MS,
        device_id=found,
        callback_periods=periods,
        backends=_backends(),
        app_name=APP,
    )
    next(generator)
    try:
        device.start(generator)
    except miniaudio.MiniaudioError:
        _release(device)
        raise
    return _Running(device)


def _release(device: Any) -> None:
    context = device._context
    device.close()
    # Private, because miniaudio 1.71 has no public way; test_devices_leave_nothing_open guards it.
    miniaudio.lib.ma_context_uninit(context)


def _playing(pull: Pull) -> Generator[Any, int, None]:
    failed = hurried = False
    samples: Any = b""
    while True:
        count = yield samples
        hurried = hurried or _hurry()
        try:
            samples = pull(count)
        except Exception:
            samples = np.zeros(count, np.float32)
            if not failed:
                log.exception("the mix failed")
            failed = True


def _capturing(take: Take) -> Generator[None, Any, None]:
    failed = hurried = False
    while True:
        block = yield
        hurried = hurried or _hurry()
        try:
            take(np.frombuffer(block, np.int16))
        except Exception:
            if not failed:
                log.exception("the microphone failed")
            failed = True


def _hurry() -> bool:
    """On the device's thread, at its first callback."""
    hurry()
    return True

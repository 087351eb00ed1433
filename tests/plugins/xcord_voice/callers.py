"""Other participants of a real call, made with the SDK alone, and an engine that keeps what is played."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
import numpy as np
import pytest
from livekit import rtc
from numpy.typing import NDArray
from tests.guests.live import Live
from tests.guests.loop import Spec, load
from tests.guests.replay import Replay
from tests.parts import LiveKit
from tests.waits import PATIENCE

import xcord_voice.room
from xcord.testing import World
from xcord_voice.audio.engine import NoDevice
from xcord_voice.audio.mixer import Mixer

RATE = 48_000


def level(samples: NDArray[Any]) -> float:
    """RMS in dBFS; integers are taken as 16 bit."""
    if not len(samples):
        return -120.0
    scaled = samples.astype(np.float64) / (32768 if samples.dtype.kind == "i" else 1)
    return float(20 * np.log10(max(np.sqrt(np.mean(scaled**2)), 1e-6)))


def tone_level(samples: NDArray[Any], hertz: float) -> float:
    """How loud one tone is in it, in dBFS of its amplitude (1.0 is full scale)."""
    if not len(samples):
        return -120.0
    scaled = samples.astype(np.float64) / (32768 if samples.dtype.kind == "i" else 1)
    window = np.hanning(len(scaled))
    wave = np.exp(-2j * np.pi * hertz * np.arange(len(scaled)) / RATE)
    return float(20 * np.log10(max(abs(2 * np.dot(scaled * window, wave) / window.sum()), 1e-6)))


def tone(hertz: float, start: int, count: int, amplitude: float = 0.25) -> NDArray[np.int16]:
    """``count`` samples of a tone from sample ``start`` on."""
    phase = 2 * np.pi * hertz * (np.arange(count) + start) / RATE
    return (np.sin(phase) * amplitude * 32767).astype(np.int16)


async def eventually(condition: Callable[[], Any], within: float = 30.0) -> Any:
    """What ``condition`` returns once it is true; for what other threads bring about."""
    async with asyncio.timeout(within):
        while not (value := condition()):  # noqa: ASYNC110 threads have no event of this loop
            await asyncio.sleep(0.02)
    return value


@dataclass
class Caller:
    """Somebody else in the call. ``heard`` keeps samples by identity, ``packets`` what was sent to all."""

    identity: str
    room: rtc.Room = field(default_factory=rtc.Room, repr=False)
    heard: dict[str, list[NDArray[np.int16]]] = field(default_factory=dict)
    packets: list[tuple[str, str, bytes]] = field(default_factory=list)
    mutes: list[tuple[str, bool]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    streams: list[Any] = field(default_factory=list)

    async def enter(self, livekit: LiveKit, room: str, **token: Any) -> None:
        self.room.on("track_subscribed", self._subscribed)
        self.room.on("data_received", self._received)
        self.room.on("track_muted", lambda person, track: self.mutes.append((person.identity, True)))
        self.room.on("track_unmuted", lambda person, track: self.mutes.append((person.identity, False)))
        self.room.on("participant_disconnected", lambda person: self.gone.append(person.identity))
        options = rtc.RoomOptions(dynacast=True)
        await self.room.connect(livekit.url, livekit.token(self.identity, room, **token), options)

    def _received(self, packet: Any) -> None:
        sender = packet.participant.identity if packet.participant else ""
        self.packets.append((sender, packet.topic, packet.data))

    def _subscribed(self, track: Any, publication: Any, person: Any) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            stream = rtc.AudioStream(track, sample_rate=RATE, num_channels=1, capacity=100)
            self.streams.append(stream)
            self.tasks.append(asyncio.ensure_future(self._hear(stream, person.identity)))

    async def _hear(self, stream: Any, identity: str) -> None:
        async for event in stream:
            self.heard.setdefault(identity, []).append(np.frombuffer(event.frame.data, np.int16).copy())

    def listened(self, identity: str, seconds: float) -> NDArray[np.int16]:
        """The last seconds of what was heard of somebody."""
        blocks = self.heard.get(identity, [])
        return np.concatenate(blocks)[-int(seconds * RATE) :] if blocks else np.zeros(0, np.int16)

    async def speak(self, hertz: float) -> None:
        """Publishes a tone until ``leave``."""
        source = rtc.AudioSource(RATE, 1, queue_size_ms=200)
        track = rtc.LocalAudioTrack.create_audio_track("voice", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await self.room.local_participant.publish_track(track, options)

        async def feed() -> None:
            at = 0
            while True:
                samples = tone(hertz, at, 960)
                at += 960
                await source.capture_frame(rtc.AudioFrame(samples.tobytes(), RATE, 1, 960))

        self.tasks.append(asyncio.ensure_future(feed()))

    async def show(self, brightness: int, width: int = 320, height: int = 180) -> Any:
        """Publishes a plain grey picture at 15 fps until ``leave``."""
        source = rtc.VideoSource(width, height)
        track = rtc.LocalVideoTrack.create_video_track("camera", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA, simulcast=False)
        publication = await self.room.local_participant.publish_track(track, options)
        data = bytes([brightness]) * (width * height) + bytes([128]) * (width * height // 2)

        async def feed() -> None:
            while True:
                source.capture_frame(rtc.VideoFrame(width, height, rtc.VideoBufferType.I420, data))
                await asyncio.sleep(1 / 15)

        self.tasks.append(asyncio.ensure_future(feed()))
        return publication

    async def show_layers(self) -> str:
        """Publishes 1280x720 at 15 fps in simulcast layers until ``leave``; returns the track's sid."""
        camera = Live()
        publication = await self.room.local_participant.publish_track(camera.track(), camera.options())
        self.tasks.append(asyncio.ensure_future(camera.run()))
        return publication.sid

    async def show_in_vain(self) -> Replay:
        """Publishes a camera without a keyframe, so that nobody sees a picture until its loop is replaced."""
        whole = load(Spec())
        deltas = tuple(data for n, data in enumerate(whole.frames) if n not in whole.keys)
        camera = Replay(msgspec.structs.replace(whole, frames=deltas, twin=deltas, keys=frozenset()))
        await self.room.local_participant.publish_track(camera.track(), camera.options())
        self.tasks.append(asyncio.ensure_future(camera.run()))
        return camera

    async def sent(self) -> dict[str, int]:
        """Pictures that were sent so far, by simulcast layer."""
        stats = await self.room.get_rtc_stats()
        outbound = [entry.outbound_rtp for entry in stats.publisher_stats if entry.HasField("outbound_rtp")]
        return {
            each.outbound.rid: each.outbound.frames_sent for each in outbound if each.stream.kind == "video"
        }

    async def leave(self) -> None:
        for task in self.tasks:
            task.cancel()
        for stream in self.streams:
            await stream.aclose()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.room.disconnect()


@contextlib.asynccontextmanager
async def caller(livekit: LiveKit, identity: str, room: str = "r", **token: Any) -> AsyncIterator[Caller]:
    """Somebody else who is in the call for a while."""
    someone = Caller(identity)
    await someone.enter(livekit, room, **token)
    try:
        yield someone
    finally:
        await someone.leave()


def kept_rooms(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every connection that the plugin makes, in their order."""
    made: list[Any] = []

    class Kept(xcord_voice.room.RoomLink):
        def __init__(self, sink: Any) -> None:
            super().__init__(sink)
            made.append(self)

    monkeypatch.setattr(xcord_voice.room, "RoomLink", Kept)
    return made


async def received(world: World, room: Any) -> int:
    """Bytes of video that arrived so far."""
    stats = await world.shell.media.run(room.get_rtc_stats())
    inbound = [entry.inbound_rtp for entry in (*stats.publisher_stats, *stats.subscriber_stats)]
    return sum(entry.inbound.bytes_received for entry in inbound if entry.stream.kind == "video")


class KeepingEngine:
    """Plays into a list at the pace of time, and records a tone: a sound card without a machine."""

    name: Literal["miniaudio", "null"] = "miniaudio"
    problem = ""

    def __init__(self, microphone: float | None = 1000.0) -> None:
        self.played: list[NDArray[np.float32]] = []
        self.open: list[PacedThread] = []
        self._microphone = microphone
        self.mixer = Mixer()  # the one that it plays, once it plays

    def outputs(self) -> tuple[str, ...]:
        return ("speakers",)

    def inputs(self) -> tuple[str, ...]:
        return ("microphone",) if self._microphone else ()

    def play(self, device: str, pull: Callable[[int], NDArray[np.float32]], latency_ms: int) -> PacedThread:
        mixed: Any = getattr(pull, "args", (pull,))[0]  # watched or not
        self.mixer = mixed.__self__
        return PacedThread(self, lambda at: self.played.append(pull(960)))

    def capture(self, device: str, take: Callable[[NDArray[np.int16]], None]) -> PacedThread:
        hertz = self._microphone
        if not hertz:
            raise NoDevice("none")
        return PacedThread(self, lambda at: take(tone(hertz, at, 960)))

    def close(self) -> None:
        pass

    def listened(self, seconds: float, since: int = 0) -> NDArray[np.float32]:
        """The last seconds of what was played, without the first ``since`` blocks of ``played``."""
        blocks = self.played[since:][-int(seconds * 50) :]
        return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


class PacedThread:
    """Calls every 20 ms until it is closed, as a device would."""

    def __init__(self, engine: KeepingEngine, work: Callable[[int], None]) -> None:
        self._engine, self._work = engine, work
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        engine.open.append(self)
        self._thread.start()

    def _run(self) -> None:
        start, count = time.monotonic(), 0
        while not self._stop.wait(max(0.0, start + count * 0.02 - time.monotonic())):
            self._work(count * 960)
            # A device does not deliver what it would have heard while its process stood still.
            late = int((time.monotonic() - start) / 0.02) - count
            count += 1 + (late if late > 50 else 0)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)
        if self in self._engine.open:
            self._engine.open.remove(self)

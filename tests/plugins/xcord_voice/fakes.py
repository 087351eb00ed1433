"""A connection without a network: tests decide what it does, and when."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import xcord_voice
import xcord_voice.life
import xcord_voice.microphone
from xcord import JoinToken, JoinTokenFor
from xcord.media.slots import Slots
from xcord.testing import InlineMedia, World, running, settle
from xcord_voice import events
from xcord_voice.audio.capture import Microphone
from xcord_voice.audio.chain import Processing, Stages
from xcord_voice.audio.engine import NoDevice, NullEngine
from xcord_voice.audio.sound import Sound
from xcord_voice.audio.stages import Built
from xcord_voice.events import LinkEvent
from xcord_voice.parts import Parts
from xcord_voice.stall import Vital
from xcord_voice.stats import Inbound
from xcord_voice.video.demand import Order

ARRIVED = Inbound(pictures=0, received=0, lost=0, width=320, height=180, fps=15.0, jitter=0.002)
HEALTHY = Vital(quiet=0.02, packets=0, answers=0, waiting=False, publishing=True)


class FakeLink:
    """One connection. ``connect()`` comes back when the test says so, ``disconnect()`` at once unless
    ``hangs``."""

    def __init__(self, sink: Callable[[LinkEvent], None], log: list[str], number: int) -> None:
        self.sink, self.log, self.number = sink, log, number
        self.arrival: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.hangs: asyncio.Event | None = None
        self.sent: list[tuple[str, bytes, tuple[str, ...]]] = []
        self.mutes: list[bool] = []
        self.videos: list[tuple[str, bool, int, int]] = []
        self.published: list[bool] = []
        self.tokens: list[str] = []
        self.vitals, self.arrivals = HEALTHY, None

    async def vital(self) -> Vital | None:
        return self.vitals

    async def connect(self, url: str, token: str) -> None:
        self.log.append(f"connect {self.number}")
        self.tokens.append(token)
        try:
            await self.arrival
        except asyncio.CancelledError:
            self.log.append(f"CANCELLED {self.number}")
            raise

    async def arrive(self, *seen: LinkEvent, may_publish: bool = True) -> None:
        """``connect()`` succeeds; these people are there."""
        self.log.append(f"open {self.number}")
        me = events.Connected("me:desk", "Me", "", "room", may_publish, seen)
        self.sink(me)
        self.arrival.set_result(None)
        await settle()

    async def fail(self, code: str) -> None:
        error = RuntimeError("no connection")
        error.code = code  # type: ignore[attr-defined]
        self.arrival.set_exception(error)
        await settle()

    async def tell(self, *reported: LinkEvent) -> None:
        for event in reported:
            self.sink(event)
        await settle()

    async def disconnect(self) -> None:
        self.log.append(f"disconnect {self.number}")
        if self.hangs is not None:
            await asyncio.wait_for(self.hangs.wait(), 60)
        self.log.append(f"closed {self.number}")

    async def publish(self, source: Any, muted: bool) -> None:
        self.published.append(muted)

    def set_muted(self, on: bool) -> None:
        self.mutes.append(on)

    async def send(self, topic: str, data: bytes, to: tuple[str, ...] = ()) -> None:
        self.log.append(f"send {self.number} {topic}")
        self.sent.append((topic, data, to))

    async def simulate(self, kind: str) -> None:
        self.log.append(f"simulate {self.number} {kind}")

    async def inbound(self, track: Any) -> Inbound | None:
        return None if self.arrivals is None else replace(ARRIVED, pictures=self.arrivals)

    def receive(self, track_sid: str, on: bool) -> None:
        self.log.append(f"receive {self.number} {track_sid} {on}")

    received = staticmethod(lambda track_sid: object())

    def set_video(self, order: Order) -> int:
        self.videos.append((order.track_sid, order.on, order.width, order.height))
        return 1


class FakeStream:
    """The SDK's stream: like the real one it goes on after it was closed, if the test feeds it."""

    def __init__(self) -> None:
        self.heard: Callable[[NDArray[np.int16]], None] = lambda samples: None
        self.seen: Callable[[int, int, memoryview], None] = lambda width, height, pixels: None
        self.frame_ms = 0
        self.closed = False

    async def aclose(self) -> None:
        self.closed = True

    async def picture(self, value: int) -> None:
        self.seen(2, 2, memoryview(bytes([value] * 6)))
        await settle()

    async def sound(self, value: int) -> None:
        self.heard(np.full(960, value, np.int16))
        await settle()


class FakeOpener:
    def __init__(self) -> None:
        self.streams: dict[str, list[FakeStream]] = {}

    def _open(self, track: str) -> FakeStream:
        stream = FakeStream()
        self.streams.setdefault(track, []).append(stream)
        return stream

    def hear(self, track: str, heard: Any, frame_ms: int) -> FakeStream:
        stream = self._open(track)
        stream.heard, stream.frame_ms = heard, frame_ms
        return stream

    def see(self, track: str, seen: Any) -> FakeStream:
        stream = self._open(track)
        stream.seen = seen
        return stream

    async def close_stream(self, stream: FakeStream) -> None:
        await stream.aclose()


class FakeSource:
    """A microphone's source that keeps the sound it was fed, without the silence."""

    def __init__(self) -> None:
        self.fed: list[NDArray[np.int16]] = []
        self.cleared = 0
        self.closed = False

    def feed(self, samples: NDArray[np.int16]) -> None:
        if samples.any():
            self.fed.append(samples)

    def clear(self) -> None:
        self.cleared += 1

    async def aclose(self) -> None:
        self.closed = True


class StillEngine(NullEngine):
    """Devices that only move when the test moves them."""

    name = "miniaudio"

    def __init__(self) -> None:
        super().__init__()
        self.take: Callable[[NDArray[np.int16]], None] | None = None
        self.pull: Callable[[int], NDArray[np.float32]] | None = None
        self.open = 0
        self.refusal, self.latency_ms = "", 0
        self.tried: list[str] = []
        self.refusals: dict[str, str] = {}  # of loudspeakers, by name

    def inputs(self) -> tuple[str, ...]:
        return ("microphone",)

    def outputs(self) -> tuple[str, ...]:
        return ("speakers",)

    def play(self, device: str, pull: Any, latency_ms: int) -> Any:
        self.tried.append(device)
        if device in self.refusals:
            raise NoDevice(self.refusals[device])
        self.open += 1
        self.pull, self.latency_ms = pull, latency_ms
        return SimpleNamespace(close=self._close)

    def capture(self, device: str, take: Callable[[NDArray[np.int16]], None]) -> Any:
        if self.refusal:
            raise NoDevice(self.refusal)
        self.open += 1
        self.take = take
        return SimpleNamespace(close=self._close)

    def _close(self) -> None:
        self.open -= 1


class Network:
    """Everything outside of the plugin. ``links`` are the connections in the order of their making."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.links: list[FakeLink] = []
        self.opener = FakeOpener()
        self.engine = StillEngine()
        self.sources: list[FakeSource] = []
        self.answer = ""
        self.slots = Slots()
        self.built: list[Processing] = []
        self.muted_in_system: bool | None = None

    @property
    def link(self) -> FakeLink:
        """The newest connection."""
        return self.links[-1]

    def _make_link(self, sink: Callable[[LinkEvent], None]) -> FakeLink:
        self.links.append(FakeLink(sink, self.log, len(self.links) + 1))
        return self.links[-1]

    def _make_source(self) -> FakeSource:
        self.sources.append(FakeSource())
        return self.sources[-1]

    async def _probe(self, url: str) -> str:
        self.log.append("probe")
        return self.answer

    def build(self, wanted: Processing) -> Built:
        self.built.append(wanted)
        return Built(Stages(), "off" if wanted.suppressor == "off" else "on")

    def parts(self, sound: Sound, microphone: Microphone, hub: Any) -> Parts:
        return Parts(
            make_link=self._make_link,
            make_source=self._make_source,
            opener=self.opener,
            probe=self._probe,
            sound=sound,
            microphone=microphone,
            slots=self.slots,
            gate=hub.gate,
            clock=hub.clock,
        )

    @contextlib.asynccontextmanager
    async def running(self, monkeypatch: pytest.MonkeyPatch, **options: Any) -> AsyncIterator[World]:
        """The plugin alone, in this network."""
        monkeypatch.setattr(xcord_voice.life, "make_parts", self.parts)
        monkeypatch.setattr(xcord_voice.life, "find_engine", lambda: self.engine)
        monkeypatch.setattr(xcord_voice.life, "find_way", lambda: "settings")
        monkeypatch.setattr(xcord_voice.microphone, "build_stages", self.build)
        monkeypatch.setattr(xcord_voice.microphone, "ask_system", lambda device: self.muted_in_system)
        async with running(xcord_voice, media=InlineMedia(self.slots), **options) as world:
            yield world

    async def join(self, world: World, channel: str = "lobby", *seen: LinkEvent) -> FakeLink:
        """Joins and arrives."""
        if ("directory.join_token") not in world.hub.commands:
            answer_tokens(world)
        count = len(self.links)
        await world.ask("voice.join", {"channel": channel})
        await world.until(lambda: len(self.links) > count)
        await settle()
        await self.link.arrive(*seen)
        await world.until(lambda: world.read("voice").status == "connected")
        return self.link


def answer_tokens(world: World) -> None:
    """Plays the server end."""
    world.answer(
        "directory.join_token",
        JoinTokenFor,
        lambda args: JoinToken(url="ws://x", token=f"t-{args.channel}", room="r", channel=args.channel),
    )


def seen(identity: str, sid: str = "", name: str = "") -> events.PersonSeen:
    return events.PersonSeen(identity, sid or f"PA_{identity}", name or identity, "")

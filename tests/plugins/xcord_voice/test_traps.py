"""Traps of the SDK, each with a guard that a test misses when it is taken out.

Here are those that no other test meets. All of them, and where: ``plugins/xcord_voice/README.md``.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from livekit import rtc
from tests.plugins.xcord_voice.fakes import FakeOpener, FakeStream, Network, seen
from tests.waits import PATIENCE, soon

import xcord_voice.room
from xcord import Demand, Want
from xcord.testing import FakeClock, settle
from xcord_voice import events, sdk, sdk_pictures, sdk_sound
from xcord_voice.audio.mixer import Mixer
from xcord_voice.room import ConnectFailed, RoomLink
from xcord_voice.sdk_microphone import MicrophoneSource
from xcord_voice.streams import StreamKey, Streams

KEY, SLOT = StreamKey(1, "PA_1", "TR_1"), ("ann", "camera", 0)


@pytest.fixture
def network() -> Network:
    return Network()


# -- streams: the SDK never ends one -----------------------------------------------------------------


class OpenSlots:
    """Takes whatever it is given, unlike the real ones, which have a fence of their own."""

    def __init__(self) -> None:
        self.taken: list[int] = []

    def put(self, *frame: Any) -> None:
        self.taken.append(frame[5][0])

    def admit(self, *key: Any) -> None: ...

    def drop(self, key: Any) -> None: ...


def streams(slots: OpenSlots, opener: FakeOpener) -> Streams:
    return Streams(opener, slots, Mixer(), lambda user, level: None, lambda user: None)


async def test_a_closed_stream_delivers_no_picture_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    slots, opener = OpenSlots(), FakeOpener()
    open_ones = streams(slots, opener)
    open_ones.open_video(KEY, SLOT, "TR_1")
    await settle()
    (stream,) = opener.streams["TR_1"]
    await stream.picture(11)
    assert slots.taken == [11]
    ending = asyncio.Event()

    async def slowly(_stream: FakeStream) -> None:
        await soon(ending.wait())

    monkeypatch.setattr(opener, "close_stream", slowly)
    open_ones.close(KEY)
    await stream.picture(99)
    assert slots.taken == [11]
    ending.set()
    await open_ones.closed()


async def test_a_consumer_that_the_sdk_does_not_wake_is_ended() -> None:
    opener = FakeOpener()
    open_ones = streams(OpenSlots(), opener)
    before = asyncio.all_tasks()
    open_ones.open_video(KEY, SLOT, "TR_1")
    await settle()
    open_ones.close(KEY)
    await open_ones.closed()
    assert asyncio.all_tasks() == before


class Asleep:
    """The SDK's stream as it is after its end: who waits for a frame waits for ever."""

    def __init__(self, track: Any, **options: Any) -> None: ...

    def __aiter__(self) -> Asleep:
        return self

    async def __anext__(self) -> Any:
        await asyncio.Event().wait()

    async def aclose(self) -> None: ...


async def test_in_the_public_way_a_consumer_that_is_not_woken_is_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module, name in ((sdk_sound, "AudioStream"), (sdk_pictures, "VideoStream")):
        monkeypatch.setattr(module, "direct", lambda: False)
        monkeypatch.setattr(rtc, name, Asleep)
    before = asyncio.all_tasks()
    sound = sdk_sound.hear("track", lambda samples: None, 20)
    pictures = sdk_pictures.see("track", lambda width, height, pixels: None)
    await settle()
    assert len(asyncio.all_tasks() - before) == 2
    await sound.aclose()
    await pictures.aclose()
    assert asyncio.all_tasks() == before


async def test_all_streams_are_closed_with_the_call(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        world.publish("demand", Demand((Want("ann", "camera", 320, 180),)))
        started = [
            events.TrackStarted("ann:phone", "PA_ann:phone", name, kind, name)  # type: ignore[arg-type]
            for name, kind in (("TR_1", "camera"), ("TR_2", "microphone"))
        ]
        await network.join(world, "lobby", seen("ann:phone"), *started)
        await settle()
        open_ones = [stream for found in network.opener.streams.values() for stream in found]
        assert [stream.closed for stream in open_ones] == [False, False]
        await world.ask("voice.leave")
        await settle()
        assert [stream.closed for stream in open_ones] == [True, True]


async def test_no_frame_waits_behind_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's queues are unbounded unless they are told."""
    asked: dict[str, int] = {}

    def made(name: str) -> Any:
        def make(track: Any, **options: Any) -> FakeStream:
            asked[name] = options["capacity"]
            return FakeStream()

        return make

    for name in ("AudioStream", "VideoStream"):
        monkeypatch.setattr(rtc, name, made(name))
    for module in (sdk_sound, sdk_pictures):
        monkeypatch.setattr(module, "direct", lambda: False)
    await sdk_pictures.see("track", lambda width, height, pixels: None).aclose()
    await sdk_sound.hear("track", lambda samples: None, 20).aclose()
    assert asked["VideoStream"] == 1
    assert 0 < asked["AudioStream"] <= 25


def test_closing_a_stream_is_bounded() -> None:
    assert inspect.signature(sdk.close_stream).parameters["within"].default <= 2.0


# -- a dead Room -------------------------------------------------------------------------------------


async def test_nothing_is_shown_of_a_room_that_is_over(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK goes on listing the people of a dead Room, and unpublishes tracks after its end."""
    async with network.running(monkeypatch) as world:
        link = await network.join(world, "lobby", seen("ann:phone"))
        link.hangs = asyncio.Event()
        await link.tell(events.SdkDropped("connection_lost"), seen("eve:x"))
        await link.tell(events.SdkReconnected((seen("eve:x"),)))
        assert [person.user for person in world.read("voice").people] == ["me", "ann"]
        assert not world.read("voice").people[1].present
        link.hangs.set()


class StuckRoom:
    """A Room whose ``publish_track`` never returns, as after its end."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self.cancelled, self.left = False, False
        self.connection_state = rtc.ConnectionState.CONN_DISCONNECTED
        self.options: Any = None
        self.local_participant = SimpleNamespace(publish_track=self._publish)

    async def _publish(self, track: Any, options: Any) -> None:
        self.options = options
        try:
            await soon(self.ended.wait())
        except asyncio.CancelledError:
            self.cancelled = True
            raise

    def on(self, name: str, handler: Any) -> None: ...

    async def disconnect(self) -> None:
        self.left = True

    async def connect(self, url: str, token: str, options: Any) -> None:
        raise rtc.ConnectError(f"client error: 401 Unauthorized - invalid token: {token}")


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> StuckRoom:
    room = StuckRoom()
    monkeypatch.setattr(rtc, "Room", lambda: room)
    track = SimpleNamespace(mute=lambda: None)
    made = SimpleNamespace(create_audio_track=lambda name, source: track)
    monkeypatch.setattr(rtc, "LocalAudioTrack", made)
    return room


SOURCE: Any = SimpleNamespace(source=None)


async def test_a_publish_on_a_dead_room_ends_with_the_disconnect(stuck: StuckRoom) -> None:
    link = RoomLink(lambda event: None)
    publishing = asyncio.ensure_future(link.publish(SOURCE, False))
    await settle()
    await link.disconnect()
    await asyncio.wait({publishing}, timeout=PATIENCE)
    assert (publishing.done(), stuck.cancelled) == (True, True)


async def test_a_leave_waits_until_what_was_said_before_it_is_out(
    stuck: StuckRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right behind other messages it may be lost with the socket. A Room that is dead or reconnecting has
    nothing to say, and a take-over waits for its end."""
    assert xcord_voice.room.LAST_WORDS > 0.04, "as long as Linux may put off an acknowledgement"
    monkeypatch.setattr(xcord_voice.room, "LAST_WORDS", 2 * PATIENCE)
    stuck.connection_state = rtc.ConnectionState.CONN_CONNECTED
    leaving = asyncio.ensure_future(RoomLink(lambda event: None).disconnect())
    await settle()
    assert not stuck.left
    leaving.cancel()
    for over in (rtc.ConnectionState.CONN_RECONNECTING, rtc.ConnectionState.CONN_DISCONNECTED):
        stuck.connection_state, stuck.left = over, False
        await soon(RoomLink(lambda event: None).disconnect())
        assert stuck.left


async def test_a_microphone_has_a_bitrate_whose_silence_costs_little(stuck: StuckRoom) -> None:
    """What it costs is in ``test_silence_after_speech_costs_little``: not after every speech is it seen."""
    link = RoomLink(lambda event: None)
    publishing = asyncio.ensure_future(link.publish(SOURCE, False))
    await settle()
    assert 0 < stuck.options.audio_encoding.max_bitrate <= 28_000
    await link.disconnect()
    await asyncio.wait({publishing}, timeout=PATIENCE)


async def test_a_publish_that_takes_too_long_is_left_alone_in_a_live_room(
    stuck: StuckRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled it would leave the SDK with a track that it does not know."""
    assert xcord_voice.room.PUBLISH_WITHIN < 15
    monkeypatch.setattr(xcord_voice.room, "PUBLISH_WITHIN", 0.01)
    link = RoomLink(lambda event: None)
    with pytest.raises(TimeoutError):
        await link.publish(SOURCE, False)
    assert not stuck.cancelled
    await link.disconnect()


async def test_a_refused_token_is_not_in_the_error(stuck: StuckRoom) -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
    with pytest.raises(ConnectFailed) as caught:
        await RoomLink(lambda event: None).connect("ws://x", token)
    assert (caught.value.code, "eyJ" in str(caught.value)) == ("token_refused", False)
    assert caught.value.__cause__ is None


async def test_the_sdks_own_log_lines_hold_no_token(
    stuck: StuckRoom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("livekit")
    monkeypatch.setattr(logger, "filters", [])
    RoomLink(lambda event: None)
    RoomLink(lambda event: None)
    logger.warning("no way to ws://x?access_token=%s", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln")
    assert "[token]" in caplog.text
    assert "eyJ" not in caplog.text
    assert len(logger.filters) == 1


async def test_what_waits_in_the_sdk_for_being_sent_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second is the SDK's default: so long would be heard of a microphone after it was shut."""
    asked: dict[str, int] = {}

    def make(*shape: int, **more: int) -> None:
        asked.update(more)
        raise LookupError

    monkeypatch.setattr(rtc, "AudioSource", make)
    with pytest.raises(LookupError):
        MicrophoneSource()
    assert asked == {"queue_size_ms": 0}


# -- what blocks while the SDK reconnects ------------------------------------------------------------


async def test_a_packet_that_is_not_sent_is_not_waited_for(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    import xcord_voice.session

    assert xcord_voice.session.SEND_WITHIN <= 2.0
    monkeypatch.setattr(xcord_voice.session, "SEND_WITHIN", 0.01)
    async with network.running(monkeypatch) as world:
        link = await network.join(world)
        ended = asyncio.Event()

        async def send(topic: str, data: bytes, to: tuple[str, ...] = ()) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        monkeypatch.setattr(link, "send", send)
        await world.ask("voice.deafen", {"on": True})
        await soon(ended.wait())


async def test_a_farewell_that_is_not_sent_delays_no_leave(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    import xcord_voice.session

    assert xcord_voice.session.LEAVE_WITHIN <= 0.2
    async with network.running(monkeypatch, clock=FakeClock()) as world:
        link = await network.join(world)

        async def send(topic: str, data: bytes, to: tuple[str, ...] = ()) -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(link, "send", send)
        await world.ask("voice.leave")
        await world.until(lambda: network.log[-1] == "closed 1")


async def test_who_rejoins_muted_is_muted_from_the_first_frame_of_every_connection(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world)
        await world.until(lambda: link.published == [False])
        await world.ask("voice.mute", {"on": True})
        await link.tell(events.SdkDropped("server_shutdown"))
        await world.ask("voice.rejoin", {})
        await world.until(lambda: len(network.links) == 2)
        await network.link.arrive()
        await world.until(lambda: network.link.published == [True])
        assert not world.gate.may_feed()


# -- what does not do as it says is not used ---------------------------------------------------------

UNUSED = ("set_attributes", "set_metadata", "set_name", '"active_speakers_changed"', '"connected", lambda')


@pytest.mark.parametrize("name", UNUSED)
def test_what_the_sdk_only_seems_to_do_is_not_relied_on(name: str) -> None:
    sources = list(Path(xcord_voice.room.__file__).parent.rglob("*.py"))
    assert len(sources) > 20
    assert [source.name for source in sources if name in source.read_text(encoding="utf-8")] == []


def test_nothing_forks() -> None:
    """A forked child may not use the SDK, and has its locks as they were."""
    ours = Path(xcord_voice.room.__file__).parents[2]
    sources = [source for part in ("plugins", "shell") for source in (ours / part).rglob("*.py")]
    assert len(sources) > 200
    forks = re.compile(r"os\.(fork|forkpty)\(|(import|from) multiprocessing(?!\.connection)")
    assert [source.name for source in sources if forks.search(source.read_text(encoding="utf-8"))] == []


async def test_each_connection_has_a_room_of_its_own() -> None:
    """A second ``connect()`` of one Room finds the people of the first in it."""
    links = [RoomLink(lambda event: None) for _ in range(2)]
    assert links[0]._room is not links[1]._room
    assert not hasattr(RoomLink, "reconnect")


async def test_an_event_that_fails_is_told_without_its_content(caplog: pytest.LogCaptureFixture) -> None:
    """The SDK itself would log the whole event, tokens included."""

    def fail(event: Any) -> None:
        raise ValueError("broken")

    link = RoomLink(fail)
    link._room.emit("track_unpublished", SimpleNamespace(sid="TR_1", token="eyJhbGciOi"), PERSON)
    assert "event track_unpublished was not handled" in caplog.text
    assert "eyJhbGciOi" not in caplog.text


PERSON = SimpleNamespace(identity="ann:phone", sid="PA_1")

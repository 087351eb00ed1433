"""One Room of the SDK: its calls, and its events in our words. The only file that translates them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from livekit import rtc

from . import sdk, stats
from .errors import connect_code, reason_code, redact
from .events import (
    Connected,
    LinkEvent,
    PacketReceived,
    PersonGone,
    PersonReady,
    PersonSeen,
    Published,
    QualityChanged,
    SdkDropped,
    SdkReconnected,
    SdkReconnecting,
    TrackGone,
    TrackSeen,
    TrackStarted,
    TrackStopped,
)
from .roster import TrackKind
from .sdk_microphone import MicrophoneSource
from .stall import Vital
from .video.demand import Order

log = logging.getLogger("xcord.voice.room")

CONNECT_TIMEOUT = 5.0  # seconds for each of the SDK's four attempts to reach the server
SIMULATE_WITHIN = 5.0  # seconds; the SDK takes 1 to 90 ms
SCENARIOS = dict(rtc.SimulateScenarioKind.items())
PUBLISH_WITHIN = 12.0  # seconds; the server itself gives up after 10
LAST_WORDS = 0.1
"""Seconds for what was said before a leave. Packets are only queued when they count as sent. And the SDK's
socket collects small messages until the last one is acknowledged, which a server may put off for 40 ms, as
tokio-tungstenite turns Nagle's algorithm off no more (snapview/tokio-tungstenite#250): a leave among them is
thrown away with the socket if anything unread lies in it, and the SFU misses us 20 s later."""
BITRATE = 28_000
"""Of the microphone, in bits a second: the least that Opus' makers give for full-band speech. A muted track
goes on with a frame of silence every 400 ms, which the encoder makes as large as the bitrate lets it: 150
bytes a second of payload at the SDK's 48 kbit/s, 88 at this (``test_silence_after_speech_costs_little``)."""
GRADES = {
    rtc.ConnectionQuality.QUALITY_EXCELLENT: "excellent",
    rtc.ConnectionQuality.QUALITY_GOOD: "good",
    rtc.ConnectionQuality.QUALITY_POOR: "poor",
    rtc.ConnectionQuality.QUALITY_LOST: "lost",
}
KINDS: dict[int, TrackKind] = {
    rtc.TrackSource.SOURCE_CAMERA: "camera",
    rtc.TrackSource.SOURCE_MICROPHONE: "microphone",
    rtc.TrackSource.SOURCE_SCREENSHARE: "screen",
    rtc.TrackSource.SOURCE_SCREENSHARE_AUDIO: "screen_audio",
}


class ConnectFailed(Exception):
    """``connect()`` gave up; ``code`` says why, the text holds no token."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class RoomLink:
    """One connection, for one use. ``sink`` is called on the media loop, in the SDK's order."""

    def __init__(self, sink: Callable[[LinkEvent], None]) -> None:
        sdk.hide_tokens()
        self._sink = sink
        self._room = rtc.Room()
        self._publishing: asyncio.Task[Any] | None = None
        self._microphone: rtc.LocalTrackPublication | None = None
        self._listen()

    async def connect(self, url: str, token: str) -> None:
        """Reports ``Connected`` before it returns. Never cancel it.

        :raises ConnectFailed: with a code and without a token.
        """
        options = rtc.RoomOptions(auto_subscribe=True, dynacast=True, connect_timeout=CONNECT_TIMEOUT)
        try:
            await self._room.connect(url, token, options)
        except rtc.ConnectError as error:
            raise ConnectFailed(connect_code(error.message), redact(error.message)) from None
        # No await before this is reported: the SDK's other events come after it.
        me = self._room.local_participant
        allowed = me.permissions
        sources = allowed.can_publish_sources
        self._sink(
            Connected(
                identity=me.identity,
                name=me.name,
                metadata=me.metadata,
                room=self._room.name,
                may_publish=allowed.can_publish
                and (not sources or rtc.TrackSource.SOURCE_MICROPHONE in sources),
                seen=self.seen(),
            )
        )

    async def disconnect(self) -> None:
        """Ends the connection, once what was said is out; afterwards it holds no sockets."""
        # A Room that is reconnecting lets nothing out, and a take-over waits for its end.
        if self._room.connection_state == rtc.ConnectionState.CONN_CONNECTED:
            await asyncio.sleep(LAST_WORDS)
        await self._room.disconnect()
        if self._publishing is not None:
            # On a dead room the SDK's publish_track() never returns.
            self._publishing.cancel()

    async def publish(self, source: MicrophoneSource, muted: bool) -> None:
        """Publishes the microphone, in the wanted state from the start.

        :raises rtc.PublishTrackError: the server refused it.
        :raises TimeoutError: no answer.
        """
        track = rtc.LocalAudioTrack.create_audio_track("microphone", source.source)
        if muted:
            track.mute()
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        options.audio_encoding.max_bitrate = BITRATE
        self._publishing = asyncio.ensure_future(self._room.local_participant.publish_track(track, options))
        self._publishing.add_done_callback(lambda task: task.cancelled() or task.exception())
        async with asyncio.timeout(PUBLISH_WITHIN):
            # Cancelled in a live room it would leave the SDK with a track that it does not know.
            self._microphone = await asyncio.shield(self._publishing)

    def set_muted(self, on: bool) -> None:
        """Tells the others; that nothing is heard is the gate's doing."""
        track = self._microphone.track if self._microphone is not None else None
        if track is not None:
            if on:
                track.mute()
            else:
                track.unmute()

    async def send(self, topic: str, data: bytes, to: tuple[str, ...] = ()) -> None:
        """A data packet to some or to all. Blocks while the SDK reconnects: bound it.

        :raises rtc.PublishDataError: not sent.
        """
        await self._room.local_participant.publish_data(
            data, reliable=True, topic=topic, destination_identities=list(to)
        )

    async def simulate(self, kind: str) -> None:
        """One of LiveKit's ``simulate_scenario`` kinds, in small letters. For fault tests.

        :raises TimeoutError: the SDK does not answer.
        """
        async with asyncio.timeout(SIMULATE_WITHIN):
            await self._room.simulate_scenario(SCENARIOS[f"SIMULATE_{kind.upper()}"])

    def set_video(self, order: Order) -> int:
        """Carries it out; the number of requests to the server, 0 if the track is gone."""
        publication = self._publication(order.track_sid)
        return 0 if publication is None else sdk.set_video(publication, order)

    async def inbound(self, track: Any) -> stats.Inbound | None:
        """What has arrived of a video track; None where the SDK does not say. Bounded."""
        return await stats.inbound(track)

    def receive(self, track_sid: str, on: bool) -> None:
        """Lets a video track go, or takes it back with a new receiver."""
        if (publication := self._publication(track_sid)) is not None:
            publication.set_subscribed(on)

    def received(self, track_sid: str) -> Any:
        """The SDK's track, or None while it is not received.

        :raises LookupError: it is not published any more.
        """
        if (publication := self._publication(track_sid)) is None:
            raise LookupError(track_sid)
        return publication.track

    async def vital(self) -> Vital | None:
        """How the connection is, by the SDK's statistics; None where it does not say. Bounded."""
        return await stats.look(self._room)

    def seen(self) -> tuple[LinkEvent, ...]:
        """Everybody who is there, with what they publish and what is received of it."""
        events: list[LinkEvent] = []
        for participant in self._room.remote_participants.values():
            events.append(_person(participant))
            for publication in participant.track_publications.values():
                events.append(_track(participant, publication))
                if publication.track is not None:
                    events.append(_started(participant, publication, publication.track))
        return tuple(events)

    def _publication(self, track_sid: str) -> rtc.RemoteTrackPublication | None:
        for participant in self._room.remote_participants.values():
            if (publication := participant.track_publications.get(track_sid)) is not None:
                return publication
        return None

    # -- the SDK's events ------------------------------------------------------------------------------

    def _listen(self) -> None:
        def tell(name: Any, make: Callable[..., LinkEvent | None]) -> None:
            def handle(*arguments: Any) -> None:
                try:
                    if (event := make(*arguments)) is not None:
                        self._sink(event)
                except Exception:
                    # The SDK would log this with the whole event, tokens included.
                    log.exception("event %s was not handled", name)

            self._room.on(name, handle)

        tell("participant_connected", lambda person: _person(person))
        tell("participant_active", lambda person: PersonReady(person.identity))
        tell("participant_disconnected", lambda person: PersonGone(person.identity, person.sid))
        tell("participant_name_changed", lambda person, *_: self._changed(person))
        tell("participant_metadata_changed", lambda person, *_: self._changed(person))
        tell("track_published", lambda track, person: _track(person, track))
        tell("track_unpublished", lambda track, person: TrackGone(person.identity, person.sid, track.sid))
        tell("track_muted", lambda person, track: self._muted(person, track))
        tell("track_unmuted", lambda person, track: self._muted(person, track))
        tell("track_subscribed", lambda track, publication, person: _started(person, publication, track))
        tell(
            "track_unsubscribed",
            lambda _, publication, person: TrackStopped(person.identity, person.sid, publication.sid),
        )
        tell("track_subscription_failed", lambda person, sid, error: _not_received())
        tell("connection_quality_changed", _quality)
        tell("data_received", _packet)
        tell("reconnecting", lambda: SdkReconnecting())
        tell("reconnected", lambda: SdkReconnected(self.seen()))
        tell("disconnected", lambda reason: SdkDropped(reason_code(rtc.DisconnectReason.Name(reason))))

    def _changed(self, person: Any) -> LinkEvent | None:
        return _person(person) if isinstance(person, rtc.RemoteParticipant) else None

    def _muted(self, person: Any, track: Any) -> LinkEvent | None:
        return _track(person, track) if isinstance(person, rtc.RemoteParticipant) else None


def _person(person: Any) -> PersonSeen:
    return PersonSeen(person.identity, person.sid, person.name, person.metadata)


def _kind(publication: Any) -> TrackKind:
    video = publication.kind == rtc.TrackKind.KIND_VIDEO
    kind = KINDS.get(publication.source, "camera" if video else "microphone")
    if video != (kind in ("camera", "screen")):
        return "camera" if video else "microphone"
    return kind


def _track(person: Any, publication: Any) -> TrackSeen:
    return TrackSeen(person.identity, person.sid, publication.sid, _kind(publication), publication.muted)


def _started(person: Any, publication: Any, track: Any) -> TrackStarted:
    codec = publication.mime_type.partition("/")[2].lower()
    published = Published(publication.width, publication.height, publication.simulcasted, codec)
    return TrackStarted(person.identity, person.sid, publication.sid, _kind(publication), track, published)


def _quality(person: Any, quality: Any) -> LinkEvent | None:
    grade = GRADES.get(quality)
    return QualityChanged(person.identity, grade) if person is not None and grade else None


def _not_received() -> None:
    log.warning("a track cannot be received")


def _packet(packet: Any) -> PacketReceived:
    return PacketReceived(
        packet.participant.identity if packet.participant else "", packet.topic, packet.data
    )

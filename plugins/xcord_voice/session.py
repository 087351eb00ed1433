"""One connection while it is up: people, streams, microphone, packets. On the media loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from xcord import VideoStatistics

from . import events
from .audio.feeder import Feeder
from .events import LinkEvent
from .monitor import thaw, watch
from .parts import Intents, Link, Parts
from .roster import Roster, user_of
from .streams import StreamKey, Streams
from .tasks import Tasks
from .video.received import Videos

log = logging.getLogger("xcord.voice.session")

LEAVING = "xcord.leaving"
DEAFENED = "xcord.deafened"
MOVED = "xcord.moved"
SEND_WITHIN = 2.0  # seconds for a packet
SAID_AGAIN_AFTER = 3.0  # seconds until the others are told once more whether we hear them
LEAVE_WITHIN = 0.1  # seconds for the packet that says good-bye; the link's ``disconnect()`` lets it out


class Session:
    """The connection of one epoch.

    :param on_level: level of a user's sound in dBFS, None when it ended, and those of its slices.
    :param on_microphone: ``on``, ``none``, ``denied`` or ``off``.
    :param on_look: told about once a second whether media is missing, and whether nobody can tell.
    """

    def __init__(
        self,
        epoch: int,
        link: Link,
        parts: Parts,
        roster: Roster,
        intents: Intents,
        on_level: Callable[[str, float | None, Iterable[float]], None],
        on_microphone: Callable[[str], None],
        on_look: Callable[[bool, bool], None],
    ) -> None:
        self.epoch, self.link, self.identity = epoch, link, ""
        self._parts, self._roster, self._intents = parts, roster, intents
        self._on_level, self._on_microphone, self._on_look = on_level, on_microphone, on_look
        self._streams = Streams(
            parts.opener,
            parts.slots,
            parts.sound.mixer,
            self._level,
            lambda user: self._level(user, None),
            parts.sound.profile.frame_ms,
        )
        self._videos = Videos(link, self._streams, parts.clock)
        self._feeder: Feeder | None = None
        self._jobs = Tasks(
            lambda error: log.warning("a part of the connection failed: %s", type(error).__name__)
        )
        self._ended = False
        self.greeted_at = float("-inf")  # when somebody or something was last seen to appear in the room

    # -- begin and end ---------------------------------------------------------------------------------

    def begin(self, connected: events.Connected) -> None:
        """The connection is up."""
        self.identity = connected.identity
        self._parts.slots.open(self.epoch)
        self._job(self._parts.sound.play())
        self._job(self._publish(connected.may_publish))
        if self._intents.deafened:
            self._job(self._send(DEAFENED, b"1"))
        self._videos.want(self._intents.wants)
        for seen in connected.seen:
            self.handle(seen)
        self._job(watch(self._parts.clock, self.link, self._expects_media, self._on_look))
        self._job(thaw(self._parts.clock, self.link, self._videos.shown))

    def stop(self) -> None:
        """At once: nothing of this connection is heard, seen or sent any more."""
        if self._ended:
            return
        self._ended = True
        self._videos.end()
        self._streams.close_all()
        self._parts.slots.close()
        if self._feeder is not None:
            self._feeder.halt()
        self._jobs.cancel()

    async def leave(self) -> None:
        """Tells the others that it is on purpose; best effort, 100 ms."""
        try:
            async with asyncio.timeout(LEAVE_WITHIN):
                await self.link.send(LEAVING, self.identity.encode())
        except Exception:
            log.debug("the others were not told of the leave", exc_info=True)

    async def closed(self) -> None:
        """After ``stop()``: returns when streams, devices and microphone are let go."""
        # First of all, so that it comes before whatever the next connection asks of the devices.
        if self._feeder is not None:
            await self._parts.microphone.release(self._feeder)
        await self._parts.sound.stop()
        await self._jobs.ended(5.0)
        if self._feeder is not None:
            await self._feeder.aclose()
        await self._streams.closed()

    # -- what the user wants ---------------------------------------------------------------------------

    def assert_silence(self) -> None:
        """Muted or not, as the user wants it. The gate has done it already; this informs the others."""
        if self._intents.silent and self._feeder is not None:
            self._feeder.clear()
        self.link.set_muted(self._intents.silent)

    def assert_deafened(self) -> None:
        """Tells everybody whether we hear them."""
        self._job(self._tell_deafened(self._intents.deafened))

    async def _tell_deafened(self, on: bool) -> None:
        """Twice: a busy machine may not send in time, and who has no data channel yet hears nothing."""
        try:
            await self._send(DEAFENED, b"1" if on else b"0")
        except TimeoutError:
            log.warning("the others were not told in time whether we hear them; they are told once more")
        await self._parts.clock.sleep(SAID_AGAIN_AFTER)
        if self._intents.deafened == on:
            await self._send(DEAFENED, b"1" if on else b"0")

    def assert_demand(self) -> None:
        """Receives what windows show."""
        self._videos.want(self._intents.wants)

    async def statistics(self) -> tuple[VideoStatistics, ...]:
        """How each video is received now."""
        return await self._videos.statistics()

    def reassert(self) -> None:
        """After the SDK reconnected: everything once more, for the server may have forgotten it."""
        self._videos.again()
        self.assert_silence()
        if self._intents.deafened:
            self.assert_deafened()

    # -- what the connection reports -------------------------------------------------------------------

    def handle(self, event: LinkEvent) -> None:
        """One event of this connection, in the SDK's order."""
        now = self._parts.clock.now()
        roster = self._roster
        if isinstance(event, events.PersonSeen | events.TrackSeen | events.TrackStarted):
            self.greeted_at = now
        match event:
            case events.PersonSeen():
                roster.joined(now, event.identity, event.sid, event.name, event.metadata)
            case events.PersonReady() if self._intents.deafened:
                self._job(self._send(DEAFENED, b"1", (event.identity,)))
            case events.PersonGone():
                self._streams.close_person(event.sid)
                self._videos.forget_person(event.sid)
                roster.left(now, event.identity, event.sid)
            case events.TrackSeen():
                roster.track(event.identity, event.sid, event.track_sid, event.kind, event.muted)
            case events.TrackGone():
                self._stop_track(event, gone=True)
                roster.untrack(event.identity, event.sid, event.track_sid)
            case events.TrackStarted():
                self._start_track(event)
            case events.TrackStopped():
                self._stop_track(event, gone=False)
            case events.PacketReceived(topic=topic) if topic == LEAVING:
                # It may arrive after its sender has vanished; it then proves nothing about anybody else.
                if event.identity:
                    roster.leaving(event.identity)
                else:
                    roster.left_on_purpose(event.data.decode("utf-8", "replace"))
            case events.PacketReceived(topic=topic) if topic == DEAFENED and event.identity:
                roster.deafened(event.identity, event.data == b"1")
            case events.SdkReconnected():
                self._reconcile(event)

    def _reconcile(self, event: events.SdkReconnected) -> None:
        """What is not there any more is closed, what was missed is opened, and wishes are repeated."""
        received = {
            (seen.sid, seen.track_sid) for seen in event.seen if isinstance(seen, events.TrackStarted)
        }
        published = {(seen.sid, seen.track_sid) for seen in event.seen if isinstance(seen, events.TrackSeen)}
        for key in {*self._streams.keys, *self._videos.keys}:
            if (key.sid, key.track_sid) not in received:
                self._stop_key(key, gone=(key.sid, key.track_sid) not in published)
        here = {seen.sid for seen in event.seen if isinstance(seen, events.PersonSeen)}
        self._roster.keep(self._parts.clock.now(), here)
        for seen in event.seen:
            self.handle(seen)

    # -- streams ---------------------------------------------------------------------------------------

    def _start_track(self, event: events.TrackStarted) -> None:
        key = StreamKey(self.epoch, event.sid, event.track_sid)
        user = user_of(event.identity)
        if event.kind in ("microphone", "screen_audio"):
            self._streams.open_audio(key, user, event.track, voice=event.kind == "microphone")
        else:
            self._videos.start(key, user, event)

    def _stop_track(self, event: events.TrackGone | events.TrackStopped, *, gone: bool) -> None:
        self._stop_key(StreamKey(self.epoch, event.sid, event.track_sid), gone=gone)

    def _stop_key(self, key: StreamKey, *, gone: bool) -> None:
        self._streams.close(key)
        (self._videos.forget if gone else self._videos.stop)(key)

    def _expects_media(self) -> bool:
        return any(self._roster.sends(key.sid, key.track_sid) for key in self._streams.keys)

    def _level(self, user: str, dbfs: float | None, slices: Iterable[float] = ()) -> None:
        if not self._ended:
            self._on_level(user, dbfs, slices)

    # -- microphone and packets ------------------------------------------------------------------------

    async def _publish(self, allowed: bool) -> None:
        """Publishes the microphone, as soon as there is one and if the token allows it."""
        if not allowed:
            self._on_microphone("denied")
            return
        source = self._parts.make_source()
        gate, user = self._parts.gate, user_of(self.identity)
        feeder = Feeder(source, gate.may_feed, lambda dbfs: self._level(user, dbfs))
        self._feeder = feeder
        if not await self._parts.microphone.connect(feeder):
            self._on_microphone("none")
            await self._parts.microphone.there()
        silent = self._intents.silent
        try:
            await self.link.publish(source, silent)
        except Exception:
            self._on_microphone("denied")
            raise
        if silent != self._intents.silent:
            self.assert_silence()
        self._on_microphone("on")

    async def _send(self, topic: str, data: bytes, to: tuple[str, ...] = ()) -> None:
        async with asyncio.timeout(SEND_WITHIN):
            await self.link.send(topic, data, to)

    def _job(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """A task that belongs to this connection; a failure is told in the log."""
        if self._ended:
            coroutine.close()
            return
        self._jobs.start(coroutine)

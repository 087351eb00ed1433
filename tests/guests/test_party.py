"""Guests in a call on the real SFU: seen whole by whoever comes late, and heard by turns."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import numpy as np
import pytest
from livekit import rtc
from tests.guests import loop, voice
from tests.guests.party import GuestError, party, run_guests
from tests.parts import start_livekit

COUNT = 3
OLDEST_MS = 2000  # of a picture on a busy machine; a misread clock is anywhere in ten seconds


class Watcher:
    """Joins and keeps what it sees and hears of everybody."""

    def __init__(self) -> None:
        self.ages: dict[str, list[int]] = {}
        self.voices: dict[str, int] = {}
        self.news = asyncio.Event()
        self.room = rtc.Room()
        self._work: list[asyncio.Task[None]] = []
        self.room.on("track_subscribed", self._subscribed)

    def _subscribed(self, track: rtc.Track, publication: object, person: rtc.RemoteParticipant) -> None:
        follow = self._see if track.kind == rtc.TrackKind.KIND_VIDEO else self._hear
        self._work.append(asyncio.ensure_future(follow(track, person.identity)))

    async def _see(self, track: rtc.Track, who: str) -> None:
        async for event in rtc.VideoStream(track, capacity=1):
            picture = np.frombuffer(event.frame.data, np.uint8)
            age = (int(time.time() * 1000) - loop.read(picture, event.frame.width)) % loop.LOOP_MS
            self.ages.setdefault(who, []).append(age)
            self.news.set()

    async def _hear(self, track: rtc.Track, who: str) -> None:
        async for event in rtc.AudioStream(track, sample_rate=48_000, num_channels=1):
            samples = np.frombuffer(event.frame.data, np.int16).astype(np.float64) / 32768
            self.voices[who] = self.voices.get(who, 0) + bool(np.sqrt(np.mean(samples**2)) > 0.02)

    async def leave(self) -> None:
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await asyncio.wait_for(self.room.disconnect(), 10)


async def test_who_comes_late_sees_every_picture_whole_and_hears_everybody_in_turn(tmp_path: Path) -> None:
    with start_livekit(tmp_path) as livekit:
        tokens = [livekit.token(f"guest{n}:g", "party") for n in range(COUNT)]
        async with party(livekit.url, tokens) as guests:
            assert {guest.user for guest in guests} == {"guest0", "guest1", "guest2"}
            watcher = Watcher()
            await watcher.room.connect(livekit.url, livekit.token("late:w", "party"))
            async with asyncio.timeout(voice.TURN_SECONDS * COUNT * 3 + 20):
                while (
                    len(watcher.ages) < COUNT
                    or min(map(len, watcher.ages.values())) < 45
                    or len([who for who, loud in watcher.voices.items() if loud > 20]) < COUNT
                ):
                    watcher.news.clear()
                    await watcher.news.wait()
            await watcher.leave()
            for who, ages in watcher.ages.items():
                assert max(ages) < OLDEST_MS, f"{who} was seen broken: {sorted(ages)[-5:]}"
            assert [guest.lost for guest in guests] == [""] * COUNT


async def test_a_guest_who_cannot_come_is_told_without_the_token(tmp_path: Path) -> None:
    with start_livekit(tmp_path) as livekit:
        livekit.secret = "another secret that this server does not know"
        token = livekit.token("guest:g", "party")
        with pytest.raises(GuestError) as told:
            await run_guests([token], livekit.url, seconds=1.0)
    assert token not in str(told.value)


async def test_a_guest_who_is_put_out_ends_the_party_with_the_reason(tmp_path: Path) -> None:
    from livekit import api

    with start_livekit(tmp_path) as livekit:
        client = api.LiveKitAPI(livekit.http_url, livekit.key, livekit.secret)

        async def put_out() -> None:
            await client.room.remove_participant(
                api.RoomParticipantIdentity(room="party", identity="guest:g")
            )

        removals: list[asyncio.Task[None]] = []
        try:
            with pytest.raises(GuestError, match="guest 0 is gone: disconnected: PARTICIPANT_REMOVED"):
                await run_guests(
                    [livekit.token("guest:g", "party")],
                    livekit.url,
                    seconds=30.0,
                    ready=lambda _: removals.append(asyncio.ensure_future(put_out())),
                )
            await asyncio.gather(*removals)
        finally:
            await client.aclose()

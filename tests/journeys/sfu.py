"""The SFU as its owner sees it, and as somebody in the room hears it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable

import numpy as np
from livekit import api, rtc
from tests.guests import account

from .world import World


async def _people(world: World, room: str) -> set[str]:
    keys = json.loads((world.server.data / "secrets.json").read_text())
    address = world.server.livekit.replace("ws://", "http://")
    client = api.LiveKitAPI(address, keys["livekit_key"], keys["livekit_secret"])
    try:
        found = await client.room.list_participants(api.ListParticipantsRequest(room=room))
    except api.TwirpError as error:
        if error.code == "not_found":
            return set()
        raise
    finally:
        await client.aclose()
    return {person.identity.partition(":")[0] for person in found.participants}


def people(world: World, room: str) -> set[str]:
    """The users whom the SFU lists in a room."""
    return asyncio.run(_people(world, room))


class Ear:
    """Hears one person of a room. ``loudness`` is that of the newest 100 ms, in dBFS."""

    def __init__(self) -> None:
        self.loudness = -120.0
        self.blocks = 0
        self.heard = asyncio.Event()

    async def listen(self, track: rtc.Track) -> None:
        stream = rtc.AudioStream(track, sample_rate=48_000, num_channels=1, frame_size_ms=100)
        try:
            async for event in stream:
                samples = np.frombuffer(event.frame.data, np.int16).astype(np.float64) / 32768
                self.loudness = float(10 * np.log10(max(float(np.mean(samples**2)), 1e-12)))
                self.blocks += 1
                self.heard.set()
        finally:
            await stream.aclose()

    async def until(self, true: Callable[[float], bool], what: str, within: float = 40.0) -> None:
        """Wait until a block's loudness fulfils a condition."""
        async with asyncio.timeout(within):
            while True:
                await self.heard.wait()
                self.heard.clear()
                if true(self.loudness):
                    return

    async def loudest(self, blocks: int) -> float:
        """The loudest of the next blocks."""
        found = -120.0
        for _ in range(blocks):
            self.heard.clear()
            await asyncio.wait_for(self.heard.wait(), 40)
            found = max(found, self.loudness)
        return found


@contextlib.asynccontextmanager
async def ear_in(world: World, channel: str, user: str) -> AsyncIterator[Ear]:
    """Somebody who joins a channel and hears only one user's microphone."""
    person = world.person()
    ticket = (await asyncio.to_thread(account.tickets, world.server.address, channel, [person]))[0]
    room, ear = rtc.Room(), Ear()
    listening: list[asyncio.Task[None]] = []

    def subscribed(
        track: rtc.Track, publication: rtc.RemoteTrackPublication, who: rtc.RemoteParticipant
    ) -> None:
        if who.identity.partition(":")[0] == user and track.kind == rtc.TrackKind.KIND_AUDIO:
            listening.append(asyncio.ensure_future(ear.listen(track)))

    room.on("track_subscribed", subscribed)
    await room.connect(ticket.url, ticket.token)
    try:
        yield ear
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
        await asyncio.wait_for(room.disconnect(), 10)

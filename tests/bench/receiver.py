"""Our end of bench `stage`, as a process of its own: SDK -> slots -> media socket.

Reads one line of JSON from stdin (``url``, ``token``, ``ticket``, ``pages_port``, ``width``, ``height``),
writes ``{"port": ..}`` when it listens and ``{"users": [..]}`` once so many guests (``count``) send, and
then ``{"delivered": {user: frames}}`` for each further line that it reads. Ends when stdin does.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from livekit import rtc

from xcord.media.server import MediaServer
from xcord.media.slots import Slots
from xcord_voice import sdk_pictures

CONNECT_WITHIN = 20.0


def say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


async def run() -> None:
    loop = asyncio.get_running_loop()
    asked = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    slots = Slots()
    slots.open(1)
    server = MediaServer(slots, asked["pages_port"])
    server.admit(asked["ticket"], "main")
    delivered: dict[str, int] = {}
    complete = asyncio.Event()
    streams: list[Any] = []

    def consume(user: str, sid: str, track: rtc.RemoteVideoTrack) -> None:
        def seen(width: int, height: int, pixels: memoryview) -> None:
            delivered[user] = delivered.get(user, 0) + 1
            slots.put((user, "camera", 0), 1, sid, width, height, pixels, time.time() * 1000)
            if len(delivered) == asked["count"]:
                loop.call_soon_threadsafe(complete.set)

        streams.append(sdk_pictures.see(track, seen))

    room = rtc.Room()

    @room.on("track_subscribed")
    def _(track: Any, publication: rtc.RemoteTrackPublication, person: rtc.RemoteParticipant) -> None:
        if track.kind == rtc.TrackKind.KIND_VIDEO:
            consume(person.identity, publication.sid, track)

    say(port=await server.start())
    # A connect() is never cancelled: the SDK would end the process.
    await room.connect(asked["url"], asked["token"], rtc.RoomOptions(dynacast=True))
    await asyncio.wait_for(complete.wait(), CONNECT_WITHIN)
    server.show("main", frozenset((user, "camera", 0) for user in delivered))
    say(users=sorted(delivered))
    while await loop.run_in_executor(None, sys.stdin.readline):
        say(delivered=delivered)
    for stream in streams:
        await stream.aclose()
    await server.stop()
    await asyncio.wait_for(room.disconnect(), 5)


if __name__ == "__main__":
    asyncio.run(run())

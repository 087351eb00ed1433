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
    tasks: list[asyncio.Task[None]] = []

    async def consume(user: str, sid: str, track: rtc.RemoteVideoTrack) -> None:
        async for event in rtc.VideoStream(track, capacity=1, format=rtc.VideoBufferType.I420):
            frame = event.frame
            delivered[user] = delivered.get(user, 0) + 1
            slots.put((user, "camera", 0), 1, sid, frame.width, frame.height, frame.data, time.time() * 1000)
            if len(delivered) == asked["count"]:
                complete.set()

    room = rtc.Room()

    @room.on("track_subscribed")
    def _(track: Any, publication: rtc.RemoteTrackPublication, person: rtc.RemoteParticipant) -> None:
        if track.kind == rtc.TrackKind.KIND_VIDEO:
            tasks.append(asyncio.create_task(consume(person.identity, publication.sid, track)))

    say(port=await server.start())
    # A connect() is never cancelled: the SDK would end the process.
    await room.connect(asked["url"], asked["token"], rtc.RoomOptions(dynacast=True))
    await asyncio.wait_for(complete.wait(), CONNECT_WITHIN)
    server.show("main", frozenset((user, "camera", 0) for user in delivered))
    say(users=sorted(delivered))
    while await loop.run_in_executor(None, sys.stdin.readline):
        say(delivered=delivered)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await server.stop()
    await asyncio.wait_for(room.disconnect(), 5)


if __name__ == "__main__":
    asyncio.run(run())

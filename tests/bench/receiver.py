"""Our end of bench `stage`, as a process of its own: SDK -> slots -> media socket, as the app has it.

Reads one line of JSON from stdin (``url``, ``token``, ``ticket``, ``pages_port``, ``people``: how many others
there are, ``wants``: size by user), writes ``{"port": ..}`` when it listens and ``{"seen": true}`` once a
picture of each of the wanted came. Then for each further line (``do``) one answer:

* ``delivered`` -> ``{"delivered": {user: frames}}``
* ``want`` with ``wants`` -> ``{"wanted": true}``: this is shown from now on
* ``bytes`` -> ``{"bytes": ..}``: video received so far, with its headers

Ends when stdin does.
"""

from __future__ import annotations

import asyncio
import functools
import json
import sys
import time
from typing import Any

from livekit import rtc

from xcord.media.server import MediaServer
from xcord.media.slots import Slots
from xcord_voice import sdk
from xcord_voice.video.demand import Demands

CONNECT_WITHIN = 40.0
MAIN = "main"


def say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


class Receiver:
    """One connection, which receives what is wanted."""

    def __init__(self, slots: Slots, server: MediaServer, people: int) -> None:
        self.slots, self.server, self.people = slots, server, people
        self.delivered: dict[str, int] = {}
        self.wants: dict[str, tuple[int, int]] = {}
        self.seen = asyncio.Event()
        self.room = rtc.Room()
        self._demands = Demands()
        self._tracks: dict[str, tuple[str, Any, Any]] = {}
        self._streams: dict[str, Any] = {}
        self._loop = asyncio.get_running_loop()
        self._ordering: asyncio.TimerHandle | None = None
        self.room.on("track_subscribed", self._subscribed)

    def want(self, wants: dict[str, tuple[int, int]]) -> None:
        """These are shown from now on, in that size."""
        self.wants = wants
        self._demands.want(
            self._now(), {(user, "camera"): (size[0], size[1]) for user, size in wants.items()}
        )
        self.server.show(MAIN, frozenset((user, "camera", 0) for user in wants))
        self._order()

    async def bytes(self) -> int:
        """Of all video tracks, since the connection began."""
        stats = await asyncio.wait_for(self.room.get_rtc_stats(), 5)
        told = [*stats.publisher_stats, *stats.subscriber_stats]  # one connection may be both
        entries = [entry.inbound_rtp for entry in told if entry.WhichOneof("stats") == "inbound_rtp"]
        videos = [entry for entry in entries if entry.stream.kind == "video"]
        return sum(each.inbound.bytes_received + each.inbound.header_bytes_received for each in videos)

    async def close(self) -> None:
        """End the streams, then the connection."""
        for stream in self._streams.values():
            await sdk.close_stream(stream)
        await asyncio.wait_for(self.room.disconnect(), 5)

    def _subscribed(self, track: Any, publication: Any, person: rtc.RemoteParticipant) -> None:
        if track.kind != rtc.TrackKind.KIND_VIDEO:
            return
        user = person.identity.partition(":")[0]
        self._tracks[publication.sid] = (user, publication, track)
        self._demands.offer(self._now(), publication.sid, user, "camera")
        self._order()
        self._look()

    def _order(self) -> None:
        orders, moment = self._demands.due(self._now())
        for order in orders:
            user, publication, track = self._tracks[order.track_sid]
            sdk.set_video(publication, order)
            if order.on and order.track_sid not in self._streams:
                seen = functools.partial(self._take, user, order.track_sid)
                self._streams[order.track_sid] = sdk.see(track, seen)
        if self._ordering is not None:
            self._ordering.cancel()
        loop = asyncio.get_running_loop()
        self._ordering = None if moment is None else loop.call_later(moment - self._now(), self._order)

    def _take(self, user: str, sid: str, width: int, height: int, pixels: memoryview) -> None:
        self.slots.put((user, "camera", 0), 1, sid, width, height, pixels, time.time() * 1000)
        known = user in self.delivered
        self.delivered[user] = self.delivered.get(user, 0) + 1
        if not known:
            self._loop.call_soon_threadsafe(self._look)

    def _look(self) -> None:
        if len(self.delivered) >= len(self.wants) and len(self._tracks) >= self.people:
            self.seen.set()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


async def run() -> None:
    loop = asyncio.get_running_loop()
    asked = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    slots = Slots()
    slots.open(1)
    server = MediaServer(slots, asked["pages_port"])
    server.admit(asked["ticket"], MAIN)
    receiver = Receiver(slots, server, asked["people"])
    say(port=await server.start())
    receiver.want(asked["wants"])
    # A connect() is never cancelled: the SDK would end the process.
    await receiver.room.connect(asked["url"], asked["token"], rtc.RoomOptions(dynacast=True))
    await asyncio.wait_for(receiver.seen.wait(), CONNECT_WITHIN)
    say(seen=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        match json.loads(line):
            case {"do": "delivered"}:
                say(delivered=receiver.delivered)
            case {"do": "want", "wants": wants}:
                receiver.want(wants)
                say(wanted=True)
            case {"do": "bytes"}:
                say(bytes=await receiver.bytes())
    slots.close()
    await server.stop()
    await receiver.close()


if __name__ == "__main__":
    asyncio.run(run())

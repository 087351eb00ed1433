"""The app without windows, as a process: the real core and plugins, a sound card that is a wire, a page.

``python -m tests.faults.client``. Ten times a second a line of JSON says what is heard and seen; commands
come over the control socket, as they do to any app.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from tests.plugins.xcord_voice.callers import KeepingEngine, tone_level

import xcord_voice.life
from xcord.config import load_config
from xcord.control import answerer
from xcord.core import Core, running
from xcord.door import Door, listen
from xcord.instance import Instance
from xcord_reconnection.signals import clocks

from .page import Page

MINE, PEERS = 1000.0, 700.0  # Hz: what I say, what the peer says
EVERY = 0.1
BLOCKS = 5  # of 20 ms each, in one line


class Rooms:
    """Counts the SDK's Rooms that may hold sockets: from the begin of ``connect()`` to the end of
    ``disconnect()`` or to a failed connect. Not the plugin's own count, which it would be no proof of."""

    def __init__(self) -> None:
        self.open: set[int] = set()
        self.most = self.made = 0
        self.newest: Any = None
        self.sent: dict[str, float] = {}
        self.tasks = 0  # on the media loop

    def watch(self) -> None:
        """Every Room that is made from now on."""
        from livekit import rtc

        connect, disconnect = rtc.Room.connect, rtc.Room.disconnect

        async def counted_connect(room: Any, *arguments: Any, **more: Any) -> Any:
            self.made += 1
            self.newest = room
            self.open.add(id(room))
            self.most = max(self.most, len(self.open))
            try:
                return await connect(room, *arguments, **more)
            except BaseException:
                self.open.discard(id(room))
                raise

        async def counted_disconnect(room: Any) -> Any:
            try:
                return await disconnect(room)
            finally:
                self.open.discard(id(room))

        rtc.Room.connect = counted_connect  # type: ignore[method-assign, assignment]
        rtc.Room.disconnect = counted_disconnect  # type: ignore[method-assign, assignment]

    async def count(self) -> None:
        """Twice a second, on the media loop: RTP payload bytes of sound that were sent."""
        while True:
            await asyncio.sleep(0.5)
            self.tasks = len(asyncio.all_tasks())
            if self.newest is None or not self.open:
                continue
            with contextlib.suppress(RuntimeError, TimeoutError):
                async with asyncio.timeout(1):
                    found = await self.newest.get_rtc_stats()
                sent = [
                    e.outbound_rtp for e in found.publisher_stats if e.WhichOneof("stats") == "outbound_rtp"
                ]
                mine = [rtp for rtp in sent if rtp.stream.kind == "audio"]
                count, stream = sum(rtp.sent.bytes_sent for rtp in mine), sum(rtp.stream.ssrc for rtp in mine)
                self.sent = {"t": time.monotonic(), "bytes": count, "stream": stream}


class Sleep:
    """The reconnection plugin's clocks, with sleep that never was: so many seconds more as ``slept`` in the
    app's folder says, since the last SIGUSR1."""

    def __init__(self, said: Path) -> None:
        self._said, self._slept = said, 0.0
        self._read = clocks.read

    def jump(self) -> None:
        """From now on."""
        self._slept += float(self._said.read_text())

    def read(self) -> clocks.Reading:
        """In the place of ``clocks.read``."""
        real = self._read()
        return clocks.Reading(real.awake, real.always + self._slept)


def sound_sent(stats: Any) -> int:
    """Payload bytes of sound, without headers, of one connection's statistics."""
    sent = [each.outbound_rtp for each in stats if each.WhichOneof("stats") == "outbound_rtp"]
    return sum(rtp.sent.bytes_sent for rtp in sent if rtp.stream.kind == "audio")


def say(engine: KeepingEngine, core: Core, rooms: Rooms, page: Page) -> None:
    """One line."""
    played = engine.played[-BLOCKS:]
    level = tone_level(np.concatenate(played), PEERS) if len(played) == BLOCKS else -120.0
    print(
        json.dumps(
            {
                "t": time.monotonic(),
                "heard": round(level, 1),
                "frames": core.media.slots.accepted,
                "rooms": len(rooms.open),
                "most": rooms.most,
                "made": rooms.made,
                "differs": page.differs,
                "tasks": len(asyncio.all_tasks()) + rooms.tasks,
                **({"sent": rooms.sent} if rooms.sent else {}),
            }
        ),
        flush=True,
    )
    del engine.played[: -BLOCKS * 2]


async def live() -> None:
    config = load_config(tuple(sys.argv[1:]), measure=True)
    held = Instance.claim(config.runtime_dir)
    if held is None:
        raise SystemExit("this client runs already")
    engine, rooms = KeepingEngine(MINE), Rooms()
    xcord_voice.life.find_engine = lambda: engine
    rooms.watch()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    sleep = Sleep(Path(os.environ["XCORD_HOME"]) / "slept")
    clocks.read = sleep.read
    loop.add_signal_handler(signal.SIGUSR1, sleep.jump)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with running(config, listen(), Door()) as core, Page(core) as page:
        held.serve(answerer(core.hub, loop))
        core.media.submit(rooms.count())
        while not ended.is_set():
            say(engine, core, rooms, page)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), EVERY)
        await asyncio.to_thread(held.close)


if __name__ == "__main__":
    asyncio.run(live())
    sys.stdout.flush()
    os._exit(0)  # the SDK's threads abort an interpreter that ends in order (see tests/conftest.py)

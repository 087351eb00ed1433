"""One page's connection to the media socket: what it is sent and when. Runs on the media loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from .batches import ACKNOWLEDGEMENT, Streams, encode
from .credit import Credit
from .pour import Spout
from .slots import Frame, Key, Slots

RATE = 30.0
"""Batches a second at most."""
BATCH_FRAMES = 256
BATCH_BYTES = 48 << 20
SPARE_MESSAGES = 64
"""So many more messages than batches may a page send."""
SAY_WITHIN = 1.0

Verdict = tuple[int, str]
"""Close code and reason."""

GONE: Verdict = (1000, "")
BAD_TICKET: Verdict = (4001, "bad_ticket")
BAD_MESSAGE: Verdict = (4003, "bad_message")
REPLACED: Verdict = (4004, "replaced")
REVOKED: Verdict = (4001, "revoked")
SILENT: Verdict = (4008, "no_acknowledgement")
USED_UP: Verdict = (4009, "used_up")


class Link:
    """Sends the newest frames of what its window shows, as fast as the page acknowledges them."""

    def __init__(
        self,
        connection: ServerConnection,
        slots: Slots,
        keys: frozenset[Key],
        rate: float = RATE,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection, self._slots, self._keys = connection, slots, keys
        self._interval, self._now = 1 / rate, now
        self._streams, self._credit = Streams(), Credit()
        self._sent: dict[Key, int] = {}
        self._heard = 0
        self._woken = asyncio.Event()
        self._ended: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()

    def show(self, keys: frozenset[Key]) -> None:
        """The window shows ``keys`` from now on."""
        self._keys = keys
        self._woken.set()

    def note(self, key: Key | None) -> None:
        """The slot of ``key`` has changed, or all have."""
        if key is None or key in self._keys:
            self._woken.set()

    def end(self, verdict: Verdict) -> None:
        """Make ``run`` return ``verdict`` soon."""
        if not self._ended.done():
            self._ended.set_result(verdict)

    async def run(self) -> Verdict:
        """Serve the page until it goes, misbehaves or is sent away; says why it ended."""
        work = (asyncio.create_task(self._feed()), asyncio.create_task(self._hear()))
        try:
            done, _ = await asyncio.wait((*work, self._ended), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
        return done.pop().result()

    async def _feed(self) -> Verdict:
        spout = Spout(self._connection)
        try:
            return await self._send(spout)
        except ConnectionClosed:
            return GONE
        except TimeoutError:
            return SILENT
        except OverflowError:
            return USED_UP
        finally:
            spout.close()

    async def _send(self, spout: Spout) -> Verdict:
        due = 0.0
        while True:
            self._woken.clear()
            frames = self._slots.newest(self._keys)
            if self._streams.update(frames):
                self._sent = {key: serial for key, serial in self._sent.items() if key in frames}
                async with asyncio.timeout(SAY_WITHIN):
                    await self._connection.send(self._streams.message())
                continue  # while the page was told, frames may have been dropped
            now = self._now()
            if self._credit.expired(now):
                return SILENT
            fresh = self._fresh(frames)
            if not fresh or not self._credit.may_send():
                await self._wait(self._credit.deadline(), now)
            elif now < due:
                await asyncio.sleep(due - now)
            else:
                batch = [(self._streams.number(key), frame) for key, frame in fresh]
                spout.pour(encode(self._credit.send(now), batch))
                self._sent.update((key, frame.serial) for key, frame in fresh)
                due = due + self._interval if now - due < self._interval else now + self._interval

    def _fresh(self, frames: dict[Key, Frame]) -> list[tuple[Key, Frame]]:
        """What the page has not been sent yet, within the bounds of one batch."""
        fresh: list[tuple[Key, Frame]] = []
        size = 0
        for key, frame in frames.items():
            if self._sent.get(key, 0) >= frame.serial:
                continue
            size += len(frame.data)
            if fresh and (size > BATCH_BYTES or len(fresh) == BATCH_FRAMES):
                break
            fresh.append((key, frame))
        return fresh

    async def _wait(self, deadline: float | None, now: float) -> None:
        try:
            async with asyncio.timeout(None if deadline is None else deadline - now):
                await self._woken.wait()
        except TimeoutError:
            return  # the credit has expired: _send sees it

    async def _hear(self) -> Verdict:
        try:
            async for message in self._connection:
                self._heard += 1
                if not self._acknowledge(message):
                    return BAD_MESSAGE
        except ConnectionClosed:
            return GONE
        return GONE

    def _acknowledge(self, message: str | bytes) -> bool:
        if isinstance(message, str) or len(message) != ACKNOWLEDGEMENT.size:
            return False
        try:
            news = self._credit.acknowledge(ACKNOWLEDGEMENT.unpack(message)[0], self._now())
        except ValueError:
            return False
        if news:
            self._woken.set()
        return self._heard <= self._credit.sent + SPARE_MESSAGES

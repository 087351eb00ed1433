"""One page's connection to the media socket. Runs on the media loop."""

from __future__ import annotations

import asyncio
import contextlib
import time

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from .batches import ACKNOWLEDGEMENT
from .flow import Flow, Wait
from .pour import Spout
from .slots import Key

SPARE_MESSAGES = 64
"""So many more messages than it got batches may a page send."""
SAY_WITHIN = 1.0

Verdict = tuple[int, str]
"""Close code and reason."""

GONE: Verdict = (1000, "")
BAD_TICKET: Verdict = (4001, "bad_ticket")
REVOKED: Verdict = (4001, "revoked")
BAD_MESSAGE: Verdict = (4003, "bad_message")
REPLACED: Verdict = (4004, "replaced")
SILENT: Verdict = (4008, "no_acknowledgement")
USED_UP: Verdict = (4009, "used_up")


class Link:
    """Sends what its flow says, as fast as the page acknowledges it."""

    def __init__(self, connection: ServerConnection, flow: Flow) -> None:
        self._connection, self._flow = connection, flow
        self._awaits = True
        self._craves: Key | None = None
        self._heard = 0
        self._woken = asyncio.Event()
        self._ended: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()

    def show(self, keys: frozenset[Key]) -> None:
        """The window shows ``keys`` from now on."""
        self._flow.keys = keys
        self._woken.set()

    def note(self, key: Key | None) -> None:
        """The slot of ``key`` has changed, or all have."""
        if key is None or key in self._flow.keys:
            self._woken.set()

    def takes(self, key: Key) -> bool:
        """From any thread: whether a new picture of ``key`` matters now, so that ``note`` is due.

        Says so once, until it has looked: while one waits already, it wakes nobody.
        """
        due = (self._awaits and key in self._flow.keys) or key == self._craves
        if due:
            self._awaits, self._craves = False, None
        return due

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
        return self._ended.result() if self._ended in done else done.pop().result()

    async def _feed(self) -> Verdict:
        try:
            spout = Spout(self._connection)
        except OSError:
            return GONE  # it left right after its ticket
        try:
            while True:
                self._woken.clear()
                self._awaits = True  # before the look, or what comes during it would wake nobody
                match self._flow.step(now := time.monotonic()):
                    case Wait(until, deaf, pictures, but):
                        self._awaits, self._craves = pictures, but
                        await self._wait(until, deaf and but is None, now)
                    case str(text):
                        async with asyncio.timeout(SAY_WITHIN):
                            await self._connection.send(text)
                    case batch:
                        spout.pour(batch)
        except ConnectionClosed:
            return GONE
        except TimeoutError:
            return SILENT
        except OverflowError:
            return USED_UP
        finally:
            spout.close()

    async def _wait(self, until: float | None, deaf: bool, now: float) -> None:
        if until is None:
            await self._woken.wait()
        elif deaf:
            await asyncio.sleep(until - now)
        else:
            with contextlib.suppress(TimeoutError):  # the next step sees it
                async with asyncio.timeout(until - now):
                    await self._woken.wait()

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
        credit = self._flow.credit
        if isinstance(message, str) or len(message) != ACKNOWLEDGEMENT.size:
            return False
        try:
            news = credit.acknowledge(ACKNOWLEDGEMENT.unpack(message)[0], time.monotonic())
        except ValueError:
            return False
        if news:
            self._woken.set()
        return self._heard <= credit.sent + SPARE_MESSAGES

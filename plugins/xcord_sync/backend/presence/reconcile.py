"""Compares the database with the SFU's lists: at start, every 30 s, and after any gap. One instance of all
does it, the one that holds a lock of the database; with that connection it loses the lock."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from . import ledger
from .compare import Look, corrections
from .counters import Counters
from .ledger import Applied
from .line import OUTAGE, Line
from .sfu import NoAnswer, Sfu
from .warden import Warden

log = logging.getLogger("xcord.server")

EVERY = 30.0
SECOND_LOOK = 1.0
LEADER = 0x78636F726466


class Reconciler:
    """:param applied: told of what was corrected. :param every: seconds between comparisons."""

    def __init__(
        self, url: str, sfu: Sfu, warden: Warden, counters: Counters, applied: Callable[[Applied], None],
        every: float = EVERY,
    ) -> None:  # fmt: skip
        self._line, self._sfu, self._warden, self._counters = Line(url), sfu, warden, counters
        self._applied, self._every = applied, every
        self._wanted = asyncio.Event()
        self._failed = False

    def soon(self) -> None:
        """Something may have been missed: compares as soon as it can."""
        self._wanted.set()

    async def run(self) -> None:
        """Runs until it is cancelled."""
        pause = 0.5
        while True:
            self._wanted.clear()
            try:
                if await self._leads():
                    await self.compare()
                failed = False
            except (NoAnswer, *OUTAGE) as error:
                self._counters.count("reconcile_failures")
                if not self._failed:
                    log.warning("who is in which call cannot be compared: %s", error or type(error).__name__)
                failed = True
            self._failed = failed
            pause = min(pause * 2, 5.0) if failed else 0.5
            try:
                async with asyncio.timeout(pause if failed else self._every):
                    await self._wanted.wait()
            except TimeoutError:
                continue

    async def compare(self) -> int:
        """One comparison, with a second look where the first shows a difference. How many were corrected.

        :raises NoAnswer, OUTAGE: nothing was corrected.
        """
        first = await self._look()
        healed = 0
        if first.differs:
            over = await ledger.over(self._line, first.missing)
            await asyncio.sleep(SECOND_LOOK)
            second = await self._look()
            found = corrections(first, second)
            self._counters.event("lost", len(found))
            if found:
                applied = await ledger.correct(self._line, found, over)
                healed = applied.written
                self._counters.event("healed", healed)
                self._applied(applied)
                log.info("%d sessions put right by the SFU's list", healed)
        self._counters.count("reconcile_passes")
        await self._warden.check(list((await ledger.everybody(self._line))[1].values()))
        await ledger.trim(self._line)
        return healed

    async def close(self) -> None:
        """Hangs up, and so lets another instance lead."""
        await self._line.close()

    async def _leads(self) -> bool:
        async with self._line.use() as db:
            # Taken again it counts up, and is ours in any case.
            return bool(await db.fetchval("SELECT pg_try_advisory_lock($1)", LEADER))

    async def _look(self) -> Look:
        begun, open_sessions = await ledger.everybody(self._line)
        return Look(begun, await self._sfu.everybody(), open_sessions)

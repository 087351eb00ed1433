"""The plugin's sound: one engine, one mix, a playing device while somebody needs it, and the microphone.

Sound servers may block, so the engine is only touched in a thread of its own, and every wait is bounded.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from xcord import Devices

from ..tasks import Tasks
from .cushion import Cushion
from .engine import NORMAL, AudioEngine, NullEngine, Profile, Take
from .line import WATCH_EVERY, Line, Opened
from .listing import HANGS, Listing
from .mixer import Mixer
from .opening import Direction, playing, recording
from .ring import RATE, Samples
from .worker import Worker

log = logging.getLogger("xcord.voice.audio")

T = TypeVar("T")

ANSWER_WITHIN = 5.0  # seconds that a sound server may take
LOOK_EVERY = 2.0  # seconds between two looks at the list of devices
SEARCH_EVERY = 5.0  # seconds between two searches for a sound system where there is none
TAIL = 0.3  # seconds that the loudspeaker stays open after an interface sound, for what it has buffered


class Sound:
    """On the media loop. ``publish`` gets the slice ``devices`` whenever it may have changed."""

    def __init__(self, open_engine: Callable[[], AudioEngine], publish: Callable[[Devices], None]) -> None:
        self.mixer = Mixer()
        self.profile: Profile = NORMAL
        self._open_engine = open_engine
        self._engine: AudioEngine = NullEngine("starting")
        self._worker = Worker("voice-sound")
        self._speakers = Line(lambda: self.mixer.pulls)
        self._microphone = Line(lambda: self._blocks)
        self._blocks = 0
        self._wanted: set[str] = set()
        self._take: Take | None = None
        self._told: Callable[[str], None] = lambda problem: None
        self._cushion = cushion = Cushion(time.perf_counter)
        self._playing = playing(
            lambda ms: cushion.around(self.mixer.pull, ms), lambda: self.profile.latency_ms + cushion.extra_ms
        )
        self._recording = recording(self._taken)
        self._listing = Listing(self._speakers, self._microphone, publish)
        self._opening: asyncio.Task[None] | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._mending: asyncio.Task[None] | None = None
        self._mends = Tasks(lambda error: log.error("a sound device was not looked after", exc_info=error))
        self._closed = False
        self._busy = asyncio.Lock()
        self._works: set[asyncio.Task[Any]] = set()
        self._chimes: set[asyncio.Task[bool]] = set()

    @property
    def input(self) -> str:
        """Name of the chosen microphone; empty for the system's default."""
        return self._microphone.choice

    async def open(self, output: str, input: str) -> None:
        """Finds the machine's sound; without one the null engine stays, says why, and goes on looking."""
        self._speakers.choice, self._microphone.choice = output, input
        self._opening = asyncio.ensure_future(self._open())
        await self._opening

    async def aclose(self) -> None:
        """Closes all devices, for good. Where the sound system hangs that goes on after a cancelling."""
        if not self._closed:
            self._closed = True
            await self._whole(self._close())

    # -- what is asked ---------------------------------------------------------------------------------

    async def play(self, who: str = "call") -> None:
        """Somebody wants to be heard: the mix goes to the speakers until all of them said ``stop``."""
        await self._whole(self._play(who))

    async def stop(self, who: str = "call") -> None:
        """Does not need the speakers any more."""
        await self._whole(self._stop(who))

    async def record(self, take: Take, told: Callable[[str], None] = lambda problem: None) -> str:
        """The microphone's blocks go to ``take``, on the device's thread, also those of another device
        after this one is gone. Why none opens is returned as a code: ``none``, ``permission``, ``busy`` or
        ``failed``; it is tried again until ``stop_recording``, and ``told`` gets what came of each time
        (empty: one is open)."""
        return await self._whole(self._record(take, told))

    async def stop_recording(self) -> None:
        """The microphone is let go; nothing of it is taken when this returns."""
        await self._whole(self._stop_recording())

    async def choose(self, output: str, input: str) -> None:
        """Other devices, also in the middle of a call."""
        await self._whole(self._choose(output, input))

    async def set_profile(self, profile: Profile) -> None:
        """Another latency, also in the middle of a call; streams of people follow at the next one."""
        if profile is not self.profile:
            self.profile = profile
            self.mixer.set_least(profile.least)
            await self._whole(self._reopen(self._speakers))

    def chime(self, samples: Samples) -> asyncio.Task[bool]:
        """Plays an interface sound, also while there is no call; done when it was heard, false if there is
        nothing to play it on."""
        task = asyncio.ensure_future(self._chime(samples))
        self._chimes.add(task)
        task.add_done_callback(self._chimes.discard)
        return task

    # -- carrying it out -------------------------------------------------------------------------------

    async def _open(self) -> None:
        await self._search()
        await self._look()
        self._keeping = asyncio.ensure_future(self._keep())

    async def _close(self) -> None:
        keeping = (self._opening, self._keeping, self._mending)
        ending = {each for each in (*self._chimes, *keeping) if each is not None}
        for task in ending:
            task.cancel()
        if ending:
            await asyncio.wait(ending)
        try:
            await self._stop_all()
            await self._do(self._engine.close, None)
        finally:
            await self._worker.aclose()

    async def _play(self, who: str) -> None:
        async with self._busy:
            self._wanted.add(who)
            self._speakers.needed = True
            if self._speakers.stream is None:
                await self._open_line(self._speakers)

    async def _stop(self, who: str) -> None:
        async with self._busy:
            self._wanted.discard(who)
            if not self._wanted:
                self._speakers.rest()
                await self._close_line(self._speakers)

    async def _chime(self, samples: Samples) -> bool:
        name = f"chime {id(samples)}"
        await self.play(name)
        playing = self._speakers.stream is not None
        if playing:
            self.mixer.chime(samples)
            await asyncio.sleep(len(samples) / RATE + TAIL)
        await self.stop(name)
        return playing

    async def _record(self, take: Take, told: Callable[[str], None]) -> str:
        async with self._busy:
            self._take, self._told, self._microphone.needed = take, told, True
            await self._close_line(self._microphone)
            return await self._open_line(self._microphone)

    async def _stop_recording(self) -> None:
        async with self._busy:
            self._take = None
            self._microphone.rest()
            await self._close_line(self._microphone)

    async def _choose(self, output: str, input: str) -> None:
        changed = [
            line
            for line, name in ((self._speakers, output), (self._microphone, input))
            if line.choice != name
        ]
        self._speakers.choice, self._microphone.choice = output, input
        for line in changed:
            await self._reopen(line)
        if changed:
            await self._look()

    async def _stop_all(self) -> None:
        async with self._busy:
            self._wanted.clear()
            self._take = None
            for line in (self._microphone, self._speakers):
                line.rest()
                await self._close_line(line)

    # -- lines -----------------------------------------------------------------------------------------

    async def _reopen(self, line: Line) -> None:
        async with self._busy:
            if line.needed:
                await self._close_line(line)
                await self._open_line(line)

    async def _open_line(self, line: Line) -> str:
        if self._closed:  # who asks now, asks too late: above all no microphone opens any more
            return "failed"
        direction, engine = self._direction(line), self._engine
        opened = await self._do(lambda: direction.opened(line, engine), Opened("", None, "failed", "failed"))
        line.opened(time.monotonic(), opened)
        if line is self._microphone:
            self._told(opened.problem)
        return opened.problem

    def _direction(self, line: Line) -> Direction:
        return self._playing if line is self._speakers else self._recording

    async def _close_line(self, line: Line) -> None:
        stream = line.stream
        line.closed()
        if stream is not None:
            await self._do(stream.close, None)

    def _taken(self, block: NDArray[np.int16]) -> None:
        """On the microphone's thread."""
        self._blocks += 1
        if (take := self._take) is not None:
            take(block)

    # -- devices that come and go ----------------------------------------------------------------------

    async def _keep(self) -> None:
        """What is done about devices may take long, so one thing at a time is done beside this."""
        look_at = time.monotonic() + LOOK_EVERY
        while True:
            await asyncio.sleep(WATCH_EVERY)
            now = time.monotonic()
            due = [line for line in (self._speakers, self._microphone) if line.due(now)]
            if self._mending is None or self._mending.done():
                if due and not self._busy.locked():  # otherwise somebody opens or closes it just now
                    self._mending = self._mends.start(self._open_anew(due))
                elif self._cushion.due(time.perf_counter()):
                    log.info("%d ms more lie ahead of the loudspeaker", self._cushion.extra_ms)
                    self._mending = self._mends.start(self._whole(self._reopen(self._speakers)))
                elif now >= look_at:
                    self._mending = self._mends.start(self._look_again())
                    look_at = now + (SEARCH_EVERY if self._engine.name == "null" else LOOK_EVERY)
            self._show()

    async def _open_anew(self, lines: list[Line]) -> None:
        for line in lines:
            if line.stream is not None:
                log.info("a sound device is opened anew, in place of %r", line.using)
            direction, engine = self._direction(line), self._engine
            # Called before the loop goes on to the next line.
            if not line.replaced or await self._do(lambda: direction.free(line, engine), False):  # noqa: B023
                await self._whole(self._reopen(line))
        # Whether it is still there decides when it is tried again.
        await self._look()

    async def _look_again(self) -> None:
        if self._engine.name == "null" and self._engine.problem in ("no_sound", HANGS):
            await self._search()
        await self._look()

    async def _search(self) -> None:
        self._engine = await self._do(self._open_engine, NullEngine(HANGS))

    async def _look(self) -> None:
        if self._closed:
            return
        engine = self._engine
        listed = await self._do(lambda: (engine.inputs(), engine.outputs()), None)
        self._listing.found(engine, listed)
        if self._microphone.stream is not None and listed is not None and not listed[0]:
            # Without a microphone sound systems give us what the loudspeakers play.
            await self._whole(self._reopen(self._microphone))
        self._show()

    def _show(self) -> None:
        if not self._closed:
            self._listing.show(self._engine, time.monotonic())

    # -- the sound thread ------------------------------------------------------------------------------

    async def _whole(self, work: Coroutine[Any, Any, T]) -> T:
        """Cancelling whoever waits does not leave a device half open: the work goes on to its end."""
        task = asyncio.ensure_future(work)
        self._works.add(task)
        task.add_done_callback(self._works.discard)
        return await asyncio.shield(task)

    async def _do(self, function: Callable[[], T], otherwise: T) -> T:
        """Runs in the sound thread; ``otherwise`` if that does not answer or fails."""
        return await self._worker.ask(function, otherwise, ANSWER_WITHIN)

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

from .engine import NORMAL, AudioEngine, NoDevice, NullEngine, Profile, Pull, Take
from .line import WATCH_EVERY, Line, Opened, trouble_of
from .mixer import Mixer
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
        self._open_engine, self._publish = open_engine, publish
        self._engine: AudioEngine = NullEngine("starting")
        self._worker = Worker("voice-sound")
        self._speakers = Line(lambda: self.mixer.pulls)
        self._microphone = Line(lambda: self._blocks)
        self._blocks = 0
        self._wanted: set[str] = set()
        self._take: Take | None = None
        self._opening: asyncio.Task[None] | None = None
        self._keeping: asyncio.Task[None] | None = None
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

    async def record(self, take: Take) -> str:
        """The microphone's blocks go to ``take``, on the device's thread, also those of another device
        after this one is gone; otherwise a code that says why not: ``none``, ``permission``, ``busy`` or
        ``failed``."""
        return await self._whole(self._record(take))

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
        self._engine = await self._do(self._open_engine, NullEngine("sound_server_hangs"))
        await self._look()
        self._keeping = asyncio.ensure_future(self._keep())

    async def _close(self) -> None:
        ending = {each for each in (*self._chimes, self._opening, self._keeping) if each is not None}
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
                self._speakers.needed = False
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

    async def _record(self, take: Take) -> str:
        async with self._busy:
            self._take, self._microphone.needed = take, True
            await self._close_line(self._microphone)
            problem = await self._open_line(self._microphone)
            if problem:
                self._take, self._microphone.needed = None, False
            return problem

    async def _stop_recording(self) -> None:
        async with self._busy:
            self._take, self._microphone.needed = None, False
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
                line.needed = False
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
        opened = await self._do(lambda: self._opened(line), Opened("", None, "failed", "failed"))
        line.opened(time.monotonic(), opened)
        return opened.problem

    async def _close_line(self, line: Line) -> None:
        stream = line.stream
        line.closed()
        if stream is not None:
            await self._do(stream.close, None)

    def _opened(self, line: Line) -> Opened:
        """In the sound thread: the wanted device, or the default one in its place."""
        now, engine = time.monotonic(), self._engine
        names = engine.outputs() if line is self._speakers else engine.inputs()
        name = line.wanted(now, names)
        opened = self._opened_as(line, engine, name, self.mixer.pull, self._taken)
        if opened.stream is None and name:
            line.shun(now, name)
            instead = self._opened_as(line, engine, "", self.mixer.pull, self._taken)
            return instead._replace(refused=opened.problem)
        return opened._replace(refused=opened.problem)

    def _free(self, line: Line) -> bool:
        """In the sound thread: whether a device that was refused opens now. What is in its place goes on."""
        now, engine = time.monotonic(), self._engine
        name = line.wanted(now, engine.outputs() if line is self._speakers else engine.inputs())
        probe = self._opened_as(line, engine, name, _silence, lambda block: None)
        probe.close()
        if probe.stream is None:
            line.shun(now, name)
        return probe.stream is not None

    def _opened_as(self, line: Line, engine: AudioEngine, name: str, pull: Pull, take: Take) -> Opened:
        try:
            if line is self._speakers:
                return Opened(name, engine.play(name, pull, self.profile.period_ms))
            return Opened(name, engine.capture(name, take))
        except NoDevice as error:
            return Opened(name, None, error.code)

    def _taken(self, block: NDArray[np.int16]) -> None:
        """On the microphone's thread."""
        self._blocks += 1
        if (take := self._take) is not None:
            take(block)

    # -- devices that come and go ----------------------------------------------------------------------

    async def _keep(self) -> None:
        look_at = time.monotonic() + LOOK_EVERY
        while True:
            await asyncio.sleep(WATCH_EVERY)
            if time.monotonic() >= look_at:
                await self._look()
                look_at = time.monotonic() + (SEARCH_EVERY if self._engine.name == "null" else LOOK_EVERY)
            for line in (self._speakers, self._microphone):
                if line.due(time.monotonic()):
                    log.info("a sound device is opened anew, in place of %r", line.using)
                    # Called before the loop goes on to the next line.
                    if not line.replaced or await self._do(lambda: self._free(line), False):  # noqa: B023
                        await self._whole(self._reopen(line))
                    # Whether it is still there decides when it is tried again.
                    await self._look()

    async def _look(self) -> None:
        if self._closed:
            return
        if self._engine.name == "null" and self._engine.problem == "no_sound":
            self._engine = await self._do(self._open_engine, self._engine)
        engine = self._engine
        nothing: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        inputs, outputs = await self._do(lambda: (engine.inputs(), engine.outputs()), nothing)
        self._speakers.listed(outputs)
        self._microphone.listed(inputs)
        self._publish(
            Devices(
                engine=engine.name,
                inputs=inputs,
                outputs=outputs,
                input=self._microphone.choice if self._microphone.choice in inputs else "",
                output=self._speakers.choice if self._speakers.choice in outputs else "",
                problem=engine.problem or trouble_of(self._speakers, outputs, self._microphone),
            )
        )

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


def _silence(count: int) -> Samples:
    return np.zeros(count, np.float32)

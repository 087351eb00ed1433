"""The plugin's sound: one engine, one mix, a playing device while a call is up, and the microphone.

Sound servers may block, so the engine is only touched in a thread of its own, and every wait is bounded.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from xcord import Devices

from .engine import AudioEngine, NoMicrophone, NullEngine, Stream, Take
from .mixer import Mixer
from .worker import Worker

log = logging.getLogger("xcord.voice.audio")

T = TypeVar("T")

ANSWER_WITHIN = 5.0  # seconds that a sound server may take
LOOK_EVERY = 2.0  # seconds between two looks at the list of devices


class Sound:
    """On the media loop. ``publish`` gets the slice ``devices`` whenever it may have changed."""

    def __init__(self, open_engine: Callable[[], AudioEngine], publish: Callable[[Devices], None]) -> None:
        self.mixer = Mixer()
        self._open_engine, self._publish = open_engine, publish
        self._engine: AudioEngine = NullEngine("starting")
        self._worker = Worker("voice-sound")
        self._output, self._input = "", ""
        self._playing: Stream | None = None
        self._recording: Stream | None = None
        self._take: Take | None = None
        self._wanted: set[str] = set()
        self._looking: asyncio.Task[None] | None = None
        self._busy = asyncio.Lock()
        self._works: set[asyncio.Task[Any]] = set()

    @property
    def input(self) -> str:
        """Name of the chosen microphone; empty for the system's default."""
        return self._input

    async def open(self, output: str, input: str) -> None:
        """Finds the machine's sound; without one the null engine stays and says why."""
        self._output, self._input = output, input
        self._engine = await self._do(self._open_engine, NullEngine("sound_server_hangs"))
        await self._look()
        if self._engine.name != "null":
            self._looking = asyncio.ensure_future(self._keep_looking())

    async def aclose(self) -> None:
        """Closes all devices."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})
        try:
            await self._whole(self._stop_all())
            await self._do(self._engine.close, None)
        finally:
            await self._worker.aclose()

    async def play(self, who: str = "call") -> None:
        """Somebody wants to be heard: the mix goes to the speakers until all of them said ``stop``."""
        await self._whole(self._play(who))

    async def stop(self, who: str = "call") -> None:
        """Does not need the speakers any more."""
        await self._whole(self._stop(who))

    async def record(self, take: Take) -> str:
        """The microphone's blocks go to ``take``, on the device's thread; otherwise a code that says why
        not: ``none``, ``permission``, ``busy`` or ``failed``."""
        return await self._whole(self._record(take))

    async def stop_recording(self) -> None:
        """The microphone is let go; nothing of it is taken when this returns."""
        await self._whole(self._stop_recording())

    async def choose(self, output: str, input: str) -> None:
        """Other devices, also in the middle of a call."""
        await self._whole(self._choose(output, input))

    async def _play(self, who: str) -> None:
        async with self._busy:
            self._wanted.add(who)
            if self._playing is None:
                self._playing = await self._do(lambda: self._engine.play(self._output, self.mixer.pull), None)

    async def _stop(self, who: str) -> None:
        async with self._busy:
            self._wanted.discard(who)
            if not self._wanted:
                await self._close_playing()

    async def _record(self, take: Take) -> str:
        async with self._busy:
            self._take = take
            await self._close_recording()
            failed: Stream | str = "failed"
            opened = await self._do(lambda: _capture(self._engine, self._input, take), failed)
            if isinstance(opened, str):
                return opened
            self._recording = opened
            return ""

    async def _stop_recording(self) -> None:
        async with self._busy:
            self._take = None
            await self._close_recording()

    async def _choose(self, output: str, input: str) -> None:
        changed_output, changed_input = output != self._output, input != self._input
        self._output, self._input = output, input
        if changed_output and self._wanted:
            async with self._busy:
                await self._close_playing()
                self._playing = await self._do(lambda: self._engine.play(self._output, self.mixer.pull), None)
        if changed_input and self._take is not None:
            await self._record(self._take)
        if changed_output or changed_input:
            await self._look()

    async def _stop_all(self) -> None:
        async with self._busy:
            self._wanted.clear()
            self._take = None
            await self._close_recording()
            await self._close_playing()

    async def _close_recording(self) -> None:
        recording, self._recording = self._recording, None
        if recording is not None:
            await self._do(recording.close, None)

    async def _close_playing(self) -> None:
        playing, self._playing = self._playing, None
        if playing is not None:
            await self._do(playing.close, None)

    async def _whole(self, work: Coroutine[Any, Any, T]) -> T:
        """Cancelling whoever waits does not leave a device half open: the work goes on to its end."""
        task = asyncio.ensure_future(work)
        self._works.add(task)
        task.add_done_callback(self._works.discard)
        return await asyncio.shield(task)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self._look()

    async def _look(self) -> None:
        engine = self._engine
        nothing: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        inputs, outputs = await self._do(lambda: (engine.inputs(), engine.outputs()), nothing)
        self._publish(
            Devices(
                engine=engine.name,
                inputs=inputs,
                outputs=outputs,
                input=self._input if self._input in inputs else "",
                output=self._output if self._output in outputs else "",
                problem=engine.problem,
            )
        )

    async def _do(self, function: Callable[[], T], otherwise: T) -> T:
        """Runs in the sound thread; ``otherwise`` if that does not answer or fails."""
        asked = self._worker.call(function)
        done, _ = await asyncio.wait({asked}, timeout=ANSWER_WITHIN)
        if not done:
            log.warning("the sound system did not answer within %g s", ANSWER_WITHIN)
            asked.add_done_callback(_close_late)
            return otherwise
        if (error := asked.exception()) is not None:
            log.error("the sound system failed", exc_info=error)
            return otherwise
        result: T = asked.result()
        return result


def _capture(engine: AudioEngine, device: str, take: Take) -> Stream | str:
    try:
        return engine.capture(device, take)
    except NoMicrophone as error:
        return error.code


def _close_late(asked: asyncio.Future[Any]) -> None:
    """A device that opens after nobody waits for it any more: above all, no microphone stays open."""
    late: Any = None if asked.exception() is not None else asked.result()
    if hasattr(late, "close"):
        threading.Thread(target=late.close, name="voice-sound-late", daemon=True).start()

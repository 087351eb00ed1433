"""The microphone: one device, one chain, and whoever may take its sound. On the media loop."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from xcord import Capture, Clock, CommandError, Gate, Meter

from ..tasks import Tasks
from .activity import Activity
from .chain import Chain, Processing
from .doubt import Doubt
from .echotest import EchoTest
from .farend import FarEnd
from .feeder import Feeder
from .frames import Block
from .intake import Intake, Nobody, Outlet
from .silence import Cause
from .sound import Sound
from .stages import Built

log = logging.getLogger("xcord.voice.audio")

BUILD_WITHIN = 10.0  # seconds for the chain's stages
METER_EVERY = 1 / 15  # seconds
TEST_FOR = 60.0  # seconds after which an echo test ends by itself
TEST = "echo-test"


@dataclass(frozen=True)
class Wishes:
    """What the user wants of the microphone. ``threshold`` in dBFS, ``hold`` in seconds, ``volume`` in
    percent."""

    processing: Processing = field(default_factory=Processing)
    by_voice: bool = False
    threshold: float = -50.0
    hold: float = 0.3
    volume: int = 100


@dataclass(frozen=True)
class MicrophoneScreen:
    """Where it is shown; each may be called from the media loop and returns at once."""

    capture: Callable[[Capture], None]
    meter: Callable[[Meter], None]
    notify: Callable[[str], None]


class Microphone:
    """The device is open only while a call, a meter or an echo test needs it.

    :param build: makes the chain's stages; called in a thread.
    :param muted_in_system: whether the system mutes the named microphone, None if it cannot tell; in a
        thread.
    """

    def __init__(
        self,
        sound: Sound,
        gate: Gate,
        clock: Clock,
        screen: MicrophoneScreen,
        build: Callable[[Processing], Built],
        muted_in_system: Callable[[str], bool | None],
    ) -> None:
        self._sound, self._gate, self._clock, self._screen = sound, gate, clock, screen
        self._build = build
        self._wishes = Wishes()
        self._built: Processing | None = None
        self._shown = Capture()
        self._far = FarEnd()
        self._chain = Chain(self._far)
        self._activity = Activity()
        self._intake: Intake | None = None
        self._refused = ""  # why the device that is wanted is not open
        self._there = asyncio.Event()
        self._feeder: Feeder | None = None
        self._metered: tuple[Outlet, float] | None = None
        self._metering: asyncio.Task[None] | None = None
        self._testing: tuple[EchoTest, float] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._doubt = Doubt(clock, lambda: muted_in_system(sound.input), self._blame)
        self._busy = asyncio.Lock()
        self._tasks = Tasks(lambda error: log.error("a part of the microphone failed", exc_info=error))

    # -- who takes the sound ---------------------------------------------------------------------------

    async def connect(self, feeder: Feeder) -> bool:
        """A call takes the sound whenever the gate is open; false if there is no microphone yet."""
        await self.test(False)
        self._feeder = feeder
        return not await self._adjust()

    async def there(self) -> None:
        """Returns when a device is open."""
        await self._there.wait()

    async def release(self, feeder: Feeder) -> None:
        """This call takes no sound any more."""
        if self._feeder is feeder:
            self._feeder = None
            await self._adjust()

    async def meter(self, on: bool) -> None:
        """The level is shown, also without a call and while muted; it goes nowhere else."""
        if on == (self._metering is not None):
            return
        if on:
            self._metered = (Nobody(), time.monotonic())
            self._metering = asyncio.ensure_future(self._show_level())
        elif self._metering is not None:
            self._metering.cancel()
            self._metered = self._metering = None
            self._screen.meter(Meter())
        await self._adjust()

    async def test(self, on: bool) -> None:
        """The echo test. Nobody in the call hears it: the gate is shut meanwhile.

        :raises CommandError: ``microphone_<problem>`` if there is no microphone.
        """
        if on == (self._testing is not None):
            return
        if not on:
            self._end_test()
            await self._sound.stop(TEST)
            await self._adjust()
            return
        self._gate.set_shut(TEST, True)
        self._testing = (EchoTest(self._sound.mixer), time.monotonic())
        self._ending = asyncio.ensure_future(self._end_later())
        self._show(testing=True)
        await self._sound.play(TEST)
        if problem := await self._adjust():
            await self.test(False)
            raise CommandError(f"microphone_{problem}", "there is no microphone for a test")

    def _end_test(self) -> None:
        if self._testing is not None:
            test, self._testing = self._testing[0], None
            test.close()
        if self._ending is not None and self._ending is not asyncio.current_task():
            self._ending.cancel()
        self._ending = None
        self._gate.set_shut(TEST, False)
        self._show(testing=False)

    async def _end_later(self) -> None:
        await self._clock.sleep(TEST_FOR)
        await self.test(False)

    def _route(self) -> tuple[Outlet, float] | None:
        """On the capture thread."""
        if (testing := self._testing) is not None:
            return testing
        feeder = self._feeder
        if feeder is not None and not feeder.closed and (since := self._gate.open_since()) is not None:
            return feeder, since
        return self._metered

    # -- the device ------------------------------------------------------------------------------------

    async def _adjust(self) -> str:
        """Opens the device if anybody needs it, lets it go otherwise; why it did not open."""
        async with self._busy:
            needed = self._feeder is not None or self._metered is not None or self._testing is not None
            if needed and (self._intake is None or self._refused):
                await self._make_stages()
                await self._open()
            elif not needed and self._intake is not None:
                self._intake = None
                self._doubt.end()
                self._sound.mixer.set_tap(None)
                await self._sound.stop_recording()
                if not self._refused:
                    self._show(problem="")
            return self._refused if needed else ""

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()

        def tell() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._wonder)

        intake = Intake(
            self._route,
            self._chain,
            self._activity,
            lambda: self._wishes.by_voice,
            tell,
            time.monotonic(),
        )

        def take(block: Block) -> None:
            intake.take(block, time.monotonic())
            if (feeder := self._feeder) is not None:
                feeder.advance(len(block))

        self._intake = intake
        self._tap()
        self._opened(await self._sound.record(take, self._opened))

    def _opened(self, problem: str) -> None:
        """A device was opened, or why none could be; also later, when one dies or comes."""
        if self._intake is None:
            return
        (self._there.clear if problem else self._there.set)()
        if problem != self._refused:
            self._refused = problem
            self._show(problem=problem)

    def device_changed(self) -> None:
        """Another device delivers from now on."""
        if self._intake is not None:
            self._intake.listening.reset()
            self._wonder()

    # -- what the user wants ---------------------------------------------------------------------------

    def set_wishes(self, wishes: Wishes) -> None:
        """Applied live."""
        self._wishes = wishes
        self._chain.volume.percent = wishes.volume
        self._activity.threshold, self._activity.hold = wishes.threshold, wishes.hold
        if self._intake is not None and wishes.processing != self._built:
            self._tasks.start(self._remake())

    async def _remake(self) -> None:
        async with self._busy:
            await self._make_stages()

    async def _make_stages(self) -> None:
        wanted = self._wishes.processing
        if wanted == self._built:
            return
        try:
            async with asyncio.timeout(BUILD_WITHIN):
                built = await asyncio.to_thread(self._build, wanted)
        except Exception:
            log.exception("the microphone's processing was not made; it goes on as it was")
            return
        self._chain.stages, self._built = built.stages, wanted
        self._tap()
        self._show(suppressor=built.suppressor)

    def _tap(self) -> None:
        """The canceller hears what the loudspeaker plays."""
        wanted = self._built is not None and self._built.echo_cancellation
        self._sound.mixer.set_tap(self._far.tap if wanted else None)

    # -- what is shown ---------------------------------------------------------------------------------

    async def _show_level(self) -> None:
        while True:
            await self._clock.sleep(METER_EVERY)
            if (intake := self._intake) is None:
                continue
            self._screen.meter(
                Meter(
                    level=round(intake.level.read()),
                    open=self._activity.open or not self._wishes.by_voice,
                    processing_us=round(self._chain.native_cost.us),
                    suppressor_us=round(self._chain.suppressor_cost.us),
                )
            )

    def _wonder(self) -> None:
        """The microphone fell silent, or is not silent any more."""
        if self._intake is not None:
            self._doubt.begin(self._intake.listening)

    def _blame(self, cause: Cause) -> None:
        if self._refused:
            return  # nothing is open that could be silent
        if cause and cause != self._shown.problem:
            self._screen.notify(f"microphone.{cause}")
        self._show(problem=cause)

    def _show(self, **changed: Any) -> None:
        self._shown = msgspec.structs.replace(self._shown, **changed)
        self._screen.capture(self._shown)

    # -- the end ---------------------------------------------------------------------------------------

    async def aclose(self) -> None:
        """Nothing is recorded any more."""
        self._feeder = None
        self._end_test()
        await self.meter(False)
        await self._adjust()

"""From the capture device's blocks to what may be sent. All of it on the capture thread.

Muted means that nothing captured is fed. Whoever takes the sound (an ``Outlet``) is asked for with each
block, together with the moment since which it may; what was captured before that moment is dropped here,
before any stage of the chain has seen it. Voice activity decides afterwards, so it can only hold back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from .activity import Activity
from .chain import Chain
from .frames import FRAME, NONE, Block, level
from .lateness import LATE, Lateness
from .ring import RATE
from .silence import Listening

LATENCY = 0.02  # seconds that sound takes from the air to us, at the least of what devices promise


class Outlet(Protocol):
    """Who takes the sound. Methods are called on the capture thread and must not block."""

    def deliver(self, samples: Block) -> None:
        """These may be heard: 10 ms."""
        ...

    def skip(self, count: int) -> None:
        """Nobody spoke for so many samples."""
        ...

    def shut(self) -> None:
        """It may take nothing any more, and forgets what it still holds."""
        ...


class Nobody:
    """Takes nothing: the sound is only measured."""

    def deliver(self, samples: Block) -> None: ...

    def skip(self, count: int) -> None: ...

    def shut(self) -> None: ...


Route = Callable[[], tuple[Outlet, float] | None]
"""Who takes the sound now, and since when (monotonic seconds) it may; None while the microphone is shut."""


class Level:
    """The highest level since it was last read. Written on one thread, read on another; a lost value is one
    of a hundred a second."""

    def __init__(self) -> None:
        self._peak = -120.0

    def note(self, dbfs: float) -> None:
        self._peak = max(self._peak, dbfs)

    def read(self) -> float:
        peak, self._peak = self._peak, -120.0
        return peak


class Intake:
    """One per opened device.

    :param by_voice: whether voice activity decides.
    :param on_silence: the state of ``listening`` changed; must not block.
    :param started: when the device was asked to record (monotonic seconds).
    """

    def __init__(
        self,
        route: Route,
        chain: Chain,
        activity: Activity,
        by_voice: Callable[[], bool],
        on_silence: Callable[[], None],
        started: float,
    ) -> None:
        self._route, self._chain, self._activity, self._by_voice = route, chain, activity, by_voice
        self._on_silence = on_silence
        self._lateness = Lateness(started)
        self._current: tuple[Outlet, float] | None = None
        self._fresh = False
        self._rest: Block = NONE
        self.listening = Listening()
        self.level = Level()

    def take(self, block: Block, now: float) -> None:
        """One block of the device, at its arrival (monotonic seconds)."""
        age = self._lateness.age(now, len(block))
        if (route := self._route()) != self._current:
            self._switch(route)
        if route is None:
            return
        outlet, since = route
        captured = now - age - len(block) / RATE - LATENCY
        if age > LATE or captured < since:
            self._forget()
            return
        if self.listening.hear(block):
            self._on_silence()
        if self._fresh:
            self._fresh = False
            self._chain.begin()
        self._pass(block, outlet)

    def _switch(self, route: tuple[Outlet, float] | None) -> None:
        """Also when it shut and opened again between two blocks: ``since`` differs then."""
        if self._current is not None:
            self._current[0].shut()
        self._current, self._fresh = route, True
        self._forget()
        self._activity.reset()

    def _forget(self) -> None:
        self._rest = NONE
        self._activity.forget()

    def _pass(self, block: Block, outlet: Outlet) -> None:
        samples = np.concatenate((self._rest, block)) if len(self._rest) else block
        whole = len(samples) - len(samples) % FRAME
        self._rest = samples[whole:].copy()
        skipped = 0
        for start in range(0, whole, FRAME):
            frame = self._chain.process(samples[start : start + FRAME])
            dbfs = level(frame)
            self.level.note(dbfs)
            admitted = self._activity.admit(frame, dbfs) if self._by_voice() else [frame]
            skipped += 0 if admitted else FRAME
            for sent in admitted:
                outlet.deliver(sent)
        if skipped:
            outlet.skip(skipped)

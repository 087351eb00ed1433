"""What captured sound goes through before the gate decides: LiveKit's audio processing, and a stronger
suppressor if one is wanted.

All of it on the capture thread, also the canceller's far end: the playing device's thread only leaves its
samples. While the microphone is shut nothing of it comes here. At each opening the last 100 ms of the far
end are gone through with silence for a microphone; that empties what the stages still hold of before and
lets the canceller know what is in the air (offline with drifting clocks: 22-34 dB of echo return loss in the
first 100 ms after an opening, 6 without).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

from .farend import FarEnd
from .frames import SILENCE, Block
from .volume import Volume

REPLAY = 10  # frames gone through at an opening
DELAY_MS = 60
"""From a frame's way to the loudspeaker until its echo is processed: what lies ahead of it, and what is
recorded at a time, of most devices. A hint; 40 to 180 ms without any cost 1 dB."""
SMOOTH = 0.02  # how much of the cost's average one frame decides


@dataclass(frozen=True)
class Processing:
    """What is wanted; each part is a switch."""

    echo_cancellation: bool = True
    noise_suppression: bool = True
    gain_control: bool = True
    high_pass: bool = True
    suppressor: str = "off"

    @property
    def native(self) -> bool:
        """LiveKit's processing is needed at all."""
        return self.echo_cancellation or self.noise_suppression or self.gain_control or self.high_pass


class Stage(Protocol):
    """One step for frames of 10 ms."""

    def process(self, frame: Block) -> Block: ...


class Native(Stage, Protocol):
    """LiveKit's audio processing; ``apm.Apm`` is one."""

    def play(self, frame: Block) -> None:
        """The loudspeaker plays this."""
        ...


@dataclass(frozen=True)
class Stages:
    """What a chain is made of."""

    native: Native | None = None
    suppressor: Stage | None = None


class Cost:
    """Average CPU time of a stage, in microseconds for 10 ms of sound."""

    def __init__(self) -> None:
        self.us = 0.0

    def note(self, seconds: float) -> None:
        us = seconds * 1e6
        self.us = us if self.us == 0.0 else self.us + (us - self.us) * SMOOTH


class Chain:
    """``stages`` may be replaced at any time, from any thread."""

    def __init__(self, far: FarEnd) -> None:
        self._far = far
        self.stages = Stages()
        self.volume = Volume()
        self.native_cost, self.suppressor_cost = Cost(), Cost()

    def begin(self) -> None:
        """The microphone opens: nothing that was captured before is in any stage after this."""
        stages = self.stages
        played = self._far.take()[-REPLAY:]
        for index in range(REPLAY):
            if stages.native is not None:
                if index < len(played):
                    stages.native.play(played[index])
                stages.native.process(SILENCE.copy())
            if stages.suppressor is not None:
                stages.suppressor.process(SILENCE.copy())

    def process(self, frame: Block) -> Block:
        """The frame after all stages."""
        stages = self.stages
        played = self._far.take()
        started = time.thread_time()
        if stages.native is not None:
            for block in played:
                stages.native.play(block)
            frame = stages.native.process(frame)
            self.native_cost.note(time.thread_time() - started)
        if stages.suppressor is not None:
            started = time.thread_time()
            frame = stages.suppressor.process(frame)
            self.suppressor_cost.note(time.thread_time() - started)
        return self.volume.apply(frame)

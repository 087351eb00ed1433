"""LiveKit's audio processing module as a stage of the chain."""

from __future__ import annotations

import numpy as np
from livekit import rtc

from .chain import DELAY_MS, Processing
from .frames import FRAME, Block
from .ring import RATE


class Apm:
    """Echo cancellation, noise suppression, gain control, high-pass: which of them is settled for good."""

    def __init__(self, wanted: Processing) -> None:
        self._echo = wanted.echo_cancellation
        self._module = rtc.AudioProcessingModule(
            echo_cancellation=wanted.echo_cancellation,
            noise_suppression=wanted.noise_suppression,
            high_pass_filter=wanted.high_pass,
            auto_gain_control=wanted.gain_control,
        )

    def play(self, frame: Block) -> None:
        """The loudspeaker plays this frame."""
        if self._echo:
            self._module.process_reverse_stream(_frame(frame))

    def process(self, frame: Block) -> Block:
        """The captured frame without what is not wanted of it."""
        if self._echo:
            self._module.set_stream_delay_ms(DELAY_MS)
        processed = _frame(frame)
        self._module.process_stream(processed)
        return np.frombuffer(processed.data, np.int16)


def _frame(samples: Block) -> rtc.AudioFrame:
    return rtc.AudioFrame(bytearray(samples.tobytes()), RATE, 1, FRAME)

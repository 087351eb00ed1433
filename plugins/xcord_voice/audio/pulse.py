"""What miniaudio does not tell of PulseAudio and PipeWire. May block: for a thread."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator

log = logging.getLogger("xcord.voice.audio")

ACCESS = 1  # PA_ERR_ACCESS of libpulse's def.h
LATENCY = "PULSE_LATENCY_MSEC"  # read by libpulse whenever a stream is connected

# Set once and early, and empty, which libpulse leaves alone: from here on its value is replaced in its place,
# so that no thread that reads the environment just then sees it move.
CHOSEN = os.environ.setdefault(LATENCY, "")


@contextlib.contextmanager
def latency(ms: int) -> Iterator[None]:
    """A stream that is connected inside has so many milliseconds ahead, whatever period it is filled by;
    miniaudio 1.71 would ask for one period. What the user chose for all programs is left."""
    if CHOSEN:
        yield
        return
    os.environ[LATENCY] = str(ms)
    try:
        yield
    finally:
        os.environ[LATENCY] = ""


def server_refuses() -> bool:
    """Whether the sound server is there and does not let us in. For miniaudio 1.71 there is none then."""
    if sys.platform != "linux":
        return False
    try:
        import pulsectl
        from pulsectl import _pulsectl
    except (ImportError, OSError):
        return False  # without libpulse there is none
    try:
        with pulsectl.Pulse("xcord", connect=False) as pulse:
            try:
                pulse.connect()
            except pulsectl.PulseError:
                # Private, because pulsectl 24.12 does not say why; test_real_permission guards it.
                return bool(_pulsectl.pa.context_errno(pulse._ctx) == ACCESS)
    except (pulsectl.PulseError, OSError) as error:
        log.info("the sound server does not say whether it lets us in: %s", error)
    return False

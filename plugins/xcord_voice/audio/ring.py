"""A voice on its way to the mix: a ring of samples whose waiting length follows the jitter.

What counts is the *slack*: by how much the next samples may come late before there are none. It is taken at
every pull, from what is left and from how long ago the last samples came; by the samples alone a slow clock
would not be seen before a whole frame is missing. The lowest slack of a while says how much of what waits was
needed. The ring keeps it near ``margin``: above, it cuts, at most once a window; below, it stretches at once.
Both by a piece chosen so that the wave goes on where it was (a single-period crossfade). An underrun, or
having to stretch soon after a cut, raises the margin; a calm time lowers it again.

So two clocks that differ need no care of their own: at 200 ppm a piece of 5 ms is cut or added every 25 s,
which costs nothing between and cannot be heard. Resampling all the time was rejected: it touches every sample
of everybody for a fault of one in five thousand, and needs an estimate of the drift that jitter spoils.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE = 48_000
SIZE = RATE  # samples: one second, far above any margin
NORMAL = RATE * 8 // 1000  # samples of slack to begin with, in the normal profile
LOW = RATE * 5 // 1000  # the same in the low one
MOST = RATE * 160 // 1000  # the margin at most
RAISE = RATE * 10 // 1000  # samples by which an underrun raises the margin
WINDOW = RATE // 2  # samples over which the lowest slack is taken
REMEMBERED = 4  # windows that must agree before anything is cut
CALM = 20  # windows without an underrun after which the margin shrinks by one step
SLACK = RATE * 6 // 1000  # samples of slack above the margin that are left alone
HURRY = RATE * 80 // 1000  # samples of slack above the margin that are cut at once
TEMPLATE = RATE * 2 // 1000  # samples of the end of a voice whose like is looked for to let it fade out
OVERLAP = RATE * 5 // 1000  # samples of a crossfade
REACH = RATE * 12 // 1000  # samples of jumps among which the best one is looked for
LEAST = RATE * 2 // 1000  # samples of the smallest jump
QUIET = 10 ** (-50 / 10)  # mean square below which a jump of any length cannot be heard: -50 dBFS
FADE_IN: Samples = np.linspace(0.0, 1.0, OVERLAP, dtype=np.float32)
FADE_OUT: Samples = FADE_IN[::-1].copy()


class Ring:
    """One producer and one consumer, each in a thread of its own, without a lock.

    :param least: samples of slack that the margin never falls below.
    :param now: monotonic seconds.
    """

    def __init__(self, least: int = NORMAL, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._pushed, self._frame = 0.0, 1
        self._samples: Samples = np.zeros(SIZE, np.float32)
        self._read = self._written = 0
        self._playing = False
        self.least = self.margin = least
        self._lows: list[int] = []
        self._low, self._window, self._calm = SIZE, 0, 0
        self._since_cut = REMEMBERED
        self.underruns = 0
        self.cuts = 0
        self.stretches = 0

    @property
    def waiting(self) -> int:
        """Samples that wait, at most a second of them."""
        return min(self._written - self._read, SIZE)

    def push(self, samples: NDArray[np.float32] | NDArray[np.int16], scale: float = 1.0) -> None:
        """Appends samples times ``scale``; the oldest are lost when nobody pulls."""
        count, start = len(samples), self._written % SIZE
        if start + count <= SIZE:
            np.multiply(samples, np.float32(scale), out=self._samples[start : start + count])
        else:
            samples = samples[-SIZE:]
            count = len(samples)
            first = min(count, SIZE - start)
            np.multiply(samples[:first], np.float32(scale), out=self._samples[start : start + first])
            np.multiply(samples[first:], np.float32(scale), out=self._samples[: count - first])
        self._pushed, self._frame = self._now(), count or 1
        self._written += count

    def pull(self, count: int) -> Samples | None:
        """The next ``count`` samples; None while it waits to fill. At an underrun the sound fades out.

        What it returns may be a view of the ring: it is not to be written to.
        """
        waiting = self._written - self._read
        if waiting > SIZE // 2:
            # Nobody pulled for long; what was played last is out of reach, so it begins anew.
            self._playing = False
        if not self._playing:
            if waiting < count or self._slack(waiting, count)[0] < self.margin:
                return None
            return self._begin(waiting, count)
        if waiting < count:
            return self._run_dry(waiting, count)
        slack, step, rest = self._slack(waiting, count)
        if slack < self._low:
            self._low = slack
        self._window += count
        due = self._window >= WINDOW or slack < self.margin // 3 or slack > self.margin + HURRY
        if due and count >= OVERLAP:
            if slack > self.margin + HURRY and (surplus := self._surplus(slack, step, rest)) > LEAST:
                return self._jump(count, surplus)
            if slack < self.margin // 3:
                return self._stretch(count, max(step - rest, self.margin - slack))
            if self._window >= WINDOW and (low := self._lowest()) is not None:
                unneeded = self._surplus(low, step, rest)
                if unneeded > SLACK:
                    self._since_cut = 0
                    return self._jump(count, unneeded)
        at = self._read % SIZE
        self._read += count
        # Not by _peek: this line runs for everybody, fifty times a second.
        return self._samples[at : at + count] if at + count <= SIZE else self._peek(at, count)

    def _slack(self, waiting: int, count: int) -> tuple[int, int, int]:
        """Samples by which the next may come late after ``count`` of those that wait are taken; the steps in
        which that can change, since they come by frames and go by blocks; and samples beyond a whole step,
        which wait for nothing."""
        frame = self._frame
        step = count if count == frame else math.gcd(count, frame) or 1
        left = waiting - count
        rest = left % step
        ago = int((self._now() - self._pushed) * RATE)
        return (ago if ago < frame else frame) + left - rest - (frame - step), step, rest

    def _surplus(self, slack: int, step: int, rest: int) -> int:
        return (slack - self.margin) // step * step + rest

    def _begin(self, waiting: int, count: int) -> Samples:
        self._playing = True
        self._forget()
        if waiting > self.margin + count + HURRY:
            self._read += waiting - self.margin - count
        taken = self._copied(self._read, count)
        ramp = min(OVERLAP, count)
        taken[:ramp] *= np.linspace(0.0, 1.0, ramp, dtype=np.float32)
        self._read += count
        return taken

    def _forget(self) -> None:
        self._lows.clear()
        self._low, self._window = SIZE, 0

    def _lowest(self) -> int | None:
        """At a window's end: the slack that was not needed for a while, None if that is too short."""
        self._lows = [*self._lows[1 - REMEMBERED :], self._low]
        self._low, self._window = SIZE, 0
        self._since_cut += 1
        self._calm += 1
        if self._calm >= CALM and self.margin > self.least:
            self._calm, self.margin = 0, max(self.least, self.margin - RAISE)
        return min(self._lows) if len(self._lows) == REMEMBERED else None

    def _stretch(self, count: int, wanted: int) -> Samples:
        if self._since_cut < 2 * REMEMBERED:
            # What was cut is missing already: it was jitter, not a clock that runs fast.
            self._raise()
        return self._jump(count, -max(wanted, LEAST))

    def _raise(self) -> None:
        self._calm, self.margin = 0, min(MOST, self.margin + RAISE)

    def _jump(self, count: int, most: int) -> Samples:
        """``count`` samples that go over into what lies up to ``most`` samples further, or at least that
        much earlier if it is negative, where the wave is most like it; just ``most`` in a pause."""
        low, high = max(most - REACH, LEAST) if most > 0 else most - REACH, most
        taken = self._copied(self._read, count)
        if low > high:
            self._read += count
            return taken
        here = taken[:OVERLAP]
        field = self._peek(self._read + low, high - low + OVERLAP)
        jump = high if _quiet(here) and _quiet(field[-OVERLAP:]) else low + _best(field, here)
        there = self._peek(self._read + jump, count)
        taken[:OVERLAP] = here * FADE_OUT + there[:OVERLAP] * FADE_IN
        taken[OVERLAP:] = there[OVERLAP:]
        self._read += jump + count
        self._forget()
        if jump > 0:
            self.cuts += 1
        else:
            self.stretches += 1
        return taken

    def _run_dry(self, waiting: int, count: int) -> Samples:
        """The rest, going on as it did a moment before, faded out over ``OVERLAP`` samples however little
        is left."""
        self.underruns += 1
        self._playing = False
        self._raise()
        padded: Samples = np.zeros(count, np.float32)
        end = min(count, waiting + OVERLAP)
        padded[:waiting] = self._peek(self._read, waiting)
        self._read += waiting
        padded[waiting:end] = self._gone_on(self._read)[: end - waiting]
        fade = min(OVERLAP, end)
        padded[end - fade : end] *= FADE_OUT[OVERLAP - fade :]
        return padded

    def _gone_on(self, end: int) -> Samples:
        """``OVERLAP`` samples that could follow: what followed where the wave was most like its end."""
        start = end - OVERLAP - REACH - TEMPLATE
        field = self._peek(start, REACH + TEMPLATE)
        best = start + _best(field, self._peek(end - TEMPLATE, TEMPLATE)) + TEMPLATE
        return self._peek(best, OVERLAP)

    def _peek(self, start: int, count: int) -> Samples:
        """A view where it can be one. Also of what was played a moment ago, which is still there."""
        at = start % SIZE
        if at + count <= SIZE:
            return self._samples[at : at + count]
        return np.concatenate((self._samples[at:], self._samples[: count - (SIZE - at)]))

    def _copied(self, start: int, count: int) -> Samples:
        return np.array(self._peek(start, count))


def _quiet(samples: Samples) -> bool:
    return float(samples @ samples) < QUIET * len(samples)


def _best(field: Samples, wanted: Samples) -> int:
    """Where in ``field`` the samples are most like ``wanted``: the normalised correlation's maximum."""
    products = np.correlate(field, wanted, "valid")
    sums = np.concatenate(([0.0], np.cumsum(field * field, dtype=np.float64)))
    energies = sums[len(wanted) :] - sums[: -len(wanted)]
    return int(np.argmax(products / np.sqrt(energies + 1e-9)))

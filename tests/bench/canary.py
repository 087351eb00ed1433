"""Whether the machine itself stood still: then what is late or missing is nobody's fault who is measured.

On each processor waits a realtime thread that does nothing. When one wakes late, no other thread got that
processor in time either, whatever it runs; on virtual machines that is mostly the host.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from types import TracebackType

EVERY = 0.004  # seconds between two wakings
LATE = 0.005  # seconds of lateness that a realtime thread of a machine at rest does not see
AROUND = 0.1  # seconds before and after it whose sound does not count
WITHIN = 5  # times as long is waited for as is to count
PRIORITY = 20  # above every thread that is measured


class Canary:
    """Inside ``with`` it watches. ``held_up``: the monotonic seconds around which it stood still."""

    def __init__(self) -> None:
        self.held_up: list[float] = []
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._watch, args=(cpu,), daemon=True) for cpu in os.sched_getaffinity(0)
        ]

    def __enter__(self) -> Canary:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(5)

    def at_rest(self, begin: float, end: float) -> bool:
        """Whether nothing was held up in that span, nor just before or after it."""
        return not any(begin - AROUND <= held <= end + AROUND for held in self.held_up)

    def rest(self, begin: float, end: float) -> float:
        """Seconds of a span that count."""
        counted, at = 0.0, begin
        for held in sorted(self.held_up):
            counted += max(0.0, min(end, held - AROUND) - at)
            at = max(at, held + AROUND)
        return counted + max(0.0, end - at)

    def wait(self, seconds: float) -> Iterator[tuple[float, float]]:
        """Until so many seconds count: the spans, of half a second each, as they pass.

        :raises RuntimeError: the machine was hardly ever at rest.
        """
        begin = at = time.monotonic()
        while (counted := self.rest(begin, at)) < seconds and at - begin < WITHIN * seconds:
            time.sleep(0.5)
            start, at = at, time.monotonic()
            yield start, at
        if counted < seconds / 3:
            raise RuntimeError(f"the machine was at rest for {counted:.0f} of {at - begin:.0f} s only")

    def _watch(self, cpu: int) -> None:
        os.sched_setaffinity(0, {cpu})
        with contextlib.suppress(PermissionError):  # a usual thread of a machine at rest is not late either
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(PRIORITY))
        while not self._ended.is_set():
            asleep = time.monotonic()
            time.sleep(EVERY)
            if (awake := time.monotonic()) - asleep > EVERY + LATE:
                self.held_up += [asleep + EVERY, awake]

"""Waits with a bound: what does not come fails the test that waits for it, and the run goes on."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable
from typing import IO, AnyStr, TypeVar

PATIENCE = 60.0
"""Seconds; a machine on which several tests run at once is slow, and what is wrong never comes."""

T = TypeVar("T")


async def soon(what: Awaitable[T], within: float = PATIENCE) -> T:
    """What it gives.

    :raises TimeoutError: it did not come.
    """
    return await asyncio.wait_for(what, within)


async def eventually(condition: Callable[[], T], within: float = PATIENCE) -> T:
    """What ``condition`` returns once it is true; for what other threads and processes bring about.

    :raises TimeoutError: it did not become true.
    """
    async with asyncio.timeout(within):
        while not (value := condition()):  # noqa: ASYNC110 threads have no event of this loop
            await asyncio.sleep(0.02)
    return value


def line_of(pipe: IO[AnyStr] | None, within: float = PATIENCE) -> AnyStr:
    """The next line that a process writes; empty at its end.

    :raises AssertionError: none came.
    """
    assert pipe is not None
    lines: queue.SimpleQueue[AnyStr] = queue.SimpleQueue()
    threading.Thread(target=lambda: lines.put(pipe.readline()), daemon=True).start()
    try:
        return lines.get(timeout=within)
    except queue.Empty:
        raise AssertionError(f"no line came within {within:g} s") from None

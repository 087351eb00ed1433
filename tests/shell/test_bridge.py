"""Two loops: what blocks one does not stop the other."""

from __future__ import annotations

import asyncio
import threading
import time

from tests.waits import PATIENCE

from xcord.bridge import Media


async def test_a_coroutine_runs_on_the_media_thread_and_answers_here() -> None:
    media = Media(None)
    media.start()

    async def where() -> int:
        return threading.get_ident()

    assert await media.run(where()) == media.thread.ident
    assert media.stop()


async def test_the_media_loop_goes_on_while_the_hub_loop_is_blocked() -> None:
    media = Media(None)
    media.start()
    ticks: list[float] = []
    enough = threading.Event()

    async def tick() -> None:
        while True:
            ticks.append(time.monotonic())
            if len(ticks) == 20:
                enough.set()
            await asyncio.sleep(0.005)

    media.submit(tick())
    assert enough.wait(PATIENCE), "blocked for good"  # this blocks the hub loop on purpose
    assert media.stop()


async def test_cancelling_the_wait_does_not_cancel_the_work() -> None:
    media = Media(None)
    media.start()
    go, done = threading.Event(), threading.Event()

    async def work() -> None:
        await asyncio.to_thread(go.wait, PATIENCE)
        done.set()

    waiting = media.run(work())
    await asyncio.sleep(0)
    waiting.cancel()
    go.set()
    assert await asyncio.to_thread(done.wait, PATIENCE)
    assert media.stop()

"""A blocked loop is seen and the blocker named."""

from __future__ import annotations

import asyncio
import threading
import time

from tests.waits import soon

from xcord.watchdog import Watchdog


def block_here(release: threading.Event) -> None:
    release.wait(10)


async def test_it_names_the_file_that_blocks_once_for_each_blockage() -> None:
    seen: list[tuple[str, str, list[str]]] = []
    release = threading.Event()

    def blame(loop: str, stack: str, files: list[str]) -> str:
        seen.append((loop, stack, files))
        threading.Timer(0.3, release.set).start()
        return "it is blocked"

    watchdog = Watchdog(blame, limit=0.05)
    watchdog.watch("hub", asyncio.get_running_loop(), threading.get_ident())
    watchdog.start()
    block_here(release)
    watchdog.stop()
    assert len(seen) == 1
    assert watchdog.reason == "it is blocked"
    loop, stack, files = seen[0]
    assert loop == "hub"
    assert "block_here" in stack
    assert __file__ in files


async def test_a_loop_that_answers_is_never_blamed() -> None:
    seen: list[str] = []
    rounds = asyncio.Event()
    watchdog = Watchdog(lambda loop, stack, files: seen.append(loop) or "", limit=5.0)
    watchdog.watch("hub", asyncio.get_running_loop(), threading.get_ident())
    watched = watchdog._loops[0]
    started = watched.answered
    watchdog._look(watched)
    asyncio.get_running_loop().call_soon(rounds.set)
    await soon(rounds.wait())
    watchdog._look(watched)
    assert watched.answered > started <= time.monotonic()
    assert seen == []

"""A stranger's synchronous code never holds the hub."""

from __future__ import annotations

import asyncio
import threading

import pytest

from xcord import PluginFault
from xcord.workers import Workers


async def test_it_returns_what_the_function_returns_from_a_thread_of_its_own() -> None:
    workers = Workers()
    thread = await workers.run("spiral", threading.get_ident, deadline=5)
    assert thread != threading.get_ident()
    workers.close()


async def test_an_exception_names_the_plugin_and_the_worker_lives_on() -> None:
    workers = Workers()
    with pytest.raises(PluginFault, match=r"plugin 'spiral' raised ZeroDivisionError") as caught:
        await workers.run("spiral", lambda: 1 / 0, deadline=5)
    assert caught.value.plugin == "spiral"
    assert await workers.run("spiral", lambda: 7, deadline=5) == 7
    workers.close()


async def test_a_missed_deadline_is_final_until_it_is_switched_on_again() -> None:
    workers, release = Workers(), threading.Event()
    with pytest.raises(PluginFault) as caught:
        await workers.run("spiral", release.wait, 10, deadline=0.02)
    assert caught.value.code == "missed_deadline"
    with pytest.raises(PluginFault) as caught:
        await workers.run("spiral", lambda: 1, deadline=5)
    assert caught.value.code == "abandoned"
    workers.forget("spiral")
    assert await workers.run("spiral", lambda: 2, deadline=5) == 2
    release.set()
    workers.close()


async def test_who_waits_for_a_plugin_that_is_switched_off_hears_so_at_once() -> None:
    workers, release = Workers(), threading.Event()
    waiting = asyncio.ensure_future(workers.run("spiral", release.wait, 10, deadline=100))
    await asyncio.sleep(0)
    workers.forget("spiral")
    with pytest.raises(PluginFault) as caught:
        await waiting
    assert caught.value.code == "switched_off"
    assert await workers.run("spiral", lambda: 2, deadline=5) == 2
    release.set()
    workers.close()


async def test_one_blocked_stranger_does_not_delay_another() -> None:
    workers, release = Workers(), threading.Event()
    blocked = asyncio.ensure_future(workers.run("one", release.wait, 10, deadline=5))
    assert await workers.run("two", lambda: 2, deadline=5) == 2
    assert not blocked.done()
    release.set()
    assert await blocked is True
    workers.close()

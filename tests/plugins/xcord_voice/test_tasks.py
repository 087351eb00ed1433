"""A set of tasks: failures are told, ends are bounded."""

from __future__ import annotations

import asyncio

from xcord_voice.tasks import Tasks


async def fail() -> None:
    raise ValueError("broken")


async def test_a_failure_is_told_and_a_cancelled_task_is_none() -> None:
    told: list[BaseException] = []
    tasks = Tasks(told.append)
    tasks.start(fail())
    tasks.start(asyncio.sleep(60))
    await asyncio.sleep(0)
    tasks.cancel()
    await tasks.ended()
    assert [str(error) for error in told] == ["broken"]


async def test_its_end_waits_also_for_what_is_started_meanwhile() -> None:
    done = asyncio.Event()
    tasks = Tasks(lambda error: None)

    async def first() -> None:
        tasks.start(second())

    async def second() -> None:
        await asyncio.sleep(0)
        done.set()

    tasks.start(first())
    await tasks.ended()
    assert done.is_set()


async def test_its_end_is_bounded() -> None:
    tasks = Tasks(lambda error: None)
    tasks.start(asyncio.sleep(60))
    await tasks.ended(0.0)
    tasks.cancel()
    await tasks.ended()

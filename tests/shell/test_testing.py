"""The harness for plugin authors keeps its promises."""

from __future__ import annotations

import asyncio

import pytest

from xcord import CommandError, Handle, Nothing, Switch, Voice, hookimpl
from xcord.testing import FakeClock, running, settle


class Echo:
    """Asks a command whenever ``voice`` is lost, after a second."""

    __name__ = "xcord_echo"

    @hookimpl
    def xcord_start(self, hub: Handle) -> None:
        tasks: set[asyncio.Task[None]] = set()

        async def later() -> None:
            await hub.clock.sleep(1.0)
            await hub.ask("voice.mute", Switch(True))

        def on_voice(name: str, value: Voice | None) -> None:
            if value is not None and value.status == "lost":
                tasks.add(asyncio.ensure_future(later()))

        hub.watch(on_voice, "voice")


async def test_published_slices_asked_commands_and_time_work_together() -> None:
    async with running(Echo()) as world:
        world.answer("voice.mute", Switch)
        world.publish("voice", Voice(status="lost"))
        await world.clock.advance(0.9)
        assert world.asked == []
        await world.clock.advance(0.2)
        assert world.asked == [("voice.mute", Switch(True))]


async def test_a_published_slice_can_go_again() -> None:
    async with running() as world:
        world.publish("voice", Voice())
        world.publish("voice", None)
        assert world.read("voice") is None
        world.publish("voice", Voice(epoch=2))
        assert world.read("voice").epoch == 2


async def test_a_command_that_nobody_answers_is_refused_as_in_the_app() -> None:
    async with running() as world:
        with pytest.raises(CommandError, match=r"nobody answers 'voice\.leave'"):
            await world.ask("voice.leave", Nothing())


async def test_sleepers_wake_in_the_order_of_their_moments() -> None:
    clock, woken = FakeClock(), []

    async def sleep(seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(seconds)

    tasks = [asyncio.ensure_future(sleep(seconds)) for seconds in (3.0, 1.0, 2.0)]
    await clock.advance(2.0)
    assert woken == [1.0, 2.0]
    await clock.advance(1.0)
    assert woken == [1.0, 2.0, 3.0]
    assert all(task.done() for task in tasks)


async def test_until_waits_for_a_change_and_says_when_it_never_came() -> None:
    async with running() as world:
        asyncio.get_running_loop().call_later(0.01, world.publish, "voice", Voice(epoch=3))
        assert await world.until(lambda: world.read("voice"))
        with pytest.raises(TimeoutError):
            await world.until(lambda: False, timeout=0.05)
        await settle()

"""A real call in trouble that no event tells of: a frozen SFU, and a connection without media."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.parts import LiveKit
from tests.plugins.xcord_voice.callers import KeepingEngine, caller, tone_level

from xcord import CommandError, JoinToken, JoinTokenFor
from xcord.testing import World
from xcord_voice import stats
from xcord_voice.stall import Vital

RealVoice = Callable[..., Any]


def answer_tokens(world: World, livekit: LiveKit) -> None:
    """Plays the server end: a fresh token for each attempt."""

    def ticket(args: JoinTokenFor) -> JoinToken:
        token = livekit.token("me:desk", "r")
        return JoinToken(url=livekit.url, token=token, room="r", channel=args.channel)

    world.answer("directory.join_token", JoinTokenFor, ticket)


async def join(world: World, livekit: LiveKit) -> None:
    answer_tokens(world, livekit)
    await world.ask("voice.join", {"channel": "lobby"})
    await world.until(lambda: world.read("voice").status == "connected")


async def refused(world: World, **args: Any) -> str:
    with pytest.raises(CommandError) as caught:
        await world.ask("voice.rejoin", args)
    return caught.value.code


@contextlib.contextmanager
def frozen(livekit: LiveKit) -> Iterator[None]:
    livekit.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        livekit.signal(signal.SIGCONT)


@pytest.mark.parametrize("speaking", [True, False], ids=["speaking", "silent"])
async def test_a_frozen_server_is_a_problem_although_no_event_tells_and_ends_with_it(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice, speaking: bool
) -> None:
    async with caller(livekit, "ann:phone") as ann, real_voice() as world:
        await world.ask("voice.mute", {"on": True})
        if speaking:
            await ann.speak(440)
        await join(world, livekit)
        if speaking:
            await world.until(lambda: tone_level(engine.listened(0.5), 440) > -20)
        await asyncio.sleep(3.5)  # a while in which all is well
        assert world.read("voice").problem == ""
        with frozen(livekit):
            await world.until(lambda: world.read("voice").problem == "media", timeout=15)
            assert world.read("voice").status == "connected"
            assert await refused(world) == "reconnecting"
            assert await refused(world, take_over=True) == "too_soon"
        await world.until(lambda: world.read("voice").problem == "", timeout=15)
        assert await refused(world, take_over=True) == "not_needed"
        assert world.read("voice").epoch == 1
        assert [name for name, _ in world.notices] == ["voice.lost", "voice.returned"]


async def test_statistics_of_a_call_in_which_somebody_speaks_say_so(livekit: LiveKit) -> None:
    async with caller(livekit, "ann:phone") as ann, caller(livekit, "me:desk") as me:
        await ann.speak(440)
        await me.speak(880)
        async with asyncio.timeout(15):
            # A voice that sends fifty packets a second is quiet for a second only where the machine is busy.
            while (vital := await stats.look(me.room)) is None or vital.packets < 100 or vital.quiet >= 1.0:  # noqa: ASYNC110 nobody tells
                await asyncio.sleep(0.1)
        assert vital.publishing
        assert vital.answers > 0
        assert vital.quiet < 1.0, "in seconds, of a voice that sends fifty packets in each"


async def test_a_take_over_waits_for_a_server_that_answers(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice
) -> None:
    async with caller(livekit, "ann:phone") as ann, real_voice() as world:
        await ann.speak(440)
        await join(world, livekit)
        await world.until(lambda: tone_level(engine.listened(0.5), 440) > -20)
        with frozen(livekit):
            await world.until(lambda: world.read("voice").problem == "media", timeout=15)
            await accepted(world)
            # Asked for, but its question to the server is not answered; the old connection is kept.
            await asyncio.sleep(2.5)
            assert world.read("voice").status == "connected"
        await world.until(lambda: tone_level(engine.listened(0.3), 440) > -20, timeout=30)
        assert (world.read("voice").status, world.read("voice").epoch) == ("connected", 1)


async def test_a_take_over_replaces_a_connection_without_media_and_kicks_nobody(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    import xcord_voice.room

    ends: list[tuple[str, int]] = []
    dead = Vital(quiet=9.0, packets=500, answers=3, waiting=True, publishing=True)

    class Deaf(xcord_voice.room.RoomLink):
        number = 0

        def __init__(self, sink: Any) -> None:
            super().__init__(sink)
            type(self).number += 1
            self.number = type(self).number
            self._room.on("disconnected", lambda reason: ends.append(("dropped", reason)))

        async def connect(self, url: str, token: str) -> None:
            ends.append(("connect", self.number))
            await super().connect(url, token)

        async def disconnect(self) -> None:
            await super().disconnect()
            ends.append(("closed", self.number))

        async def vital(self) -> Vital | None:
            return dead if self.number == 1 else await super().vital()

    monkeypatch.setattr(xcord_voice.room, "RoomLink", Deaf)
    async with caller(livekit, "ann:phone") as ann, real_voice() as world:
        await ann.speak(440)
        await join(world, livekit)
        await world.until(lambda: world.read("voice").problem == "media", timeout=15)
        await accepted(world)
        # An epoch begins when a connection is wanted; the old one may still be ending.
        await world.until(lambda: ("connect", 2) in ends, timeout=30)
        before = len(engine.played)
        await world.until(lambda: tone_level(engine.listened(0.3, before), 440) > -20, timeout=30)
        await world.until(lambda: world.read("voice").problem == "", timeout=30)
        assert world.read("voice").epoch == 2
        own = 1  # CLIENT_INITIATED
        # The SDK's state may say that it left before its event does; then the event does not come any more.
        told = [end for end in ends if end[0] == "dropped"]
        assert told in ([], [("dropped", own)])
        assert ends == [("connect", 1), *told, ("closed", 1), ("connect", 2)]


async def accepted(world: World) -> None:
    """Asks for a take-over until it is not too soon any more."""
    async with asyncio.timeout(15):
        while True:
            try:
                await world.ask("voice.rejoin", {"take_over": True})
                return
            except CommandError as error:
                if error.code != "too_soon":
                    raise
                await asyncio.sleep(0.2)

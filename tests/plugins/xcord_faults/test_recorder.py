"""The plugin alone: its timeline, and that it leaves nothing behind."""

from __future__ import annotations

import msgspec
import pytest

import xcord_faults
from xcord import BlockLoop, CommandError, HubFault, Nothing, Person, Placed, ServerFault, Stage, Voice
from xcord.testing import World, running

ADA, BO = Person(user="ada", name="Ada"), Person(user="bo", name="Bo")
CALL = Voice(status="connected", epoch=1, people=(ADA, BO), me="ada")


def told(world: World) -> list[str]:
    return [f"{event.what} {event.detail}".strip() for event in world.read("faults").events]


def tile(user: str, x: int, kind: str = "camera") -> Placed:
    return Placed(user=user, kind=kind, n=0, x=x, y=0, width=5000, height=9000)  # type: ignore[arg-type]


async def test_a_timeline_tells_what_became_of_the_call() -> None:
    async with running(xcord_faults) as world:
        world.publish("voice", CALL)
        await world.clock.advance(1)
        await world.ask("faults.forget")
        for voice in (
            msgspec.structs.replace(CALL, status="reconnecting"),
            msgspec.structs.replace(
                CALL, status="reconnecting", people=(ADA, msgspec.structs.replace(BO, present=False))
            ),
            msgspec.structs.replace(CALL, epoch=2, muted=True),
            msgspec.structs.replace(CALL, status="lost", reason="removed", epoch=2, muted=True),
        ):
            await world.clock.advance(1.5)
            world.publish("voice", voice)
        world.hub.notify("participant.left", user="bo", name="Bo")
        assert told(world) == [
            "status reconnecting", "away bo", "status connected", "epoch 2", "muted on", "back bo",
            "status lost removed", "notice participant.left bo",
        ]  # fmt: skip
        assert world.read("faults").events[0].at == 1500


async def test_a_tile_moves_only_when_the_same_people_are_shown_elsewhere() -> None:
    async with running(xcord_faults) as world:
        both = {"main": (tile("ada", 0), tile("bo", 5000))}
        world.publish("stage", Stage(windows=both))
        world.publish("stage", Stage(windows={"main": (tile("ada", 0, "avatar"), tile("bo", 5000))}))
        world.publish("stage", Stage(windows={"main": (tile("ada", 0),)}))
        world.publish("stage", Stage(windows=both))
        assert told(world) == [], "another kind of tile, or other people: nobody moved"
        world.publish("stage", Stage(windows={"main": (tile("bo", 0), tile("ada", 5000))}))
        assert told(world) == ["moved ada/0", "moved bo/0"]


async def test_a_loop_is_blocked_for_as_long_as_was_asked_and_not_for_ever() -> None:
    async with running(xcord_faults) as world:
        await world.ask("faults.block", BlockLoop("hub", 1))
        await world.ask("faults.block", BlockLoop("media", 1))
        assert told(world) == ["block hub 1 ms", "block media 1 ms"]
        with pytest.raises(CommandError, match="blocked for at most"):
            await world.ask("faults.block", BlockLoop("hub", 60_000))


async def test_switching_it_off_ends_every_fault_and_takes_the_slice_away() -> None:
    async with running(xcord_faults) as world:
        world.answer("hub.fault", HubFault)
        world.answer("directory.fault", ServerFault)
        world.open_window("main")
        await world.supervisor.set("faults", False)
        assert world.asked == [("hub.fault", HubFault("none")), ("directory.fault", ServerFault("none"))]
        assert world.read("faults") is None
        with pytest.raises(CommandError):
            await world.ask("faults.end", Nothing())

"""The app's half with an events socket: who is in which channel, without asking again and again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.plugins.xcord_sync.fake_server import DIRECTORY, PASSWORD, FakeServer, faking
from tests.plugins.xcord_sync.test_keeper import as_time_goes, shown

import xcord_sync
from xcord import Join, Login, Nothing, Switch, Voice
from xcord.testing import World, running
from xcord_sync import contract
from xcord_sync.presence import Presence, after


def snapshot(seq: int, **people: tuple[str, ...]) -> contract.Snapshot:
    channels = tuple(contract.ChannelPeople(channel=name, people=users) for name, users in people.items())
    return contract.Snapshot(seq=seq, view="v1", channels=channels)


def came(seq: int, user: str, channel: str = "c1", here: bool = True) -> contract.Changed:
    return contract.Changed(seq=seq, channel=channel, user=user, here=here)


@asynccontextmanager
async def listening(folder: Path) -> AsyncIterator[tuple[World, FakeServer]]:
    """An app that is signed in and was told that Bo is in the lobby."""
    async with faking() as server, running(xcord_sync, folder=folder) as world:
        server.events = True
        await world.ask("directory.login", Login(server.address, "ann", PASSWORD))
        await world.until(lambda: len(server.hellos) == 1)
        server.tell(snapshot(5, c1=("u2",)))
        await world.until(lambda: lobby(world) == ("u2",))
        yield world, server


def lobby(world: World) -> tuple[str, ...]:
    servers = shown(world).servers
    return servers[0].channels[0].people if servers else ()


async def test_people_come_and_go_in_channels_without_a_question(tmp_path: Path) -> None:
    async with listening(tmp_path) as (world, server):
        await world.until(lambda: server.asked[-1] == "GET /v1/directory")  # the look after the snapshot
        server.asked.clear()
        server.tell(came(6, "u1"))
        await world.until(lambda: lobby(world) == ("u2", "u1"))
        server.tell(came(7, "u2", here=False))
        await world.until(lambda: lobby(world) == ("u1",))
        assert server.asked == []


async def test_a_changed_directory_is_asked_for_again_and_keeps_its_people(tmp_path: Path) -> None:
    async with listening(tmp_path) as (world, server):
        channel = contract.ChannelInfo(id="c1", name="Foyer")
        renamed = contract.ServerInfo(id="s1", name="Home", channels=(channel,))
        server.directory = msgspec.structs.replace(DIRECTORY, servers=(renamed,))
        server.tell(contract.DirectoryChanged(server="s1"))
        await world.until(lambda: shown(world).servers[0].channels[0].name == "Foyer")
        assert lobby(world) == ("u2",)


async def test_a_lost_socket_is_stale_until_it_is_resumed_from_where_it_was(tmp_path: Path) -> None:
    async with listening(tmp_path) as (world, server):
        server.tell(came(9, "u1"))
        await world.until(lambda: lobby(world) == ("u2", "u1"))
        server.hang_up(1012)
        await world.until(lambda: shown(world).status == "stale")
        assert (shown(world).reason, lobby(world)) == ("unavailable", ("u2", "u1"))
        await as_time_goes(world, lambda: len(server.hellos) == 2)
        assert (server.hellos[1].after, server.hellos[1].view) == (9, "v1")
        server.tell(contract.Resumed(seq=10, view="v1"))
        server.tell(came(10, "u2", here=False))
        await world.until(lambda: shown(world).status == "connected" and lobby(world) == ("u1",))


async def test_a_login_that_ends_while_listening_signs_out(tmp_path: Path) -> None:
    async with listening(tmp_path) as (world, server):
        server.hang_up(4001)
        await world.until(lambda: shown(world).status == "signed_out")
        assert shown(world).reason == "unauthorized"


async def test_words_of_a_newer_server_end_are_passed_over(tmp_path: Path) -> None:
    class Firework(msgspec.Struct, tag_field="type", tag="firework"):
        colour: str = "red"

    async with listening(tmp_path) as (world, server):
        server.tell(Firework())  # type: ignore[arg-type]
        server.tell(came(6, "u1"))
        await world.until(lambda: lobby(world) == ("u2", "u1"))
        assert len(server.hellos) == 1


@pytest.mark.parametrize(("there", "goes"), [("c1", True), ("c9", False), ("", False)])
async def test_a_call_is_led_to_another_channel_only_from_the_one_that_was_meant(
    tmp_path: Path, there: str, goes: bool
) -> None:
    async with listening(tmp_path) as (world, server):
        world.answer("voice.join", Join)
        world.answer("voice.leave", Nothing)
        world.publish("voice", Voice(status="connected", channel=there))
        device = str(server.bodies[0]["device"])
        server.tell(contract.Called(device="another", channel="c1", to="c2"))
        server.tell(contract.Called(device=device, channel="c1", to="c2"))
        server.tell(came(6, "u1"))
        await world.until(lambda: lobby(world) == ("u2", "u1"))
        if goes:
            await world.until(lambda: bool(world.asked))
        await asyncio.sleep(0)
        assert world.asked == ([("voice.join", Join("c2"))] if goes else [])


@pytest.mark.parametrize(
    ("there", "muted", "source", "shown_muted"),
    [
        ("c1", False, "microphone", True),
        ("c1", False, "all", True),
        ("c1", False, "camera", False),
        ("c1", True, "microphone", False),
        ("c9", False, "microphone", False),
    ],
)
async def test_who_is_muted_by_a_moderator_is_shown_it_as_a_wish_of_their_own(
    tmp_path: Path, there: str, muted: bool, source: str, shown_muted: bool
) -> None:
    async with listening(tmp_path) as (world, server):
        world.answer("voice.mute", Switch)
        world.answer("voice.leave", Nothing)
        world.publish("voice", Voice(status="connected", channel=there, muted=muted))
        device = str(server.bodies[0]["device"])
        server.tell(contract.Muted(device="another", channel=there, source=source))
        server.tell(contract.Muted(device=device, channel="c1", source=source))
        server.tell(came(6, "u1"))
        await world.until(lambda: lobby(world) == ("u2", "u1"))
        if shown_muted:
            await world.until(lambda: bool(world.notices))
        await asyncio.sleep(0)
        assert world.asked == ([("voice.mute", Switch(True))] if shown_muted else [])
        assert world.notices == ([("directory.muted", {})] if shown_muted else [])


CHANGE = some.tuples(some.sampled_from("abc"), some.sampled_from("xy"), some.booleans())


@given(some.lists(CHANGE, max_size=20), some.lists(some.integers(0, 19), max_size=10))
def test_what_is_told_twice_or_late_changes_nothing(
    changes: list[tuple[str, str, bool]], again: list[int]
) -> None:
    told = [came(n, user, channel, here) for n, (user, channel, here) in enumerate(changes, 1)]
    once = Presence()
    for each in told:
        once = after(once, each)
    twice = once
    for n in again:
        if n < len(told):
            twice = after(twice, told[n])
    assert twice == once
    for channel in "xy":
        last = {user: here for user, where, here in changes if where == channel}
        assert set(once.channels.get(channel, ())) == {user for user, here in last.items() if here}

"""Rings as an app keeps them: begun, ended in every way there is, and what is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.plugins.xcord_sync.fake_server import ACCOUNT, FakeServer, faking
from tests.plugins.xcord_sync.test_keeper import log_in, refused

import xcord_sync
from xcord import Join, Nothing, Ring, Ringing, RingPerson, Voice
from xcord.testing import World, running
from xcord_sync import contract

NAMES = {"u1": "Ann", "u2": "Bo", "u3": "Cem"}
DIRECTORY = contract.DirectoryAnswer(
    account=ACCOUNT,
    servers=(
        contract.ServerInfo(
            id="s1",
            name="Home",
            channels=tuple(
                contract.ChannelInfo(id=id, name=name) for id, name in (("c1", "Lobby"), ("c2", "Attic"))
            ),
        ),
    ),
    people=tuple(contract.PersonInfo(user=user, name=name) for user, name in NAMES.items()),
)
UP = Voice(status="connected", channel="c1", room="vc_c1")
BO = RingPerson("c1", "u2")
RING = "/v1/channels/c1/people/u2/ring"
CALLS_BO = Ring(channel="c1", user="u2", name="Bo", place="Lobby")


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with faking() as found:
        found.events, found.directory = True, DIRECTORY
        found.raw[RING] = (200, msgspec.json.encode(contract.RingAnswer(seconds=30)))
        yield found


class App:
    """An app whose server end says what a test has it say. ``seq`` counts changes."""

    def __init__(self, world: World, server: FakeServer) -> None:
        self.world, self.server, self.seq = world, server, 0

    @property
    def rings(self) -> Ringing:
        value = self.world.read("ringing")
        assert isinstance(value, Ringing)
        return value

    @property
    def told(self) -> list[tuple[str, dict[str, Any]]]:
        return [each for each in self.world.notices if each[0].startswith("ringing.")]

    async def say(self, happening: contract.Happening) -> None:
        """Told, and acted on: what is told after it has an effect that is seen."""
        self.server.tell(happening)
        await self.moves("c2", "u9", here=True)
        await self.moves("c2", "u9", here=False)

    async def moves(self, channel: str, user: str, *, here: bool) -> None:
        """Somebody comes or goes, and the directory shows it."""
        self.seq += 1
        self.server.tell(contract.Changed(seq=self.seq, channel=channel, user=user, here=here))
        await self.world.until(lambda: (user in self.people(channel)) is here)

    def people(self, channel: str) -> tuple[str, ...]:
        (found,) = (
            each.people
            for server in self.world.read("directory").servers
            for each in server.channels
            if each.id == channel
        )
        return tuple(found)

    async def is_called(self, by: str = "u2", channel: str = "c1", seconds: int = 30) -> None:
        await self.moves(channel, by, here=True)
        await self.say(contract.RingBegun(channel=channel, by=by, seconds=seconds))

    async def asks(self, line: str, times: int = 1) -> None:
        """Waits until the server end was asked."""
        await self.world.until(lambda: self.server.asked.count(line) == times)


@asynccontextmanager
async def an_app(folder: Path, server: FakeServer, **options: Any) -> AsyncIterator[App]:
    chosen = {f"sync.{name}": value for name, value in options.items()}
    async with running(xcord_sync, folder=folder, options=chosen) as world:
        world.answer("voice.join", Join)
        world.answer("voice.leave", Nothing)
        await log_in(world, server)
        await world.until(lambda: server.hellos)
        server.tell(contract.Snapshot(seq=0, view="v"))
        await world.until(lambda: world.read("directory").status == "connected")
        yield App(world, server)


# -- calling ---------------------------------------------------------------------------------------------


async def test_who_is_in_a_call_calls_somebody_and_every_window_shows_it(
    tmp_path: Path, server: FakeServer
) -> None:
    async with an_app(tmp_path, server) as app:
        app.world.publish("voice", UP)
        await app.world.ask("ringing.call", BO)
        await app.world.ask("ringing.call", BO)  # harmless
        assert app.rings == Ringing(outgoing=(CALLS_BO,))
        assert server.asked.count(f"POST {RING}") == 1
        await app.world.ask("ringing.cancel", BO)
        await app.world.ask("ringing.cancel", BO)
        assert app.rings == Ringing()
        assert server.asked.count(f"DELETE {RING}") == 1
        assert app.told == []


@pytest.mark.parametrize(
    "voice",
    [
        None,
        Voice(),
        Voice(status="connected", channel="c2"),
        Voice(status="lost", channel="c1"),
        Voice(status="connected"),
    ],
)
async def test_who_is_not_in_that_call_calls_nobody(
    tmp_path: Path, server: FakeServer, voice: Voice | None
) -> None:
    async with an_app(tmp_path, server) as app:
        if voice is not None:
            app.world.publish("voice", voice)
        assert (await refused(app.world, "ringing.call", BO)).code == "not_in_call"
        assert (await refused(app.world, "ringing.call", RingPerson("", "u2"))).code == "not_in_call"
        assert not [line for line in server.asked if line.endswith("/ring")]


async def test_who_is_signed_out_is_told_so(tmp_path: Path, server: FakeServer) -> None:
    async with an_app(tmp_path, server) as app:
        await app.world.ask("directory.logout")
        assert (await refused(app.world, "ringing.call", BO)).code == "not_signed_in"


async def test_what_the_server_end_refuses_is_not_shown_as_a_ring(tmp_path: Path, server: FakeServer) -> None:
    async with an_app(tmp_path, server) as app:
        app.world.publish("voice", UP)
        del server.raw[RING]
        for code in ("being_called", "rate_limited"):
            server.refuse[RING] = code
            assert (await refused(app.world, "ringing.call", BO)).code == code
            assert app.rings == Ringing()
        await app.world.clock.advance(60)
        assert app.told == []


async def test_a_ring_that_nobody_answers_ends_after_half_a_minute(
    tmp_path: Path, server: FakeServer
) -> None:
    async with an_app(tmp_path, server) as app:
        app.world.publish("voice", UP)
        await app.world.ask("ringing.call", BO)
        await app.world.clock.advance(29.9)
        assert app.rings.outgoing == (CALLS_BO,)
        await app.world.clock.advance(0.2)
        assert app.rings == Ringing()
        assert app.told == [("ringing.unanswered", {"name": "Bo"})]


async def test_who_declines_is_told_of_and_the_ring_is_over(tmp_path: Path, server: FakeServer) -> None:
    async with an_app(tmp_path, server) as app:
        app.world.publish("voice", UP)
        await app.world.ask("ringing.call", BO)
        over = contract.RingOver(channel="c1", user="u2", by="u1", reason="declined")
        await app.say(over)
        await app.say(over)
        assert app.rings == Ringing()
        await app.world.clock.advance(60)
        assert app.told == [("ringing.declined", {"name": "Bo"})]


async def test_who_comes_has_answered(tmp_path: Path, server: FakeServer) -> None:
    async with an_app(tmp_path, server) as app:
        app.world.publish("voice", UP)
        await app.world.ask("ringing.call", BO)
        await app.moves("c1", "u3", here=True)
        assert app.rings.outgoing == (CALLS_BO,)
        await app.moves("c1", "u2", here=True)
        assert app.rings == Ringing()
        await app.asks(f"DELETE {RING}")  # so that a new one may begin at once
        await app.world.clock.advance(60)
        assert app.told == []


@pytest.mark.parametrize("voice", [Voice(), Voice(status="connecting", channel="c2"),
                                   Voice(status="lost", channel="c1", reason="moved"), None])  # fmt: skip
async def test_who_leaves_the_call_calls_nobody_into_it_any_more(
    tmp_path: Path, server: FakeServer, voice: Voice | None
) -> None:
    async with an_app(tmp_path, server) as app:
        app.world.publish("voice", UP)
        await app.world.ask("ringing.call", BO)
        app.world.publish("voice", Voice(status="reconnecting", channel="c1"))
        assert app.rings.outgoing == (CALLS_BO,)
        app.world.publish("voice", voice)
        assert app.rings == Ringing()
        await app.asks(f"DELETE {RING}")
        assert app.told == []


async def test_a_ring_that_is_taken_back_before_it_began_rings_nowhere(
    tmp_path: Path, server: FakeServer
) -> None:
    async with an_app(tmp_path, server) as app:
        app.world.publish("voice", UP)
        answered = server.holds[f"POST {RING}"] = asyncio.Event()
        calling = asyncio.ensure_future(app.world.ask("ringing.call", BO))
        await app.asks(f"POST {RING}")
        assert app.rings.outgoing == (CALLS_BO,), "it is shown at once"
        await app.world.ask("ringing.cancel", BO)
        await app.asks(f"DELETE {RING}")
        answered.set()
        await calling
        await app.asks(f"DELETE {RING}", 2)  # the first may have come too early
        assert app.rings == Ringing()


# -- being called ----------------------------------------------------------------------------------------


async def test_who_is_called_sees_by_whom_and_told_twice_it_is_one_ring(
    tmp_path: Path, server: FakeServer
) -> None:
    async with an_app(tmp_path, server) as app:
        await app.is_called()
        assert app.rings == Ringing(incoming=(CALLS_BO,))
        await app.world.clock.advance(20)
        await app.say(contract.RingBegun(channel="c1", by="u2", seconds=30))
        assert app.rings == Ringing(incoming=(CALLS_BO,))
        await app.world.clock.advance(10)
        assert app.rings == Ringing(), "its time ran from the first word on"
        assert app.told == [("ringing.missed", {"name": "Bo", "channel": "Lobby"})]


async def test_answering_joins_by_the_ordinary_way_and_nothing_else_does(
    tmp_path: Path, server: FakeServer
) -> None:
    async with an_app(tmp_path, server) as app:
        assert (await refused(app.world, "ringing.answer", BO)).code == "no_such_ring"
        await app.is_called()
        await app.is_called("u3", "c2")
        assert app.world.asked == []
        await app.world.ask("ringing.answer", BO)
        assert app.world.asked == [("voice.join", Join("c1"))]
        assert [ring.user for ring in app.rings.incoming] == ["u3"]
        await app.world.clock.advance(60)
        assert app.told == [("ringing.missed", {"name": "Cem", "channel": "Attic"})]


async def test_a_join_that_is_refused_leaves_the_ring(tmp_path: Path, server: FakeServer) -> None:
    async with an_app(tmp_path, server) as app:
        await app.is_called()
        app.world.hub.commands.pop("voice.join")
        assert (await refused(app.world, "ringing.answer", BO)).code == "unknown_command"
        assert app.rings.incoming == (CALLS_BO,)


async def test_not_now_is_told_to_the_server_end_and_to_nobody_here(
    tmp_path: Path, server: FakeServer
) -> None:
    async with an_app(tmp_path, server) as app:
        await app.is_called()
        mine = "/v1/channels/c1/people/u1/ring"
        server.refuse[mine] = "no_such_ring"  # it was over already: that is what was wanted
        await app.world.ask("ringing.dismiss", BO)
        assert app.rings == Ringing()
        assert server.asked.count(f"DELETE {mine}") == 1
        await app.is_called()
        server.refuse[mine] = "unavailable"
        assert (await refused(app.world, "ringing.dismiss", BO)).code == "server_error"
        assert app.rings == Ringing(), "it rings no more all the same"
        assert app.told == []


@pytest.mark.parametrize(("reason", "missed"), [("declined", 0), ("cancelled", 1)])
async def test_an_end_from_elsewhere_ends_it_here(
    tmp_path: Path, server: FakeServer, reason: str, missed: int
) -> None:
    async with an_app(tmp_path, server) as app:
        await app.is_called()
        await app.say(contract.RingOver(channel="c2", user="u1", by="u2", reason=reason))
        assert app.rings.incoming == (CALLS_BO,), "that was another one"
        await app.say(contract.RingOver(channel="c1", user="u1", by="u2", reason=reason))
        assert app.rings == Ringing()
        assert len(app.told) == missed


async def test_it_ends_when_the_caller_leaves_and_when_another_device_of_mine_answers(
    tmp_path: Path, server: FakeServer
) -> None:
    async with an_app(tmp_path, server) as app:
        await app.is_called()
        await app.moves("c1", "u2", here=False)
        assert app.rings == Ringing()
        assert app.told == [("ringing.missed", {"name": "Bo", "channel": "Lobby"})]
        await app.is_called()
        await app.moves("c1", "u1", here=True)
        assert app.rings == Ringing()
        await app.say(contract.RingBegun(channel="c1", by="u2", seconds=9))  # late: I am there
        assert app.rings == Ringing()
        assert len(app.told) == 1


async def test_a_caller_who_is_not_seen_yet_has_not_left(tmp_path: Path, server: FakeServer) -> None:
    async with an_app(tmp_path, server) as app:
        await app.say(contract.RingBegun(channel="c1", by="u2", seconds=30))
        assert app.rings.incoming == (CALLS_BO,)
        await app.moves("c1", "u2", here=True)
        await app.moves("c1", "u2", here=False)
        assert app.rings == Ringing()


async def test_a_ring_into_a_channel_that_is_gone_or_unknown_is_none(
    tmp_path: Path, server: FakeServer
) -> None:
    async with an_app(tmp_path, server) as app:
        await app.say(contract.RingBegun(channel="c7", by="u2", seconds=30))
        assert app.rings == Ringing()
        await app.is_called()
        app.world.publish("voice", UP)
        await app.world.ask("ringing.call", RingPerson("c1", "u2"))
        server.directory = msgspec.structs.replace(DIRECTORY, servers=())
        server.tell(contract.DirectoryChanged(server="s1"))
        await app.world.until(lambda: app.rings == Ringing())
        assert app.told == []


async def test_signing_out_ends_all(tmp_path: Path, server: FakeServer) -> None:
    async with an_app(tmp_path, server) as app:
        await app.is_called()
        await app.world.ask("directory.logout")
        assert app.rings == Ringing()
        await app.world.clock.advance(60)
        assert app.told == []


async def test_who_does_not_want_to_be_called_hears_of_nothing(tmp_path: Path, server: FakeServer) -> None:
    async with an_app(tmp_path, server, calls=False) as app:
        await app.is_called()
        assert app.rings == Ringing()
        await app.world.ask("settings.set", {"name": "sync.calls", "value": True})
        await app.say(contract.RingBegun(channel="c1", by="u2", seconds=30))
        assert app.rings.incoming == (CALLS_BO,)


async def test_a_plugin_that_is_switched_off_leaves_no_ring_and_no_timer(
    tmp_path: Path, server: FakeServer
) -> None:
    async with an_app(tmp_path, server) as app:
        await app.is_called()
        await app.world.supervisor.set("sync", False)
        assert app.world.read("ringing") is None
        await app.world.clock.advance(60)
        assert (app.told, app.world.faults) == ([], [])

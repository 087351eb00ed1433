"""Calling somebody into a channel, at the server end: who may, how often, and who is told."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, text, update
from tests.plugins.xcord_sync.callers import Ear, in_call, join, listening
from tests.plugins.xcord_sync.served import Served
from tests.plugins.xcord_sync.test_events import newcomer
from tests.plugins.xcord_sync.world import Person, World

from xcord_sync.backend.presence import ledger
from xcord_sync.backend.presence.line import Line
from xcord_sync.backend.tables import VoiceSession


def ring(channel: str, person: Person) -> str:
    return f"/v1/channels/{channel}/people/{person.user}/ring"


async def enter(world: World, channel: str, person: Person) -> None:
    """In the channel's call, as the SFU would have told."""
    row = {"room_sid": "RM", "room": f"vc_{channel}", "channel_id": channel, "device": "d"}
    async with world.parts.store.change() as db:
        who = {"participant_sid": person.user, "user_id": person.user, "source": "webhook"}
        await db.execute(insert(VoiceSession).values(**row, **who))


async def leave(world: World, person: Person) -> None:
    async with world.parts.store.change() as db:
        gone = update(VoiceSession).where(VoiceSession.user_id == person.user)
        await db.execute(gone.values(left_at=text("now()")))


async def age(world: World, seconds: int) -> None:
    """Rings that are out have been so for longer."""
    async with world.parts.store.change() as db:
        await db.execute(text(f"UPDATE rings SET until = until - interval '{seconds} s'"))


@pytest.fixture
async def scene(world: World) -> tuple[Person, Person, str, str]:
    """Somebody in a channel's call, somebody who is not, the server and the channel."""
    owner = await world.person("Ada")
    server, channel = await owner.server()
    bo = await world.member(owner, server, name="Bo")
    await enter(world, channel, owner)
    return owner, bo, server, channel


async def test_a_second_ring_while_one_is_out_is_the_same_one(
    world: World, scene: tuple[Person, Person, str, str]
) -> None:
    ada, bo, _, channel = scene
    assert await ada.get("POST", ring(channel, bo)) == {"seconds": 30}
    await age(world, 20)
    assert (await ada.get("POST", ring(channel, bo)))["seconds"] <= 10
    await age(world, 20)  # it is over
    assert await ada.get("POST", ring(channel, bo)) == {"seconds": 30}


async def test_nobody_is_called_twice_at_once_into_one_channel(
    world: World, scene: tuple[Person, Person, str, str]
) -> None:
    ada, bo, server, channel = scene
    cem = await world.member(ada, server, name="Cem")
    await enter(world, channel, cem)
    await ada.get("POST", ring(channel, bo))
    assert await cem.refused("POST", ring(channel, bo)) == "being_called"
    assert await cem.refused("DELETE", ring(channel, bo)) == "no_such_ring"  # it is Ada's
    await leave(world, ada)  # without a word
    assert await cem.get("POST", ring(channel, bo)) == {"seconds": 30}
    assert await ada.refused("DELETE", ring(channel, bo)) == "no_such_ring"


async def test_who_is_not_in_the_call_calls_nobody_into_it_and_nobody_who_is(
    world: World, scene: tuple[Person, Person, str, str]
) -> None:
    ada, bo, server, channel = scene
    other = (await ada.get("POST", f"/v1/servers/{server}/channels", 201, name="Other"))["id"]
    assert await ada.refused("POST", ring(other, bo)) == "not_in_call"
    assert await bo.refused("POST", ring(channel, ada)) == "not_in_call"
    await enter(world, channel, bo)
    assert await ada.refused("POST", ring(channel, bo)) == "already_in_call"
    assert await ada.refused("POST", ring(channel, ada)) == "already_in_call"
    await leave(world, ada)
    assert await ada.refused("POST", ring(channel, bo)) == "not_in_call"


async def test_only_members_of_the_channels_server_are_called_and_call(
    world: World, scene: tuple[Person, Person, str, str]
) -> None:
    ada, bo, server, channel = scene
    stranger = await world.person("Stranger")
    for nobody in (stranger, replace(stranger, user=str(uuid.uuid4())), replace(stranger, user="x")):
        assert await ada.refused("POST", ring(channel, nobody)) == "no_such_member"
    await enter(world, channel, stranger)  # by a token from before
    assert await stranger.refused("POST", ring(channel, bo)) == "no_such_channel"
    await ada.get("POST", ring(channel, bo))
    await ada.get("POST", f"/v1/servers/{server}/bans/{bo.user}", 204, reason="x")
    assert await ada.refused("POST", ring(channel, bo)) == "no_such_member"
    assert await bo.refused("DELETE", ring(channel, bo)) == "no_such_channel"


async def test_nobody_can_be_pestered_and_nobody_rings_everybody(
    world: World, scene: tuple[Person, Person, str, str]
) -> None:
    ada, bo, server, channel = scene
    for _ in range(4):
        await ada.get("POST", ring(channel, bo))
        await bo.get("DELETE", ring(channel, bo), 204)
    answer = await ada.ask("POST", ring(channel, bo))
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert 60 < int(answer.headers["Retry-After"]) <= 120
    others = [await world.member(ada, server) for _ in range(16)]
    answers = [await ada.ask("POST", ring(channel, each)) for each in others]
    assert [each.status_code for each in answers] == [200] * 15 + [429]


async def test_a_ring_that_nobody_ended_is_forgotten(
    world: World, scene: tuple[Person, Person, str, str], url: str
) -> None:
    ada, bo, _, channel = scene
    await ada.get("POST", ring(channel, bo))
    line = Line(url)
    for left in (1, 0):
        await ledger.trim(line)
        async with world.parts.store.change() as db:
            assert (await db.execute(text("SELECT count(*) FROM rings"))).scalar_one() == left
        await age(world, 40)
    await line.close()
    assert await bo.refused("DELETE", ring(channel, bo)) == "no_such_ring"


async def test_two_instances_know_the_same_rings(
    world: World, scene: tuple[Person, Person, str, str], other: httpx.AsyncClient
) -> None:
    ada, bo, _, channel = scene
    at_other = replace(ada, http=other)
    both = await asyncio.gather(*(each.ask("POST", ring(channel, bo)) for each in (ada, at_other)))
    assert [each.status_code for each in both] == [200, 200]
    await replace(bo, http=other).get("DELETE", ring(channel, bo), 204)
    assert await ada.refused("DELETE", ring(channel, bo)) == "no_such_ring"


# -- on the real sockets ----------------------------------------------------------------------------------


async def asked(served: Served, method: str, channel: str, user: str, token: str) -> int:
    path = f"/v1/channels/{channel}/people/{user}/ring"
    return (await asyncio.to_thread(served.ask, method, path, token)).status_code


def rings(ear: Ear) -> list[dict[str, Any]]:
    return [told for told in ear.said if told["type"].startswith("ring")]


async def test_the_called_ones_devices_are_told_and_of_the_end_both_and_nobody_else(served: Served) -> None:
    ada, _, adas = newcomer(served)
    bo, bos_login, bos = newcomer(served)
    cem, _, cems = newcomer(served)
    phone = served.log_in(bos_login, "a long enough one", "phone")
    channel = served.channels(adas)[0]
    async with AsyncExitStack() as stack:
        ears = [await stack.enter_async_context(listening(served, each)) for each in (adas, bos, phone, cems)]
        caller, desk, mobile, third = ears
        await stack.enter_async_context(in_call(join(served, adas, channel)))
        for ear in ears:
            await ear.until("changed", channel=channel, user=ada, here=True)

        assert await asked(served, "POST", channel, bo, adas) == 200
        for ear in (desk, mobile):
            told = await ear.until("ring", by=ada, channel=channel)
            assert told["seconds"] == 30
        assert await asked(served, "DELETE", channel, bo, bos) == 204
        for ear in (caller, desk, mobile):
            await ear.until("ring_over", channel=channel, user=bo, by=ada, reason="declined")

        assert await asked(served, "POST", channel, bo, adas) == 200
        assert await asked(served, "DELETE", channel, bo, cems) == 404
        assert await asked(served, "DELETE", channel, bo, adas) == 204
        for ear in (caller, desk, mobile):
            await ear.until("ring_over", channel=channel, user=bo, by=ada, reason="cancelled")

        assert await asked(served, "POST", channel, cem, adas) == 200  # the first that is told to the third
        await third.until("ring", by=ada)
        assert [told["type"] for told in rings(third)] == ["ring"]
        assert [told["type"] for told in rings(caller)] == ["ring_over"] * 2

"""What holds for all instances together: limits on credentials, and seats in channels."""

import asyncio

import httpx
from sqlalchemy import insert, text
from tests.plugins.xcord_sync.world import PASSWORD, Person, World

from xcord_sync.backend.limits import Attempts
from xcord_sync.backend.presence import ledger
from xcord_sync.backend.presence.line import Line
from xcord_sync.backend.store import Store
from xcord_sync.backend.tables import VoiceSession


async def test_wrong_passwords_count_at_all_instances_together(
    world: World, other: httpx.AsyncClient
) -> None:
    person = await world.person()
    wrong = {"login": person.login, "password": "not this one", "device": "d"}
    answers = [await (world.http if at % 2 else other).post("/v1/login", json=wrong) for at in range(7)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 2
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    right = wrong | {"password": PASSWORD}
    assert (await other.post("/v1/login", json=right)).status_code == 429


async def test_a_burst_at_two_instances_is_counted_whole(world: World, url: str) -> None:
    attempts, second = Attempts("burst", 10, 60), await Store.open(url)
    try:
        stores = [world.parts.store, second] * 15
        waits = await asyncio.gather(*(attempts.begin(store, "somebody") for store in stores))
    finally:
        await second.close()
    assert sum(wait == 0 for wait in waits) == 10
    assert all(1 <= wait <= 60 for wait in waits if wait)
    assert await attempts.begin(world.parts.store, "another") == 0


async def test_good_attempts_do_not_count_and_old_ones_fall_out(world: World, url: str) -> None:
    attempts, store = Attempts("some", 2, 60), world.parts.store
    assert [await attempts.begin(store, "a") for _ in range(2)] == [0, 0]
    await attempts.forgive(store, "a")
    await attempts.forgive(store, "nobody")
    assert await attempts.begin(store, "a") == 0
    assert await attempts.begin(store, "a") > 0
    async with store.change() as db:
        await db.execute(text("UPDATE attempts SET times = ARRAY[now() - interval '59.5 s', now()]"))
    assert await attempts.begin(store, "a") == 1
    async with store.change() as db:
        await db.execute(text("UPDATE attempts SET times = ARRAY[now() - interval '61 s', now()]"))
    assert [await attempts.begin(store, "a"), await attempts.begin(store, "a") > 0] == [0, True]
    async with store.change() as db:
        await db.execute(text("UPDATE attempts SET until = now() - interval '1 s'"))
    line = Line(url)
    await ledger.trim(line)
    await line.close()
    async with store.change() as db:
        assert (await db.execute(text("SELECT count(*) FROM attempts"))).scalar_one() == 0


async def test_a_channel_takes_no_more_than_its_limit_from_two_instances_at_once(
    world: World, other: httpx.AsyncClient
) -> None:
    owner = await world.person()
    server, channel = await owner.server()
    people = [await world.member(owner, server) for _ in range(8)]
    await owner.get("PATCH", f"/v1/channels/{channel}", user_limit=3)
    at_either = [
        Person(other if at % 2 else world.http, each.login, each.user, each.token)
        for at, each in enumerate(people)
    ]
    path = f"/v1/channels/{channel}/join"
    answers = await asyncio.gather(*(each.ask("POST", path, device="d") for each in at_either))
    let_in = [each for each, answer in zip(at_either, answers, strict=True) if answer.status_code == 200]
    assert len(let_in) == 3
    assert {answer.json()["code"] for answer in answers if answer.status_code != 200} == {"channel_full"}
    assert await let_in[0].get("POST", path, device="again")  # a seat of their own
    assert await owner.get("POST", path, device="d")
    async with world.parts.store.change() as db:
        await db.execute(text("UPDATE seats SET until = now() - interval '1 s'"))
        row = {"room_sid": "R", "room": "vc", "channel_id": channel, "device": "d", "source": "webhook"}
        await db.execute(insert(VoiceSession).values(**row, participant_sid="P", user_id=let_in[0].user))
    outside = [each for each in at_either if each not in let_in]
    answers = await asyncio.gather(*(each.ask("POST", path, device="d") for each in outside))
    assert [answer.status_code for answer in answers].count(200) == 2  # who did not come gave up the seat

"""Servers, members, invites and channels."""

import asyncio
import json
import time
import uuid
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import asyncpg
import jwt
import pytest
from sqlalchemy import insert, select, text, update
from tests.plugins.xcord_sync.world import Person, World
from tests.waits import PATIENCE

from xcord_sync.backend import tokens
from xcord_sync.backend.news import TOPIC
from xcord_sync.backend.queries import invites
from xcord_sync.backend.queries import servers as queries
from xcord_sync.backend.tables import Audit, Ban, Invite, Member, User, VoiceSession


async def channels(person: Person, server: str) -> list[str]:
    directory = await person.get("GET", "/v1/directory")
    [found] = [each for each in directory["servers"] if each["id"] == server]
    return [each["name"] for each in found["channels"]]


async def roles(person: Person, server: str) -> dict[str, str]:
    members = (await person.get("GET", f"/v1/servers/{server}/members"))["members"]
    return {each["user"]: each["role"] for each in members}


# -- servers ---------------------------------------------------------------------------------------------


async def test_who_makes_a_server_owns_it_renames_it_and_deletes_it(world: World) -> None:
    owner = await world.person()
    server, channel = await owner.server("Den")
    renamed = await owner.get("PATCH", f"/v1/servers/{server}", name="Lair")
    assert (renamed["name"], renamed["role"], renamed["channels"][0]["id"]) == ("Lair", "owner", channel)
    guest = await world.member(owner, server)
    assert [each["name"] for each in (await guest.get("GET", "/v1/directory"))["servers"]] == ["Lair"]
    await owner.get("DELETE", f"/v1/servers/{server}", 204)
    assert (await guest.get("GET", "/v1/directory"))["servers"] == []
    assert world.calls.expelled == [([channel], "", "no_such_channel")]
    assert await owner.refused("PATCH", f"/v1/servers/{server}", name="x") == "no_such_server"
    assert await guest.refused("POST", f"/v1/channels/{channel}/join", device="d") == "no_such_channel"


async def test_a_person_owns_only_so_many_servers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_OWNED", 2)
    owner = await world.person()
    await owner.server()
    await owner.server()
    assert await owner.refused("POST", "/v1/servers", name="x") == "limit_reached"


async def test_an_account_made_by_the_owner_is_in_no_strangers_server(world: World) -> None:
    stranger = await world.person()
    server, _ = await stranger.server()
    login: dict[str, Any] = {"login": "owner", "password": "a long password", "device": "d"}
    boss = Person(world.http, "owner", "", (await world.nobody.get("POST", "/v1/login", **login))["token"])
    await boss.get("POST", "/v1/users", 201, login="new", name="New", password="a long password")
    assert len(await roles(stranger, server)) == 1


# -- members ---------------------------------------------------------------------------------------------


async def test_a_moderator_removes_members_but_nobody_of_the_same_role(
    world: World,
) -> None:
    owner = await world.person()
    server, channel = await owner.server()
    path = f"/v1/servers/{server}/members"
    moderator = await world.member(owner, server, "moderator")
    peer = await world.member(owner, server, "moderator")
    member = await world.member(owner, server)
    for over in (owner, peer):
        assert await moderator.refused("DELETE", f"{path}/{over.user}") == "forbidden"
    assert await member.refused("DELETE", f"{path}/{moderator.user}") == "forbidden"
    assert await moderator.refused("PATCH", f"{path}/{member.user}", role="moderator") == "forbidden"
    await moderator.get("DELETE", f"{path}/{member.user}", 204)
    assert world.calls.expelled == [([channel], member.user, "no_member")]
    assert await moderator.refused("DELETE", f"{path}/{member.user}") == "no_such_member"
    assert await member.refused("GET", path) == "no_such_server"


async def test_a_lowered_moderator_keeps_order_no_more(world: World) -> None:
    owner = await world.person()
    server, channel = await owner.server()
    moderator = await world.member(owner, server, "moderator")
    invite = await moderator.invite(server)
    assert await moderator.get("PATCH", f"/v1/channels/{channel}", name="A")
    await owner.get("PATCH", f"/v1/servers/{server}/members/{moderator.user}", role="member")
    assert await moderator.refused("PATCH", f"/v1/channels/{channel}", name="B") == "forbidden"
    newcomer = await world.person()
    assert await newcomer.refused("POST", "/v1/invites/accept", code=invite) == "no_such_invite"


async def test_anybody_leaves_but_the_last_owner(world: World) -> None:
    owner = await world.person()
    server, _ = await owner.server()
    heir = await world.member(owner, server)
    mine = f"/v1/servers/{server}/members/{owner.user}"
    assert await owner.refused("DELETE", mine) == "last_owner"
    assert await owner.refused("PATCH", mine, role="member") == "last_owner"
    await owner.get("PATCH", f"/v1/servers/{server}/members/{heir.user}", role="owner")
    assert (
        await owner.refused("PATCH", f"/v1/servers/{server}/members/{heir.user}", role="member")
        == "forbidden"
    )
    await owner.get("DELETE", mine, 204)
    assert await roles(heir, server) == {heir.user: "owner"}


async def test_two_owners_who_leave_at_once_do_not_both(world: World) -> None:
    owner = await world.person()
    server, _ = await owner.server()
    other = await world.member(owner, server, "owner")
    answers = await asyncio.gather(
        *(each.ask("DELETE", f"/v1/servers/{server}/members/{each.user}") for each in (owner, other))
    )
    assert sorted(answer.status_code for answer in answers) == [204, 409]


# -- invites ---------------------------------------------------------------------------------------------


async def test_an_invite_is_listed_accepted_once_per_person_and_used_up(world: World) -> None:
    owner = await world.person()
    server, _ = await owner.server()
    code = await owner.invite(server, uses=2, lasts=3600)
    guests = [await world.person() for _ in range(3)]
    for _ in range(2):  # the second time it takes nothing
        seen = await guests[0].get("POST", "/v1/invites/accept", code=code)
        assert (seen["id"], seen["role"]) == (server, "member")
    [known] = (await owner.get("GET", f"/v1/servers/{server}/invites"))["invites"]
    assert (known["code"], known["uses_left"], known["created_by"]) == (code, 1, owner.user)
    await guests[1].get("POST", "/v1/invites/accept", code=code)
    assert await guests[2].refused("POST", "/v1/invites/accept", code=code) == "no_such_invite"
    assert (await owner.get("GET", f"/v1/servers/{server}/invites"))["invites"] == []


async def test_of_many_who_come_at_once_only_as_many_get_in_as_an_invite_has_uses(world: World) -> None:
    owner = await world.person()
    server, _ = await owner.server()
    code = await owner.invite(server, uses=3)
    crowd = [await world.person() for _ in range(8)]
    answers = await asyncio.gather(*(each.ask("POST", "/v1/invites/accept", code=code) for each in crowd))
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [404] * 5
    assert len(await roles(owner, server)) == 4


async def test_an_invite_ends_by_time_by_revoking_and_with_who_made_it(world: World) -> None:
    owner, guest = await world.person(), await world.person()
    server, _ = await owner.server()
    moderator = await world.member(owner, server, "moderator")
    old, revoked, orphan = [await moderator.invite(server) for _ in range(3)]
    async with world.parts.store.change() as db:
        past = text("now() - interval '1 second'")
        await db.execute(update(Invite).where(Invite.code == old).values(expires_at=past))
    await owner.get("POST", f"/v1/servers/{server}/invites/revoke", 204, code=revoked)
    assert (
        await owner.refused("POST", f"/v1/servers/{server}/invites/revoke", code=revoked) == "no_such_invite"
    )
    await owner.get("DELETE", f"/v1/servers/{server}/members/{moderator.user}", 204)
    for code in (old, revoked, orphan):
        assert await guest.refused("POST", "/v1/invites/accept", code=code) == "no_such_invite"


async def test_one_servers_moderator_revokes_no_other_servers_invite(world: World) -> None:
    owner, other = await world.person(), await world.person()
    server, _ = await owner.server()
    elsewhere, _ = await other.server()
    code = await owner.invite(server)
    assert (
        await other.refused("POST", f"/v1/servers/{elsewhere}/invites/revoke", code=code) == "no_such_invite"
    )
    assert len((await owner.get("GET", f"/v1/servers/{server}/invites"))["invites"]) == 1


async def test_no_invite_lets_a_banned_person_back_in(world: World) -> None:
    owner, guest = await world.person(), await world.person()
    server, _ = await owner.server()
    async with world.parts.store.change() as db:
        ban = {"server_id": uuid.UUID(server), "user_id": uuid.UUID(guest.user)}
        await db.execute(insert(Ban).values(**ban))
    code = await owner.invite(server, uses=1)
    assert await guest.refused("POST", "/v1/invites/accept", code=code) == "banned"
    assert (await owner.get("GET", f"/v1/servers/{server}/invites"))["invites"][0]["uses_left"] == 1


# -- channels --------------------------------------------------------------------------------------------


async def test_channels_are_added_last_moved_renamed_limited_and_deleted(world: World) -> None:
    owner = await world.person()
    server, first = await owner.server()
    path = f"/v1/servers/{server}/channels"
    made = [(await owner.get("POST", path, 201, name=name, user_limit=3)) for name in ("B", "C")]
    assert made[0] | {"id": ""} == {"id": "", "name": "B", "user_limit": 3}
    assert await channels(owner, server) == ["Lobby", "B", "C"]
    await owner.get("PATCH", f"/v1/channels/{made[1]['id']}", position=0)
    assert await channels(owner, server) == ["C", "Lobby", "B"]
    await owner.get("PATCH", f"/v1/channels/{made[1]['id']}", position=900)
    await owner.get("PATCH", f"/v1/channels/{first}", position=1)
    assert await channels(owner, server) == ["B", "Lobby", "C"]
    changed = await owner.get("PATCH", f"/v1/channels/{first}", name="A", user_limit=0)
    assert changed == {"id": first, "name": "A", "user_limit": 0}
    await owner.get("DELETE", f"/v1/channels/{first}", 204)
    assert await channels(owner, server) == ["B", "C"]
    assert world.calls.expelled == [([first], "", "no_such_channel")]
    assert await owner.refused("DELETE", f"/v1/channels/{first}") == "no_such_channel"


async def test_channels_made_at_once_have_places_of_their_own_and_an_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_CHANNELS", 6)
    owner = await world.person()
    server, _ = await owner.server()
    path = f"/v1/servers/{server}/channels"
    answers = await asyncio.gather(*(owner.ask("POST", path, name=f"c{n}") for n in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [409] * 3
    async with world.parts.store.change() as db:
        there = await queries.channels(db, uuid.UUID(server))
    assert [each.position for each in there] == list(range(6))


# -- the way in ------------------------------------------------------------------------------------------


async def sit(world: World, channel: str, person: Person, device: str = "d", gone: bool = False) -> None:
    """As if the SFU had told of somebody in the channel."""
    row = {
        "room_sid": "RM", "participant_sid": uuid.uuid4().hex, "room": f"vc_{channel}", "source": "webhook",
        "channel_id": uuid.UUID(channel), "user_id": uuid.UUID(person.user), "device": device,
    }  # fmt: skip
    async with world.parts.store.change() as db:
        left = {"left_at": text("now()")} if gone else {}
        await db.execute(insert(VoiceSession).values(**row, **left))


async def test_a_full_channel_takes_nobody_but_those_in_it_and_those_who_keep_order(world: World) -> None:
    owner = await world.person()
    server, channel = await owner.server()
    people = [await world.member(owner, server) for _ in range(4)]
    moderator = await world.member(owner, server, "moderator")
    await owner.get("PATCH", f"/v1/channels/{channel}", user_limit=2)
    join = f"/v1/channels/{channel}/join"
    await sit(world, channel, people[0])
    await sit(world, channel, people[0], "second")  # one person on two devices is one
    await sit(world, channel, people[2], gone=True)
    assert await people[1].get("POST", join, device="d")
    await sit(world, channel, people[1])
    assert await people[2].refused("POST", join, device="d") == "channel_full"
    for each in (people[0], people[1], moderator, owner):
        assert await each.get("POST", join, device="other")
    await owner.get("PATCH", f"/v1/channels/{channel}", user_limit=0)
    assert await people[3].get("POST", join, device="d")


async def test_a_banned_person_gets_no_token_though_a_member_still(world: World) -> None:
    owner = await world.person()
    server, channel = await owner.server()
    guest = await world.member(owner, server)
    async with world.parts.store.change() as db:
        await db.execute(insert(Ban).values(server_id=uuid.UUID(server), user_id=uuid.UUID(guest.user)))
    assert await guest.refused("POST", f"/v1/channels/{channel}/join", device="d") == "banned"


async def test_instances_whose_clocks_differ_agree_on_who_asked_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await world.person()
    _, channel = await owner.server()
    asked = []
    for late in (0, -60, 60):  # seconds that an instance's clock is off
        clock = SimpleNamespace(time=lambda late=late: time.time() + late)
        monkeypatch.setattr(tokens, "time", clock)
        answer = await owner.get("POST", f"/v1/channels/{channel}/join", device=f"d{late}".replace("-", "m"))
        claims = jwt.decode(answer["token"], options={"verify_signature": False})
        asked.append(json.loads(claims["metadata"])["asked"])
    assert asked == sorted(asked)
    assert asked[-1] - asked[0] < 50_000


async def test_an_invite_lasts_as_long_at_an_instance_whose_clock_is_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, guest = await world.person(), await world.person()
    server, _ = await owner.server()

    class Late(datetime):
        @classmethod
        def now(cls, zone: Any = None) -> datetime:
            return datetime.now(zone) - timedelta(minutes=1)

    monkeypatch.setattr(invites, "datetime", Late)
    code = await owner.invite(server, lasts=60, uses=1)
    await guest.get("POST", "/v1/invites/accept", code=code)


# -- what is told and written down -----------------------------------------------------------------------


async def test_other_instances_hear_of_what_changed_and_not_of_what_was_refused(
    world: World, url: str
) -> None:
    heard: list[dict[str, object]] = []
    listener = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    await listener.add_listener(TOPIC, lambda *notice: heard.append(json.loads(notice[3])))
    owner = await world.person()
    server, channel = await owner.server()
    guest = await world.member(owner, server)
    assert await guest.refused("DELETE", f"/v1/channels/{channel}") == "forbidden"
    await guest.get("PATCH", "/v1/me", name="G")
    await owner.get("DELETE", f"/v1/servers/{server}/members/{guest.user}", 204)
    await guest.get("POST", "/v1/logout-everywhere", 204)
    async with asyncio.timeout(PATIENCE):
        while len(heard) < 7:
            await listener.fetchval("SELECT 1")
    await listener.close()
    assert heard == [
        {"server": server, "users": [owner.user]},
        {"server": server, "users": []},  # an invite was made
        {"server": server, "users": [guest.user]},
        {"account": guest.user},
        {
            "to": guest.user,
            "say": json.dumps(
                {"type": "expelled", "server": server, "name": "Den", "reason": "no_member"},
                separators=(",", ":"),
            ),
        },
        {"server": server, "users": [guest.user]},
        {"logins": guest.user},
    ]


async def test_a_server_of_more_people_than_a_notice_can_name_is_deleted(world: World) -> None:
    owner = await world.person()
    server, _ = await owner.server()
    users = [uuid.uuid4() for _ in range(300)]  # a notice of PostgreSQL has less than 8000 bytes
    async with world.parts.store.change() as db:
        rows = [
            {"id": each, "login": each.hex[:30], "name": "P", "role": "member", "password_hash": "-"}
            for each in users
        ]
        await db.execute(insert(User), rows)
        await db.execute(
            insert(Member),
            [{"server_id": uuid.UUID(server), "user_id": each, "role": "member"} for each in users],
        )
    await owner.get("DELETE", f"/v1/servers/{server}", 204)
    assert await owner.refused("GET", f"/v1/servers/{server}/members") == "no_such_server"


async def test_who_did_what_is_written_down_without_any_code(world: World) -> None:
    owner = await world.person()
    server, channel = await owner.server()
    guest = await world.member(owner, server)
    await owner.get("PATCH", f"/v1/channels/{channel}", name="A")
    await owner.get("DELETE", f"/v1/servers/{server}", 204)
    async with world.parts.store.change() as db:
        rows = (await db.execute(select(Audit.action, Audit.actor, Audit.detail).order_by(Audit.id))).all()
    done = [(row.action, str(row.actor)) for row in rows]
    assert done == [
        ("server.create", owner.user),
        ("invite.create", owner.user),
        ("member.join", guest.user),
        ("channel.edit", owner.user),
        ("server.delete", owner.user),
    ]
    assert [row.detail for row in rows if row.action.startswith(("invite", "member"))] == [{}, {}]

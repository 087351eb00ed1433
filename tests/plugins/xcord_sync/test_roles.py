"""Every address, asked by everybody: who may not is refused and changes nothing."""

import uuid
from typing import Any

import jwt
import pytest
from sqlalchemy import text
from starlette.routing import Route
from tests.plugins.xcord_sync.world import KEY, PASSWORD, Person, World

from xcord_sync.backend import rules
from xcord_sync.backend.app import Parts, make_app

OPEN, LOGIN = "open", "login"  # anybody at all; anybody with a login
LADDER = ("stranger", "member", "moderator", "owner")

#: Address -> the lowest role that may, and a body that is in order. Written by hand, beside ``rules``.
MAY: dict[str, tuple[str, dict[str, Any]]] = {
    "GET /healthz": (OPEN, {}),
    "GET /readyz": (OPEN, {}),
    "GET /metrics": ("scraper", {}),
    "GET /v1/openapi.json": (OPEN, {}),
    "POST /livekit/webhook": (OPEN, {}),
    "GET /v1/about": (OPEN, {}),
    "GET /v1/events": (OPEN, {}),  # the socket asks for the login by itself
    "POST /v1/login": (OPEN, {"login": "nobody", "password": "x", "device": "d"}),
    "POST /v1/register": (OPEN, {"login": "bo", "name": "Bo", "password": PASSWORD, "device": "d"}),
    "POST /v1/logout": (LOGIN, {}),
    "POST /v1/logout-everywhere": (LOGIN, {}),
    "POST /v1/me/password": (LOGIN, {"old": PASSWORD, "new": PASSWORD}),
    "PATCH /v1/me": (LOGIN, {"name": "Me"}),
    "PUT /v1/me/avatar": (LOGIN, {}),
    "DELETE /v1/me/avatar": (LOGIN, {}),
    "GET /v1/avatars/{hash}": (LOGIN, {}),
    "GET /v1/directory": (LOGIN, {}),
    "POST /v1/servers": (LOGIN, {"name": "S"}),
    "POST /v1/invites/accept": (LOGIN, {"code": "AAAA"}),
    "POST /v1/users": ("system", {"login": "bo", "name": "Bo", "password": PASSWORD}),
    "PATCH /v1/servers/{server}": ("owner", {"name": "S"}),
    "DELETE /v1/servers/{server}": ("owner", {}),
    "GET /v1/servers/{server}/members": ("member", {}),
    "PATCH /v1/servers/{server}/members/{user}": ("owner", {"role": "moderator"}),
    "DELETE /v1/servers/{server}/members/{user}": ("moderator", {}),
    "GET /v1/servers/{server}/invites": ("moderator", {}),
    "POST /v1/servers/{server}/invites": ("moderator", {"uses": 1}),
    "POST /v1/servers/{server}/invites/revoke": ("moderator", {"code": "AAAA"}),
    "POST /v1/servers/{server}/channels": ("moderator", {"name": "C"}),
    "PATCH /v1/channels/{channel}": ("moderator", {"name": "C"}),
    "DELETE /v1/channels/{channel}": ("moderator", {}),
    "POST /v1/channels/{channel}/join": ("member", {"device": "d"}),
    "POST /v1/channels/{channel}/people/{user}/mute": ("moderator", {}),
    "POST /v1/channels/{channel}/people/{user}/move": ("moderator", {"to": str(uuid.UUID(int=1))}),
    "POST /v1/channels/{channel}/people/{user}/remove": ("moderator", {}),
    "POST /v1/channels/{channel}/people/{user}/ring": ("member", {}),
    "DELETE /v1/channels/{channel}/people/{user}/ring": ("member", {}),
    "GET /v1/servers/{server}/bans": ("moderator", {}),
    "POST /v1/servers/{server}/bans/{user}": ("moderator", {"reason": "x"}),
    "DELETE /v1/servers/{server}/bans/{user}": ("moderator", {}),
}
#: What each role's join token grants in one room, and nothing else. Written by hand, beside ``tokens``.
TALK = {
    "roomJoin": True,
    "canSubscribe": True,
    "canPublish": True,
    "canPublishSources": ["microphone", "camera", "screen_share", "screen_share_audio"],
    "canPublishData": True,
}
GRANTED = {"member": TALK, "moderator": TALK, "owner": TALK}
STATE = """
    SELECT jsonb_build_object(
        'servers', (SELECT jsonb_agg(s ORDER BY id) FROM servers s),
        'members', (SELECT jsonb_agg(m ORDER BY server_id, user_id) FROM members m),
        'channels', (SELECT jsonb_agg(c ORDER BY id) FROM channels c),
        'invites', (SELECT jsonb_agg(i ORDER BY code) FROM invites i),
        'bans', (SELECT jsonb_agg(b ORDER BY server_id, user_id) FROM bans b),
        'users', (SELECT jsonb_agg(u ORDER BY id) FROM users u),
        'avatars', (SELECT jsonb_agg(a ORDER BY user_id) FROM avatars a),
        'sessions', (SELECT jsonb_agg(v ORDER BY room_sid, participant_sid) FROM voice_sessions v),
        'logins', (SELECT jsonb_agg(l.token_hash ORDER BY l.token_hash) FROM login_tokens l),
        'audit', (SELECT count(*) FROM audit))"""


def addresses() -> list[str]:
    """Every address that the application answers."""
    app = make_app(Parts(store=None, key=KEY, livekit_url="ws://x", join_ttl=600))  # type: ignore[arg-type]
    routes = [route for route in app.routes if isinstance(route, Route)]
    return sorted(f"{m} {route.path}" for route in routes for m in (route.methods or set()) - {"HEAD"})


PLACED = [each for each in addresses() if "{server}" in each or "{channel}" in each]


async def state(world: World) -> Any:
    async with world.parts.store.change() as db:
        return (await db.execute(text(STATE))).scalar_one()


def test_every_address_stands_in_the_table() -> None:
    assert len(addresses()) > 25
    assert [each for each in addresses() if each not in MAY] == []


def test_every_action_of_the_rules_has_an_answer_for_every_role() -> None:
    for action in rules.RULES:
        answers = [rules.may(role, action) for role in ("member", "moderator", "owner")]
        assert answers == sorted(answers), f"a higher role may less: {action}"
        assert answers[-1]
    assert [rules.may("moderator", "member.remove", over) for over in rules.RANKS] == [True, False, False]
    assert [rules.may("owner", "member.remove", over) for over in rules.RANKS] == [True, True, False]
    assert not any(rules.may("member", "member.remove", over) for over in rules.RANKS)
    with pytest.raises(KeyError):
        rules.may("owner", "server.burn")
    assert not rules.may("king", "member.remove", over="member")


async def test_nobody_without_a_login_does_anything_that_needs_one(world: World) -> None:
    world.parts.registration = "closed"
    before = await state(world)
    ids = {name: str(uuid.uuid4()) for name in ("server", "channel", "user", "hash")}
    for address in addresses():
        lowest, body = MAY[address]
        method, path = address.split(" ")
        for token in ("", "xct_forged", "ü"):
            headers = {b"authorization": b"Bearer " + token.encode()} if token else {}
            answer = await world.http.request(method, path.format(**ids), json=body or None, headers=headers)
            if lowest != OPEN:
                assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), address
    assert await state(world) == before


async def test_only_the_owner_of_the_server_end_makes_accounts(world: World) -> None:
    person = await world.person()
    await person.server()  # to own a server is something else
    assert await person.refused("POST", "/v1/users", **MAY["POST /v1/users"][1]) == "forbidden"


async def a_server(world: World) -> tuple[dict[str, Person], dict[str, str]]:
    """A new server with somebody of each role, and a member whom it is about."""
    owner = await world.person("Owner")
    server, channel = await owner.server()
    victim = await world.member(owner, server)
    asking = {
        "stranger": await world.person("Stranger"),
        "member": await world.member(owner, server),
        "moderator": await world.member(owner, server, "moderator"),
        "owner": owner,
    }
    await asking["stranger"].server()  # its owner, and still a stranger here
    return asking, {"server": server, "channel": channel, "user": victim.user}


@pytest.mark.parametrize("address", PLACED)
async def test_each_role_may_what_it_may_and_nothing_else(world: World, address: str) -> None:
    lowest, body = MAY[address]
    method, path = address.split(" ")
    asking, ids = await a_server(world)
    before = await state(world)
    for role in LADDER:
        answer = await asking[role].ask(method, path.format(**ids), **body)
        got = answer.json().get("code", "") if answer.status_code >= 400 else ""
        if role == "stranger":
            assert got in ("no_such_server", "no_such_channel"), (role, answer.text)
        elif LADDER.index(role) < LADDER.index(lowest):
            assert (answer.status_code, got) == (403, "forbidden"), (role, answer.text)
        else:
            wrong = ("forbidden", "unauthorized", "no_such_server", "no_such_channel")
            # Where to move somebody is a channel that is not there.
            assert got not in wrong or (got, address.endswith("/move")) == (wrong[-1], True), (role, got)
            asking, ids = await a_server(world)  # the next one finds what this one found
            continue
        assert await state(world) == before, role


async def test_each_role_is_granted_at_the_sfu_what_it_may_and_nothing_else(world: World) -> None:
    asking, ids = await a_server(world)
    for role, granted in GRANTED.items():
        ticket = await asking[role].get("POST", f"/v1/channels/{ids['channel']}/join", device="d")
        video = jwt.decode(ticket["token"], KEY.secret, algorithms=["HS256"])["video"]
        assert video == {**granted, "room": f"vc_{ids['channel']}"}, role
    assert set(GRANTED) == set(rules.RANKS)

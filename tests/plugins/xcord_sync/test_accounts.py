"""Accounts: made, changed, signed out of."""

import json
from typing import Any

import pytest
from sqlalchemy import text
from tests.plugins.xcord_sync.world import PASSWORD, World

from xcord_sync.backend.accounts import hash_of
from xcord_sync.backend.limits import Attempts
from xcord_sync.backend.tables import Base

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100
PICTURES = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0" + b"x" * 100,
    "image/webp": b"RIFF\x00\x00\x00\x00WEBP" + b"x" * 100,
}


def new(login: str = "bo", **more: str) -> dict[str, str]:
    return {"login": login, "name": "Bo", "password": PASSWORD, "device": "d", **more}


async def test_where_registration_is_open_anybody_makes_an_account_of_their_own(world: World) -> None:
    assert (await world.nobody.get("GET", "/v1/about"))["registration"] == "open"
    made = await world.nobody.get("POST", "/v1/register", 201, **new())
    assert made["account"] | {"user": ""} == {
        "user": "", "login": "bo", "name": "Bo", "role": "member", "avatar": ""
    }  # fmt: skip
    assert await world.nobody.refused("POST", "/v1/register", **new()) == "login_taken"
    assert await world.nobody.get("POST", "/v1/login", login="bo", password=PASSWORD, device="e")


async def test_where_registration_is_by_invite_a_good_one_is_needed_and_makes_a_member(world: World) -> None:
    owner = await world.person()
    server, _ = await owner.server()
    world.parts.registration = "invite"
    assert await world.nobody.refused("POST", "/v1/register", **new()) == "invite_needed"
    bad = new(invite="AAAAAAAAAAAAAA")
    assert await world.nobody.refused("POST", "/v1/register", **bad) == "no_such_invite"
    invite = await owner.invite(server, uses=1)
    guest = await world.person("Gu", invite)
    [seen] = (await guest.get("GET", "/v1/directory"))["servers"]
    assert (seen["id"], seen["role"]) == (server, "member")
    assert await world.nobody.refused("POST", "/v1/register", **new(invite=invite)) == "no_such_invite"


async def test_a_login_that_is_taken_costs_an_invite_nothing(world: World) -> None:
    owner = await world.person()
    server, _ = await owner.server()
    invite = await owner.invite(server, uses=1)
    assert (
        await world.nobody.refused("POST", "/v1/register", **new(owner.login, invite=invite)) == "login_taken"
    )
    assert await world.person("Gu", invite)


async def test_where_registration_is_closed_not_even_an_invite_helps(world: World) -> None:
    owner = await world.person()
    server, _ = await owner.server()
    world.parts.registration = "closed"
    asked = new(invite=await owner.invite(server))
    assert await world.nobody.refused("POST", "/v1/register", **asked) == "registration_closed"


async def test_accounts_cannot_be_made_and_codes_not_be_guessed_without_end(world: World) -> None:
    world.parts.registrations, world.parts.guesses = Attempts("r", 3, 60), Attempts("g", 2, 60)
    for login in ("a", "b"):
        assert await world.nobody.get("POST", "/v1/register", 201, **new(login))
    assert await world.nobody.refused("POST", "/v1/register", **new("a")) == "login_taken"
    answer = await world.nobody.ask("POST", "/v1/register", **new("c"))
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    world.parts.registrations = Attempts("r2", 100, 60)
    codes = [
        await world.nobody.refused("POST", "/v1/register", **new("c", invite="A" * 14)) for _ in range(3)
    ]
    assert codes == ["no_such_invite", "no_such_invite", "rate_limited"]
    person = await world.person()
    world.parts.guesses = Attempts("g2", 2, 60)
    codes = [await person.refused("POST", "/v1/invites/accept", code="A" * 14) for _ in range(3)]
    assert codes == ["no_such_invite", "no_such_invite", "rate_limited"]


async def test_a_new_password_takes_the_old_one_and_ends_every_other_login(world: World) -> None:
    person = await world.person()
    again: dict[str, Any] = {"login": person.login, "password": PASSWORD, "device": "e"}
    other = (await world.nobody.get("POST", "/v1/login", **again))["token"]
    change: dict[str, Any] = {"old": "wrong", "new": "another long password"}
    assert await person.refused("POST", "/v1/me/password", **change) == "wrong_login"
    assert await person.refused("POST", "/v1/me/password", old=PASSWORD, new="short") == "invalid"
    assert await person.get("POST", "/v1/me/password", 204, **change | {"old": PASSWORD}) is None
    assert await person.get("GET", "/v1/directory")
    person.token = other
    assert await person.refused("GET", "/v1/directory") == "unauthorized"
    assert await world.nobody.refused("POST", "/v1/login", **again) == "wrong_login"
    assert await world.nobody.get("POST", "/v1/login", **again | {"password": change["new"]})


async def test_the_password_cannot_be_guessed_by_who_found_a_login(world: World) -> None:
    person = await world.person()
    codes = [await person.refused("POST", "/v1/me/password", old="no", new=PASSWORD) for _ in range(6)]
    assert codes == ["wrong_login"] * 5 + ["rate_limited"]


async def test_no_token_and_no_password_stands_in_the_database(world: World) -> None:
    person = await world.person()
    await person.get("GET", "/v1/directory")
    held = ""
    async with world.parts.store.change() as db:
        for table in Base.metadata.tables:
            rows = await db.execute(text(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t"))
            held += rows.scalar_one()
    assert person.login in held
    secret = person.token.partition("_")[2]
    for each in (person.token, secret, PASSWORD):
        assert each not in held
        assert each.encode().hex() not in held
    assert hash_of(person.token).hex() in held


async def test_signing_out_everywhere_ends_every_login_of_the_account_alone(world: World) -> None:
    person, bystander = await world.person(), await world.person()
    first = person.token
    person.token = (
        await world.nobody.get("POST", "/v1/login", login=person.login, password=PASSWORD, device="e")
    )["token"]
    await person.get("POST", "/v1/logout-everywhere", 204)
    for token in (first, person.token):
        person.token = token
        assert await person.refused("GET", "/v1/directory") == "unauthorized"
    assert await bystander.get("GET", "/v1/directory")
    assert world.calls.signed_out == [person.user]


async def test_a_new_name_is_what_others_see_and_what_a_call_is_joined_with(world: World) -> None:
    person = await world.person()
    server, channel = await person.server()
    friend = await world.member(person, server)
    assert (await person.get("PATCH", "/v1/me", name="Ünal Ş"))["name"] == "Ünal Ş"
    people = (await friend.get("GET", "/v1/directory"))["people"]
    assert {each["user"]: each["name"] for each in people}[person.user] == "Ünal Ş"
    answer = await person.get("POST", f"/v1/channels/{channel}/join", device="d")
    assert "Ünal Ş" in json.dumps(claims(answer["token"]), ensure_ascii=False)


def claims(token: str) -> dict[str, object]:
    import jwt

    found: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
    return found


@pytest.mark.parametrize("kind", sorted(PICTURES))
async def test_a_picture_is_known_by_its_first_bytes_and_fetched_by_its_hash(world: World, kind: str) -> None:
    person, other = await world.person(), await world.person()
    for each in (person, other):  # two people may have the same
        hash = (await each.ask("PUT", "/v1/me/avatar", PICTURES[kind])).json()["avatar"]
    assert len(hash) == 64
    answer = await other.ask("GET", f"/v1/avatars/{hash}")
    assert (answer.content, answer.headers["content-type"]) == (PICTURES[kind], kind)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answer.headers["cache-control"]
    await person.get("DELETE", "/v1/me/avatar", 204)
    assert (await person.get("GET", "/v1/directory"))["account"]["avatar"] == ""
    assert (await other.ask("GET", f"/v1/avatars/{hash}")).status_code == 200
    await other.get("DELETE", "/v1/me/avatar", 204)
    assert await other.refused("GET", f"/v1/avatars/{hash}") == "not_found"


async def test_what_is_no_picture_or_too_large_is_refused_and_the_old_one_stays(world: World) -> None:
    person = await world.person()
    hash = (await person.ask("PUT", "/v1/me/avatar", PNG)).json()["avatar"]
    for content in (b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"", b"RIFF", PNG[1:]):
        assert await person.refused("PUT", "/v1/me/avatar", content) == "not_a_picture"
    assert await person.refused("PUT", "/v1/me/avatar", PNG + b"x" * 256 * 1024) == "too_large"
    assert await world.nobody.refused("PUT", "/v1/me/avatar", PNG) == "unauthorized"
    assert await world.nobody.refused("GET", f"/v1/avatars/{hash}") == "unauthorized"
    assert (await person.ask("GET", f"/v1/avatars/{hash}")).content == PNG
    for path in ("..%2F..%2Fetc%2Fpasswd", "A" * 64, "%00", "x" * 5000, hash[:-1]):
        assert await person.refused("GET", f"/v1/avatars/{path}") == "not_found"

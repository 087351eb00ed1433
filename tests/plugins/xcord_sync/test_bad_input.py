"""What people type, or programs send, to do harm: a clean refusal, or plain text that is kept as it is."""

import json

import pytest
from tests.plugins.xcord_sync.world import PASSWORD, World, code

INJECTIONS = [
    "'; DROP TABLE users; --",
    '" OR ""="',
    "$1",
    "%s",
    "\\'; SELECT pg_sleep(9) --",
    "{0}",
    "a" * 64,
]


@pytest.mark.parametrize("words", INJECTIONS)
async def test_sql_in_a_name_is_a_name(world: World, words: str) -> None:
    owner = await world.person(words)
    server, channel = await owner.server(words)
    await owner.get("PATCH", f"/v1/channels/{channel}", name=words)
    seen = await owner.get("GET", "/v1/directory")
    assert [each["name"] for each in seen["servers"]] == [words]
    assert seen["servers"][0]["channels"][0]["name"] == words
    assert seen["account"]["name"] == words
    assert (await owner.get("GET", f"/v1/servers/{server}/members"))["members"][0]["name"] == words
    assert await owner.refused("POST", "/v1/invites/accept", code=words) in ("invalid", "no_such_invite")
    login = {"login": words, "password": words, "device": "d"}
    assert await world.nobody.refused("POST", "/v1/login", **login) == "wrong_login"


@pytest.mark.parametrize(
    "name", ["", " ", "\t", "a\0b", "a\n", "\n", "a\x7f", "\u2003", "a" * 65, "a" * 60_000, 7, None, [], {}]
)
async def test_a_name_that_is_none_is_refused_everywhere(world: World, name: object) -> None:
    owner = await world.person()
    server, _ = await owner.server()
    for address in (
        "POST /v1/servers",
        f"PATCH /v1/servers/{server}",
        f"POST /v1/servers/{server}/channels",
        "PATCH /v1/me",
    ):
        method, path = address.split()
        answer = await owner.ask(method, path, json.dumps({"name": name}))
        assert (answer.status_code, code(answer)) == (422, "invalid"), (address, name)
    assert [each["name"] for each in (await owner.get("GET", "/v1/directory"))["servers"]] == ["Den"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff\xfe", "bad_request"),
        (b'{"name":"\xc3\x28"}', "bad_request"),
        (b'{"name":"\\ud800"}', "bad_request"),
        (b'{"name":"a"', "bad_request"),
        (b"null", "invalid"),
        (b"[" * 5000, "bad_request"),
        (b'{"name":"' + b"x" * 70_000 + b'"}', "too_large"),
        (b"", "bad_request"),
    ],
)
async def test_a_body_that_is_none_is_refused(world: World, content: bytes, expected: str) -> None:
    owner = await world.person()
    server, _ = await owner.server()
    assert await owner.refused("PATCH", f"/v1/servers/{server}", content) in (expected, "invalid")
    assert [each["name"] for each in (await owner.get("GET", "/v1/directory"))["servers"]] == ["Den"]


@pytest.mark.parametrize(
    "tail",
    [
        "%00",
        "..%2f..%2fme",
        "{}",
        "%ff",
        "1",
        "é",
        "9" * 4000,
        "%27%20OR%201=1",
        "%2e%2e",
        "{server}%0a",
        "%20{server}",
    ],
)
async def test_an_address_that_leads_nowhere_is_not_found(world: World, tail: str) -> None:
    owner = await world.person()
    server, _ = await owner.server()
    for method in ("PATCH", "DELETE"):
        answer = await owner.ask(method, "/v1/servers/" + tail.replace("{server}", server), name="x")
        assert answer.status_code in (404, 405), answer.text
        assert code(answer) in ("no_such_server", "not_found", "method_not_allowed")
    assert [each["name"] for each in (await owner.get("GET", "/v1/directory"))["servers"]] == ["Den"]


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("user_limit", -1), ("user_limit", 1001), ("user_limit", 10**30), ("user_limit", 1.5),
        ("position", -1), ("position", 2**63), ("position", "0"), ("user_limit", True),
    ],
)  # fmt: skip
async def test_a_number_that_cannot_be_is_refused(world: World, what: str, value: object) -> None:
    owner = await world.person()
    _, channel = await owner.server()
    assert await owner.refused("PATCH", f"/v1/channels/{channel}", **{what: value}) == "invalid"


@pytest.mark.parametrize("how", [{"lasts": 59}, {"lasts": 10**9}, {"uses": 0}, {"uses": -1}, {"lasts": "7"}])
async def test_an_invite_that_cannot_be_is_refused(world: World, how: dict[str, object]) -> None:
    owner = await world.person()
    server, _ = await owner.server()
    assert await owner.refused("POST", f"/v1/servers/{server}/invites", **how) == "invalid"


@pytest.mark.parametrize(
    "login", ["", "A", "a b", "a\n", "-a", "a" * 33, "ä", "a/b", "a'--", "..", "a\0", "admin@x"]
)
async def test_a_login_that_cannot_be_is_refused(world: World, login: str) -> None:
    asked = {"login": login, "name": "N", "password": PASSWORD, "device": "d"}
    assert await world.nobody.refused("POST", "/v1/register", **asked) == "invalid"


async def test_a_header_full_of_anything_is_no_login(world: World) -> None:
    for value in (
        b"Bearer",
        b"Bearer ",
        b"Basic eHg6",
        b"Bearer \xff\xfe",
        b"Bearer " + b"x" * 9000,
        b"bearer a b",
    ):
        answer = await world.http.get("/v1/directory", headers={b"Authorization": value})
        assert (answer.status_code, code(answer)) == (401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"

"""Presence from the real SFU to the app's socket."""

import asyncio
import json
import time
import uuid
from collections.abc import Callable

import pytest
import websockets
from tests.plugins.xcord_sync.callers import Ear, ended, eventually, in_call, join, listening, soon_once
from tests.plugins.xcord_sync.served import Served

PASSWORD = "a long enough one"


def newcomer(served: Served) -> tuple[str, str, str]:
    """A new account: user, login, token."""
    login = f"u{uuid.uuid4().hex[:10]}"
    owner = served.log_in()
    made = served.ask("POST", "/v1/users", owner, login=login, name="Somebody", password=PASSWORD)
    assert made.status_code == 201, made.text
    return made.json()["user"], login, served.log_in(login, PASSWORD, "desk")


async def begun(ear: Ear) -> dict[str, object]:
    first = await ear.hear()
    assert first["type"] == "snapshot"
    return first


async def test_who_comes_and_goes_is_told_within_moments(served: Served) -> None:
    user, _, token = newcomer(served)
    channel = served.channels(token)[0]
    async with listening(served, token, header=True) as ear:
        assert user not in json.dumps(await begun(ear))
        async with in_call(join(served, token, channel)):
            await ear.until("changed", channel=channel, user=user, here=True)
            async with listening(served, token) as late:
                await begun(late)
                assert user in late.people[channel]
        await ear.until("changed", channel=channel, user=user, here=False)


async def test_a_socket_that_comes_back_is_told_what_it_missed(served: Served) -> None:
    user, _, token = newcomer(served)
    channel = served.channels(token)[0]
    async with listening(served, token) as ear:
        await begun(ear)
    async with listening(served, token) as other, in_call(join(served, token, channel)):
        await begun(other)
        await other.sees(channel, user)
        async with listening(served, token, after=ear.seq, view=ear.view) as back:
            assert (await back.hear())["type"] == "resumed"
            await back.until("changed", user=user, here=True)
        async with listening(served, token, after=0, view=ear.view) as early:  # when nothing had happened yet
            assert (await early.hear())["type"] == "resumed"
            await early.until("changed", user=user, here=True)
        for after, view in ((10**12, ear.view), (ear.seq, "another")):
            async with listening(served, token, after=after, view=view) as back:
                await begun(back)
                assert back.people[channel] == {user}


@pytest.mark.parametrize(
    "hello", ["", "[]", '{"type":"bye"}', '{"type":"hello","token":7}', "x" * 4090, "\x00", "[" * 3000]
)
async def test_what_is_no_hello_is_closed(served: Served, hello: str) -> None:
    address = served.address.replace("http", "ws") + "/v1/events"
    async with websockets.connect(address, proxy=None) as socket:
        await socket.send(hello)
        assert await Ear(socket).closed() == 4000


async def test_only_a_login_that_lives_is_told_anything(served: Served) -> None:
    async with listening(served, "xct_nobody") as ear:
        assert await ear.closed() == 4001
    async with listening(served, "x", protocol=0) as ear:
        assert await ear.closed() == 4002
    _, _, token = newcomer(served)
    async with listening(served, token) as ear:
        await begun(ear)
        await asyncio.to_thread(served.ask, "POST", "/v1/logout", token)
        assert await ear.closed() == 4001
        assert token not in json.dumps(ear.said)


async def test_an_app_that_talks_on_is_closed(served: Served) -> None:
    _, _, token = newcomer(served)
    async with listening(served, token) as ear:
        await begun(ear)
        await ear.socket.send("more")
        assert await ear.closed() == 4000


async def test_a_second_device_takes_the_call_over(served: Served) -> None:
    user, login, token = newcomer(served)
    first, second = served.channels(token)[:2]
    phone_token = served.log_in(login, PASSWORD, "phone")
    async with listening(served, token) as ear, in_call(join(served, token, first, "desk")) as desk:
        await begun(ear)
        await ear.sees(first, user)
        async with in_call(join(served, phone_token, second, "phone")) as phone:
            told = await ear.until("moved")
            assert told == {
                "type": "moved", "device": "desk", "channel": first,
                "to_device": "phone", "to_channel": second,
            }  # fmt: skip
            await ended(desk)
            assert (desk.packets, desk.reason) == (["xcord.moved"], "PARTICIPANT_REMOVED")
            await ear.sees(first)
            assert user in ear.people[second]
            assert not phone.ended.is_set()


async def test_a_removed_person_does_not_come_back_with_the_old_token(
    served: Served, record_property: Callable[[str, object], None]
) -> None:
    user, _, token = newcomer(served)
    owner = served.log_in()
    channel = served.channels(token)[0]
    ticket = join(served, token, channel)
    path = f"/v1/channels/{channel}/people/{user}/remove"
    async with listening(served, token) as ear:
        await begun(ear)
        async with in_call(ticket) as call:
            await ear.sees(channel, user)
            assert (await asyncio.to_thread(served.ask, "POST", path, owner)).status_code == 204
            assert (await ear.until("removed"))["reason"] == "removed"
            await ended(call)
            await ear.sees(channel)

        async def thrown_out() -> float:
            async with in_call(ticket) as again:
                begun = time.monotonic()
                await ended(again)
                return time.monotonic() - begun

        took = await soon_once(2.0, thrown_out)
        record_property("counted", f"out again with the old token after {took:.3f} s")
        async with in_call(join(served, token, channel)) as let_in:
            await ear.sees(channel)
            await ear.sees(channel, user)
            await asyncio.sleep(1)
            assert not let_in.ended.is_set()


async def test_a_banned_person_is_out_and_stays_out(served: Served) -> None:
    user, _, token = newcomer(served)
    owner = served.log_in()
    server = served.ask("GET", "/v1/directory", owner).json()["servers"][0]["id"]
    channel = served.channels(token)[0]
    ticket = join(served, token, channel)
    bans = f"/v1/servers/{server}/bans"
    async with listening(served, token) as ear, in_call(ticket) as call:
        await begun(ear)
        await ear.sees(channel, user)
        banned = await asyncio.to_thread(served.ask, "POST", f"{bans}/{user}", owner, reason="noise")
        assert banned.status_code == 204
        assert (await ear.until("removed"))["reason"] == "banned"
        await ended(call)
        assert "snapshot" in [told["type"] for told in ear.said[1:]]
        assert ear.people == {}  # they see the channels no more
    async with in_call(ticket) as again:
        await ended(again)
    assert served.ask("POST", f"/v1/channels/{channel}/join", token, device="desk").status_code in (403, 404)
    assert user in served.ask("GET", bans, owner).text
    assert served.ask("DELETE", f"{bans}/{user}", owner).status_code == 204
    assert served.ask("DELETE", f"{bans}/{user}", owner).status_code == 404


async def test_a_stranger_hears_nothing_of_a_server(served: Served) -> None:
    user, _, token = newcomer(served)  # before the server is there, of which they would be a member
    mine = served.channels(token)[0]
    owner = served.log_in()
    made = served.ask("POST", "/v1/servers", owner, name="Elsewhere").json()
    there = made["channels"][0]["id"]
    async with listening(served, token) as ear, listening(served, owner) as owners:
        await begun(ear)
        await begun(owners)
        async with in_call(join(served, owner, there)):
            await owners.until("changed", channel=there, here=True)
            async with in_call(join(served, token, mine)):
                await ear.until("changed", channel=mine, user=user, here=True)
                async with listening(served, token, after=0, view=ear.view) as back:
                    await back.until("changed", channel=mine, user=user, here=True)
        await ear.until("changed", channel=mine, user=user, here=False)
        assert there not in json.dumps([ear.said, back.said])
    assert served.ask("DELETE", f"/v1/servers/{made['id']}", owner).status_code == 204


async def test_nobody_is_in_a_call_that_nobody_is_in(served: Served) -> None:
    _, _, token = newcomer(served)

    async def empty() -> bool:
        async with listening(served, token) as ear:
            return bool((await ear.hear())["channels"] == [])

    await eventually(empty)


async def test_moderators_hear_of_each_others_invites(served: Served) -> None:
    owner = served.log_in()
    server = served.ask("GET", "/v1/directory", owner).json()["servers"][0]["id"]
    path = f"/v1/servers/{server}/invites"
    async with listening(served, owner) as ear:
        await begun(ear)
        made = await asyncio.to_thread(served.ask, "POST", path, owner, uses=1)
        assert made.status_code == 201
        await ear.until("directory", server=server)
        code = made.json()["code"]
        assert (
            await asyncio.to_thread(served.ask, "POST", f"{path}/revoke", owner, code=code)
        ).status_code == 204
        await ear.until("directory", server=server)


async def test_who_is_put_out_of_a_server_is_told_why_though_in_no_call(served: Served) -> None:
    user, _, token = newcomer(served)  # before the server is there, of which they would be a member
    owner = served.log_in()
    server = served.ask("POST", "/v1/servers", owner, name="Den").json()["id"]
    code = served.ask("POST", f"/v1/servers/{server}/invites", owner, uses=9).json()["code"]

    async def do(method: str, path: str, by: str = owner, **body: object) -> None:
        answer = await asyncio.to_thread(served.ask, method, path, by, **body)
        assert answer.status_code < 300, answer.text

    async def come_back(ear: Ear) -> None:
        await do("POST", "/v1/invites/accept", token, code=code)
        await ear.until("directory", server=server)
        await ear.until("snapshot")  # from now on this socket sees the server

    def said(reason: str) -> dict[str, str]:
        return {"type": "expelled", "server": server, "name": "Den", "reason": reason}

    async with listening(served, token) as ear, listening(served, owner) as owners:
        await begun(ear)
        await begun(owners)
        for method, path, reason in (
            ("DELETE", f"/v1/servers/{server}/members/{user}", "no_member"),
            ("POST", f"/v1/servers/{server}/bans/{user}", "banned"),
            ("DELETE", f"/v1/servers/{server}", "no_such_server"),
        ):
            await come_back(ear)
            await do(method, path, **({"reason": "noise"} if reason == "banned" else {}))
            assert await ear.until("expelled") == said(reason)
            await ear.until("directory", server=server)
            await ear.until("snapshot")
            if reason == "banned":
                await do("DELETE", path)
        for _ in range(6):  # three comings and three goings
            await owners.until("directory", server=server)
        assert all(told["type"] != "expelled" for told in owners.said)

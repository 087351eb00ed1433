"""Those who keep order, and people in a real call."""

import asyncio
import uuid

import httpx
import pytest
from livekit import rtc
from livekit.api import AccessToken, VideoGrants
from tests.plugins.xcord_sync.callers import ended, in_call, join, listening
from tests.plugins.xcord_sync.relay import keys_of
from tests.plugins.xcord_sync.served import Served
from tests.plugins.xcord_sync.test_events import PASSWORD, newcomer


@pytest.fixture
def server(served: Served) -> str:
    """The first server's id."""
    return str(served.ask("GET", "/v1/directory", served.log_in()).json()["servers"][0]["id"])


def rank(served: Served, server: str, user: str, role: str) -> None:
    path = f"/v1/servers/{server}/members/{user}"
    assert served.ask("PATCH", path, served.log_in(), role=role).status_code == 200


async def test_a_muted_person_is_muted_and_may_unmute(served: Served) -> None:
    user, _, token = newcomer(served)
    channel = served.channels(token)[0]
    async with listening(served, token) as ear, in_call(join(served, token, channel)) as call:
        source = rtc.AudioSource(48_000, 1)
        track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        publication = await call.room.local_participant.publish_track(track, options)
        muted = asyncio.Event()
        call.room.on("track_muted", lambda *_: muted.set())
        await ear.sees(channel, user)
        path = f"/v1/channels/{channel}/people/{user}/mute"
        owner = served.log_in()
        camera = await asyncio.to_thread(served.ask, "POST", path, owner, source="camera")
        assert (camera.status_code, publication.muted) == (204, False)
        assert (await asyncio.to_thread(served.ask, "POST", path, owner, source="all")).status_code == 204
        async with asyncio.timeout(5):
            await muted.wait()
        assert publication.muted
        told = await ear.until("muted", source="all")
        assert told == {"type": "muted", "device": "desk", "channel": channel, "source": "all"}
        track.unmute()
        await source.aclose()


async def test_a_moved_person_is_called_over_and_else_removed(served: Served) -> None:
    user, _, token = newcomer(served)
    channel, other = served.channels(token)[:2]
    async with listening(served, token) as ear, in_call(join(served, token, channel, "desk")) as call:
        await ear.sees(channel, user)
        path = f"/v1/channels/{channel}/people/{user}/move"
        owner = served.log_in()
        for nowhere in (str(uuid.uuid4()), "x"):
            answer = await asyncio.to_thread(served.ask, "POST", path, owner, to=nowhere)
            assert answer.json()["code"] == "no_such_channel"
        assert (await asyncio.to_thread(served.ask, "POST", path, owner, to=other)).status_code == 204
        told = await ear.until("called")
        assert told == {"type": "called", "device": "desk", "channel": channel, "to": other}
        await ended(call, 10)


async def test_nobody_acts_over_their_own_rank(served: Served, server: str) -> None:
    owner = served.log_in()
    boss = served.ask("GET", "/v1/directory", owner).json()["account"]["user"]
    one, _, one_token = newcomer(served)
    other, _, other_token = newcomer(served)
    channel = served.channels(owner)[0]
    ban, remove = f"/v1/servers/{server}/bans/%s", f"/v1/channels/{channel}/people/%s/remove"
    assert served.ask("POST", ban % other, one_token, reason="x").status_code == 403
    assert served.ask("POST", remove % other, one_token).status_code == 403
    rank(served, server, one, "moderator")
    rank(served, server, other, "moderator")
    for path in (ban % boss, ban % other, remove % other):
        assert served.ask("POST", path, one_token, reason="x").status_code == 403, path
    rank(served, server, other, "member")
    assert served.ask("POST", remove % other, one_token).json()["code"] == "no_such_member"  # not in the call
    assert served.ask("POST", ban % str(uuid.uuid4()), one_token, reason="x").status_code == 404
    assert served.ask("POST", ban % other, one_token, reason="x\0").status_code == 422
    rank(served, server, one, "member")  # a demoted moderator may no more
    assert served.ask("POST", ban % other, one_token, reason="x").status_code == 403
    assert other_token


async def test_a_deleted_channel_ends_the_calls_in_it(served: Served, server: str) -> None:
    user, login, token = newcomer(served)
    owner = served.log_in()
    made = served.ask("POST", f"/v1/servers/{server}/channels", owner, name="Soon gone")
    assert made.status_code == 201, made.text
    channel = made.json()["id"]
    ticket = join(served, token, channel)
    async with listening(served, token) as ear, in_call(ticket) as call:
        await ear.sees(channel, user)
        await asyncio.to_thread(served.ask, "DELETE", f"/v1/channels/{channel}", owner)
        assert (await ear.until("removed"))["reason"] == "no_such_channel"
        await ended(call, 5)
        assert "directory" in [told["type"] for told in ear.said]
    async with in_call(ticket) as again:  # the token is still good
        await ended(again, 4)
    assert served.log_in(login, PASSWORD)


async def test_signing_out_everywhere_ends_every_call_although_no_app_hears_of_it(served: Served) -> None:
    user, login, token = newcomer(served)
    phone = served.log_in(login, PASSWORD, "phone")
    channel, other = served.channels(token)[:2]
    async with listening(served, served.log_in()) as ear:
        ticket = join(served, phone, channel, "phone")
        async with in_call(ticket) as call:  # the SDK alone: nothing there listens to the server end
            await ear.sees(channel, user)
            out = await asyncio.to_thread(served.ask, "POST", "/v1/logout-everywhere", token)
            assert out.status_code == 204
            await ended(call)
            assert call.reason == "PARTICIPANT_REMOVED"
            await ear.sees(channel)
        async with in_call(ticket) as again:  # the token is still good
            await ended(again)
        await ear.sees(channel)
        anew = served.log_in(login, PASSWORD, "phone")
        async with in_call(join(served, anew, other, "phone")) as let_in:
            await ear.sees(other, user)
            await asyncio.sleep(1)
            assert not let_in.ended.is_set()


async def test_the_sfu_lets_not_even_an_owner_keep_order_by_a_join_token(served: Served) -> None:
    _, _, token = newcomer(served)
    channel = served.channels(token)[0]
    owners = join(served, served.log_in(), channel)
    able = AccessToken(*keys_of(served.data)).with_grants(VideoGrants(room_admin=True, room=owners["room"]))
    async with (
        httpx.AsyncClient(
            base_url=served.livekit.replace("ws", "http", 1), trust_env=False, timeout=30
        ) as sfu,
        in_call(join(served, token, channel)) as call,
    ):
        about = {"room": owners["room"], "identity": call.room.local_participant.identity}

        async def asked(what: str, token: str) -> int:
            headers = {"Authorization": f"Bearer {token}"}
            return (
                await sfu.post(f"/twirp/livekit.RoomService/{what}", json=about, headers=headers)
            ).status_code

        assert await asked("GetParticipant", able.to_jwt()) == 200
        for what in (
            "GetParticipant",
            "ListParticipants",
            "UpdateParticipant",
            "RemoveParticipant",
            "DeleteRoom",
        ):
            assert await asked(what, owners["token"]) == 401, what
        assert not call.ended.is_set()

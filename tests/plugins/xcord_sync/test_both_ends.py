"""The app's half against the real server end: the two speak the same contract."""

import asyncio
import json
import secrets
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from tests.plugins.xcord_sync.served import OWNER_PASSWORD, Served, Servers

import xcord_sync
from xcord import Asker, CommandError, Directory, JoinTokenFor, Login
from xcord.testing import World, running

VOICE = Asker("plugin", "voice")


def shown(world: World) -> Directory:
    value = world.read("directory")
    assert isinstance(value, Directory)
    return value


async def as_time_goes(world: World, condition: Callable[[], bool]) -> None:
    """The fake clock goes on until it holds, however many looks at the server fail meanwhile."""
    async with asyncio.timeout(30):
        while not condition():
            await world.clock.advance(1)
            await asyncio.sleep(0.01)


async def test_sign_in_join_sign_out(served: Served, tmp_path: Path) -> None:
    async with running(xcord_sync, folder=tmp_path) as world:
        await world.ask("directory.login", Login(served.address, "Owner ", OWNER_PASSWORD))
        directory = shown(world)
        assert directory.status == "connected"
        assert directory.account is not None
        assert directory.account.role == "owner"
        channel = directory.servers[0].channels[0]
        token = await world.hub.ask("directory.join_token", JoinTokenFor(channel.id), VOICE)
        assert (token.url, token.room, token.channel) == (served.livekit, f"vc_{channel.id}", channel.id)
        async with httpx.AsyncClient(trust_env=False) as http:
            validate = served.livekit.replace("ws:", "http:") + "/rtc/validate"
            answer = await http.get(validate, headers={"Authorization": f"Bearer {token.token}"})
            assert answer.status_code == 200
        kept = json.loads((tmp_path / "login.json").read_text())["token"]
        assert served.ask("GET", "/v1/directory", kept).status_code == 200
        await world.ask("directory.logout")
        assert shown(world).status == "signed_out"
    # Leaving the life waits for the farewell.
    assert served.ask("GET", "/v1/directory", kept).status_code == 401


async def test_refusals_arrive_as_their_codes(served: Served, tmp_path: Path) -> None:
    async with running(xcord_sync, folder=tmp_path) as world:
        with pytest.raises(CommandError) as caught:
            await world.ask("directory.login", Login(served.address, f"no{secrets.token_hex(4)}", "wrong"))
        assert caught.value.code == "wrong_login"
        await world.ask("directory.login", Login(served.address, "owner", OWNER_PASSWORD))
        for channel in ("00000000-0000-0000-0000-000000000000", "../users", "x/y?z#w", "", "é"):
            with pytest.raises(CommandError) as caught:
                await world.hub.ask("directory.join_token", JoinTokenFor(channel), VOICE)
            assert caught.value.code in ("no_such_channel", "not_found")
        assert shown(world).status == "connected"


async def test_a_killed_server_end_makes_the_directory_stale_and_a_new_one_heals_it(
    servers: Servers, tmp_path: Path
) -> None:
    one = servers.start()
    port = one.address.rpartition(":")[2]
    async with running(xcord_sync, folder=tmp_path) as world:
        await world.ask("directory.login", Login(one.address, "owner", OWNER_PASSWORD))
        before = shown(world)
        one.kill()
        await as_time_goes(world, lambda: shown(world).status == "stale")
        assert shown(world).reason == "unreachable"
        assert shown(world).servers == before.servers
        servers.start("data", "--port", port)
        await as_time_goes(world, lambda: shown(world).status == "connected")
        assert shown(world) == before

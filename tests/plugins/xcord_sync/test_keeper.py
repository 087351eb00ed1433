"""The app's half alone, in the harness, with a server end that is a fake behind real HTTP."""

import asyncio
import json
import logging
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.plugins.xcord_sync.fake_server import DIRECTORY, JOIN_TOKEN, PASSWORD, TOKEN, FakeServer, faking

import xcord_sync
from xcord import Asker, CommandError, Directory, JoinToken, JoinTokenFor, Login, Nothing, Voice
from xcord.testing import World, running
from xcord_sync import contract, keeping

VOICE = Asker("plugin", "voice")


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with faking() as found:
        yield found


async def log_in(world: World, server: FakeServer) -> None:
    await world.ask("directory.login", Login(server.address, "ann", PASSWORD))


async def join_token(world: World, channel: str = "c1") -> JoinToken:
    token = await world.hub.ask("directory.join_token", JoinTokenFor(channel), VOICE)
    assert isinstance(token, JoinToken)
    return token


async def refused(world: World, name: str, args: Any, asker: Asker | None = None) -> CommandError:
    with pytest.raises(CommandError) as caught:
        await world.hub.ask(name, args, asker or Asker("window", "main"))
    return caught.value


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


@asynccontextmanager
async def signed_in(folder: Path, server: FakeServer) -> AsyncIterator[World]:
    async with running(xcord_sync, folder=folder) as world:
        await log_in(world, server)
        yield world


async def test_signing_in_shows_the_account_its_servers_and_their_people(
    tmp_path: Path, server: FakeServer
) -> None:
    async with signed_in(tmp_path, server) as world:
        directory = shown(world)
        assert (directory.status, directory.reason, directory.address) == ("connected", "", server.address)
        assert directory.account is not None
        assert (directory.account.name, directory.account.role) == ("Ann", "owner")
        assert [channel.name for server in directory.servers for channel in server.channels] == ["Lobby"]
        assert {user: profile.name for user, profile in directory.people.items()} == {"u1": "Ann", "u2": "Bo"}
        assert server.protocols == {str(contract.PROTOCOL)}


async def test_voice_gets_a_join_token_and_a_window_gets_none(tmp_path: Path, server: FakeServer) -> None:
    async with signed_in(tmp_path, server) as world:
        token = await join_token(world)
        assert (token.token, token.room, token.channel) == (JOIN_TOKEN, "vc_c1", "c1")
        error = await refused(world, "directory.join_token", JoinTokenFor("c1"))
        assert error.code == "unknown_command"


async def test_the_device_stays_the_same_for_ever(tmp_path: Path, server: FakeServer) -> None:
    for _ in range(2):
        async with signed_in(tmp_path, server) as world:
            await join_token(world)
            await world.ask("directory.logout")
        server.logins.add(TOKEN)
    assert len({body["device"] for body in server.bodies}) == 1


async def test_a_kept_login_is_taken_up_at_the_next_start(tmp_path: Path, server: FakeServer) -> None:
    async with signed_in(tmp_path, server):
        pass
    assert stat.S_IMODE((tmp_path / "login.json").stat().st_mode) == 0o600
    server.asked.clear()
    async with running(xcord_sync, folder=tmp_path) as world:
        assert shown(world).status == "connecting"
        await world.until(lambda: shown(world).status == "connected")
    assert server.asked == ["GET /v1/about", "GET /v1/events", "GET /v1/directory"]


async def test_the_token_and_the_password_stand_in_no_slice_and_no_log(
    tmp_path: Path, server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with signed_in(tmp_path, server) as world:
        await join_token(world)
        server.raw["/v1/channels/c1/join"] = (500, f"{TOKEN} {JOIN_TOKEN}".encode())
        error = await refused(world, "directory.join_token", JoinTokenFor("c1"), VOICE)
        slices = repr({name: world.read(name) for name in world.hub.slices})
        await world.ask("directory.logout")
    for told in (caplog.text, slices, repr(error), str(error.params), str(world.notices)):
        for secret in (TOKEN, JOIN_TOKEN, PASSWORD):
            assert secret not in told
    assert TOKEN not in (tmp_path / "login.json").read_text()
    assert "Login(...)" in repr(Login("a", "b", PASSWORD))


# -- what goes wrong ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["wrong_login", "rate_limited", "forbidden", "client_too_old", "server_error"]
)
async def test_a_refused_login_says_why_and_changes_nothing(
    tmp_path: Path, server: FakeServer, code: str
) -> None:
    server.refuse["/v1/login"] = code
    async with running(xcord_sync, folder=tmp_path) as world:
        error = await refused(world, "directory.login", Login(server.address, "ann", PASSWORD))
        assert error.code == code
        assert error.params == ({"seconds": 7} if code == "rate_limited" else {})
        assert shown(world) == Directory()
        assert not (tmp_path / "login.json").exists()


@pytest.mark.parametrize(
    ("protocol", "oldest", "code"),
    [(contract.PROTOCOL + 5, contract.PROTOCOL + 1, "client_too_old"), (0, 0, "server_too_old")],
)
async def test_too_old_on_either_side_is_said_before_the_password_is_sent(
    tmp_path: Path, server: FakeServer, protocol: int, oldest: int, code: str
) -> None:
    server.about = msgspec.structs.replace(server.about, protocol=protocol, oldest=oldest)
    async with running(xcord_sync, folder=tmp_path) as world:
        error = await refused(world, "directory.login", Login(server.address, "ann", PASSWORD))
        assert error.code == code
        assert server.asked == ["GET /v1/about"]


async def test_a_kept_login_at_a_server_that_became_too_new_is_stale_and_says_so(
    tmp_path: Path, server: FakeServer
) -> None:
    async with signed_in(tmp_path, server):
        pass
    server.about = msgspec.structs.replace(server.about, protocol=9, oldest=9)
    async with running(xcord_sync, folder=tmp_path) as world:
        await world.until(lambda: shown(world).status == "stale")
        assert shown(world).reason == "client_too_old"


async def test_nobody_there_is_told_as_unreachable_at_once(tmp_path: Path, server: FakeServer) -> None:
    await server.down()
    async with running(xcord_sync, folder=tmp_path) as world:
        error = await refused(world, "directory.login", Login(server.address, "ann", PASSWORD))
        assert error.code == "unreachable"
    await server.up()


async def test_a_server_that_never_answers_is_given_up(
    tmp_path: Path, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xcord_sync.client.ANSWER_SECONDS", 0.2)
    server.silent = True
    async with running(xcord_sync, folder=tmp_path) as world:
        error = await refused(world, "directory.login", Login(server.address, "ann", PASSWORD))
        assert error.code == "unreachable"


async def test_a_lost_server_leaves_a_stale_directory_that_heals_by_itself(
    tmp_path: Path, server: FakeServer
) -> None:
    async with signed_in(tmp_path, server) as world:
        await server.down()
        await as_time_goes(world, lambda: shown(world).status == "stale")
        assert shown(world).reason == "unreachable"
        assert shown(world).servers  # still shown, as old
        assert shown(world).account is not None
        server.directory = msgspec.structs.replace(DIRECTORY, servers=())
        await server.up()
        await as_time_goes(world, lambda: shown(world).status == "connected")
        assert (shown(world).servers, shown(world).reason) == ((), "")


async def test_a_start_without_the_server_is_stale_and_connects_when_it_comes(
    tmp_path: Path, server: FakeServer
) -> None:
    async with signed_in(tmp_path, server):
        pass
    await server.down()
    async with running(xcord_sync, folder=tmp_path) as world:
        await world.until(lambda: shown(world).status == "stale")
        assert (shown(world).reason, shown(world).address) == ("unreachable", server.address)
        await server.up()
        await as_time_goes(world, lambda: shown(world).status == "connected")


async def test_a_look_can_be_asked_for_while_the_next_one_is_far(tmp_path: Path, server: FakeServer) -> None:
    async with signed_in(tmp_path, server) as world:
        await server.down()
        assert (await refused(world, "directory.refresh", Nothing())).code == "unreachable"
        assert shown(world).status == "stale"
        await server.up()
        await world.ask("directory.refresh")  # with the clock standing still
        assert shown(world).status == "connected"
        await world.ask("directory.logout")
        assert (await refused(world, "directory.refresh", Nothing())).code == "not_signed_in"


async def test_a_failed_join_looks_at_the_server_at_once(tmp_path: Path, server: FakeServer) -> None:
    async with signed_in(tmp_path, server) as world:
        await server.down()
        error = await refused(world, "directory.join_token", JoinTokenFor("c1"), VOICE)
        assert error.code == "unreachable"
        await world.until(lambda: shown(world).status == "stale")  # with the clock standing still
        await server.up()


async def test_a_login_that_was_ended_elsewhere_signs_out_and_is_forgotten(
    tmp_path: Path, server: FakeServer
) -> None:
    async with signed_in(tmp_path, server) as world:
        world.answer("voice.leave", Nothing)
        world.publish("voice", Voice(status="connected", channel="c1"))
        await world.until(lambda: server.asked.count("GET /v1/directory") == 2)
        server.logins.clear()
        error = await refused(world, "directory.join_token", JoinTokenFor("c1"), VOICE)
        assert error.code == "unauthorized"
        await world.until(lambda: shown(world).status == "signed_out")
        assert shown(world).reason == "unauthorized"
        assert world.asked == [("voice.leave", Nothing())]
        assert json.loads((tmp_path / "login.json").read_text())["token"] == ""
        assert (
            await refused(world, "directory.join_token", JoinTokenFor("c1"), VOICE)
        ).code == "not_signed_in"


@pytest.mark.parametrize("code", ["no_such_channel", "forbidden", "server_error", "unavailable"])
async def test_a_refused_join_says_why(tmp_path: Path, server: FakeServer, code: str) -> None:
    server.refuse["/v1/channels/c1/join"] = code
    async with signed_in(tmp_path, server) as world:
        error = await refused(world, "directory.join_token", JoinTokenFor("c1"), VOICE)
        assert error.code == ("server_error" if code == "unavailable" else code)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>hello</html>"),
        (200, b"{}"),
        (200, b'{"account":7}'),
        (200, b"\xff"),
        (302, b""),
        (502, b"<html>bad gateway</html>"),
        (200, b'"' + b"x" * (contract.ANSWER_LIMIT + 1) + b'"'),
    ],
)
async def test_an_answer_that_makes_no_sense_is_the_servers_error(
    tmp_path: Path, server: FakeServer, status: int, body: bytes
) -> None:
    async with signed_in(tmp_path, server) as world:
        server.raw["/v1/directory"] = (status, body)
        await as_time_goes(world, lambda: shown(world).status == "stale")
        assert shown(world).reason == "server_error"


async def test_a_login_that_the_keyring_does_not_give_back_is_asked_for_and_stays_where_it_is(
    tmp_path: Path,
) -> None:
    path = keeping.path_in(tmp_path)
    keeping.save(path, keeping.Kept(device="d", address="http://127.0.0.1:1", where="keyring"))
    before = path.read_bytes()
    async with running(xcord_sync, folder=tmp_path) as world:  # tests have no keyring
        await world.until(lambda: shown(world).status == "signed_out")
        assert (shown(world).reason, shown(world).address) == ("keyring", "http://127.0.0.1:1")
    assert path.read_bytes() == before


# -- signing out -------------------------------------------------------------------------------------


async def test_signing_out_ends_the_login_here_and_there(tmp_path: Path, server: FakeServer) -> None:
    async with signed_in(tmp_path, server) as world:
        await world.ask("directory.logout")
        assert shown(world) == Directory(address=server.address)
        await world.until(lambda: TOKEN not in server.logins)
        await world.ask("directory.logout")  # a repeat is harmless


async def test_signing_out_without_the_server_still_signs_out_here(
    tmp_path: Path, server: FakeServer
) -> None:
    async with signed_in(tmp_path, server) as world:
        await server.down()
        await world.ask("directory.logout")
        assert shown(world).status == "signed_out"
        assert json.loads((tmp_path / "login.json").read_text())["token"] == ""
        await server.up()


@pytest.mark.parametrize(
    ("voice", "left"),
    [
        (Voice(status="connected", channel="c1"), True),
        (Voice(status="connected", channel=""), False),  # a direct link
        (Voice(status="idle", channel="c1"), False),
    ],
)
async def test_signing_out_leaves_a_call_of_that_login(
    tmp_path: Path, server: FakeServer, voice: Voice, left: bool
) -> None:
    async with signed_in(tmp_path, server) as world:
        world.answer("voice.leave", Nothing)
        world.publish("voice", voice)
        await world.ask("directory.logout")
        assert world.asked == ([("voice.leave", Nothing())] if left else [])


async def test_switched_off_the_directory_is_gone_and_on_again_the_login_is_still_there(
    tmp_path: Path, server: FakeServer
) -> None:
    async with signed_in(tmp_path, server) as world:
        for _ in range(20):
            await world.ask("plugins.set", {"name": "sync", "on": False})
            assert world.read("directory") is None
            await world.ask("plugins.set", {"name": "sync", "on": True})
            await world.until(lambda: shown(world).status == "connected")
        assert world.faults == []
        assert TOKEN in server.logins

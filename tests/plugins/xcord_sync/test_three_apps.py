"""Three apps on one real server end: invited, seen in a channel, removed, banned, signed out."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from livekit import rtc
from tests.plugins.xcord_sync.served import OWNER_PASSWORD, Served
from tests.plugins.xcord_sync.test_both_ends import VOICE, shown

import xcord_sync
from xcord import (
    Ban,
    CommandError,
    CreateChannel,
    CreateInvite,
    CreateServer,
    DeleteServer,
    Join,
    JoinTokenFor,
    Login,
    ModeratePerson,
    MovePerson,
    Nothing,
    Register,
    Server,
    Voice,
)
from xcord.testing import World, running

PASSWORD = "a password of this test"


def named(world: World, server: str) -> Server | None:
    return next((each for each in shown(world).servers if each.name == server), None)


def inside(world: World, channel: str) -> tuple[str, ...]:
    return next(
        (each.people for server in shown(world).servers for each in server.channels if each.id == channel), ()
    )


def me(world: World) -> str:
    account = shown(world).account
    assert account is not None
    return account.user


async def everybody(apps: list[World], channel: str, people: tuple[str, ...]) -> None:
    """Waits until all see just these people there."""
    for app in apps:

        def alike(app: World = app) -> bool:
            return inside(app, channel) == people

        await app.until(alike, timeout=10)


@asynccontextmanager
async def in_call(world: World, channel: str) -> AsyncIterator[rtc.Room]:
    """As voice would: a token from the directory, and the SFU."""
    token = await world.hub.ask("directory.join_token", JoinTokenFor(channel), VOICE)
    room = rtc.Room()
    await asyncio.wait_for(room.connect(token.url, token.token), 20)
    try:
        yield room
    finally:
        await room.disconnect()


async def test_three_apps_meet_and_part(served: Served, tmp_path: Path) -> None:
    den = f"Den {secrets.token_hex(4)}"
    async with AsyncExitStack() as ends:
        apps = [
            await ends.enter_async_context(running(xcord_sync, folder=tmp_path / name))
            for name in ("owner", "ann", "bo")
        ]
        owner, ann, bo = apps
        await owner.ask("directory.login", Login(served.address, "owner", OWNER_PASSWORD))
        await owner.ask("directory.create_server", CreateServer(den))
        server = named(owner, den)
        assert server is not None
        await owner.ask("directory.create_channel", CreateChannel(server.id, "Attic"))
        await owner.ask("directory.create_invite", CreateInvite(server.id, hours=1))
        invite = shown(owner).invite
        assert invite is not None
        for app, login in ((ann, "ann"), (bo, "bo")):
            login += secrets.token_hex(4)
            await app.ask("directory.register", Register("", login, login, PASSWORD, invite.link))
            assert named(app, den) is not None
        await owner.until(lambda: len((named(owner, den) or server).members) == 3, timeout=10)
        found = named(ann, den)
        assert found is not None
        attic, other = found.channels[-1].id, found.channels[0].id

        async with in_call(ann, attic) as room:
            begin = time.monotonic()
            await everybody(apps, attic, (me(ann),))
            assert time.monotonic() - begin < 3, "presence took long"

            ann.answer("voice.join", Join)
            ann.publish("voice", Voice(status="connected", channel=attic))
            await owner.ask("directory.move", MovePerson(attic, me(ann), other))
            await ann.until(lambda: ann.asked == [("voice.join", Join(other))])

            gone = asyncio.Event()
            room.on("disconnected", lambda *_: gone.set())
            await owner.ask("directory.kick", ModeratePerson(attic, me(ann)))
            await asyncio.wait_for(gone.wait(), 10)
            await everybody(apps, attic, ())

        with pytest.raises(CommandError) as caught:
            await ann.ask("directory.ban", Ban(server.id, me(bo)))
        assert caught.value.code == "forbidden"
        await owner.ask("directory.ban", Ban(server.id, me(bo)))
        await bo.until(lambda: named(bo, den) is None, timeout=10)
        with pytest.raises(CommandError):
            await bo.hub.ask("directory.join_token", JoinTokenFor(attic), VOICE)

        await owner.ask("directory.delete_server", DeleteServer(server.id))
        await ann.until(lambda: named(ann, den) is None, timeout=10)
        await ann.ask("directory.logout_everywhere", Nothing())
        assert shown(ann).status == "signed_out"

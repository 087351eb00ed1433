"""Three apps on one real server end: invited, seen in a channel, removed, cut off, banned, signed out."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest
from livekit import rtc
from tests.plugins.xcord_sync.callers import PATIENCE, leave, soon_once
from tests.plugins.xcord_sync.served import OWNER_PASSWORD, Served
from tests.plugins.xcord_sync.test_both_ends import VOICE, as_time_goes, shown

import xcord_sync
from xcord import (
    AcceptInvite,
    Ban,
    CommandError,
    CreateChannel,
    CreateInvite,
    CreateServer,
    DeleteServer,
    Join,
    JoinTokenFor,
    LeaveServer,
    Login,
    LookAfter,
    ModeratePerson,
    MovePerson,
    Nothing,
    Register,
    RemoveMember,
    RevokeInvite,
    Server,
    SetAvatar,
    SetName,
    SetRole,
    Unban,
    Upkeep,
    Voice,
)
from xcord.testing import World, running

pytestmark = pytest.mark.usefixtures("silence_about_secrets")
PASSWORD = "a password of this test"
PNG = b"\x89PNG\r\n\x1a\n and so on"


class Cable:
    """Between an app and the server end; it can be cut."""

    def __init__(self, address: str) -> None:
        self._to = int(address.rpartition(":")[2])
        self._port = 0
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def mend(self) -> None:
        """From now on, and on the same port as before, all gets through."""
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Nothing does."""
        assert self._server is not None
        self._server.close()
        for end in self._ends:
            end.transport.abort()
        await self._server.wait_closed()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        self._ends |= {writer, back}

        async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            with suppress(OSError):
                while data := await source.read(65536):
                    sink.write(data)
                    await sink.drain()
            sink.close()

        await asyncio.gather(carry(reader, back), carry(there, writer))
        self._ends -= {writer, back}


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

        await app.until(alike, timeout=PATIENCE)


@asynccontextmanager
async def in_call(world: World, channel: str) -> AsyncIterator[rtc.Room]:
    """As voice would: a token from the directory, and the SFU."""
    token = await world.hub.ask("directory.join_token", JoinTokenFor(channel), VOICE)
    room = rtc.Room()
    await asyncio.wait_for(room.connect(token.url, token.token), 20)
    try:
        yield room
    finally:
        await leave(room)


def upkeep(world: World) -> Upkeep:
    found = shown(world).upkeep
    assert found is not None
    return found


@asynccontextmanager
async def three_apps(
    served: Served, folder: Path
) -> AsyncIterator[tuple[World, World, World, Server, Cable]]:
    """The owner of a new server, and two who were invited; the second of them by a cable of their own."""
    cable = Cable(served.address)
    await cable.mend()
    async with AsyncExitStack() as ends:
        ends.push_async_callback(cable.cut)
        apps = [
            await ends.enter_async_context(running(xcord_sync, folder=folder / name))
            for name in ("owner", "ann", "bo")
        ]
        owner, ann, bo = apps
        den = f"Den {secrets.token_hex(4)}"
        await owner.ask("directory.login", Login(served.address, "owner", OWNER_PASSWORD))
        await owner.ask("directory.create_server", CreateServer(den))
        server = named(owner, den)
        assert server is not None
        await owner.ask("directory.create_channel", CreateChannel(server.id, "Attic"))
        await owner.ask("directory.create_invite", CreateInvite(server.id, hours=1, uses=2))
        invite = shown(owner).invite
        assert invite is not None
        for app, login, address, code in (
            (ann, "ann", "", invite.link),
            (bo, "bo", cable.address, invite.code),
        ):
            login += secrets.token_hex(4)
            await app.ask("directory.register", Register(address, login, login.title(), PASSWORD, code))
            assert named(app, den) is not None
        await owner.until(lambda: len((named(owner, den) or server).members) == 3, timeout=PATIENCE)
        yield owner, ann, bo, named(ann, den) or server, cable
        await owner.ask("directory.delete_server", DeleteServer(server.id))
        await ann.until(lambda: named(ann, den) is None, timeout=PATIENCE)  # at once where she signed out


async def test_three_apps_meet_and_part(
    served: Served, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    async with three_apps(served, tmp_path) as (owner, ann, bo, server, _):
        apps = [owner, ann, bo]
        attic, other = server.channels[-1].id, server.channels[0].id

        async def come_and_go() -> float:
            """Seconds until all three apps see it, the longer of the two."""
            async with in_call(bo, attic):
                begin = time.monotonic()
                await everybody(apps, attic, (me(ann), me(bo)))
                came = time.monotonic() - begin
            begin = time.monotonic()
            await everybody(apps, attic, (me(ann),))
            return max(came, time.monotonic() - begin)

        async with in_call(ann, attic) as room:
            await everybody(apps, attic, (me(ann),))
            seen = await soon_once(1.0, come_and_go)
            record_property("counted", f"seen by all three apps after {seen:.3f} s")

            ann.answer("voice.join", Join)
            ann.publish("voice", Voice(status="connected", channel=attic))
            await owner.ask("directory.move", MovePerson(attic, me(ann), other))
            await ann.until(lambda: ann.asked == [("voice.join", Join(other))])

            gone = asyncio.Event()
            room.on("disconnected", lambda *_: gone.set())
            await owner.ask("directory.kick", ModeratePerson(attic, me(ann)))
            await asyncio.wait_for(gone.wait(), PATIENCE)
            await everybody(apps, attic, ())
        async with in_call(ann, attic):  # a kick is no ban
            await everybody(apps, attic, (me(ann),))


async def test_who_was_cut_off_is_told_what_happened_meanwhile(served: Served, tmp_path: Path) -> None:
    async with three_apps(served, tmp_path) as (owner, ann, bo, server, cable):
        attic = server.channels[-1].id
        async with in_call(ann, attic):
            await everybody([owner, ann, bo], attic, (me(ann),))
            await cable.cut()
            await as_time_goes(bo, lambda: shown(bo).status == "stale")
            assert shown(bo).reason == "unreachable"
            assert inside(bo, attic) == (me(ann),)  # shown as it was last known
            await ann.ask("directory.set_name", SetName("Annelie"))
        await everybody([owner, ann], attic, ())
        await cable.mend()
        await as_time_goes(bo, lambda: shown(bo).status == "connected")
        await everybody([bo], attic, ())
        await bo.until(lambda: shown(bo).people[me(ann)].name == "Annelie", timeout=PATIENCE)


async def test_who_looks_after_a_server_raises_removes_bans_and_forgives(
    served: Served, tmp_path: Path
) -> None:
    async with three_apps(served, tmp_path) as (owner, ann, bo, server, _):
        den, attic = server.name, server.channels[-1].id

        def role(of: World) -> str:
            return (named(of, den) or server).role

        with pytest.raises(CommandError) as caught:
            await ann.ask("directory.ban", Ban(server.id, me(bo)))
        assert caught.value.code == "forbidden"
        await owner.ask("directory.set_role", SetRole(server.id, me(ann), "moderator"))
        await ann.until(lambda: role(ann) == "moderator", timeout=PATIENCE)
        with pytest.raises(CommandError) as caught:
            await ann.ask("directory.set_role", SetRole(server.id, me(bo), "owner"))
        assert caught.value.code == "forbidden"

        await ann.ask("directory.ban", Ban(server.id, me(bo)))
        await bo.until(lambda: named(bo, den) is None, timeout=PATIENCE)
        assert bo.notices[-1:] == [("directory.banned", {"server": den})]  # said before it is gone
        with pytest.raises(CommandError):
            await bo.hub.ask("directory.join_token", JoinTokenFor(attic), VOICE)
        await ann.ask("directory.look_after", LookAfter(server.id))
        assert [each.user for each in upkeep(ann).bans] == [me(bo)]
        assert upkeep(ann).invites == ()  # its two uses are over

        await ann.ask("directory.create_invite", CreateInvite(server.id, hours=0))
        (invite,) = upkeep(ann).invites
        assert (invite.by, invite.uses, invite.expires_at) == (me(ann), 0, 0)
        with pytest.raises(CommandError) as caught:
            await bo.ask("directory.accept_invite", AcceptInvite(invite.code))
        assert caught.value.code == "banned"
        await ann.ask("directory.unban", Unban(server.id, me(bo)))
        assert upkeep(ann).bans == ()
        await bo.ask("directory.accept_invite", AcceptInvite(invite.code))
        assert role(bo) == "member"

        await ann.ask("directory.remove_member", RemoveMember(server.id, me(bo)))
        await bo.until(lambda: named(bo, den) is None, timeout=PATIENCE)
        assert bo.notices[-1:] == [("directory.removed", {"server": den})]
        await bo.ask("directory.accept_invite", AcceptInvite(invite.code))
        await bo.ask("directory.leave_server", LeaveServer(server.id))
        assert named(bo, den) is None
        assert len(bo.notices) == 2  # nobody is told what they did themselves
        await ann.ask("directory.revoke_invite", RevokeInvite(server.id, invite.code))
        assert upkeep(ann).invites == ()
        with pytest.raises(CommandError) as caught:
            await bo.ask("directory.accept_invite", AcceptInvite(invite.code))
        assert caught.value.code == "no_such_invite"

        with pytest.raises(CommandError) as caught:
            await owner.ask("directory.leave_server", LeaveServer(server.id))
        assert caught.value.code == "last_owner"
        await owner.ask("directory.set_role", SetRole(server.id, me(ann), "member"))
        await ann.until(lambda: shown(ann).upkeep is None, timeout=PATIENCE)


async def test_others_see_a_picture_at_once_and_until_it_is_taken_away(
    served: Served, tmp_path: Path
) -> None:
    async with three_apps(served, tmp_path) as (_, ann, bo, _, _):

        def avatar() -> str:
            return shown(bo).people[me(ann)].avatar

        await ann.ask("directory.set_avatar", SetAvatar(PNG))
        assert await ann.picture(shown(ann).people[me(ann)].avatar) == ("image/png", PNG)
        await bo.until(avatar, timeout=PATIENCE)
        assert await bo.picture(avatar()) == ("image/png", PNG)
        with pytest.raises(CommandError) as caught:
            await ann.ask("directory.set_avatar", SetAvatar(b"<svg/>"))
        assert caught.value.code == "not_a_picture"
        await ann.ask("directory.set_avatar", SetAvatar())
        await bo.until(lambda: not avatar(), timeout=PATIENCE)


async def test_signing_out_everywhere_reaches_every_device(served: Served, tmp_path: Path) -> None:
    async with (
        three_apps(served, tmp_path) as (_, ann, _, _, _),
        running(xcord_sync, folder=tmp_path / "phone") as phone,
    ):
        account = shown(ann).account
        assert account is not None
        await phone.ask("directory.login", Login(served.address, account.login, PASSWORD))
        assert me(phone) == me(ann)
        await phone.ask("directory.logout_everywhere", Nothing())
        assert shown(phone).status == "signed_out"
        await ann.until(lambda: shown(ann).status == "signed_out", timeout=PATIENCE)
        assert shown(ann).reason == "unauthorized"

"""Keeps slice ``directory`` true to the server end, and answers the commands ``directory.*``.

The login's token lives here and in its file, never in a slice, a notice, a log or an error.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

import msgspec

from xcord import (
    Asker,
    CommandError,
    Config,
    CreateInvite,
    Directory,
    Handle,
    Invite,
    JoinToken,
    JoinTokenFor,
    Login,
    LookAfter,
    Nothing,
    Register,
)

from . import contract, keeping, vault
from .address import read_invite, tidy
from .album import Album
from .dialing import GOODBYE_SECONDS, dial, hang_up
from .errands import ERRANDS, Errand, create_invite
from .follower import Follower
from .switchboard import Switchboard
from .told import heard
from .translate import join_token

if TYPE_CHECKING:
    from .client import Client

log = logging.getLogger("xcord.sync")

Handler = Callable[[Any, Asker], Awaitable[None]]


class Keeper:
    """One life of the plugin, on the hub loop."""

    def __init__(self, hub: Handle, config: Config) -> None:
        self._hub = hub
        self._path = keeping.path_in(config.data_dir)
        self._slice = hub.slice("directory", Directory, Directory())
        self._album = Album(config.data_dir / "avatars")
        self._picture = hub.pictures(self._find_picture)
        self._kept = keeping.Kept(device="")
        self._client: Client | None = None
        self._signing = asyncio.Lock()
        self._work: asyncio.Task[None] | None = None
        self._goodbyes: set[asyncio.Task[None]] = set()
        self._follower: Follower | None = None
        self._invite: Invite | None = None
        hub.command("directory.login", Login, self._login)
        hub.command("directory.logout", Nothing, self._logout)
        hub.command("directory.refresh", Nothing, self._refresh)
        hub.command("directory.logout_everywhere", Nothing, self._logout_everywhere)
        hub.command("directory.register", Register, self._register)
        hub.command("directory.create_invite", CreateInvite, self._create_invite)
        hub.command("directory.put_invite_away", Nothing, self._put_invite_away)
        hub.command("directory.look_after", LookAfter, self._look_after)
        for verb, (kind, errand) in ERRANDS.items():
            hub.command(f"directory.{verb}", kind, self._running(errand))
        hub.command("directory.join_token", JoinTokenFor, self._join_token, private=True)
        self._switchboard = Switchboard(hub, lambda: self.signed_in()[0], self._behind)

    @contextlib.asynccontextmanager
    async def life(self) -> AsyncIterator[None]:
        """Takes up a kept login; leaving ends no login, only the connection."""
        self._kept = await asyncio.to_thread(keeping.load, self._path)
        if self._kept.where:
            self._slice.set(Directory(status="connecting", address=self._kept.address, kept=self._kept.where))
            self._work = asyncio.ensure_future(self._take_up())
        try:
            yield
        finally:
            self._switchboard.close()
            await self._rest()
            if self._goodbyes:
                await asyncio.wait(self._goodbyes, timeout=GOODBYE_SECONDS)

    # -- commands ------------------------------------------------------------------------------------

    async def _login(self, args: Login, _asker: Asker) -> None:
        async def enter(client: Client) -> str:
            return (await client.login(args.login.strip(), args.password, self._kept.device)).token

        await self._enter(args.address, enter)

    async def _enter(self, address: str, enter: Callable[[Client], Awaitable[str]]) -> None:
        """Takes the login that ``enter`` gets from the server end, in place of one that there was."""
        address = tidy(address)
        async with self._signing:
            client = await dial(address)
            follower = self._make_follower(client)
            try:
                await client.about()
                token = await enter(client)
                await follower.fetch()
            except BaseException:
                await client.close()
                raise
            if self._client is not None:
                await self._hang_up()
            await self._rest(goodbye=True)
            await self._album.clear()
            await self._keep_login(address, token)
            self._client, self._follower = client, follower
            follower.tell()
            self._work = asyncio.ensure_future(self._keep(client, follower))

    async def _logout(self, _args: Nothing, _asker: Asker) -> None:
        async with self._signing:
            if self._client is not None:
                await self._hang_up()
            await self._end("")

    async def _register(self, args: Register, _asker: Asker) -> None:
        address, code = read_invite(args.invite) if args.invite.strip() else ("", None)

        async def enter(client: Client) -> str:
            asked = contract.Registering(
                login=args.login.strip().lower(),
                name=args.name.strip(),
                password=args.password,
                device=self._kept.device,
                invite=code,
            )
            return (await client.register(asked)).token

        await self._enter(args.address.strip() or address, enter)

    async def _logout_everywhere(self, _args: Nothing, _asker: Asker) -> None:
        async with self._signing:
            client, _ = self.signed_in()
            await client.do("POST", "/v1/logout-everywhere")
            await self._hang_up()
            await self._end("")

    async def _create_invite(self, args: CreateInvite, _asker: Asker) -> None:
        client, follower = self.signed_in()
        self._invite = await create_invite(client, args)
        await follower.show_change()

    async def _put_invite_away(self, _args: Nothing, _asker: Asker) -> None:
        self._invite = None
        if self._follower is not None:
            self._follower.tell()

    async def _look_after(self, args: LookAfter, _asker: Asker) -> None:
        if self._follower is not None:
            await self._follower.look_after(args.server)

    async def _find_picture(self, name: str) -> bytes:
        client, _ = self.signed_in()
        return await self._album.get(name, lambda: client.picture(name))

    def _running(self, errand: Errand) -> Handler:
        async def run(args: Any, _asker: Asker) -> None:
            client, follower = self.signed_in()
            try:
                await errand(client, args)
            except CommandError as error:
                if error.code in ("unauthorized", "unreachable", "server_error"):
                    follower.nudge()
                raise
            await follower.show_change()

        return run

    def signed_in(self) -> tuple[Client, Follower]:
        """:raises CommandError: ``not_signed_in``."""
        if self._client is None or self._follower is None:
            raise CommandError("not_signed_in", "nobody is signed in")
        return self._client, self._follower

    async def _refresh(self, _args: Nothing, _asker: Asker) -> None:
        await self.signed_in()[1].look()

    async def _join_token(self, args: JoinTokenFor, _asker: Asker) -> JoinToken:
        client, follower = self.signed_in()
        try:
            return join_token(await client.join(args.channel, self._kept.device))
        except CommandError as error:
            if self._client is not client:  # signed out meanwhile, which cut the request off
                raise CommandError("not_signed_in", "nobody is signed in") from None
            if error.code in ("unauthorized", "unreachable", "server_error"):
                follower.nudge()
            raise

    # -- keeping up ----------------------------------------------------------------------------------

    async def _take_up(self) -> None:
        """A kept login at start: the HTTP client is loaded off the loop, for windows open meanwhile."""
        try:
            self._kept = await keeping.unlock(self._kept)
        except vault.VaultError:
            log.warning("the keyring does not give the login that it keeps")
        if not self._kept.token:  # it stays where it is: the next start may have more luck
            self._work = None
            self._slice.set(Directory(reason="keyring", address=self._kept.address))
            return
        client = await dial(self._kept.address, self._kept.token)
        self._client, self._follower = client, self._make_follower(client)
        await self._keep(client, self._follower, unknown=True)

    async def _keep(self, client: Client, follower: Follower, *, unknown: bool = False) -> None:
        await follower.run(unknown=unknown)
        # Not from within this task, which ending cancels.
        self._behind(self._end_if(client, "unauthorized"))

    def _make_follower(self, client: Client) -> Follower:
        def show(shown: Directory) -> None:
            if self._follower is follower:
                self._slice.set(msgspec.structs.replace(shown, kept=self._kept.where, invite=self._invite))

        follower = Follower(self._hub, client, show, self._happened, self._picture)
        return follower

    def _happened(self, happening: contract.Happening) -> None:
        if isinstance(happening, contract.RingBegun | contract.RingOver):
            self._switchboard.heard(happening)
            return
        self._behind(heard(self._hub, happening, self._kept.device, self._slice.value))

    def _behind(self, work: Coroutine[Any, Any, None]) -> None:
        """Goes on in the background; the life's end waits for it a while."""
        task = asyncio.ensure_future(work)
        self._goodbyes.add(task)
        task.add_done_callback(self._goodbyes.discard)

    # -- ending --------------------------------------------------------------------------------------

    async def _end_if(self, client: Client, reason: str) -> None:
        async with self._signing:
            if self._client is client:
                await self._hang_up()
                await self._end(reason)

    async def _end(self, reason: str) -> None:
        """Nobody is signed in any more; the file says so before anybody is told."""
        await self._rest(goodbye=not reason)
        await self._album.clear()
        try:
            self._kept = await keeping.clear(self._path, self._kept)
        except OSError as error:
            self._kept = msgspec.structs.replace(self._kept, token="", where="")
            self._tell_unkept(error)
        self._slice.set(Directory(reason=reason, address=self._kept.address))

    async def _hang_up(self) -> None:
        """A call in which this login stands ends with it; one that was joined by a direct link does not."""
        voice = self._hub.read("voice")
        if voice is not None and voice.channel and voice.status != "idle":
            with contextlib.suppress(CommandError):  # voice tells its own trouble
                await self._hub.ask("voice.leave", Nothing(), timeout=3)

    async def _rest(self, goodbye: bool = False) -> None:
        """Stops keeping up. ``goodbye``: the server end is told, in the background, that the login ends."""
        work, self._work = self._work, None
        client, self._client = self._client, None
        follower, self._follower, self._invite = self._follower, None, None
        if follower is not None:
            follower.close()
        if work is not None:
            work.cancel()
            await asyncio.wait({work})
        if client is not None:
            self._behind(hang_up(client, goodbye))

    async def _keep_login(self, address: str, token: str) -> None:
        self._kept = msgspec.structs.replace(self._kept, address=address, token=token)
        try:
            self._kept = await keeping.store(self._path, self._kept)
        except OSError as error:
            self._kept = msgspec.structs.replace(self._kept, where="")
            self._tell_unkept(error)

    def _tell_unkept(self, error: OSError) -> None:
        self._hub.report(
            "login_not_kept", f"the login cannot be kept ({error.strerror}): sign in again next time"
        )

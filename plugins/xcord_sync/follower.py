"""Follows one login at its server end: the directory over HTTP, who is where over the events socket."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Container
from typing import TYPE_CHECKING

import msgspec

from xcord import CommandError, Directory, Handle, Upkeep

from . import contract
from .backoff import pause
from .presence import Presence, after, filled
from .translate import directory, upkeep

if TYPE_CHECKING:
    from .client import Client


class Follower:
    """Runs on the hub loop.

    :param show: called with each new truth.
    :param happened: called with what is told and is no state (moved, removed, muted, expelled, rings).
    :param picture: where pages find a picture, by its hash.
    """

    def __init__(
        self,
        hub: Handle,
        client: Client,
        show: Callable[[Directory], None],
        happened: Callable[[contract.Happening], None],
        picture: Callable[[str], str],
    ) -> None:
        self._hub, self._client, self._show, self._happened = hub, client, show, happened
        self._picture = picture
        self._looked_after = ""
        self._directory = Directory(status="connecting", address=client.address)
        self._presence = Presence()
        self._nudged = asyncio.Event()
        self._failures = 0
        self._curious: set[asyncio.Future[str]] = set()  # each is told the code of the look that ends next

    async def fetch(self) -> None:
        """Asks for the directory now and shows it.

        :raises CommandError: it could not be had.
        """
        answer = await self._client.directory()
        mine = {server.id for server in answer.servers if server.role != "member"}
        members = {
            server.id: await self._members(server.id)
            for server in answer.servers
            if server.id in {*mine, self._looked_after}
        }
        found = directory(self._client.address, answer, self._picture, members)
        self._directory = msgspec.structs.replace(found, upkeep=await self._upkeep(mine))
        self.tell()

    async def show_change(self) -> None:
        """Shows what this app has just changed, before whoever asked for it is answered."""
        self.tell()
        try:
            await self.fetch()
        except CommandError:
            self.nudge()

    async def _members(self, server: str) -> tuple[contract.MemberInfo, ...]:
        try:
            return (await self._client.members(server)).members
        except CommandError as error:
            if error.code in ("not_found", "no_such_server", "forbidden"):  # it changed between two answers
                return ()
            raise

    async def look_after(self, server: str) -> None:
        """Shows a server's members from now on, and its invites and bans as long as the account may; empty:
        none's.

        :raises CommandError: they could not be had.
        """
        self._looked_after = server
        if server:
            await self.fetch()
        else:
            self._directory = msgspec.structs.replace(self._directory, upkeep=None)
            self.tell()

    async def _upkeep(self, mine: Container[str]) -> Upkeep | None:
        server = self._looked_after
        if server not in mine:
            return None
        try:
            invites, bans = await self._client.invites(server), await self._client.bans(server)
        except CommandError as error:
            if error.code in ("no_such_server", "forbidden"):  # it changed between two answers
                return None
            raise
        return upkeep(self._client.address, server, invites, bans) if server == self._looked_after else None

    def tell(self) -> None:
        """Shows what is known."""
        self._show(filled(self._directory, self._presence))

    def nudge(self) -> None:
        """Something went wrong elsewhere, or something is new: a look is worth while."""
        self._nudged.set()

    async def look(self) -> None:
        """Looks at once, however long the pause would still be.

        :raises CommandError: why the server could not be seen.
        """
        seen: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._curious.add(seen)
        self._nudged.set()
        try:
            if code := await seen:
                raise CommandError(code, "the server could not be seen")
        finally:
            self._curious.discard(seen)

    def close(self) -> None:
        """Nobody is signed in any more; who waits for a look is told so."""
        self._satisfy("not_signed_in")

    async def run(self, *, unknown: bool) -> None:
        """Follows until the login has ended on the server end.

        :param unknown: nothing has been asked of this server end yet in this run.
        """
        while True:
            try:
                if self._failures or unknown:
                    await self._client.about()
                unknown = False
                await self._follow()
            except CommandError as error:
                unknown = False
                self._satisfy(error.code)
                if error.code == "unauthorized":
                    return
                self._failures += 1
                self._directory = msgspec.structs.replace(self._directory, status="stale", reason=error.code)
                self.tell()
                await self._sleep(pause(self._failures, error.code, random.random()))

    # -- while all is well -----------------------------------------------------------------------------

    async def _follow(self) -> None:
        """Listens until the socket ends; where there is none, looks once and waits for the next time.

        :raises CommandError: the server end cannot be seen any more.
        """
        from .listening import NoEvents, listening  # not at the top: it would hold up the first window

        try:
            async with listening(
                self._client.address, self._client.token, self._presence.seq, self._presence.view
            ) as told:
                await self._listen(told)
        except NoEvents:
            await self._look_now()
            await self._sleep(pause(0, "", 0.0))

    async def _listen(self, told: AsyncIterator[contract.Happening]) -> None:
        reading = asyncio.ensure_future(self._read(told))
        try:
            while not reading.done():
                nudged = asyncio.ensure_future(self._nudged.wait())
                await asyncio.wait((reading, nudged), return_when=asyncio.FIRST_COMPLETED)
                if nudged.done():
                    await self._look_now()
                nudged.cancel()
            await reading
        finally:
            reading.cancel()
            await asyncio.wait({reading})

    async def _read(self, told: AsyncIterator[contract.Happening]) -> None:
        async for happening in told:
            known = self._presence
            self._presence = after(known, happening)
            if isinstance(happening, contract.Snapshot | contract.Resumed | contract.DirectoryChanged):
                self._nudged.set()  # what changed while nobody listened is found by a look
            elif isinstance(happening, contract.Changed):
                if self._presence is not known and self._directory.account is not None:
                    self.tell()
            else:
                self._happened(happening)

    async def _look_now(self) -> None:
        self._nudged.clear()
        await self.fetch()
        self._failures = 0
        self._satisfy("")

    async def _sleep(self, seconds: float) -> None:
        """Until ``seconds`` have passed or something makes a look worth while."""
        self._nudged.clear()
        passed = asyncio.ensure_future(self._hub.clock.sleep(seconds))
        nudged = asyncio.ensure_future(self._nudged.wait())
        try:
            await asyncio.wait((passed, nudged), return_when=asyncio.FIRST_COMPLETED)
        finally:
            passed.cancel()
            nudged.cancel()

    def _satisfy(self, code: str) -> None:
        for seen in self._curious:
            if not seen.done():
                seen.set_result(code)

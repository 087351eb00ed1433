"""Calls others into the channel where one is, and is called: keeps slice ``ringing``, answers ``ringing.*``.

A ring is over after half a minute by this app's clock. That somebody came or left is seen in the directory;
the server end begins a ring, and hears of it again only if it ends before its time.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Literal

from xcord import Asker, Channel, CommandError, Directory, Handle, Join, Ring, Ringing, RingPerson

from . import contract
from .errands import person

if TYPE_CHECKING:
    from .client import Client

Way = Literal["incoming", "outgoing"]

LONGEST = 60.0  # seconds, whatever the server end says


class Switchboard:
    """On the hub's loop.

    :param client: the server end; raises ``CommandError`` when nobody is signed in.
    :param behind: has something done in the background.
    """

    def __init__(
        self,
        hub: Handle,
        client: Callable[[], Client],
        behind: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._hub, self._client, self._behind = hub, client, behind
        self._slice = hub.slice("ringing", Ringing, Ringing())
        self._timers: dict[tuple[Way, Ring], asyncio.Task[None]] = {}
        self._seen: set[Ring] = set()  # whose caller was seen in the channel
        self._directory = Directory()
        hub.command("ringing.call", RingPerson, self._call)
        hub.command("ringing.cancel", RingPerson, self._cancel)
        hub.command("ringing.answer", RingPerson, self._answer)
        hub.command("ringing.dismiss", RingPerson, self._dismiss)
        hub.watch(self._on_slice, "directory", "voice")

    def close(self) -> None:
        """Nobody is called any more; nobody is told."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    # -- commands ------------------------------------------------------------------------------------

    async def _call(self, args: RingPerson, _asker: Asker) -> None:
        client = self._client()
        if not args.channel or self._place_of_call() != args.channel:
            raise CommandError("not_in_call", "who calls others into a channel has to be in its call")
        if self._find("outgoing", args.channel, args.user) is not None:
            return
        ring = self._ring(args.channel, args.user)
        self._add("outgoing", ring)
        try:
            answer = await client.ask("POST", _path(args.channel, args.user), contract.RingAnswer)
        except BaseException:
            self._drop("outgoing", ring)
            raise
        if ring in self._slice.value.outgoing:
            self._time("outgoing", ring, answer.seconds)
        else:  # taken back meanwhile, of which the server end may have heard before it rang
            self._behind(self._take_back(ring))

    async def _cancel(self, args: RingPerson, _asker: Asker) -> None:
        await self._end("outgoing", args, args.user)

    async def _dismiss(self, args: RingPerson, _asker: Asker) -> None:
        await self._end("incoming", args, self._me)

    async def _answer(self, args: RingPerson, _asker: Asker) -> None:
        if self._find("incoming", args.channel, args.user) is None:
            raise CommandError("no_such_ring", "nobody calls there, or no longer")
        await self._hub.ask("voice.join", Join(args.channel))
        for ring in self._slice.value.incoming:
            if ring.channel == args.channel:
                self._drop("incoming", ring)

    async def _end(self, way: Way, args: RingPerson, called: str) -> None:
        ring = self._find(way, args.channel, args.user)
        if ring is None:
            return
        self._drop(way, ring)
        try:
            await self._client().do("DELETE", _path(args.channel, called))
        except CommandError as error:
            if error.code != "no_such_ring":  # it ended by itself meanwhile
                raise

    # -- what is told and seen -----------------------------------------------------------------------

    def heard(self, told: contract.RingBegun | contract.RingOver) -> None:
        """The server end tells of a ring of mine."""
        if isinstance(told, contract.RingBegun):
            self._ring_here(told)
        elif told.by == self._me:
            ring = self._find("outgoing", told.channel, told.user)
            if ring is not None and self._drop("outgoing", ring) and told.reason == "declined":
                self._hub.notify("ringing.declined", name=ring.name)
        elif told.user == self._me:
            ring = self._find("incoming", told.channel, told.by)
            if ring is not None and self._drop("incoming", ring) and told.reason == "cancelled":
                self._tell_missed(ring)

    def _ring_here(self, told: contract.RingBegun) -> None:
        channel = self._channel(told.channel)
        if channel is None or self._me in channel.people or not self._hub.option("calls"):
            return
        if self._find("incoming", told.channel, told.by) is not None:
            return  # the same ring, told again
        ring = self._ring(told.channel, told.by)
        self._add("incoming", ring)
        self._time("incoming", ring, told.seconds)
        if told.by in channel.people:
            self._seen.add(ring)

    def _on_slice(self, name: str, value: Any) -> None:
        if name == "voice":
            place = self._place_of_call()
            for ring in self._slice.value.outgoing:
                if ring.channel != place and self._drop("outgoing", ring):
                    self._behind(self._take_back(ring))
        elif isinstance(value, Directory):
            before, self._directory = self._directory.account, value
            if before is not None and (value.account is None or value.account.user != before.user):
                self._forget()
            self._look()

    def _look(self) -> None:
        """Ends what is over by who came and who left."""
        for ring in self._slice.value.incoming:
            channel = self._channel(ring.channel)
            if channel is None or self._me in channel.people:
                self._drop("incoming", ring)
            elif ring.user in channel.people:
                self._seen.add(ring)
            elif ring in self._seen and self._drop("incoming", ring):
                self._tell_missed(ring)
        for ring in self._slice.value.outgoing:
            channel = self._channel(ring.channel)
            if channel is None or ring.user in channel.people:
                self._drop("outgoing", ring)
                self._behind(self._take_back(ring))

    def _forget(self) -> None:
        for ring in self._slice.value.incoming:
            self._drop("incoming", ring)
        for ring in self._slice.value.outgoing:
            self._drop("outgoing", ring)

    def _tell_missed(self, ring: Ring) -> None:
        self._hub.notify("ringing.missed", name=ring.name, channel=ring.place)

    async def _take_back(self, ring: Ring) -> None:
        with contextlib.suppress(CommandError):  # it ends by itself in any case
            await self._client().do("DELETE", _path(ring.channel, ring.user))

    # -- rings ---------------------------------------------------------------------------------------

    def _add(self, way: Way, ring: Ring) -> None:
        self._set(way, (*getattr(self._slice.value, way), ring))

    def _drop(self, way: Way, ring: Ring) -> bool:
        """Whether it was out."""
        rings: tuple[Ring, ...] = getattr(self._slice.value, way)
        if (timer := self._timers.pop((way, ring), None)) is not None:
            timer.cancel()
        self._seen.discard(ring)
        self._set(way, tuple(each for each in rings if each != ring))
        return ring in rings

    def _set(self, way: Way, rings: tuple[Ring, ...]) -> None:
        value = self._slice.value
        incoming, outgoing = (rings, value.outgoing) if way == "incoming" else (value.incoming, rings)
        self._slice.set(Ringing(incoming=incoming, outgoing=outgoing))

    def _find(self, way: Way, channel: str, user: str) -> Ring | None:
        rings: tuple[Ring, ...] = getattr(self._slice.value, way)
        return next((each for each in rings if (each.channel, each.user) == (channel, user)), None)

    def _time(self, way: Way, ring: Ring, seconds: float) -> None:
        if (before := self._timers.get((way, ring))) is not None:
            before.cancel()
        self._timers[way, ring] = asyncio.ensure_future(self._run_out(way, ring, min(seconds, LONGEST)))

    async def _run_out(self, way: Way, ring: Ring, seconds: float) -> None:
        await self._hub.clock.sleep(seconds)
        del self._timers[way, ring]
        self._drop(way, ring)
        if way == "incoming":
            self._tell_missed(ring)
        else:
            self._hub.notify("ringing.unanswered", name=ring.name)

    # -- what is known -------------------------------------------------------------------------------

    @property
    def _me(self) -> str:
        return self._directory.account.user if self._directory.account is not None else ""

    def _place_of_call(self) -> str:
        """The channel whose call I am in; empty for none."""
        voice = self._hub.read("voice")
        is_up = voice is not None and voice.status in ("connected", "reconnecting")
        return str(voice.channel) if is_up else ""

    def _channel(self, id: str) -> Channel | None:
        found = (each for server in self._directory.servers for each in server.channels if each.id == id)
        return next(found, None)

    def _ring(self, channel: str, user: str) -> Ring:
        profile, known = self._directory.people.get(user), self._channel(channel)
        return Ring(
            channel=channel,
            user=user,
            name=profile.name if profile is not None else user,
            place=known.name if known is not None else "",
        )


def _path(channel: str, user: str) -> str:
    return f"{person(channel, user)}/ring"

"""The call: carries out what the state machine decides, and publishes what there is to see.

All of it runs on the media loop, so that sound, pictures and recovery go on while the hub is blocked.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from xcord import CommandError, JoinToken, Person, Profile, Quality, Speaking, Voice

from . import events, machine
from .errors import FINAL
from .events import LinkEvent
from .roster import Roster, describe, user_of
from .session import MOVED, Intents, Parts, Session
from .speaking import Speakers

log = logging.getLogger("xcord.voice.call")

OPEN_WITHIN = 40.0  # seconds: the SDK's own four attempts may take 32
STUCK_AFTER = 80.0  # more seconds after which a connect() will never return
CLOSE_WITHIN = 10.0  # seconds for a disconnect()
LINGER_WITHIN = 30.0  # seconds to wait for a connection that an earlier life left behind

_lingering: set[asyncio.Future[Any]] = set()
"""Connections that may still hold sockets, of all lives of this process: there is one Room at a time."""


@dataclass(frozen=True)
class Outside:
    """How the call reaches the hub; each may be called from the media loop and returns at once."""

    ask_token: Callable[[int, str], None]
    remember: Callable[[str], None]
    notify: Callable[..., None]
    show_voice: Callable[[Voice], None]
    show_speaking: Callable[[Speaking], None]
    show_quality: Callable[[Quality], None]


class Call:
    """One per life of the plugin. All methods on the media loop."""

    def __init__(self, parts: Parts, outside: Outside, intents: Intents) -> None:
        self._parts, self._outside, self._intents = parts, outside, intents
        self._state = machine.State()
        self._roster = Roster()
        self._speakers = Speakers()
        self._quality: dict[str, str] = {}
        self._profiles: Mapping[str, Profile] = {}
        self._session: Session | None = None
        self._room = ""
        self._me: Person | None = None
        self._microphone = "off"
        self._told: dict[str, str] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._expiry: tuple[float, asyncio.Task[None]] | None = None
        self._closed = False
        self._changed = asyncio.Event()

    # -- what is asked ---------------------------------------------------------------------------------

    def ask(self, event: machine.Event) -> None:
        """Join, leave, rejoin.

        :raises CommandError: refused, with the machine's code.
        """
        self._step(event)

    def token_ready(self, attempt: int, token: JoinToken) -> None:
        """The answer to ``ask_token``."""
        self._step(machine.TokenReady(attempt, machine.Ticket(token.url, token.token)))

    def token_refused(self, attempt: int, code: str) -> None:
        """The server end refused, or could not be asked."""
        self._step(machine.TokenRefused(attempt, code))

    def set_silence(self) -> None:
        """``intents.muted`` or ``.deafened`` changed."""
        self._parts.sound.mixer.set_deafened(self._intents.deafened)
        if self._session is not None and self._up:
            self._session.assert_silence()
        self.publish()

    def set_deafened(self) -> None:
        """``intents.deafened`` changed: the others are told."""
        self.set_silence()
        if self._session is not None and self._up:
            self._session.assert_deafened()

    def set_demand(self) -> None:
        """``intents.wants`` changed."""
        if self._session is not None and self._up:
            self._session.assert_demand()

    def set_profiles(self, profiles: Mapping[str, Profile]) -> None:
        """The directory's names."""
        self._profiles = profiles
        self.publish()

    async def aclose(self, within: float) -> None:
        """Leaves, and returns when no Room holds sockets, or after ``within`` seconds."""
        self._closed = True
        self._step(machine.Leave(forget=False))
        if self._expiry is not None:
            self._expiry[1].cancel()
        deadline = self._parts.clock.now() + within
        while self._state.link is not None and (left := deadline - self._parts.clock.now()) > 0:
            self._changed.clear()
            waiting = asyncio.ensure_future(self._changed.wait())
            await self._finished(waiting, left)
            waiting.cancel()

    # -- the machine -----------------------------------------------------------------------------------

    @property
    def _up(self) -> bool:
        return self._state.status in ("connected", "reconnecting")

    def _step(self, event: machine.Event) -> None:
        before = self._state
        self._state, effects = machine.step(before, event)
        if before.status != self._state.status:
            log.info("%s -> %s %s", before.status, self._state.status, self._state.reason)
            self._follow(before.status, self._state.status)
        if before.target != self._state.target:
            self._forget_people()
            self._me, self._room = None, ""
        for effect in effects:
            self._carry_out(effect)
        self._changed.set()
        self.publish()

    def _follow(self, before: str, after: str) -> None:
        """What a new status means for the people who are shown."""
        now = self._parts.clock.now()
        if after == "reconnecting":
            self._roster.away(now)
        elif after == "connected":
            self._roster.back(now)
        elif before in ("connected", "reconnecting"):
            self._roster.lost(now)
            self._quality.clear()
        if after == "lost" and self._state.reason in FINAL:
            self._forget_people()

    def _forget_people(self) -> None:
        """Nobody of the last call is known here any more; nobody is told that they left."""
        self._roster.clear()
        self._quality.clear()
        self._told = {}

    def _carry_out(self, effect: machine.Effect) -> None:
        match effect:
            case machine.AskToken():
                self._outside.ask_token(effect.attempt, effect.channel)
            case machine.Probe():
                self._spawn(self._probe(effect))
            case machine.Open():
                self._spawn(self._open(effect))
            case machine.Close():
                self._close(effect)
            case machine.Reassert():
                if self._session is not None:
                    self._session.reassert()
            case machine.Begin():
                if effect.channel:
                    self._outside.remember(effect.channel)
            case machine.Forget():
                self._outside.remember("")
            case machine.Refuse():
                raise CommandError(effect.code, f"voice refused: {effect.code}")

    async def _probe(self, effect: machine.Probe) -> None:
        if waiting := _still_open():
            await asyncio.wait(waiting, timeout=LINGER_WITHIN)
        code = "restart_needed" if _still_open() else await self._parts.probe(effect.url)
        self._step(machine.Probed(effect.attempt, code))

    async def _open(self, effect: machine.Open) -> None:
        epoch = effect.epoch
        link = self._parts.make_link(lambda event: self._hear(epoch, event))
        self._session = Session(
            epoch, link, self._parts, self._roster, self._intents, self._on_level, self._on_microphone
        )
        # Never cancelled, whatever happens here: livekit/python-sdks#784.
        connecting = asyncio.ensure_future(link.connect(effect.ticket.url, effect.ticket.token))
        _keep(connecting)
        if not await self._finished(connecting, OPEN_WITHIN):
            self._step(machine.Overdue(epoch))
            if not await self._finished(connecting, STUCK_AFTER):
                self._step(machine.Stuck(epoch))
                await asyncio.wait({connecting})
        if (error := connecting.exception()) is not None:
            await self._not_opened(epoch, self._session, error)

    async def _not_opened(self, epoch: int, session: Session, error: BaseException) -> None:
        code = getattr(error, "code", "")
        if code:
            log.warning("connect failed: %s", error)
        else:
            # Not the server's doing: the Room may hold sockets.
            log.error("connect failed: %s", type(error).__name__)
            await session.link.disconnect()
        session.stop()
        await session.closed()
        self._step(machine.OpenFailed(epoch, code or "connect_failed"))
        self._step(machine.Dropped(epoch, "connect_failed"))

    def _close(self, effect: machine.Close) -> None:
        session = self._session
        if session is None or session.epoch != effect.epoch:
            raise RuntimeError("the machine closes a connection that is not there")
        session.stop()
        self._microphone = "off"
        self._speakers.clear()
        self._outside.show_speaking(Speaking())
        ending = asyncio.ensure_future(self._end(session, effect.polite))
        _keep(ending)
        self._spawn(self._ended(session.epoch, ending))

    async def _ended(self, epoch: int, ending: asyncio.Future[None]) -> None:
        if not await self._finished(ending, CLOSE_WITHIN):
            log.error("disconnect() did not return within %g s", CLOSE_WITHIN)
            self._step(machine.Overdue(epoch))
            await asyncio.wait({ending})
        if not ending.cancelled() and (error := ending.exception()) is not None:
            log.error("disconnect() failed: %s", type(error).__name__)
        self._step(machine.Closed(epoch))

    @staticmethod
    async def _end(session: Session, polite: bool) -> None:
        if polite:
            await session.leave()
        ending = asyncio.ensure_future(session.closed())
        await session.link.disconnect()
        await ending

    async def _finished(self, task: asyncio.Future[Any], within: float) -> bool:
        """Waits without cancelling; true if it is done in time."""
        timer = asyncio.ensure_future(self._parts.clock.sleep(within))
        await asyncio.wait({task, timer}, return_when=asyncio.FIRST_COMPLETED)
        timer.cancel()
        return task.done()

    # -- what the connection reports -------------------------------------------------------------------

    def _hear(self, epoch: int, event: LinkEvent) -> None:
        """Only the present connection is listened to, and only while it is wanted."""
        link, session = self._state.link, self._session
        if link is None or link.epoch != epoch or session is None:
            return
        match event:
            case events.Connected():
                self._step(machine.Opened(epoch))
                if self._up:
                    self._begin(session, event)
            case events.SdkDropped():
                self._step(machine.Dropped(epoch, event.reason))
            case _ if not self._up:
                return
            case events.SdkReconnecting():
                self._step(machine.Reconnecting(epoch, self._parts.clock.now()))
            case events.SdkReconnected():
                session.handle(event)
                self._step(machine.Reconnected(epoch))
            case events.QualityChanged():
                self._quality[user_of(event.identity)] = event.grade
            case events.PacketReceived(topic=topic) if topic == MOVED and not event.identity:
                self._step(machine.Told(epoch, "moved"))
            case _:
                session.handle(event)
        self.publish()

    def _begin(self, session: Session, event: events.Connected) -> None:
        name, avatar = describe(event.identity, event.name, event.metadata)
        self._me = Person(user=user_of(event.identity), name=name, avatar=avatar, me=True)
        self._room = event.room
        session.begin(event)
        # Whoever is there already did not join just now.
        self._told = {person.user: person.name for person in self._people()}

    def _on_level(self, user: str, dbfs: float | None) -> None:
        if dbfs is None:
            changed = self._speakers.silent(user)
        else:
            changed = self._speakers.level(user, self._parts.clock.now(), dbfs)
        if changed:
            self._outside.show_speaking(Speaking(self._speakers.users))

    def _on_microphone(self, state: str) -> None:
        self._microphone = state
        self.publish()

    # -- what is shown ---------------------------------------------------------------------------------

    def publish(self) -> None:
        """Sets the slices; equal values cost nothing."""
        self._expire()
        state = self._state
        people = self._people()
        self._tell(people)
        grades = {
            person.user: self._quality[person.user] for person in people if person.user in self._quality
        }
        self._outside.show_quality(Quality(cast("dict[str, Any]", grades)))
        self._outside.show_voice(
            Voice(
                status=state.status,
                channel=state.target.channel if state.target else "",
                room=self._room if self._up else "",
                reason=state.reason,
                epoch=state.epoch,
                people=people,
                me=self._me.user if self._me else "",
                muted=self._intents.muted,
                deafened=self._intents.deafened,
                microphone=cast("Any", self._microphone),
            )
        )

    def _people(self) -> tuple[Person, ...]:
        """I, and the others in the order in which they came."""
        if self._me is None:
            return ()
        profile = self._profiles.get(self._me.user)
        me = msgspec.structs.replace(
            self._me,
            name=profile.name if profile else self._me.name,
            avatar=profile.avatar if profile else self._me.avatar,
            muted=self._intents.silent,
            deafened=self._intents.deafened,
            present=self._up,
        )
        others = self._roster.people(self._profiles)
        return (me, *(person for person in others if person.user != me.user))

    def _tell(self, people: tuple[Person, ...]) -> None:
        """Notices for those who came and went; a person who only reconnected did neither."""
        now = {person.user: person.name for person in people}
        if self._up:
            for user in now.keys() - self._told.keys():
                if self._me is not None and user != self._me.user:
                    self._outside.notify("participant.joined", user=user, name=now[user])
            for user in self._told.keys() - now.keys():
                self._outside.notify("participant.left", user=user, name=self._told[user])
        self._told = now

    def _expire(self) -> None:
        """Ends grace times, and comes back for the next one."""
        moment = None if self._closed else self._roster.expire(self._parts.clock.now())
        if self._expiry is not None:
            if self._expiry[0] == moment:
                return
            self._expiry[1].cancel()
        self._expiry = None if moment is None else (moment, asyncio.ensure_future(self._expire_at(moment)))

    async def _expire_at(self, moment: float) -> None:
        await self._parts.clock.sleep(moment - self._parts.clock.now())
        self._expiry = None
        self.publish()

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a part of the call failed", exc_info=error)


def _keep(connection: asyncio.Future[Any]) -> None:
    _lingering.add(connection)
    connection.add_done_callback(_lingering.discard)


def _still_open() -> set[asyncio.Future[Any]]:
    loop = asyncio.get_running_loop()
    return {left for left in _lingering if not left.done() and left.get_loop() is loop}

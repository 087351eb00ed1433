"""The call: carries out what the state machine decides.

All of it runs on the media loop, so that sound, pictures and recovery go on while the hub is blocked.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from xcord import CommandError, JoinToken, VideoStatistics

from . import events, machine, moves
from .events import LinkEvent
from .lingering import keep, none_left
from .parts import Intents, Parts
from .roster import Roster
from .scene import Scene, Screen
from .session import MOVED, Session
from .tasks import Tasks

log = logging.getLogger("xcord.voice.call")

OPEN_WITHIN = 40.0  # seconds: the SDK's own four attempts may take 32
STUCK_AFTER = 80.0  # more seconds after which a connect() will never return
CLOSE_WITHIN = 10.0  # seconds for a disconnect()
SETTLE = 0.35  # seconds between the server's answer and a take-over; a cut path heals within 0.05
GREETED_WITHIN, NEARLY_BACK = 2.0, 1.0  # seconds since the SDK saw somebody, and until it is back then
LINGER_WITHIN = 30.0  # seconds to wait for a connection that an earlier life left behind


class Call:
    """One per life of the plugin. All methods on the media loop.

    :param ask_token: asks the server end for this attempt and channel; ``token_ready`` or
        ``token_refused`` is called later.
    :param remember: the channel to offer at the next start, empty for none.
    """

    def __init__(
        self,
        parts: Parts,
        screen: Screen,
        intents: Intents,
        ask_token: Callable[[int, str], None],
        remember: Callable[[str], None],
    ) -> None:
        self._parts, self._intents = parts, intents
        self._ask_token, self._remember = ask_token, remember
        parts.sound.mixer.set_deafened(intents.deafened)
        self._state = machine.State()
        self._roster = Roster()
        self.scene = Scene(parts.clock, screen, intents, self._roster, lambda: self._state)
        self._session: Session | None = None
        self._tasks = Tasks(lambda error: log.error("a part of the call failed", exc_info=error))

    # -- what is asked ---------------------------------------------------------------------------------

    def join(self, channel: str, url: str, token: str) -> None:
        """Goes there. Like the next two it raises a ``CommandError`` with the machine's code if refused."""
        self._step(moves.Join(moves.Target(channel, url, token)))

    def leave(self) -> None:
        """The user wants to be nowhere."""
        self._step(moves.Leave())

    def rejoin(self, take_over: bool) -> None:
        """Goes there again; see ``moves.Rejoin``."""
        self._step(moves.Rejoin(self._parts.clock.now(), take_over))

    async def probe(self) -> str:
        """Whether the call's server answers: empty, or why not."""
        return await self._parts.probe(self._state.url) if self._state.url else "not_in_channel"

    async def wait(self) -> int:
        """Seconds for which the server end asked to be left alone when it refused; 0 if it did not."""
        return self._state.wait

    async def simulate(self, kind: str) -> None:
        """Has a fault of this connection acted out.

        :raises CommandError: ``not_in_channel``.
        """
        if self._session is None or not self._state.up:
            raise CommandError("not_in_channel", "a fault is acted out in a call")
        await self._session.link.simulate(kind)

    def token_ready(self, attempt: int, token: JoinToken) -> None:
        """The answer to ``ask_token``."""
        self._step(moves.TokenReady(attempt, moves.Ticket(token.url, token.token)))

    def token_refused(self, attempt: int, code: str, wait: int = 0) -> None:
        """The server end refused, or could not be asked; ``wait`` in seconds is what it asked for."""
        self._step(moves.TokenRefused(attempt, code, wait))

    def set_silence(self) -> None:
        """``intents.muted`` or ``.deafened`` changed."""
        self._parts.sound.mixer.set_deafened(self._intents.deafened)
        if self._session is not None and self._state.up:
            self._session.assert_silence()
        self.scene.silenced()
        self.scene.publish()

    def set_deafened(self) -> None:
        """``intents.deafened`` changed: the others are told."""
        self.set_silence()
        if self._session is not None and self._state.up:
            self._session.assert_deafened()

    def set_demand(self) -> None:
        """``intents.wants`` changed."""
        if self._session is not None and self._state.up:
            self._session.assert_demand()

    async def statistics(self) -> tuple[VideoStatistics, ...]:
        """How each video is received now."""
        return await self._session.statistics() if self._session is not None and self._state.up else ()

    async def aclose(self, within: float) -> None:
        """Leaves, and returns when nothing of any connection is left, or after ``within`` seconds."""
        self.scene.close()
        self._step(moves.Leave(forget=False))
        ended = asyncio.ensure_future(self._tasks.ended())
        await self._finished(ended, within)
        ended.cancel()

    # -- the machine -----------------------------------------------------------------------------------

    def _step(self, event: moves.Event) -> None:
        before = self._state
        self._state, effects = machine.step(before, event)
        if before.status != self._state.status:
            log.info("%s -> %s %s", before.status, self._state.status, self._state.reason)
        self.scene.moved(before, self._state)
        for effect in effects:
            self._carry_out(effect)
        self.scene.publish()

    def _carry_out(self, effect: moves.Effect) -> None:
        match effect:
            case moves.AskToken():
                self._ask_token(effect.attempt, effect.channel)
            case moves.Check():
                self._tasks.start(self._check(effect))
            case moves.Probe():
                self._tasks.start(self._probe(effect))
            case moves.Open():
                self._tasks.start(self._open(effect))
            case moves.Close():
                self._close(effect)
            case moves.Reassert():
                if self._session is not None:
                    self._session.reassert()
            case moves.Begin():
                if effect.channel:
                    self._remember(effect.channel)
            case moves.Forget():
                self._remember("")
            case moves.Refuse():
                raise CommandError(effect.code, f"voice refused: {effect.code}")

    async def _check(self, effect: moves.Check) -> None:
        code = await self._parts.probe(effect.url)
        if not code and self._state.up and (patience := self._patience()):
            await self._parts.clock.sleep(patience)
        self._step(moves.Checked(effect.check, code))

    def _patience(self) -> float:
        """Seconds for which the old connection may still come back by itself once the server answers."""
        link, session = self._state.link, self._session
        if session is not None and self._parts.clock.now() - session.greeted_at < GREETED_WITHIN:
            return NEARLY_BACK  # the SDK is in the room again, and is back in less time than a new connection
        if link is not None and link.blind:
            return 0.0
        # A cut path mostly heals in no time, and the next look at its statistics (LOOK_AGAIN) sees that.
        return SETTLE

    async def _probe(self, effect: moves.Probe) -> None:
        gone = asyncio.ensure_future(none_left())
        free = await self._finished(gone, LINGER_WITHIN)
        gone.cancel()
        code = await self._parts.probe(effect.url) if free else "restart_needed"
        self._step(moves.Probed(effect.attempt, code))

    async def _open(self, effect: moves.Open) -> None:
        epoch = effect.epoch
        link = self._parts.make_link(lambda event: self._hear(epoch, event))
        self._session = Session(
            epoch,
            link,
            self._parts,
            self._roster,
            self._intents,
            self.scene.level,
            self.scene.microphone,
            lambda *seen: self._step(moves.Watched(epoch, self._parts.clock.now(), *seen)),
        )
        # Never cancelled, whatever happens here: livekit/python-sdks#784.
        connecting = asyncio.ensure_future(link.connect(effect.ticket.url, effect.ticket.token))
        keep(connecting)
        if not await self._finished(connecting, OPEN_WITHIN):
            self._step(moves.Overdue(epoch))
            if not await self._finished(connecting, STUCK_AFTER):
                self._step(moves.Stuck(epoch))
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
        self._step(moves.OpenFailed(epoch, code or "connect_failed"))
        self._step(moves.Dropped(epoch, "connect_failed"))

    def _close(self, effect: moves.Close) -> None:
        session = self._session
        if session is None or session.epoch != effect.epoch:
            raise RuntimeError("the machine closes a connection that is not there")
        session.stop()
        # A sound system that hangs must not look like a connection that hangs.
        self._tasks.start(session.closed())
        ending = asyncio.ensure_future(self._end(session, effect.polite))
        keep(ending)
        self._tasks.start(self._ended(session.epoch, ending))

    async def _ended(self, epoch: int, ending: asyncio.Future[None]) -> None:
        if not await self._finished(ending, CLOSE_WITHIN):
            log.error("disconnect() did not return within %g s", CLOSE_WITHIN)
            self._step(moves.Overdue(epoch))
            await asyncio.wait({ending})
        if not ending.cancelled() and (error := ending.exception()) is not None:
            log.error("disconnect() failed: %s", type(error).__name__)
        self._step(moves.Closed(epoch))

    @staticmethod
    async def _end(session: Session, polite: bool) -> None:
        if polite:
            await session.leave()
        await session.link.disconnect()

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
                self._connected(epoch, session, event)
            case events.SdkDropped():
                self._step(moves.Dropped(epoch, event.reason))
            case _ if not self._state.up:
                return
            case events.SdkReconnecting():
                self._step(moves.Reconnecting(epoch, self._parts.clock.now()))
            case events.SdkReconnected():
                session.handle(event)
                self._step(moves.Reconnected(epoch))
            case events.QualityChanged():
                self.scene.grade(event.identity, event.grade)
            case events.PacketReceived(topic=topic) if topic == MOVED and not event.identity:
                self._step(moves.Told(epoch, "moved"))
            case _:
                session.handle(event)
        self.scene.publish()

    def _connected(self, epoch: int, session: Session, event: events.Connected) -> None:
        link = self._state.link
        if link is not None and link.attempt == self._state.attempt:
            self.scene.entered(event)
        self._step(moves.Opened(epoch))
        if self._state.up:
            session.begin(event)
            self.scene.filled()

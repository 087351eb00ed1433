"""The plugin's life: watches, carries out what the policy decides, and publishes it. On the hub's loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from xcord import Asker, CommandError, Handle, Happening, Nothing, Reconnection, Rejoin, Voice, probe

from .actions import BUSY
from .policy import Ask, Effects, Look, Policy, View
from .signals import Network, Signal, Woke, sources

log = logging.getLogger("xcord.reconnection")

LINES = 60  # of the timeline
PROBE_WITHIN = 3.0  # seconds; the probe itself takes 2 at most


class ReconnectionLife:
    """Claims the slice and two commands."""

    def __init__(self, hub: Handle) -> None:
        self._hub = hub
        self._slice = hub.slice("reconnection", Reconnection, Reconnection())
        hub.command("reconnection.try_now", Nothing, self._try_now)
        hub.command("reconnection.stop", Nothing, self._stop)
        self._policy = Policy(lambda: random.random(), self._note)
        self._timeline: list[Happening] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def life(self) -> AsyncIterator[None]:
        """Until it is switched off; a recovery that is under way is then left as it is."""
        for source in sources():
            self._spawn(source(self._hub.clock, self._hear))
        stop = self._hub.watch(self._on_voice, "voice")
        try:
            yield
        finally:
            stop()
            running = [*self._tasks, *((self._timer,) if self._timer else ())]
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    # -- what comes in ---------------------------------------------------------------------------------

    def _on_voice(self, _name: str, voice: Voice | None) -> None:
        if voice is not None and voice.status == "lost" and voice.reason in BUSY:
            self._spawn(self._refused(voice))
        else:
            self._see(voice, 0)

    async def _refused(self, voice: Voice) -> None:
        """The server end is busy: for how long it wants to be left alone counts too."""
        try:
            wait = await self._hub.ask("voice.wait", Nothing())
        except CommandError:
            wait = 0  # a voice that does not say
        if self._hub.read("voice") == voice:
            self._see(voice, wait)

    def _see(self, voice: Voice | None, wait: int) -> None:
        view = View(voice.status, voice.reason, voice.problem, voice.channel, wait) if voice else View()
        self._carry_out(self._policy.see(self._now(), view))

    def _hear(self, signal: Signal) -> None:
        match signal:
            case Network():
                self._carry_out(self._policy.network(self._now(), signal.up))
            case Woke():
                self._carry_out(self._policy.woke(self._now(), signal.seconds))

    async def _try_now(self, args: Nothing, asker: Asker) -> None:
        effects = self._policy.try_now(self._now())
        self._carry_out([effect for effect in effects if not isinstance(effect, Ask)])
        for effect in effects:
            if isinstance(effect, Ask):
                await self._ask(effect)  # a refusal is the answer to who asked

    async def _stop(self, args: Nothing, asker: Asker) -> None:
        self._carry_out(self._policy.stop(self._now()))

    # -- what goes out ---------------------------------------------------------------------------------

    def _carry_out(self, effects: Effects) -> None:
        for effect in effects:
            match effect:
                case Ask():
                    self._spawn(self._asked(effect))
                case Look():
                    self._spawn(self._look(effect.server_end))
        self._wind()
        self._publish()

    async def _asked(self, effect: Ask) -> None:
        with contextlib.suppress(CommandError):
            await self._ask(effect)

    async def _ask(self, effect: Ask) -> None:
        try:
            await self._hub.ask("voice.rejoin", Rejoin(effect.take_over))
        except CommandError as error:
            self._carry_out(self._policy.refused(self._now(), error.code))
            raise

    async def _look(self, server_end: bool) -> None:
        voice, server = await asyncio.gather(
            self._ask_voice(), self._ask_server_end() if server_end else _nobody()
        )
        self._carry_out(self._policy.answered(self._now(), voice, server))

    async def _ask_voice(self) -> str:
        try:
            code = await self._hub.ask("voice.probe", Nothing(), timeout=PROBE_WITHIN)
        except CommandError as error:
            # A voice that has no probe, or does not know a server yet, is asked by trying.
            return error.code if error.code == "timed_out" else ""
        return "" if code == "not_in_channel" else str(code)

    async def _ask_server_end(self) -> str:
        directory = self._hub.read("directory")
        return await probe(directory.address) if directory is not None and directory.address else ""

    def _note(self, what: str, reason: str, number: int) -> None:
        log.info("%s %s %s", what, reason, number or "")
        line = Happening(at=_wall(), what=what, reason=reason, number=number)
        self._timeline = [*self._timeline, line][-LINES:]

    def _publish(self) -> None:
        policy = self._policy
        waits = policy.phase == "waiting" and policy.due is not None
        known = self._slice.value
        next_at = _wall() + round((policy.due - self._now()) * 1000) if waits and policy.due else 0
        if next_at and abs(next_at - known.next_at) < 50:
            next_at = known.next_at
        self._slice.set(
            Reconnection(
                phase=policy.phase,
                attempt=policy.attempt,
                next_at=next_at,
                reason=policy.reason,
                missing=policy.missing,
                timeline=tuple(self._timeline),
            )
        )

    # -- time and tasks --------------------------------------------------------------------------------

    def _now(self) -> float:
        return self._hub.clock.now()

    def _wind(self) -> None:
        """Comes back when the policy wants to be asked again."""
        if self._timer is not None and self._timer is not asyncio.current_task():
            self._timer.cancel()
        due = self._policy.due
        self._timer = None if due is None else asyncio.ensure_future(self._tick_at(due))
        if self._timer is not None:
            self._timer.add_done_callback(self._done)

    async def _tick_at(self, moment: float) -> None:
        await self._hub.clock.sleep(moment - self._now())
        self._carry_out(self._policy.tick(self._now()))

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._hub.report("reconnection_failed", f"reconnection: {type(error).__name__}: {error}")


async def _nobody() -> str:
    return ""


def _wall() -> int:
    return round(time.time() * 1000)

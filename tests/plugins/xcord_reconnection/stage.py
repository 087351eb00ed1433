"""The plugin alone on a fake clock: the test plays voice, the servers and the system."""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

import xcord_reconnection
import xcord_reconnection.life
from xcord import CommandError, Directory, Nothing, Reconnection, Rejoin, Voice
from xcord.testing import FakeClock, World, running
from xcord_reconnection.signals import Signal, Tell

CHANNEL = "lobby"


@dataclass
class Stage:
    """``answer`` and ``server_end`` are the codes of the probes, ``refuse`` that of the next rejoin;
    ``asked`` holds (seconds since the start, take over) of every rejoin."""

    world: World
    answer: str = ""
    server_end: str = ""
    refuse: str = ""
    wait: int = 0  # seconds for which the server end asked to be left alone
    silent: bool = False  # a rejoin changes nothing that is seen
    asked: list[tuple[float, bool]] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)
    tell: Callable[[Signal], None] = lambda signal: None
    started: float = 0.0

    @property
    def now(self) -> float:
        return float(round(self.world.clock.now() - self.started, 2))

    @property
    def state(self) -> Reconnection:
        found: Reconnection = self.world.read("reconnection")
        return found

    @property
    def phase(self) -> str:
        return self.state.phase

    @property
    def told(self) -> list[str]:
        """The timeline's codes."""
        return [line.what for line in self.state.timeline]

    def voice(self, status: Any, reason: str = "", problem: Any = "", **more: Any) -> None:
        """Slice ``voice`` says this."""
        self.world.publish(
            "voice", Voice(status=status, reason=reason, problem=problem, **{"channel": CHANNEL, **more})
        )

    def play_voice(self) -> None:
        """Answers what the plugin asks of voice."""

        def rejoin(args: Rejoin) -> None:
            self.asked.append((self.now, args.take_over))
            if self.refuse:
                code, self.refuse = self.refuse, ""
                raise CommandError(code)
            if not args.take_over and not self.silent:
                self.voice("connecting")

        def look(_args: Nothing) -> str:
            self.looks.append(self.now)
            return self.answer

        self.world.answer("voice.rejoin", Rejoin, rejoin)
        self.world.answer("voice.probe", Nothing, look)
        self.world.answer("voice.wait", Nothing, lambda args: self.wait)

    async def after(self, seconds: float) -> None:
        """Time passes."""
        await self.world.clock.advance(seconds)

    async def lose(self, reason: str = "connection_lost") -> None:
        """A call that was up is lost."""
        self.voice("connected")
        await self.after(0)
        self.voice("lost", reason)
        await self.after(0)

    async def refused(self, name: str) -> str:
        with pytest.raises(CommandError) as caught:
            await self.world.ask(name)
        return caught.value.code


@contextlib.asynccontextmanager
async def staged(monkeypatch: pytest.MonkeyPatch, chance: float = 0.5) -> AsyncIterator[Stage]:
    """The plugin switched on; ``chance`` is what every throw of the dice gives."""
    held: list[Tell] = []

    async def source(clock: Any, tell: Tell) -> None:
        held.append(tell)

    monkeypatch.setattr(xcord_reconnection.life, "sources", lambda: (source,))
    monkeypatch.setattr(random, "random", lambda: chance)
    clock = FakeClock()
    async with running(xcord_reconnection, clock=clock) as world:
        stage = Stage(world, started=clock.now())
        monkeypatch.setattr(xcord_reconnection.life, "_wall", lambda: round(clock.now() * 1000))

        async def probe(address: str) -> str:
            return stage.server_end

        monkeypatch.setattr(xcord_reconnection.life, "probe", probe)
        stage.play_voice()
        world.publish("directory", Directory(status="connected", address="https://ses.example.org"))
        await stage.after(0)
        stage.tell = held[-1]
        yield stage
        assert world.faults == []

"""Faults at a window's connection: what arrives at the page, and that there are none unless they are on."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import pytest
from tests.waits import PATIENCE

from xcord.calls import Asker
from xcord.disturb import Disturbance, TroubledWire
from xcord.errors import CommandError
from xcord.faults import Faults, HubFault
from xcord.hub import SHELL, Hub
from xcord.model import Windows, WindowState
from xcord.testing import FakeClock

QA = Asker("plugin", "faults")


@dataclass
class Line:
    """The socket below."""

    got: list[bytes] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    closed: tuple[int, str] | None = None
    full: bool = False

    def send(self, frames: list[bytes]) -> None:
        self.got += frames
        self.came.set()

    async def reached(self, count: int) -> None:
        """So many have come: also what waited in vain to be overtaken."""
        async with asyncio.timeout(PATIENCE):
            while len(self.got) < count:
                self.came.clear()
                await self.came.wait()

    def close(self, code: int, reason: str) -> None:
        self.closed = code, reason


@dataclass
class Bench:
    hub: Hub
    disturbance: Disturbance
    line: Line
    wire: TroubledWire

    async def fault(self, kind: str, **more: int) -> None:
        await self.hub.ask("hub.fault", HubFault(kind, **more), QA)  # type: ignore[arg-type]

    async def send(self, *texts: bytes) -> None:
        for text in texts:
            self.wire.send([text])


def bench(*, on: bool = True) -> Bench:
    hub = Hub(FakeClock())
    if on:
        hub.claim_slice("faults", "faults", Faults, Faults())
    windows = Windows((WindowState(name="main", page="main", connected=True),))
    hub.claim_slice("windows", SHELL, Windows, windows)
    disturbance, line = Disturbance(hub, Counter()), Line()
    return Bench(hub, disturbance, line, disturbance.wire("main", line))


async def test_nothing_is_done_to_a_window_unless_faults_are_on() -> None:
    here = bench(on=False)
    with pytest.raises(CommandError) as caught:
        await here.fault("drop")
    assert caught.value.code == "faults_off"
    await here.send(b"1", b"2")
    assert (here.line.got, here.line.closed) == ([b"1", b"2"], None)


@pytest.mark.parametrize(
    ("kind", "arrives"),
    [
        ("double", [b"1", b"1", b"2", b"2", b"3", b"3"]),
        ("reorder", [b"2", b"1", b"3"]),
        ("none", [b"1", b"2", b"3"]),
    ],
)
async def test_messages_come_twice_or_in_another_order(kind: str, arrives: list[bytes]) -> None:
    here = bench()
    await here.fault(kind)
    await here.send(b"1", b"2", b"3")
    await asyncio.wait_for(here.line.reached(len(arrives)), PATIENCE)
    assert here.line.got == arrives


async def test_messages_come_late_in_their_order_and_none_is_lost() -> None:
    here = bench()
    await here.fault("delay", milliseconds=50)
    await here.send(b"1", b"2")
    assert here.line.got == []
    await here.fault("none")
    await here.send(b"3")
    await asyncio.wait_for(here.line.reached(3), PATIENCE)
    assert here.line.got == [b"1", b"2", b"3"]


async def test_a_dropped_socket_is_closed_with_a_code_after_which_the_page_comes_back() -> None:
    here = bench()
    await here.fault("drop")
    assert here.line.closed == (1012, "fault")
    here.hub.slices["windows"].set(Windows())
    with pytest.raises(CommandError) as caught:
        await here.fault("drop")
    assert caught.value.code == "not_a_window"


async def test_a_fault_ends_by_itself_and_with_the_plugin() -> None:
    here = bench()
    await here.fault("double", seconds=3)
    await here.hub.clock.advance(3)  # type: ignore[attr-defined]
    await here.send(b"1")
    await here.fault("double", seconds=600)
    here.hub.withdraw("faults")
    await here.send(b"2")
    assert here.line.got == [b"1", b"2"]


async def test_only_the_shell_answers_for_it() -> None:
    here = bench()
    assert {here.hub.commands[name].owner for name in ("hub.fault", "hub.wires")} == {SHELL}
    assert await here.hub.ask("hub.wires", None, QA) == {"drift": 0}
    with pytest.raises(CommandError):
        await here.hub.ask("hub.wires", None, Asker("window", "main"))

"""Faults on purpose at the edge of a window's connection: ``hub.fault``, refused unless the plugin ``faults``
is on.

They act on what a page is sent, after the outbox and before the socket, so that page and hub meet what a bad
network would do to them: a socket that drops, frames that are late, come twice or in the wrong order.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field
from weakref import WeakSet

from .calls import Asker
from .errors import CommandError
from .faults import HubFault
from .hub import SHELL, Hub
from .requests import Nothing
from .session import Wire

LONGEST_DELAY_MS = 10_000
LONGEST = 600  # seconds that a fault may stay
HELD_BACK = 0.2  # seconds after which a frame that waits to be overtaken is sent all the same
DROPPED = 1012  # a close after which a page comes back


@dataclass
class Disturbance:
    """One per app. ``counts`` tells by window and kind how many frames were touched.

    :param counters: of all sessions; ``drift`` is how often a page's state differed from ours.
    """

    hub: Hub
    counters: Counter[str]
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _spells: dict[str, tuple[HubFault, float]] = field(default_factory=dict)
    _wires: dict[str, WeakSet[TroubledWire]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hub.claim_command("hub.fault", SHELL, HubFault, self._fault)
        self.hub.claim_command("hub.wires", SHELL, Nothing, self._tell, private=True)
        self.hub.listen(self._on_slice)

    def wire(self, window: str, wire: Wire) -> TroubledWire:
        """The same wire, with this window's faults in it."""
        made = TroubledWire(self, window, wire)
        self._wires.setdefault(window, WeakSet()).add(made)
        return made

    def now_in(self, window: str) -> HubFault | None:
        """The fault that acts on a window at this moment."""
        fault, until = self._spells.get(window, (None, 0.0))
        if until > self.hub.clock.now():
            return fault
        self._spells.pop(window, None)
        return None

    def _on_slice(self, name: str, value: object) -> None:
        if name == "faults" and value is None:
            self._spells.clear()

    async def _fault(self, args: HubFault, asker: Asker) -> None:
        if self.hub.read("faults") is None:
            raise CommandError("faults_off", "faults are made only while the plugin faults is on")
        if not (0 <= args.milliseconds <= LONGEST_DELAY_MS and 0 <= args.seconds <= LONGEST):
            raise CommandError(
                "bad_arguments", "a delay is at most 10000 ms, and a fault stays at most 600 s"
            )
        if args.kind == "none":
            self._spells.pop(args.window, None)
        elif not self._is_connected(args.window):
            raise CommandError("not_a_window", f"no window {args.window!r} is connected")
        elif args.kind == "drop":
            self.counts[args.window, "drop"] += 1
            for wire in tuple(self._wires.get(args.window, ())):
                wire.close(DROPPED, "fault")
        else:
            self._spells[args.window] = args, self.hub.clock.now() + args.seconds

    def _is_connected(self, window: str) -> bool:
        windows = self.hub.read("windows")
        return any(state.name == window and state.connected for state in windows.windows)

    async def _tell(self, args: Nothing, asker: Asker) -> dict[str, int]:
        """For the plugin: ``window/kind`` -> frames touched, and how often a page's state differed."""
        told = {f"{window}/{kind}": count for (window, kind), count in self.counts.items()}
        return {**told, "drift": self.counters["drift"]}


class TroubledWire:
    """A ``Wire`` that obeys the window's fault."""

    def __init__(self, disturbance: Disturbance, window: str, wire: Wire) -> None:
        self._disturbance, self._window, self._wire = disturbance, window, wire
        self._loop = asyncio.get_running_loop()
        self._late: deque[list[bytes]] = deque()
        self._held: bytes | None = None

    @property
    def full(self) -> bool:
        """See ``Wire``."""
        return self._wire.full

    def send(self, frames: list[bytes]) -> None:
        """See ``Wire``."""
        fault = self._disturbance.now_in(self._window)
        kind, delay = (fault.kind, fault.milliseconds / 1000) if fault is not None else ("", 0.0)
        if kind:
            self._disturbance.counts[self._window, kind] += len(frames)
        if kind == "double":
            frames = [frame for frame in frames for _ in range(2)]
        if kind == "reorder":
            frames = self._swapped(frames)
        elif self._held is not None:
            self._release()
        if (kind == "delay" and delay) or self._late:  # what is on time now must not overtake what is late
            self._late.append(frames)
            self._loop.call_later(delay, self._send_late)
        elif frames:
            self._wire.send(frames)

    def close(self, code: int, reason: str) -> None:
        """See ``Wire``."""
        self._wire.close(code, reason)

    def _swapped(self, frames: list[bytes]) -> list[bytes]:
        """Each second frame before the one that came first, which waits for it a little."""
        sent: list[bytes] = []
        for frame in frames:
            if self._held is None:
                self._held = frame
                self._loop.call_later(HELD_BACK, self._release)
            else:
                sent += [frame, self._held]
                self._held = None
        return sent

    def _release(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._wire.send([held])

    def _send_late(self) -> None:
        if self._late:
            self._wire.send(self._late.popleft())

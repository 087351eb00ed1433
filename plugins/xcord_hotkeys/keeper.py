"""Holds the microphone's gate open for as long as a key is really held, and not a moment longer.

The key's own thread opens and shuts the gate directly, so that the hub's loop costs nothing and its stall
changes nothing. This module's thread renews the gate's deadline while a key is held, and asks the system each
time whether it still is: a key-up that got lost, a listener that died and an X server that hangs all end
there.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping

from xcord import Gate, HotkeyAction

from .keys import Combination
from .listeners.kinds import Edge, Listener
from .machine import Effect, Effects, Feed, Hush, Machine, Reason
from .recorder import Recorder

log = logging.getLogger("xcord.hotkeys")

EVERY = 0.05  # seconds between two looks while a key is held
IDLE = 2.0  # seconds between two looks otherwise
HUSHED = "push_to_mute"

Told = Callable[[Effects, tuple[HotkeyAction, ...]], None]
"""What is left to do, and what is held now; on any thread, must return at once."""


class Keeper:
    """All methods may be called from any thread.

    :param now: monotonic seconds, as the gate's.
    :param chosen: a recording is over: the combination, or ``""``; on any thread.
    """

    def __init__(
        self, gate: Gate, now: Callable[[], float], tell: Told, chosen: Callable[[str], None]
    ) -> None:
        self._gate, self._now, self._tell, self._chosen = gate, now, tell, chosen
        self._machine = Machine()
        self._watched: frozenset[str] = frozenset()
        self._recorder: Recorder | None = None
        self._listener: Listener | None = None
        self._lock = threading.Lock()
        self._wake, self._quit = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    # -- from the listener -----------------------------------------------------------------------------

    def wanted(self) -> frozenset[str] | None:
        """The keys that matter now; None for all."""
        return None if self._recorder is not None else self._watched

    def take(self, edge: Edge) -> None:
        """On the listener's thread."""
        recorder = self._recorder
        if recorder is not None:
            if (chosen := recorder.edge(edge)) is not None and self._recorder is recorder:
                self._recorder = None
                self._chosen(chosen)
            return
        with self._changing() as effects:
            effects += self._machine.edge(self._now(), edge)

    def died(self, listener: Listener) -> None:
        """On the listener's thread, as its last word."""
        with self._changing() as effects:
            if self._listener is listener:
                self._listener = None
                effects += self._machine.drop(self._now(), "listener")

    # -- from the hub ----------------------------------------------------------------------------------

    def configure(
        self, bindings: Mapping[HotkeyAction, Combination], release_delay: float, longest_hold: float
    ) -> None:
        """Takes over what the settings say; both times in seconds."""
        with self._changing() as effects:
            machine = self._machine
            machine.release_delay, machine.longest_hold = release_delay, longest_hold
            effects += machine.configure(self._now(), bindings)
            self._watched = machine.watched

    def press(self, action: HotkeyAction, down: bool, renewed: bool = False) -> None:
        """A window or the desktop saw the keys."""
        with self._changing() as effects:
            effects += self._machine.press(self._now(), action, down, renewed)

    def drop(self, reason: Reason) -> None:
        """Shuts the microphone in doubt."""
        with self._changing() as effects:
            effects += self._machine.drop(self._now(), reason)

    def block(self, on: bool) -> None:
        """The screen is locked: no key does anything."""
        with self._changing() as effects:
            self._machine.blocked = on
            if on:
                effects += self._machine.drop(self._now(), "locked")

    def record(self, recorder: Recorder | None) -> None:
        """What is pressed from now on is for the recorder; None ends that."""
        if recorder is not None:
            with self._changing() as effects:
                effects += [effect for action in self._machine.held for effect in self._let_go(action)]
        self._recorder = recorder

    def _let_go(self, action: HotkeyAction) -> Effects:
        return self._machine.press(self._now(), action, False)

    def use(self, listener: Listener | None) -> None:
        """Who listens from now on, already started. Blocks for as long as the system takes to answer."""
        down = listener.down(self._watched) if listener is not None else None
        with self._changing() as effects:
            if self._machine.holds:
                effects += self._machine.drop(self._now(), "listener")
            self._machine.begin(down or ())
            self._listener = listener
        self._wake.set()

    def lift(self) -> None:
        """Push to mute has become a mute."""
        self._gate.set_shut(HUSHED, False)

    # -- its own thread --------------------------------------------------------------------------------

    def start(self) -> None:
        """Begins to look after held keys."""
        self._thread = threading.Thread(target=self._run, name="hotkeys-keeper", daemon=True)
        self._thread.start()

    def close(self, within: float = 1.0) -> None:
        """Shuts what keys opened; blocks until the thread has ended, ``within`` seconds at most."""
        self._quit.set()
        self._wake.set()
        self._gate.renew_key(self._now())
        self._gate.set_shut(HUSHED, False)
        if self._thread is not None:
            self._thread.join(within)

    def _run(self) -> None:
        while not self._quit.is_set():
            if self._machine.busy:
                self._quit.wait(EVERY)
            else:
                self._wake.wait(IDLE if self._listener is not None else None)
                self._wake.clear()
            if not self._quit.is_set():
                self.look()

    def look(self) -> None:
        """One look: is the listener alive, are the keys that hold something really down?"""
        listener = self._listener
        asked = self._asked()
        keys = frozenset(key for each in asked.values() for key in each)
        down: Collection[str] | None = None
        if listener is not None:
            try:
                down = listener.down(keys)
                alive = listener.is_alive()
            except Exception as error:  # noqa: BLE001 whatever it is, nobody can say that the key is held
                log.warning("the system did not say which keys are down: %s", type(error).__name__)
                alive = False
            if not alive:
                self.died(listener)
                listener.stop()
                return
        with self._changing() as effects:
            if not self._quit.is_set():
                effects += self._machine.tick(self._now(), dict.fromkeys(asked, down))

    def _asked(self) -> dict[int, frozenset[str]]:
        with self._lock:
            return self._machine.asked()

    @contextlib.contextmanager
    def _changing(self) -> Iterator[Effects]:
        """What is collected inside is done at the gate first, under the lock and thus in order."""
        effects: Effects = []
        with self._lock:
            before = self._machine.held
            yield effects
            rest = [effect for effect in effects if not self._at_gate(effect)]
            held, busy = self._machine.held, self._machine.busy
            if rest or held != before:
                self._tell(rest, held)
        if busy:
            self._wake.set()

    def _at_gate(self, effect: Effect) -> bool:
        match effect:
            case Feed(until):
                if not self._quit.is_set():
                    self._gate.renew_key(until)
            case Hush(on):
                self._gate.set_shut(HUSHED, on and not self._quit.is_set())
            case _:
                return False
        return True

"""From key edges and time to what is to be done. Pure: it is told the time (monotonic seconds).

Push to talk opens the microphone only ever for a moment, ``AHEAD`` from now, and has to be renewed by
``tick`` while the key is held. So whatever stands still, the microphone shuts by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from xcord import HotkeyAction

from .keys import SIDES, Combination, watched
from .listeners.kinds import Edge

AHEAD = 0.15  # seconds that one renewal lasts
RENEWED = 0.18  # seconds after which a window that says nothing more has lost the key
IN_FLIGHT = 0.1  # seconds that a key-up may be on its way; later it is a lost one
HOLDS: frozenset[HotkeyAction] = frozenset(("push_to_talk", "push_to_mute"))

Reason = Literal["lost_key_up", "too_long", "listener", "locked", "stalled", "device", "focus"]


@dataclass(frozen=True)
class Feed:
    """The microphone may be fed until this moment."""

    until: float


@dataclass(frozen=True)
class Hush:
    """Nothing is fed while this is on."""

    on: bool


@dataclass(frozen=True)
class Do:
    """Once."""

    action: HotkeyAction


@dataclass(frozen=True)
class Mute:
    """Push to mute lost its key: I stay muted until I say otherwise."""


@dataclass(frozen=True)
class Tell:
    """The microphone was shut in doubt."""

    reason: Reason


Effect = Feed | Hush | Do | Mute | Tell
Effects = list[Effect]


@dataclass
class Hold:
    """A key that is held. ``number`` tells one press from the next; ``keys`` is None where somebody else
    knows them (a window, the desktop), ``renewed`` when a window said so last."""

    number: int
    since: float
    keys: Combination | None
    renewed: float | None = None


@dataclass
class Machine:
    """``release_delay`` and ``longest_hold`` in seconds. While ``blocked`` no key does anything, and push to
    talk says so."""

    release_delay: float = 0.0
    longest_hold: float = 120.0
    blocked: bool = False
    bindings: dict[HotkeyAction, Combination] = field(default_factory=dict)
    holds: dict[HotkeyAction, Hold] = field(default_factory=dict)
    _pressed: set[str] = field(default_factory=set)
    _spent: set[HotkeyAction] = field(default_factory=set)
    _missing: dict[str, float] = field(default_factory=dict)
    _number: int = 0

    @property
    def held(self) -> tuple[HotkeyAction, ...]:
        """What is held now."""
        return tuple(sorted(self.holds))

    @property
    def busy(self) -> bool:
        """Whether ``tick`` has something to do."""
        return bool(self.holds or self._missing)

    @property
    def watched(self) -> frozenset[str]:
        """The keys of all bindings."""
        return watched(self.bindings.values())

    def configure(self, now: float, bindings: Mapping[HotkeyAction, Combination]) -> Effects:
        """Other keys from now on; what is held by a key that changed ends."""
        changed = [action for action in self.holds if self.bindings.get(action) != bindings.get(action)]
        self.bindings = dict(bindings)
        self._pressed &= self.watched
        return [effect for action in changed for effect in self._end(now, action, 0.0)]

    # -- keys ------------------------------------------------------------------------------------------

    def edge(self, now: float, edge: Edge) -> Effects:
        """A key of ``watched`` went down or up. A repeat of down is nothing."""
        if not edge.down:
            return self._up(now, edge.key)
        if edge.key in self._pressed:
            return []
        self._missing.pop(edge.key, None)
        if not any(combination.key == edge.key for combination in self.bindings.values()):
            return []
        self._pressed.add(edge.key)
        if self.blocked:
            return [Tell("locked")] if "push_to_talk" in self._meant(edge) else []
        return [effect for action in self._meant(edge) for effect in self._start(now, action)]

    def _meant(self, edge: Edge) -> list[HotkeyAction]:
        """Further modifiers do not keep anybody from talking (running in a game is Shift), but are another
        key for everything else; of several keys that fit, the one with the most modifiers is meant."""
        modifiers = edge.modifiers - {SIDES.get(edge.key, "")}
        fitting = [
            (action, keys)
            for action, keys in self.bindings.items()
            if keys.key == edge.key
            and (keys.modifiers <= modifiers if action in HOLDS else keys.modifiers == modifiers)
        ]
        most = max((len(keys.modifiers) for _, keys in fitting), default=0)
        return [action for action, keys in fitting if len(keys.modifiers) == most]

    def _up(self, now: float, key: str) -> Effects:
        self._pressed.discard(key)
        self._missing.pop(key, None)
        over = [action for action, hold in self.holds.items() if hold.keys and hold.keys.involves(key)]
        return [effect for action in over for effect in self._end(now, action, self.release_delay)]

    def press(self, now: float, action: HotkeyAction, down: bool, renewed: bool = False) -> Effects:
        """Somebody else saw an action's keys go down or up: the desktop, or a window, which says it again and
        again (``renewed``) while they are held."""
        hold = self.holds.get(action)
        if not down:
            self._spent.discard(action)
            return self._end(now, action, self.release_delay) if hold else []
        if hold is not None:
            hold.renewed = now if renewed else hold.renewed
            return []
        if self.blocked or action in self._spent:
            return []
        return self._start(now, action, keys=False, renewed=now if renewed else None)

    def _start(
        self, now: float, action: HotkeyAction, keys: bool = True, renewed: float | None = None
    ) -> Effects:
        if action not in HOLDS:
            return [Do(action)]
        self._number += 1
        self.holds[action] = Hold(self._number, now, self.bindings.get(action) if keys else None, renewed)
        return [Feed(now + AHEAD)] if action == "push_to_talk" else [Hush(True)]

    def _end(self, now: float, action: HotkeyAction, delay: float) -> Effects:
        del self.holds[action]
        return [Feed(now + delay)] if action == "push_to_talk" else [Hush(False)]

    # -- time ------------------------------------------------------------------------------------------

    def asked(self) -> dict[int, frozenset[str]]:
        """The keys that hold something now, by the number of the press: to be asked of the system."""
        return {
            hold.number: frozenset((hold.keys.key,)) for hold in self.holds.values() if hold.keys is not None
        }

    def tick(self, now: float, down: Mapping[int, Collection[str] | None]) -> Effects:
        """Renews what is held.

        :param down: of the keys of each press in ``asked``, those that the system says are down; None if it
            cannot tell.
        """
        effects: Effects = []
        for action, hold in list(self.holds.items()):
            if hold.renewed is not None and now - hold.renewed > RENEWED:
                effects += self._doubt(now, action, "focus")
            elif action == "push_to_talk" and now - hold.since >= self.longest_hold:
                effects += self._doubt(now, action, "too_long")
            elif hold.keys is not None and self._is_up(hold, down.get(hold.number)):
                self._missing[hold.keys.key] = now
                effects += self._end(now, action, self.release_delay)
            elif action == "push_to_talk":
                effects.append(Feed(self._until(now, hold)))
        for key, since in list(self._missing.items()):
            if now - since >= IN_FLIGHT:
                del self._missing[key]
                self._pressed.discard(key)
                effects.append(Tell("lost_key_up"))
        return effects

    def _until(self, now: float, hold: Hold) -> float:
        known = now if hold.renewed is None else hold.renewed + RENEWED - AHEAD
        return min(now, known, hold.since + self.longest_hold - AHEAD) + AHEAD

    @staticmethod
    def _is_up(hold: Hold, down: Collection[str] | None) -> bool:
        return down is not None and hold.keys is not None and hold.keys.key not in down

    def drop(self, now: float, reason: Reason) -> Effects:
        """The microphone is shut at once, also where it would have stayed open for the release delay."""
        effects: Effects = [Feed(now)]
        for action in list(self.holds):
            effects += self._doubt(now, action, reason)
        return effects

    def _doubt(self, now: float, action: HotkeyAction, reason: Reason) -> Effects:
        """Whatever still comes of this key is nothing until it was let go."""
        hold = self.holds.pop(action)
        if hold.renewed is not None:
            self._spent.add(action)
        if action == "push_to_mute":
            return [Mute(), Tell(reason)]
        return [Feed(now), Tell(reason)]

    def begin(self, down: Collection[str]) -> None:
        """Somebody else listens from now on; keys that are down already do nothing until they were let go."""
        self._pressed = set(down) & self.watched
        self._missing.clear()

"""Who is listed in the overlay, and in which order. Pure but for what it remembers.

Speech is one turn as long as its pauses are shorter than the grace time, so nobody leaves the list, or
changes places in it, between two words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from xcord import Person

OrderBy = Literal["call", "name", "recent"]


class Wish(NamedTuple):
    """What the user wants to see. ``grace`` in seconds."""

    speakers: bool = False
    order: OrderBy = "call"
    maximum: int = 8
    me: bool = True
    grace: float = 3.0

    def hears(self, people: int) -> bool:
        """Whether speech matters for who is listed, of so many people, and where."""
        return self.speakers or self.order == "recent" or people > self.maximum


class Listed(NamedTuple):
    """The users to show, in order, and how many more there are."""

    users: tuple[str, ...] = ()
    more: int = 0


@dataclass
class _Turn:
    since: float
    until: float | None = None  # None: still speaking


class People:
    """Those of one call; times in seconds of one clock that only goes forward."""

    def __init__(self) -> None:
        self._turns: dict[str, _Turn] = {}

    def hear(self, now: float, speaking: Collection[str], grace: float) -> None:
        """These speak from now on, and nobody else does."""
        for user in speaking:
            turn = self._turns.get(user)
            if turn is None or not self._is_heard(user, now, grace):
                self._turns[user] = _Turn(now)
            else:
                turn.until = None
        for user, turn in self._turns.items():
            if user not in speaking and turn.until is None:
                turn.until = now

    def keep(self, users: Collection[str]) -> None:
        """Everybody else has left."""
        self._turns = {user: turn for user, turn in self._turns.items() if user in users}

    def listed(self, now: float, people: Sequence[Person], names: Mapping[str, str], wish: Wish) -> Listed:
        """Who is shown now. Whoever speaks is among them, in place of somebody silent if need be.

        :param people: in the order of the call.
        :param names: what people are called; who is not in it, by their own word.
        """
        users = [person.user for person in self._ordered(people, names, wish) if wish.me or not person.me]
        heard = {user for user in users if self._is_heard(user, now, wish.grace)}
        if wish.speakers:
            users = [user for user in users if user in heard]
        shown, rest = users[: wish.maximum], users[wish.maximum :]
        for user in [user for user in rest if user in heard]:
            silent = [other for other in shown if other not in heard]
            if not silent:
                break
            shown.remove(silent[-1])
            shown.append(user)
        return Listed(tuple(user for user in users if user in shown), len(users) - len(shown))

    def due(self, now: float, people: Sequence[Person], wish: Wish) -> float | None:
        """When :meth:`listed` changes by itself; ``None`` if it does not."""
        if not wish.speakers and len(people) <= wish.maximum:
            return None
        ends = [turn.until + wish.grace for turn in self._turns.values() if turn.until is not None]
        return min((end for end in ends if end > now), default=None)

    def _is_heard(self, user: str, now: float, grace: float) -> bool:
        turn = self._turns.get(user)
        return turn is not None and (turn.until is None or now < turn.until + grace)

    def _ordered(self, people: Sequence[Person], names: Mapping[str, str], wish: Wish) -> Sequence[Person]:
        if wish.order == "name":
            return sorted(
                people, key=lambda each: (names.get(each.user) or each.name or each.user).casefold()
            )
        if wish.order == "recent":
            return sorted(people, key=self._lateness)
        return people

    def _lateness(self, person: Person) -> float:
        turn = self._turns.get(person.user)
        return -turn.since if turn is not None else 0.0

"""Who sits where, who counts as a speaker and who has the focus: what the call's stage remembers. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from xcord import Person, Tile, Voice

from .order import Order, promoted, seated, settle
from .speakers import Speakers
from .tiles import NOBODY, Hiding, focused, pinned, remaining, tiles_of, with_focus


class Seating:
    """One call's, then the next one's. Times in seconds of one clock that only goes forward."""

    def __init__(self) -> None:
        self.order = Order()
        self.people: list[Person] = []
        self._voice = Voice()
        self._speakers = Speakers()
        self._focus = ""

    def call(self, voice: Voice) -> None:
        """The call has become this."""
        self._voice = voice
        self.order = settle(self.order, voice)
        self.people = seated(self.order, voice)
        if voice.status == "connected":
            self._speakers.forget({person.user for person in self.people})

    def hear(self, now: float, speaking: Collection[str]) -> None:
        """These speak from now on."""
        self._speakers.see(now, speaking)

    def pass_time(self, now: float) -> None:
        """Time makes speakers, and ends it."""
        self._speakers.settle(now)

    def due(self) -> float | None:
        """When time does that next."""
        return self._speakers.due()

    def tiles(self, pins: Sequence[str], hiding: Hiding = NOBODY) -> tuple[Tile, ...]:
        """What view modes are given. Who is hidden keeps their place in the order, and comes back to it."""
        tiles = remaining(tiles_of(self.people, pins, self._speakers.now), hiding)
        # Remembered without the pins, so that unpinning brings back what was.
        self._focus = focused(tiles, self._speakers.talking, self._focus)
        return with_focus(tiles, pinned(tiles, pins) or self._focus)

    def promote(self, front: Collection[str], seen: Collection[str], tiles: Sequence[Tile]) -> bool:
        """Brings one speaker to the first page, see :func:`promoted`; false if nothing is to be done.

        Only while the call is up, for before that people come back to their places; and only where those on
        the first page are the first in order, apart from whom the mode had to show. In a mode that chooses
        otherwise, changing places would bring nobody there.

        :param front: who has a face on a first page, whichever page is looked at.
        :param seen: who has one on a page that is looked at. They keep their places.
        """
        fixed = {tile.user for tile in tiles if tile.pinned or tile.focus}
        faces = {tile.user for tile in tiles if tile.kind != "screen"}
        free = [user for user in self.order.users if user in faces and user not in fixed]
        shown = set(front) - fixed
        if self._voice.status != "connected" or shown != set(free[: len(shown)]):
            return False
        giving = [person.user for person in reversed(self.people) if person.user in shown and not person.me]
        speakers = [user for user in self._speakers.now if user in faces]
        order = promoted(self.order, speakers, {*front, *seen}, self._speakers.quietest(giving))
        if order == self.order:
            return False
        self.order, self.people = order, seated(order, self._voice)
        return True

"""One direction of the sound: which device it should be on, and whether the open one lives. Pure.

The user's choice is a name and is kept while the device is away: until it comes back the system's default is
used, which the sound system itself follows when it changes (``test_the_systems_default_is_followed``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .engine import Stream

WATCH_EVERY = 0.1  # seconds between two looks at a device's pulse
STILL = 4  # such looks in a row without a callback after which a device is dead: 500 ms at most
SETTLE = 3.0  # seconds after opening in which callbacks may pause: an idle sink's second one comes after 2 s
SHUN = 30.0  # seconds for which a device that died while it is listed is not tried again
RETRY = 1.0  # seconds between two attempts to open any device
OFTEN = 10  # attempts in a row that failed after which RARELY is enough
RARELY = 5.0  # seconds between two attempts then; a device that comes or goes is tried at once
MENDED = 0.3  # seconds in which another device may take over before anybody is told that one died
LIVELY = 3  # callbacks after which a device runs; one that another program suspended still makes the first


class Pulse:
    """Tells a dead device by its callbacks, which just stop: nothing else tells.

    :param beats: how many callbacks there were.
    """

    def __init__(self, beats: Callable[[], int], now: float) -> None:
        self._beats, self._opened = beats, now
        self._seen, self._still, self._looked = beats(), 0, now
        self._first = self._seen

    @property
    def lively(self) -> bool:
        """Whether the device runs since it was opened."""
        return self._still < STILL and self._beats() - self._first >= LIVELY

    def dead(self, now: float) -> bool:
        """To be asked every ``WATCH_EVERY`` seconds."""
        beats, late = self._beats(), now - self._looked > 2 * WATCH_EVERY
        self._looked = now
        if beats != self._seen:
            self._seen, self._still = beats, 0
        elif not late and now - self._opened >= SETTLE:
            # A look that comes late says that this process stood still, not the device.
            self._still += 1
        return self._still >= STILL


class Opened(NamedTuple):
    """What the sound thread opened; ``name`` is empty for the default device. ``problem`` says why nothing
    is open, ``refused`` why it is not the wanted device."""

    name: str
    stream: Stream | None
    problem: str = ""
    refused: str = ""

    def close(self) -> None:
        if self.stream is not None:
            self.stream.close()


class Line:
    """Told what is listed and what was opened; says what is to be opened, and when."""

    def __init__(self, beats: Callable[[], int]) -> None:
        self._beats = beats
        self.choice = ""
        self.needed = False
        self.stream: Stream | None = None
        self.using = ""
        self._refused = ""
        self._names: tuple[str, ...] | None = None
        self._pulse: Pulse | None = None
        self._retry_at, self._failures = 0.0, 0
        self._shunned, self._shunned_until = "", 0.0
        self._died, self._died_at = False, 0.0

    def listed(self, names: tuple[str, ...]) -> None:
        """These devices are there now."""
        if names != self._names:
            self._retry_at = 0.0
        self._names = names
        if self._shunned not in names:
            self._shunned = ""

    def wanted(self, now: float, names: tuple[str, ...]) -> str:
        """The device to open; empty for the system's default."""
        shunned = self._shunned if now < self._shunned_until else ""
        return self.choice if self.choice in names and self.choice != shunned else ""

    def shun(self, now: float, name: str) -> None:
        """This device is there and does not work."""
        self._shunned, self._shunned_until = name, now + SHUN

    def opened(self, now: float, opened: Opened) -> None:
        """That device is open now, or none could be."""
        self.using, self.stream, self._refused = opened.name, opened.stream, opened.refused
        self._pulse = Pulse(self._beats, now) if opened.stream is not None else None
        self._failures = 0 if opened.stream is not None else self._failures + 1
        self._died = self._died and opened.stream is not None  # otherwise the refusal says more
        self._retry_at = now + (RETRY if self._failures <= OFTEN else RARELY)

    def trouble(self, what: str) -> str:
        """Why the wanted device does not play, as a code: ``what`` and the reason, with ``chosen`` before it
        if another one does in its place; empty if it plays, or nobody needs it. ``stopped``: its callbacks
        ended, and those of whatever was opened after it did not begin."""
        if not self.needed:
            return ""
        if self.refused:
            return f"{what}_{self._refused}"
        if self._died and (self._pulse is None or not self._pulse.lively):
            return f"{what}_stopped"
        return f"chosen_{what}_{self._refused}" if self._refused else ""

    def mending(self, now: float) -> bool:
        """It died a moment ago, and another one may play at once: nothing to tell of yet."""
        return self._died and now - self._died_at < MENDED

    @property
    def refused(self) -> bool:
        """Nothing is open, since nothing could be opened."""
        return self.stream is None and bool(self._refused)

    @property
    def replaced(self) -> bool:
        """Whether another device works in place of one that was refused."""
        return self.stream is not None and bool(self._refused)

    def closed(self) -> None:
        """Nothing is open."""
        self.stream = self._pulse = None

    def rest(self) -> None:
        """Nobody needs it any more; what was wrong with it is forgotten."""
        self.needed = self._died = False
        self._refused = ""

    def due(self, now: float) -> bool:
        """Whether a device is to be opened now, in place of the open one if there is one."""
        if not self.needed:
            return False
        if self.stream is None or self._pulse is None:
            return now >= self._retry_at
        if self._pulse.dead(now):
            self.shun(now, self.using)
            if not self._died:
                self._died_at = now
            self._refused, self._died = "", True
            return True
        if self._pulse.lively:
            self._died = False
        return self._names is not None and self.using != self.wanted(now, self._names)


def trouble_of(speakers: Line, outputs: tuple[str, ...], microphone: Line, now: float) -> str:
    """The first thing that people should know of both, as a code. A microphone that does not open is told
    with the capture."""
    if not outputs:
        return "no_sound"
    trouble = "" if speakers.mending(now) else speakers.trouble("speaker")
    if trouble or microphone.refused or microphone.mending(now):
        return trouble
    return microphone.trouble("microphone")

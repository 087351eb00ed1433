"""Is media missing that should be there? Pure: every method is told the time.

Events do not tell: the SDK notices a cut network after 11 to 15 s, a frozen SFU never, and an
``AudioStream`` goes on yielding frames all the while. The connection's own statistics do tell.
"""

from __future__ import annotations

from dataclasses import dataclass

QUIET = 1.5  # seconds without a packet where there were many; an SFU that gets ours reports once a second
FLOW = 8.0  # packets a second that are speech or video, and neither silence nor reports
UNANSWERED = 1.2  # seconds; WebRTC checks a quiet path every 2.5 s, so a silent cut is seen within 5
UNKNOWN = 1.5  # seconds without statistics, which a connection that is being rebuilt has none of
LOOK_EVERY, LOOK_AGAIN = 1.0, 0.2  # seconds between two looks, and while something is odd


@dataclass(frozen=True)
class Vital:
    """One look at a connection. ``quiet`` is for how many seconds no packet has arrived (infinite before
    the first); ``packets`` and ``answers`` count what arrived and which checks of the path were answered;
    ``waiting`` says that a check is not yet; ``publishing`` that we send, so that reports come back."""

    quiet: float
    packets: int
    answers: int
    waiting: bool
    publishing: bool


class Stall:
    """Looks in, ``missing`` out."""

    def __init__(self) -> None:
        self.missing = False
        self.blind = False  # there are no statistics: the SDK builds another connection
        self._last: tuple[float, Vital] | None = None
        self._flow = 0.0
        self._waiting_since: float | None = None

    def note(self, now: float, vital: Vital, *, expected: bool) -> None:
        """One look. ``expected``: somebody is there whose sound or video should come."""
        self.blind = False
        if self._last is not None and vital.quiet < LOOK_EVERY / 2:
            then, before = self._last
            self._flow = max(0, vital.packets - before.packets) / max(now - then, 1e-3)
        answered = self._last is not None and vital.answers != self._last[1].answers
        if not vital.waiting:
            self._waiting_since = None
        elif self._waiting_since is None or answered:
            self._waiting_since = now
        self._last = now, vital
        cut = expected and vital.publishing and self._flow >= FLOW
        dead = self._waiting_since is not None and now - self._waiting_since >= UNANSWERED
        self.missing = vital.quiet >= QUIET and (cut or dead)

    def unknown(self, now: float) -> None:
        """There are no statistics at this moment."""
        self.blind = True
        if self._last is not None and now - self._last[0] >= UNKNOWN:
            self.missing = True

    @property
    def pause(self) -> float:
        """Seconds until the next look."""
        if self.missing or self.blind or self._waiting_since is not None or self._last is None:
            return LOOK_AGAIN
        quiet = self._last[1].quiet
        return min(LOOK_EVERY, max(LOOK_AGAIN, QUIET - quiet + 0.02)) if quiet < QUIET else LOOK_EVERY

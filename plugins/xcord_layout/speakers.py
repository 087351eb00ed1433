"""Who counts as a speaker: not everybody who coughs, and not only whoever speaks at this moment.

One second of continuous speech makes a speaker, sixty seconds of silence end it: the figures of Element Call,
whose users complained of tiles that jump for every word before it had them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

BECOMES_AFTER = 1.0  # seconds of continuous speech
CEASES_AFTER = 60.0  # seconds of silence


@dataclass
class _Voice:
    since: float  # when this speech, or this silence, began
    loud: bool
    speaker: bool = False

    @property
    def due(self) -> float:
        return self.since + (BECOMES_AFTER if self.loud else CEASES_AFTER)


class Speakers:
    """Pure but for what it remembers; times in seconds of one clock that only goes forward."""

    def __init__(self) -> None:
        self._voices: dict[str, _Voice] = {}

    def see(self, now: float, speaking: Collection[str]) -> None:
        """These speak at this moment, and nobody else does."""
        self.settle(now)
        for user in speaking:
            voice = self._voices.setdefault(user, _Voice(now, loud=True))
            if not voice.loud:
                voice.since, voice.loud = now, True
        for user, voice in self._voices.items():
            if voice.loud and user not in speaking:
                voice.since, voice.loud = now, False

    def settle(self, now: float) -> None:
        """Time has passed."""
        for voice in self._voices.values():
            if now >= voice.due:
                voice.speaker = voice.loud

    def due(self) -> float | None:
        """When somebody becomes or ceases to be a speaker if nothing else happens."""
        changing = (voice for voice in self._voices.values() if voice.loud != voice.speaker)
        return min((voice.due for voice in changing), default=None)

    @property
    def now(self) -> list[str]:
        """The speakers, those who speak at this moment first, then by how lately they spoke."""
        speakers = [user for user, voice in self._voices.items() if voice.speaker]
        return sorted(speakers, key=self._lateness)

    @property
    def talking(self) -> list[str]:
        """The speakers who speak at this moment, who began first comes first."""
        return [user for user in self.now if self._voices[user].loud]

    def quietest(self, users: Collection[str]) -> list[str]:
        """Those of ``users`` who are no speakers; who never spoke first, then by how long ago they did."""
        silent = [user for user in users if user not in self._voices or not self._voices[user].speaker]
        return sorted(silent, key=lambda user: self._voices[user].since if user in self._voices else -1.0)

    def forget(self, staying: Collection[str]) -> None:
        """Everybody else has left the call."""
        self._voices = {user: voice for user, voice in self._voices.items() if user in staying}

    def _lateness(self, user: str) -> tuple[bool, float]:
        voice = self._voices[user]
        return not voice.loud, voice.since if voice.loud else -voice.since

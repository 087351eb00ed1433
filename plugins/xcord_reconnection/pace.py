"""How long to wait. Pure: ``chance`` is a random number from 0 to 1."""

from __future__ import annotations

SHORTEST, LONGEST = 1.0, 30.0
SOONEST, LONGEST_ASKED = 0.5, 120.0
TAKE_OVER_AFTER = 3.0  # seconds of trouble that belong to LiveKit's own recovery
TAKE_OVER_EVERY = 5.0
TAKE_OVER_RARELY = 60.0
SIGNAL_PATIENCE = 15.0  # the same while sound and pictures flow: a resume is the better end


def pause(attempt: int, spread: float, chance: float) -> float:
    """Seconds before an attempt, counted from 1: at once within ``spread``, then full jitter over a time
    that doubles from 4 to 30 s."""
    if attempt <= 1:
        return spread * chance
    longest = min(LONGEST, 2.0 ** min(attempt, 10))
    return SHORTEST + chance * (longest - SHORTEST)


def asked_pause(seconds: int, chance: float) -> float:
    """Seconds until the next attempt when the server end said how long it wants to be left alone; those who
    were refused together must not come back together."""
    return min(LONGEST_ASKED, seconds) * (1.0 + 0.25 * chance) + SOONEST * chance


def look_pause(looks: int, chance: float) -> float:
    """Seconds until the next question whether somebody answers; a thousand apps must not ask in step."""
    whole = 0.5 if looks < 20 else 1.0 if looks < 40 else 2.0 if looks < 90 else 5.0
    return whole * (0.8 + 0.4 * chance)


def take_over_pause(taken: int) -> float:
    """Seconds between take-overs: each new connection costs the SDK memory for good."""
    return min(TAKE_OVER_RARELY, TAKE_OVER_EVERY * 2.0 ** max(0, min(taken - 1, 10)))

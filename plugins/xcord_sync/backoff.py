"""When to look at the server end again. Pure."""

from __future__ import annotations

REFRESH = 30.0
"""Seconds between two looks while all is well."""

FIRST, LONGEST = 1.0, 30.0
HOPELESS = 300.0
"""Seconds, when only an update of either side can help."""

TOO_OLD = frozenset({"client_too_old", "server_too_old"})


def pause(failures: int, code: str, chance: float) -> float:
    """Seconds until the next look.

    :param failures: how many looks in a row have failed; 0 after a good one.
    :param code: why the last one failed.
    :param chance: a random number from 0 to 1; the pause is spread over half of its length by it.
    """
    if failures == 0:
        return REFRESH
    whole = HOPELESS if code in TOO_OLD else min(LONGEST, FIRST * 2.0 ** min(failures - 1, 10))
    return whole * (0.5 + chance / 2)

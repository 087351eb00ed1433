"""The words about a call that broke: what is done about it, and what happened. Frozen, without behaviour."""

from __future__ import annotations

from typing import Literal

import msgspec

RecoveryPhase = Literal[
    "off", "saving", "away", "waiting", "trying", "offered", "ended", "sign_in", "stopped"
]


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One line of "why did I drop?". ``at`` in ms since 1970; ``what`` and ``reason`` are codes for the
    pages; ``number`` is an attempt or seconds, as ``what`` has it."""

    at: int
    what: str
    reason: str = ""
    number: int = 0


class Reconnection(msgspec.Struct, frozen=True, kw_only=True):
    """Slice ``reconnection``.

    ``phase``: ``off`` nothing is wrong · ``saving`` LiveKit's own recovery is at work · ``away`` somebody
    does not answer, ``missing`` says who (``network``, ``voice_server``, ``server_end``) · ``waiting`` for
    ``next_at`` (ms since 1970) · ``trying`` · ``offered`` the user may have it back, nothing is done by
    itself · ``ended`` for good · ``sign_in`` only a new sign-in helps · ``stopped`` by the user.
    ``attempt`` counts from 1; ``reason`` is why the call broke, or why the last attempt failed.
    """

    phase: RecoveryPhase = "off"
    attempt: int = 0
    next_at: int = 0
    reason: str = ""
    missing: str = ""
    timeline: tuple[Happening, ...] = ()

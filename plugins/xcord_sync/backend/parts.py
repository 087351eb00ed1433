"""What the routes work with."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

from ..kinds import Registration
from .accounts import Passwords
from .faults import Faults
from .limits import Attempts
from .presence.life import Presence
from .secrets import LiveKitKey
from .store import Store


class Calls(Protocol):
    """The calls that go on, as far as accounts, servers and channels change them."""

    async def expel(self, channels: Sequence[uuid.UUID], user: uuid.UUID | None, reason: str) -> None:
        """Ends a person's call in those channels, or everybody's. Called after the change is kept; what
        cannot be done now is done when the SFU answers again. ``reason`` as in ``Removed``."""

    async def sign_out(self, user: uuid.UUID) -> None:
        """Ends all calls of an account whose logins have ended. Called after that is kept."""


class NoCalls:
    """Where nobody watches over calls."""

    async def expel(self, channels: Sequence[uuid.UUID], user: uuid.UUID | None, reason: str) -> None:
        """Does nothing."""

    async def sign_out(self, user: uuid.UUID) -> None:
        """Does nothing."""


@dataclass
class Parts:
    """``livekit_url`` is where clients find the SFU; ``join_ttl`` in seconds. ``key`` signs; ``also`` is the
    second pair that webhooks may be signed with. Both change while we run: read them at each use."""

    store: Store
    key: LiveKitKey
    livekit_url: str
    join_ttl: int
    name: str = "xcord"
    metrics_token: str = ""  # without one nobody reads ``/metrics``
    also: LiveKitKey | None = None
    registration: Registration = "invite"
    calls: Calls = field(default_factory=NoCalls)
    faults: Faults | None = None  # where faults are made on purpose
    presence: Presence | None = None  # where it is watched who is in which call
    passwords: Passwords = field(default_factory=Passwords)
    # Wrong passwords count per login and address (so that a stranger cannot lock somebody out); every
    # attempt counts per address, for each one costs a hash.
    failures: Attempts = field(default_factory=lambda: Attempts("failure", 5, 60))
    attempts: Attempts = field(default_factory=lambda: Attempts("attempt", 120, 60))
    # Per address: accounts made, and invite codes that were none (a code has 80 random bits).
    registrations: Attempts = field(default_factory=lambda: Attempts("registration", 30, 600))
    guesses: Attempts = field(default_factory=lambda: Attempts("guess", 20, 60))
    # Calls of people into a channel, per account: of anybody, and of one and the same person.
    rings: Attempts = field(default_factory=lambda: Attempts("ring", 20, 60))
    rings_of_one: Attempts = field(default_factory=lambda: Attempts("ring of one", 4, 120))

    def minting(self) -> tuple[LiveKitKey, int]:
        """With which key and for how many seconds join tokens are made at this moment."""
        return (
            (self.key, self.join_ttl) if self.faults is None else self.faults.spoil(self.key, self.join_ttl)
        )

    def issuers(self) -> dict[str, str]:
        """Whose webhooks are ours: secrets by key."""
        pairs = [self.key] if self.also is None else [self.key, self.also]
        return {pair.key: pair.secret for pair in pairs}


def own_version() -> str:
    """Of the installed distribution."""
    try:
        return version("xcord")
    except PackageNotFoundError:
        return "0"

"""What sources tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Network:
    """A network came (or changed), or went."""

    up: bool


@dataclass(frozen=True)
class Woke:
    """The machine slept, or this process stood still, for so many seconds."""

    seconds: int


Signal = Network | Woke
Tell = Callable[[Signal], None]

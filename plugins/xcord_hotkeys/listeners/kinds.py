"""What a listener tells, and what it can be asked."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol

from xcord import KeyProblem


class Edge(NamedTuple):
    """A key or mouse button went down or up; ``modifiers`` were down at that moment."""

    key: str
    down: bool
    modifiers: frozenset[str] = frozenset()


class ListenerError(Exception):
    """It cannot listen; ``code`` says why."""

    def __init__(self, code: KeyProblem) -> None:
        super().__init__(code)
        self.code: KeyProblem = code


Wanted = Callable[[], frozenset[str] | None]
"""The keys that matter now, None for all (while one is being chosen). Asked for each key that goes down or
up, on the listener's thread; every other key is forgotten there."""

Take = Callable[[Edge], None]
"""Takes an edge, on the listener's thread."""


class Listener(Protocol):
    """Sees keys of every window. Its methods may be called from any thread."""

    def start(self) -> None:
        """Listens when this returns.

        :raises ListenerError: it cannot.
        """
        ...

    def is_alive(self) -> bool:
        """Whether an edge would be told."""
        ...

    def down(self, keys: Collection[str]) -> frozenset[str] | None:
        """Which of these keys the system itself says are down; None if it cannot tell."""
        ...

    def stop(self) -> None:
        """Tells nothing more."""
        ...

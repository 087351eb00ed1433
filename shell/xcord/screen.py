"""Derives what each window is shown, and what video is wanted at all, from ``stage`` and ``windows``."""

from __future__ import annotations

import secrets
from typing import Any, Protocol

from .demand import derive_demand, keys_by_window
from .door import Admission
from .hub import SHELL, Hub
from .messages import MediaDoor
from .model import Demand, Stage, Windows

Key = tuple[str, str, int]


class Pictures(Protocol):
    """The media socket, as seen from the hub; all calls are thread-safe."""

    port: int

    def admit(self, ticket: str, window: str) -> None:
        """Lets whoever brings the ticket receive the window's pictures."""
        ...

    def revoke(self, ticket: str) -> None:
        """Voids a ticket and closes its socket."""
        ...

    def show(self, window: str, keys: frozenset[Key]) -> None:
        """Says which videos the window shows."""
        ...


class Screen:
    """One per app; owns the slice ``demand``."""

    def __init__(self, hub: Hub, pictures: Pictures) -> None:
        self._pictures = pictures
        self._tickets: dict[str, str] = {}
        self._shown: dict[str, frozenset[Key]] = {}
        self._stage, self._windows = Stage(), Windows()
        self._demand = hub.claim_slice("demand", SHELL, Demand, Demand())
        hub.watch(SHELL, self._on_change, "stage", "windows")

    def ticket(self, admission: Admission) -> MediaDoor:
        """A window's door to its pictures; the ticket of its earlier connection is void."""
        if (old := self._tickets.pop(admission.window, None)) is not None:
            self._pictures.revoke(old)
        ticket = secrets.token_urlsafe(16)
        self._tickets[admission.window] = ticket
        self._pictures.admit(ticket, admission.window)
        return MediaDoor(self._pictures.port, ticket)

    def _on_change(self, name: str, value: Any) -> None:
        if name == "stage":
            self._stage = value or Stage()
        else:
            self._windows = value or Windows()
        for window in set(self._tickets) - {state.name for state in self._windows.windows}:
            self._pictures.revoke(self._tickets.pop(window))
        self._demand.set(derive_demand(self._stage, self._windows))
        now = keys_by_window(self._stage, self._windows)
        for window in {*now, *self._shown}:
            if now.get(window, frozenset()) != self._shown.get(window, frozenset()):
                self._pictures.show(window, now.get(window, frozenset()))
        self._shown = now

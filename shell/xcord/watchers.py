"""A plugin's callback on slices: its faults and its slowness are its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from .errors import PluginFault
from .workers import Workers, describe

Listener = Callable[[str, Any], None]
Report = Callable[[PluginFault, BaseException | None], None]

WATCH_DEADLINE = 1.0  # seconds a stranger's watcher may take


class Watcher:
    """A built-in's callback runs at once; a stranger's in its worker thread, with the newest values only.

    :param workers: where a stranger's callback runs; ``None`` for a built-in's.
    """

    def __init__(
        self, owner: str, callback: Listener, names: frozenset[str], report: Report, workers: Workers | None
    ) -> None:
        self.owner, self.names = owner, names
        self._callback, self._report, self._workers = callback, report, workers
        self._waiting: dict[str, Any] = {}
        self._task: asyncio.Task[None] | None = None

    def tell(self, name: str, value: Any) -> None:
        """Hands over one change; never raises, never waits."""
        if self._workers is not None:
            self._waiting[name] = value
            if self._task is None or self._task.done():
                self._task = asyncio.ensure_future(self._tell_stranger(self._workers))
            return
        try:
            self._callback(name, value)
        except Exception as error:  # noqa: BLE001 a plugin may raise anything
            self._report(PluginFault(self.owner, "watcher_failed", describe(self.owner, error)), error)

    async def _tell_stranger(self, workers: Workers) -> None:
        while self._waiting:
            name = next(iter(self._waiting))
            value = self._waiting.pop(name)
            try:
                await workers.run(self.owner, self._callback, name, value, deadline=WATCH_DEADLINE)
            except PluginFault as fault:
                if fault.code not in ("abandoned", "switched_off"):
                    self._report(fault, fault.__cause__)
                if fault.code != "raised":
                    self.names = frozenset()
                    self._waiting.clear()

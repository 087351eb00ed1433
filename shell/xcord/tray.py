"""The hub's half of the tray: what it is to show, and what its menu asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from .calls import Asker
from .errors import CommandError
from .hub import SHELL, Hub
from .tray_state import Call, TrayState

TRAY = Asker("tray", "tray")


def state_of(voice: Any, overlay: Any, before: Call = "off") -> TrayState:
    """Slices ``voice`` and ``overlay`` (``None`` where nobody owns them) as the tray shows them.

    :param before: what it showed until now; a lost call stays lost while it is tried again.
    """
    return TrayState(
        call=_call(voice, before),
        muted=voice is not None and voice.muted,
        deafened=voice is not None and voice.deafened,
        others=0 if voice is None else sum(not person.me for person in voice.people),
        overlay=None if overlay is None else overlay.shown,
    )


def _call(voice: Any, before: Call) -> Call:
    if voice is None:
        return "off"
    match voice.status:
        case "idle":
            return "idle"
        case "connecting":
            return "lost" if before in ("lost", "trouble") else "joining"
        case "connected" | "reconnecting":
            return "trouble" if voice.problem else "up"
        case _:
            return "lost"


class Tray:
    """One per app, on the hub's loop.

    :param show: called with each new state, and only then.
    """

    def __init__(self, hub: Hub, show: Callable[[TrayState], None]) -> None:
        self._hub, self._show = hub, show
        self._state: TrayState | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self._look()
        hub.watch(SHELL, lambda name, value: self._look(), "voice", "overlay")

    def ask(self, command: str, args: dict[str, Any]) -> None:
        """The menu was clicked. A refusal becomes a notice: nobody who asks here sees an answer."""
        task = asyncio.ensure_future(self._ask(command, args))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    def _look(self) -> None:
        before = self._state.call if self._state else "off"
        state = state_of(self._hub.read("voice"), self._hub.read("overlay"), before)
        if state != self._state:
            self._state = state
            self._show(state)

    async def _ask(self, command: str, args: dict[str, Any]) -> None:
        try:
            await self._hub.ask(command, args, TRAY)
        except CommandError as error:
            self._hub.notify("tray.refused", code=error.code, params=error.params)

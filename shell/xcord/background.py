"""The app while its window is out of sight: the tray, desktop notifications, and the hint that it goes on."""

from __future__ import annotations

import asyncio
from typing import Any

from .alerts import Alerts
from .calls import Asker
from .desk import Desk
from .hub import SHELL, Hub
from .notifications import Notifications
from .tray import Tray
from .tray_state import PutAway
from .windows import WindowLayer, language_of

HINTER = Asker("shell", "hints")


class Background:
    """One per run with windows, on the hub's loop.

    :param measure: nothing is shown on a desktop on which figures are taken.
    """

    def __init__(self, hub: Hub, desk: Desk, layer: WindowLayer, *, measure: bool) -> None:
        self._hub, self._desk, self._layer = hub, desk, layer
        self._tray = Tray(hub, layer.set_tray)
        self._notifications = Notifications(lambda: layer.show("main"), layer.tell)
        self._alerts = None if measure else Alerts(hub, self._notifications, self._option)
        self._hinting: asyncio.Task[None] | None = None
        self._wishes: tuple[str, bool] | None = None
        hub.watch(SHELL, self._on_settings, "settings")

    def note_tray(self, there: bool) -> None:
        """Whether the desktop shows tray icons."""
        self._desk.tell_app(tray="there" if there else "none")

    def note_put_away(self, place: PutAway) -> None:
        """The main window was closed and the app goes on; the first time that is said."""
        if self._alerts is not None and place not in self._option("app.hints"):
            self._alerts.hint(place)
            seen = [*self._option("app.hints"), place]
            change = self._hub.ask("settings.set", {"name": "app.hints", "value": seen}, HINTER)
            self._hinting = asyncio.ensure_future(change)

    def ask_for_tray(self, command: str, args: dict[str, Any]) -> None:
        """The tray's menu was clicked."""
        self._tray.ask(command, args)

    async def close(self) -> None:
        """Ends what it began."""
        await asyncio.to_thread(self._notifications.close)

    def _on_settings(self, name: str, value: Any) -> None:
        if value is None:
            return
        language, close_to_tray = language_of(self._option("app.language")), self._option("app.close_to_tray")
        if (language, close_to_tray) != self._wishes:  # other settings change often, and this wakes the GUI
            self._wishes = language, close_to_tray
            self._layer.set_language(language)
            self._layer.close_to_tray(close_to_tray)

    def _option(self, name: str) -> Any:
        return self._hub.read("settings").values[name]

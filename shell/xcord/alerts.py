"""What concerns a person who does not see the window: which notices and changes become desktop notifications.

The rules are pure; :class:`Alerts` applies them on the hub's loop. A notification says what the page would
say, and no more than its names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from .hub import SHELL, Hub
from .ringing import Ring, Ringing
from .tray_state import PutAway
from .windows import language_of, text

Kind = Literal["called", "moved", "removed", "banned", "lost", "refused"]
Slot = Literal["fate", "ring", "lost", "tray", "hint"]
"""At most one notification of each is on the screen; a newer one takes its place."""

GATHER = 0.7  # seconds: who is banned is also removed from the call, and is told the first alone


@dataclass(frozen=True)
class Alert:
    """``key`` names the words ``alert_<key>``. Of several that come together the highest ``rank`` is told."""

    kind: Kind
    key: str
    rank: int = 0
    params: tuple[tuple[str, str], ...] = ()

    @property
    def slot(self) -> Slot:
        """Whose place it takes."""
        return _SLOTS.get(self.kind, "fate")


_SLOTS: dict[Kind, Slot] = {"called": "ring", "lost": "lost", "refused": "tray"}

_NOTICES: dict[str, tuple[Kind, str, int, tuple[str, ...]]] = {
    "directory.called": ("moved", "called", 1, ("channel",)),
    "directory.banned": ("banned", "banned", 2, ("server",)),
    "directory.removed": ("removed", "expelled", 2, ("server",)),
    "directory.server_deleted": ("removed", "server_deleted", 2, ("server",)),
    "ringing.missed": ("called", "missed", 1, ("name", "channel")),
    "tray.refused": ("refused", "refused", 0, ("code",)),
}
_ENDINGS: dict[str, Kind] = {
    "moved": "moved",
    "removed": "removed",
    "deleted": "removed",
    "duplicate": "moved",
}
"""Reasons of a call that somebody ended, and did not break."""


def alert_of_notice(name: str, params: dict[str, Any]) -> Alert | None:
    """What a notice means to somebody who does not see it."""
    if name not in _NOTICES:
        return None
    kind, key, rank, words = _NOTICES[name]
    return Alert(kind, key, rank, tuple((word, str(params.get(word, ""))) for word in words))


def alert_of_ring(ring: Ring) -> Alert:
    """Somebody calls."""
    return Alert("called", "ring", 0, (("name", ring.name), ("channel", ring.place)))


def ended_by(voice: Any) -> str:
    """By what somebody ended the call: ``moved``, ``removed``, ``deleted`` or ``duplicate``; else empty."""
    ended = voice is not None and voice.status == "lost" and voice.reason in _ENDINGS
    return str(voice.reason) if ended else ""


def is_broken(before: bool, voice: Any) -> bool:
    """Whether a call is interrupted in a way that people should know of.

    :param before: whether it was; it still is while it is tried again, however often.
    """
    if voice is None or voice.status == "idle" or ended_by(voice):
        return False
    if voice.status in ("connected", "reconnecting"):
        return bool(voice.problem)
    return before or voice.status == "lost"


class Notifier(Protocol):
    """Shows notifications, from any thread, without waiting."""

    def show(self, slot: str, title: str, more: str = "") -> None:
        """Shows one in the place of the slot's last."""
        ...

    def withdraw(self, slot: str) -> None:
        """Takes the slot's last away."""
        ...


class Alerts:
    """One per app, on the hub's loop. While the main window is seen its page tells everything itself.

    :param option: the value of an option by its full name.
    """

    def __init__(self, hub: Hub, notifier: Notifier, option: Callable[[str], Any]) -> None:
        self._hub, self._notifier, self._option = hub, notifier, option
        self._broken, self._ended = False, ""
        self._rings: tuple[Ring, ...] = ()
        self._waiting: dict[Slot, Alert] = {}
        self._gathering: set[asyncio.Task[None]] = set()
        hub.listen_to_notices(self._on_notice, late=True)
        hub.watch(SHELL, self._on_voice, "voice")
        hub.watch(SHELL, self._on_ringing, "ringing")

    def hint(self, place: PutAway) -> None:
        """The window was closed for the first time, and the app goes on."""
        self._notifier.show("hint", self._say(f"hint_{place}"), self._say(f"hint_{place}_more"))

    def _on_notice(self, name: str, params: dict[str, Any]) -> None:
        if (alert := alert_of_notice(name, params)) is not None:
            self._take(alert)

    def _on_voice(self, name: str, voice: Any) -> None:
        was_broken, self._broken = self._broken, is_broken(self._broken, voice)
        had_ended, self._ended = self._ended, ended_by(voice)
        if self._ended and not had_ended:
            self._take(Alert(_ENDINGS[self._ended], self._ended))
        if self._broken and not was_broken:
            self._take(Alert("lost", "lost"))
        elif was_broken and not self._broken:
            self._waiting.pop("lost", None)
            self._notifier.withdraw("lost")

    def _on_ringing(self, name: str, value: Any) -> None:
        before, self._rings = self._rings, value.incoming if isinstance(value, Ringing) else ()
        for ring in self._rings:
            if ring not in before:
                self._waiting.pop("ring", None)
                self._take(alert_of_ring(ring))
        if before and not self._rings:
            if (waiting := self._waiting.get("ring")) is not None and waiting.key == "ring":
                del self._waiting["ring"]
            self._notifier.withdraw("ring")

    def _take(self, alert: Alert) -> None:
        waiting = self._waiting.get(alert.slot)
        if waiting is None or alert.rank > waiting.rank:
            self._waiting[alert.slot] = alert
        if waiting is None:
            task = asyncio.ensure_future(self._tell_soon(alert.slot))
            self._gathering.add(task)
            task.add_done_callback(self._gathering.discard)

    async def _tell_soon(self, slot: Slot) -> None:
        await self._hub.clock.sleep(GATHER)
        alert = self._waiting.pop(slot, None)
        if alert is None or self._is_seen():
            return
        if alert.kind == "refused" or self._option(f"app.notifications.{alert.kind}"):
            self._notifier.show(slot, self._say(f"alert_{alert.key}").format(**dict(alert.params)))

    def _is_seen(self) -> bool:
        return any(
            window.name == "main" and window.visible and window.connected
            for window in self._hub.read("windows").windows
        )

    def _say(self, key: str) -> str:
        return text(language_of(self._option("app.language")), key)

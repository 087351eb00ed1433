"""What makes a held key doubtful, apart from the key itself: a locked screen, a microphone that is gone, a
hub that stood still."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from xcord import Capture, Desktop, Devices, Handle

from .keeper import Keeper

PULSE = 0.1  # seconds between two looks at the loop while push to talk is held
STALLED = 0.2  # seconds late; the hub's heartbeat has shut the gate by then


class Doubt:
    """On the hub's loop."""

    def __init__(self, hub: Handle, keeper: Keeper) -> None:
        self._hub, self._keeper = hub, keeper
        self._inputs: frozenset[str] = frozenset()
        self._input = ""
        self._locked = False
        self._pulse: asyncio.Task[None] | None = None

    def on_slice(self, _name: str, value: Any) -> None:
        """What the hub says about screen and microphone."""
        if isinstance(value, Desktop):
            if value.locked != self._locked:
                self._locked = value.locked
                self._keeper.block(value.locked)
        elif isinstance(value, Devices):
            self._see_devices(value)
        elif isinstance(value, Capture) and value.problem in ("none", "permission", "busy", "failed"):
            self._lose_device()

    def _see_devices(self, devices: Devices) -> None:
        inputs = frozenset(devices.inputs)
        gone, moved = self._inputs - inputs, devices.input != self._input
        if moved or (gone and (not self._input or self._input in gone)):
            self._lose_device()
        self._inputs, self._input = inputs, devices.input

    def _lose_device(self) -> None:
        """Another microphone may take its place; nobody who holds a key has agreed to that."""
        if self._pulse is not None:
            self._keeper.drop("device")

    def holding(self, on: bool) -> None:
        """Push to talk is held, or not any more."""
        if on and self._pulse is None:
            self._pulse = asyncio.ensure_future(self._feel())
        elif not on and self._pulse is not None:
            self._pulse.cancel()
            self._pulse = None

    async def _feel(self) -> None:
        """The gate has shut and opened by itself when this comes late; here it is only said."""
        while True:
            due = time.monotonic() + PULSE
            await asyncio.sleep(PULSE)
            if time.monotonic() - due > STALLED and self._hub.gate.mode == "ptt":
                self._hub.notify("microphone.shut", reason="stalled")

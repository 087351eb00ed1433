"""The plugin's life: what keys are chosen, who listens, and what is asked when they are pressed. On the hub's
loop, except where a method says otherwise."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import msgspec

from xcord import (
    Asker,
    BindKeys,
    CommandError,
    Handle,
    HotkeyAction,
    Hotkeys,
    KeyListener,
    KeyProblem,
    Nothing,
    OneAction,
    PressKeys,
    Settings,
    Windows,
)

from .actions import carry_out
from .conflicts import conflicts
from .doubt import Doubt
from .keeper import Keeper
from .keys import Combination, parse
from .listeners import choose
from .listening import Listening
from .machine import Do, Effects, Mute, Tell
from .recorder import Recorder
from .words import ACTIONS, words

log = logging.getLogger("xcord.hotkeys")

RECORD_FOR = 15.0  # seconds after which nobody is about to press a key any more


class HotkeysLife:
    """Claims slice ``hotkeys`` and the commands around it."""

    def __init__(self, hub: Handle) -> None:
        self._hub = hub
        self._slice = hub.slice("hotkeys", Hotkeys, Hotkeys())
        hub.command("hotkeys.bind", BindKeys, self._bind)
        hub.command("hotkeys.clear", OneAction, self._clear)
        hub.command("hotkeys.record", OneAction, self._record)
        hub.command("hotkeys.record_stop", Nothing, self._stop_recording)
        hub.command("hotkeys.pressed", PressKeys, self._pressed)
        self._keeper = Keeper(hub.gate, time.monotonic, self._hear, self._hear_choice)
        self._listening = Listening(self._keeper, hub.clock, self._listens, self._bound, hub.notify)
        self._doubt = Doubt(hub, self._keeper)
        self._desktops: dict[HotkeyAction, str] = {}
        self._recording_in, self._pressing_in = "", ""
        self._limit: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._order = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def life(self) -> AsyncIterator[None]:
        """Leaving it shuts what keys opened."""
        self._loop = asyncio.get_running_loop()
        self._keeper.start()
        stops = (
            self._hub.watch(self._on_slice, "settings", "windows"),
            self._hub.watch(self._doubt.on_slice, "desktop", "devices", "capture"),
        )
        running = asyncio.ensure_future(self._listening.run())
        running.add_done_callback(self._done)
        try:
            yield
        finally:
            for stop in stops:
                stop()
            ending = {running, *self._tasks}
            for task in ending:
                task.cancel()
            await asyncio.gather(*ending, return_exceptions=True)
            self._doubt.holding(False)
            await asyncio.to_thread(self._keeper.close)

    # -- what changes ----------------------------------------------------------------------------------

    def _on_slice(self, _name: str, value: Any) -> None:
        match value:
            case Settings():
                self._apply()
            case Windows():
                here = {window.name for window in value.windows if window.connected}
                if self._pressing_in and self._pressing_in not in here:
                    self._pressing_in = ""
                    self._keeper.drop("focus")
                if self._recording_in and self._recording_in not in here:
                    self._end_recording()

    def _combinations(self) -> dict[HotkeyAction, Combination]:
        """What was written into the settings by hand and is no combination counts for nothing."""
        wishes, found = self._hub.option("bindings"), {}
        for action in ACTIONS:
            with contextlib.suppress(ValueError):
                if action in wishes:
                    found[action] = parse(wishes[action])
        return found

    def _apply(self) -> None:
        option, combinations = self._hub.option, self._combinations()
        self._keeper.configure(combinations, option("release_delay") / 1000, float(option("longest_hold")))
        self._show()
        self._call_listeners()

    def _call_listeners(self) -> None:
        from .listeners.portal import trigger

        recording, combinations = self._slice.value.recording, self._combinations()
        titles = words(self._hub.option("app.language"))
        chosen = [
            action for action in ACTIONS if action in self._hub.option("bindings") or action == recording
        ]
        shortcuts = {
            action: (titles[action], trigger(combinations[action]) if action in combinations else "")
            for action in chosen
        }
        self._listening.need(bool(chosen), shortcuts)

    def _listens(self, kind: KeyListener, problem: KeyProblem) -> None:
        self._change(listener=kind, problem=problem)
        self._show()
        if self._slice.value.recording and problem == "portal_refused":
            self._end_recording()

    def _bound(self, keys: dict[HotkeyAction, str]) -> None:
        """The desktop says which keys it gives out."""
        self._desktops = keys
        if keys and (recording := self._slice.value.recording):
            self._spawn(self._take_desktops(recording, recording in keys))
        self._show()

    async def _take_desktops(self, action: HotkeyAction, given: bool) -> None:
        if given:
            await self._keep(action, self._hub.option("bindings").get(action, ""))
        self._end_recording()

    def _show(self) -> None:
        combinations = self._combinations()
        if self._slice.value.listener == "portal":
            self._change(bindings=dict(self._desktops), conflicts=())
        else:
            self._change(
                bindings={action: str(keys) for action, keys in combinations.items()},
                conflicts=conflicts(combinations),
            )

    def _change(self, **changed: Any) -> None:
        self._slice.set(msgspec.structs.replace(self._slice.value, **changed))

    # -- commands --------------------------------------------------------------------------------------

    async def _bind(self, args: BindKeys, asker: Asker) -> None:
        try:
            keys = parse(args.keys)
        except ValueError as error:
            raise CommandError("bad_keys", f"hotkeys.bind: {error}") from None
        await self._keep(args.action, str(keys))
        if self._slice.value.recording == args.action:
            self._end_recording()

    async def _keep(self, action: HotkeyAction, keys: str) -> None:
        await self._hub.set_option("bindings", {**self._hub.option("bindings"), action: keys})

    async def _clear(self, args: OneAction, asker: Asker) -> None:
        wishes = {
            action: keys for action, keys in self._hub.option("bindings").items() if action != args.action
        }
        await self._hub.set_option("bindings", wishes)

    async def _record(self, args: OneAction, asker: Asker) -> None:
        self._end_recording()
        self._recording_in = asker.name if asker.kind == "window" else ""
        if choose().way != "portal":
            self._keeper.record(Recorder())
            self._limit = self._spawn(self._end_later())
        self._change(recording=args.action)
        self._call_listeners()
        if self._slice.value.listener in ("portal", "window"):
            self._listening.again()

    async def _stop_recording(self, args: Nothing, asker: Asker) -> None:
        self._end_recording()

    async def _pressed(self, args: PressKeys, asker: Asker) -> None:
        if asker.kind != "window" or self._slice.value.listener != "window":
            raise CommandError("keys_not_awaited", "keys are seen without the windows")
        if args.down:
            self._pressing_in = asker.name
        self._keeper.press(args.action, args.down, renewed=True)

    # -- recording -------------------------------------------------------------------------------------

    def _end_recording(self) -> None:
        self._keeper.record(None)
        self._recording_in = ""
        limit, self._limit = self._limit, None
        if limit is not None and limit is not asyncio.current_task():
            limit.cancel()
        if self._slice.value.recording:
            self._change(recording="")
            self._call_listeners()

    async def _end_later(self) -> None:
        await self._hub.clock.sleep(RECORD_FOR)
        self._end_recording()

    def _hear_choice(self, keys: str) -> None:
        """On the listener's thread."""
        self._on_loop(lambda: self._spawn(self._take_choice(keys)))

    async def _take_choice(self, keys: str) -> None:
        if (action := self._slice.value.recording) and keys:
            await self._keep(action, keys)
        self._end_recording()

    # -- what keys do ----------------------------------------------------------------------------------

    def _hear(self, effects: Effects, held: tuple[HotkeyAction, ...]) -> None:
        """On any thread."""
        self._on_loop(lambda: self._carry_out(effects, held))

    def _carry_out(self, effects: Effects, held: tuple[HotkeyAction, ...]) -> None:
        self._change(held=held)
        self._doubt.holding("push_to_talk" in held)
        silenced = any(isinstance(effect, Mute) for effect in effects)
        for effect in effects:
            match effect:
                case Do(action):
                    self._spawn(self._do(action))
                case Mute():
                    self._spawn(self._stay_muted())
                case Tell(reason) if silenced or self._hub.gate.mode == "ptt":
                    self._hub.notify("microphone.shut", reason=reason)

    async def _do(self, action: HotkeyAction) -> None:
        async with self._order:
            await carry_out(self._hub, action)

    async def _stay_muted(self) -> None:
        try:
            await carry_out(self._hub, "mute", on=True)
        finally:
            self._keeper.lift()

    # -- tasks -----------------------------------------------------------------------------------------

    def _on_loop(self, function: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the app is gone
            if self._loop is not None:
                self._loop.call_soon_threadsafe(function)

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._hub.report("hotkeys_failed", f"hotkeys: {type(error).__name__}: {error}")

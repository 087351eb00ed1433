"""The microphone as the hub knows it: what the user wants of it, who looks at its level, push to talk's
heartbeat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Literal

from xcord import Asker, Capture, CommandError, Handle, Meter, Settings, Switch, Windows

from .tasks import Tasks

if TYPE_CHECKING:
    from .audio.capture import Microphone
    from .audio.chain import Processing
    from .audio.sound import Sound
    from .audio.stages import Built

HEARTBEAT_EVERY = 0.05  # seconds
HEARTBEAT_AHEAD = 0.2  # seconds that each beat lasts


def build_stages(wanted: Processing) -> Built:
    """The chain's stages; tests replace it."""
    from .audio.stages import build

    return build(wanted)


def ask_system(device: str) -> bool | None:
    """Whether the system mutes a microphone; tests replace it."""
    from .audio.mutes import muted_in_system

    return muted_in_system(device)


class MicrophoneDesk:
    """Claims the slices ``capture`` and ``meter`` and the commands around them. On the hub's loop."""

    def __init__(self, hub: Handle) -> None:
        self._hub = hub
        self._capture = hub.slice("capture", Capture, Capture())
        self._meter = hub.slice("meter", Meter, Meter())
        hub.command("voice.meter", Switch, self._show_meter)
        hub.command("voice.echo_test", Switch, self._test)
        self._microphone: Microphone | None = None
        self._looking: set[str] = set()
        self._tester = ""
        self._beating: asyncio.Task[None] | None = None
        self._tasks = Tasks(self._failed)

    def prepare(self, sound: Sound) -> Microphone:
        """In a thread: makes the media loop's side."""
        from .audio.capture import Microphone, MicrophoneScreen

        screen = MicrophoneScreen(self._capture.set, self._meter.set, self._hub.notify)
        hub = self._hub
        self._microphone = Microphone(sound, hub.gate, hub.clock, screen, build_stages, ask_system)
        return self._microphone

    def begin(self) -> None:
        """From now on settings are applied and windows are watched."""
        self._hub.watch(self._on_slice, "settings", "windows")

    def end(self) -> None:
        """No beat is given after this, so push to talk is shut."""
        if self._beating is not None:
            self._beating.cancel()
            self._beating = None

    async def aclose(self) -> None:
        """On the media loop."""
        if self._microphone is not None:
            await self._microphone.aclose()

    def device_changed(self) -> None:
        """Another microphone was chosen."""
        self._on_media(lambda microphone: _at_once(microphone.device_changed))

    # -- commands --------------------------------------------------------------------------------------

    async def _show_meter(self, args: Switch, asker: Asker) -> None:
        """Bound to the window that asks: it ends when the window goes."""
        (self._looking.add if args.on else self._looking.discard)(_window(asker))
        await self._run(self._running().meter(bool(self._looking)))

    async def _test(self, args: Switch, asker: Asker) -> None:
        window = _window(asker)
        if args.on and self._hub.read("voice").deafened:
            raise CommandError("deafened", "nobody is heard while deafened, not even oneself")
        await self._run(self._running().test(args.on))
        self._tester = window if args.on else ""

    # -- what changes ----------------------------------------------------------------------------------

    def _on_slice(self, name: str, value: Any) -> None:
        match value:
            case Settings():
                self._apply()
            case Windows():
                self._keep({window.name for window in value.windows if window.connected})

    def _keep(self, windows: set[str]) -> None:
        """Nobody measures or tests for a window that is gone."""
        if self._looking - windows:
            self._looking &= windows
            on = bool(self._looking)
            self._on_media(lambda microphone: microphone.meter(on))
        if self._tester and self._tester not in windows:
            self._tester = ""
            self._on_media(lambda microphone: microphone.test(False))

    def _apply(self) -> None:
        from .audio.capture import Wishes
        from .audio.chain import Processing

        option = self._hub.option
        wishes = Wishes(
            processing=Processing(
                echo_cancellation=option("echo_cancellation"),
                noise_suppression=option("noise_suppression"),
                gain_control=option("gain_control"),
                high_pass=option("high_pass"),
                suppressor=option("suppressor"),
            ),
            by_voice=option("gate") == "voice",
            threshold=float(option("threshold")),
            hold=option("hold") / 1000,
            volume=option("input_volume"),
        )
        self._on_media(lambda microphone: _at_once(lambda: microphone.set_wishes(wishes)))
        self._set_mode(option("gate") == "ptt")

    def _set_mode(self, push_to_talk: bool) -> None:
        mode: Literal["open", "ptt"] = "ptt" if push_to_talk else "open"
        if self._hub.gate.mode != mode:
            self._hub.gate.set_mode(mode)
        if push_to_talk and self._beating is None:
            self._beating = asyncio.ensure_future(self._beat())
        elif not push_to_talk:
            self.end()

    async def _beat(self) -> None:
        """Says that the hub lives, so that a blocked one shuts the microphone by itself."""
        while True:
            self._hub.gate.renew_hub(time.monotonic() + HEARTBEAT_AHEAD)
            await asyncio.sleep(HEARTBEAT_EVERY)

    # -- between the loops -----------------------------------------------------------------------------

    def _running(self) -> Microphone:
        if self._microphone is None:
            raise CommandError("starting", "voice is starting")
        return self._microphone

    async def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        await self._hub.media.run(coroutine)

    def _on_media(self, make: Callable[[Microphone], Coroutine[Any, Any, None]]) -> None:
        if self._microphone is None:
            return
        self._tasks.start(self._run(make(self._microphone)))

    def _failed(self, error: BaseException) -> None:
        self._hub.report("voice_failed", f"voice: {type(error).__name__}: {error}")


def _window(asker: Asker) -> str:
    if asker.kind != "window":
        raise CommandError("not_a_window", "a meter belongs to a window and ends with it")
    return asker.name


async def _at_once(function: Callable[[], None]) -> None:
    function()

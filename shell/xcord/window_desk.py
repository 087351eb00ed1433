"""What the shell knows of its windows and of the desktop around them, and the commands that move them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from .calls import Asker
from .errors import CommandError
from .hub import SHELL, Hub
from .model import Viewport, Windows, WindowState
from .requests import Nothing, SetViewport, ShowWindow, Switch
from .surroundings import Desktop, Withdrawn
from .window_requests import PlaceWindow, SetOpacity, TakeInput
from .window_spec import MAIN, WindowSpec, WindowSpecs

if TYPE_CHECKING:
    from .door import Admission

LARGEST = 32_768  # CSS pixels; a larger window is a mistake


class WindowControl(Protocol):
    """What the shell can do to real windows; without a screen there are none. All of it returns at once."""

    def open(self, spec: WindowSpec) -> None:
        """Opens a window, or brings the one that is open to the front."""
        ...

    def hide(self, name: str) -> None:
        """Takes a window off the screen; its page lives on."""
        ...

    def close(self, name: str) -> None:
        """Ends a window and its page; the call goes on."""
        ...

    def full_screen(self, name: str, on: bool) -> None:
        """Lets a window have the whole screen, or gives it its old place back."""
        ...

    def place(self, name: str, x: int, y: int, width: int, height: int) -> None:
        """Puts an overlay there, now or when it opens."""
        ...

    def take_input(self, name: str, on: bool) -> None:
        """Lets an overlay have the mouse, until it is closed at the latest, or clicks go through it."""
        ...

    def opacity(self, name: str, percent: int) -> None:
        """Makes an overlay more or less transparent, now or when it opens."""
        ...

    def quit(self) -> None:
        """Leaves the room and ends the app."""
        ...


class WindowDesk:
    """One per app, on the hub's loop. ``control`` is set once real windows exist."""

    def __init__(self, hub: Hub, specs: WindowSpecs) -> None:
        self._hub, self._specs = hub, specs
        self.control: WindowControl | None = None
        self._windows: dict[str, WindowState] = {}
        self._hidden: set[str] = set()
        self._wanted: dict[str, WindowSpec] = {}  # open windows of plugins, also while they are withdrawn
        self._started = False
        self._locks: frozenset[str] = frozenset()
        self._knows_lock = True
        self._slice = hub.claim_slice("windows", SHELL, Windows, Windows())
        self._desktop = hub.claim_slice("desktop", SHELL, Desktop, Desktop())
        hub.claim_command("stage.viewport", SHELL, SetViewport, self._set_viewport)
        hub.claim_command("window.show", SHELL, ShowWindow, self._show)
        hub.claim_command("window.close", SHELL, ShowWindow, self._close)
        hub.claim_command("window.full_screen", SHELL, Switch, self._set_full_screen)
        hub.claim_command("window.place", SHELL, PlaceWindow, self._place)
        hub.claim_command("window.take_input", SHELL, TakeInput, self._take_input)
        hub.claim_command("window.opacity", SHELL, SetOpacity, self._set_opacity)
        hub.claim_command("desktop.unlocked", SHELL, Nothing, self._say_unlocked)
        specs.watch(self._on_specs)

    def needed(self) -> WindowControl:
        """The real windows.

        :raises CommandError: ``no_windows``.
        """
        if self.control is None:
            raise CommandError("no_windows", "this run has no windows")
        return self.control

    # -- windows of plugins ---------------------------------------------------------------------------

    def open_all(self) -> None:
        """Opens what opens at the start; whatever is switched on later opens by itself."""
        self._started = True
        self._on_specs()

    def _on_specs(self) -> None:
        specs = self._specs.specs
        for name, spec in list(self._wanted.items()):
            if specs.get(name) is not spec:
                del self._wanted[name]
                self.needed().close(name)
                self.forget_window(name)
        for spec in specs.values():
            if self._started and spec.open_at_start and spec is not MAIN and spec.name not in self._wanted:
                self._open(spec)

    def _open(self, spec: WindowSpec) -> None:
        control = self.needed()
        if spec is not MAIN:
            self._wanted[spec.name] = spec
        if spec.overlay and self._locks:
            self._withdraw(spec.name, "locked")
            return
        control.open(spec)
        if spec.overlay:
            self._withdraw(spec.name, "")

    def _withdraw(self, name: str, why: Withdrawn) -> None:
        """Notes why an overlay is off the screen, also before its page came for the first time."""
        spec = self._wanted[name]
        state = self._windows.get(name) or WindowState(name=name, page=spec.page, visible=False)
        self._windows[name] = msgspec.structs.replace(state, withdrawn=why)
        self._publish()

    def _spec(self, name: str, *, overlay: bool = False) -> WindowSpec:
        spec = self._specs.specs.get(name)
        if spec is None:
            raise CommandError("no_such_window", f"there is no window {name!r}", name=name)
        if overlay and not spec.overlay:
            raise CommandError("not_an_overlay", f"window {name!r} is no overlay", name=name)
        return spec

    # -- what the windows and the desktop tell --------------------------------------------------------

    def note_presence(self, admission: Admission, connected: bool) -> None:
        """A page came or went. A page that went shows nothing any more."""
        present = self._windows.get(admission.window)
        if not connected and (admission.watch_only or present is None):
            self._windows.pop(admission.window, None)
        else:
            self._windows[admission.window] = WindowState(
                name=admission.window,
                page=admission.page,
                connected=connected,
                watch_only=admission.watch_only,
                visible=present.visible if present else admission.window not in self._hidden,
                full_screen=present.full_screen if present else False,
                viewport=present.viewport if present and connected else None,
                withdrawn=present.withdrawn if present else "",
            )
        self._publish()

    def note_visible(self, name: str, visible: bool) -> None:
        """The desktop hid a window or shows it again; also before its page has come for the first time."""
        (self._hidden.discard if visible else self._hidden.add)(name)
        if (state := self._windows.get(name)) is not None:
            self._windows[name] = msgspec.structs.replace(state, visible=visible)
            self._publish()

    def note_full_screen(self, name: str, on: bool) -> None:
        """A window has the whole screen, or does not any more."""
        if (state := self._windows.get(name)) is not None:
            self._windows[name] = msgspec.structs.replace(state, full_screen=on)
            self._publish()

    def note_closed(self, name: str) -> None:
        """A window is gone for good, whoever closed it."""
        self._wanted.pop(name, None)
        self.forget_window(name)

    def forget_window(self, name: str) -> None:
        """Nothing is known of a window any more."""
        self._windows.pop(name, None)
        self._hidden.discard(name)
        self._publish()

    def note_took_input(self, name: str) -> None:
        """An overlay got the mouse or keys although clicks should go through it; it stays away until it is
        asked for again."""
        if name in self._wanted:
            self.needed().hide(name)
            self._withdraw(name, "took_input")
            self._hub.notify("window.took_input", window=name)

    def note_desktop(self, desktop: Desktop) -> None:
        """What was seen of the desktop; whether it is locked is told otherwise."""
        limits = desktop.limits if self._knows_lock else (*desktop.limits, "no_lock")
        self._desktop.set(msgspec.structs.replace(desktop, locked=bool(self._locks), limits=limits))

    def note_no_lock(self) -> None:
        """Nobody here knows whether the screen is locked."""
        self._knows_lock = False
        self.note_desktop(self._desktop.value)

    def note_locked(self, source: str, locked: bool) -> None:
        """One of those who know says whether the screen is locked; overlays lie above lockers, so they go."""
        before = bool(self._locks)
        self._locks = self._locks | {source} if locked else self._locks - {source}
        if (now := bool(self._locks)) == before:
            return
        self._desktop.set(msgspec.structs.replace(self._desktop.value, locked=now))
        for spec in [spec for spec in self._wanted.values() if spec.overlay]:
            state = self._windows.get(spec.name)
            if state is not None and state.withdrawn == "took_input":
                continue
            if now:
                self.needed().hide(spec.name)
                self._withdraw(spec.name, "locked")
            else:
                self._open(spec)

    def _publish(self) -> None:
        self._slice.set(Windows(tuple(self._windows.values())))

    # -- commands -------------------------------------------------------------------------------------

    async def _set_viewport(self, args: SetViewport, asker: Asker) -> None:
        state = self._windows.get(asker.name) if asker.kind == "window" else None
        if state is None:
            raise CommandError("not_a_window", "only a window has a viewport")
        if not (0 <= args.width <= LARGEST and 0 <= args.height <= LARGEST and 10 <= args.scale <= 1000):
            raise CommandError("bad_arguments", "a viewport has 0 to 32768 pixels and a scale of 10 to 1000")
        viewport = Viewport(
            width=args.width, height=args.height, scale=args.scale, visible=args.visible, focus=args.focus
        )
        self._windows[state.name] = msgspec.structs.replace(state, viewport=viewport)
        self._publish()

    async def _say_unlocked(self, args: Nothing, asker: Asker) -> None:
        """Somebody sees the screen, so nobody locks it; whoever says so from now on is believed again."""
        for source in tuple(self._locks):
            self.note_locked(source, False)

    async def _show(self, args: ShowWindow, asker: Asker) -> None:
        self.needed()
        self._open(self._spec(args.name))

    async def _close(self, args: ShowWindow, asker: Asker) -> None:
        control = self.needed()
        if self._spec(args.name) is MAIN:
            control.hide(args.name)  # it is the way back into the app
        elif args.name in self._wanted:
            control.close(args.name)
            self.note_closed(args.name)

    async def _set_full_screen(self, args: Switch, asker: Asker) -> None:
        name = asker.name if asker.kind == "window" else "main"
        self.needed().full_screen(name, args.on)
        self.note_full_screen(name, args.on)

    async def _place(self, args: PlaceWindow, asker: Asker) -> None:
        control = self.needed()
        self._spec(args.name, overlay=True)
        control.place(args.name, args.x, args.y, args.width, args.height)

    async def _take_input(self, args: TakeInput, asker: Asker) -> None:
        control = self.needed()
        self._spec(args.name, overlay=True)
        control.take_input(args.name, args.on)

    async def _set_opacity(self, args: SetOpacity, asker: Asker) -> None:
        control = self.needed()
        self._spec(args.name, overlay=True)
        control.opacity(args.name, args.percent)

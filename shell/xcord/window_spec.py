"""What a window is; light, for the first one opens before the hub is loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class WindowSpec:
    """A window that the shell opens: ``name`` is its key everywhere, ``page`` the page it shows.

    An ``overlay`` lies above everything and takes no input: transparent, without a frame, on all desktops,
    never focused, in no task bar or switcher; clicks go through it until ``window.take_input`` says
    otherwise. One that does not ``open_at_start`` waits for ``window.show``.
    """

    name: str
    page: str
    title: str = "xcord"
    width: int = 1200
    height: int = 760
    min_width: int = 280
    min_height: int = 180
    frameless: bool = False
    transparent: bool = False
    on_top: bool = False
    focus: bool = True
    overlay: bool = False
    open_at_start: bool = True


MAIN = WindowSpec("main", "main")


class WindowSpecs:
    """The live registry of windows that there may be: they come and go with their plugins."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        self._specs: dict[str, WindowSpec] = {MAIN.name: MAIN}
        self._callbacks: list[Callable[[], None]] = []

    @property
    def specs(self) -> dict[str, WindowSpec]:
        """By name, in the order in which they came."""
        return dict(self._specs)

    def add(self, plugin: str, specs: Sequence[WindowSpec]) -> None:
        """Adds a plugin's windows.

        :raises ValueError: a name is taken, and the newcomer is at fault; nothing has changed then.
        """
        for at, spec in enumerate(specs):
            if spec.name in self._specs or spec.name in {other.name for other in specs[:at]}:
                raise ValueError(
                    f"window {spec.name!r} is there already: plugin {plugin!r} must give it another name"
                )
        self._owners |= {spec.name: plugin for spec in specs}
        self._specs |= {spec.name: spec for spec in specs}
        self._tell(bool(specs))

    def remove(self, plugin: str) -> None:
        """Takes a plugin's windows away."""
        gone = [name for name, owner in self._owners.items() if owner == plugin]
        for name in gone:
            del self._owners[name], self._specs[name]
        self._tell(bool(gone))

    def watch(self, callback: Callable[[], None]) -> None:
        """Calls back on every change."""
        self._callbacks.append(callback)

    def _tell(self, changed: bool) -> None:
        for callback in tuple(self._callbacks) if changed else ():
            callback()

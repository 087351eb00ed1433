"""The hub as one plugin sees it: what it claims carries its name and leaves with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .bridge import MediaLike
from .calls import Asker, Handler
from .clock import Clock
from .config import Config
from .errors import CommandError, PluginFault
from .gate import Gate
from .hub import Hub, Slice
from .pictures import Fetch, Pictures
from .settings import Settings
from .views import ModeEntry, ViewModes
from .watchers import Listener
from .window_spec import WindowSpecs

T = TypeVar("T")


@dataclass(frozen=True)
class Shell:
    """What all handles share."""

    hub: Hub
    settings: Settings
    modes: ViewModes
    media: MediaLike
    gate: Gate
    config: Config
    pictures: Pictures = field(default_factory=Pictures)
    windows: WindowSpecs = field(default_factory=WindowSpecs)


class Handle:
    """Given to ``xcord_start``. Use it on the hub's loop, except where a method says otherwise."""

    def __init__(self, shell: Shell, name: str) -> None:
        self._shell, self.name = shell, name
        self._endings: list[Callable[[], None]] = []

    @property
    def media(self) -> MediaLike:
        """``media.run(coroutine)`` on the media loop, ``media.slots`` for frames."""
        return self._shell.media

    @property
    def gate(self) -> Gate:
        """The microphone's gate."""
        return self._shell.gate

    @property
    def clock(self) -> Clock:
        """Monotonic time; a fake one in tests."""
        return self._shell.hub.clock

    @property
    def config(self) -> Config:
        """This run's configuration."""
        return self._shell.config

    def slice(self, name: str, kind: type[T], value: T) -> Slice[T]:
        """Claims a slice and publishes its first value.

        :raises WiringError: another plugin owns it.
        """
        return self._shell.hub.claim_slice(name, self.name, kind, value)

    def command(self, name: str, args: type[Any], handler: Handler, *, private: bool = False) -> None:
        """Claims a command: ``async handler(args, asker)``. Windows hear only ok or the error's code.

        :param private: only plugins may ask it.
        :raises WiringError: another plugin answers it.
        """
        self._shell.hub.claim_command(name, self.name, args, handler, private=private)

    def watch(self, callback: Listener, *names: str) -> Callable[[], None]:
        """Calls ``callback(name, value)`` for each present slice now and on each change; ``None`` is gone."""
        return self._shell.hub.watch(self.name, callback, *names)

    def read(self, name: str) -> Any:
        """The present value of a slice, or ``None``."""
        return self._shell.hub.read(name)

    async def ask(self, name: str, args: Any = None, timeout: float = 30.0) -> Any:
        """Asks a command.

        :raises CommandError: refused, failed, timed out, or nobody answers it.
        """
        return await self._shell.hub.ask(name, args, Asker("plugin", self.name), timeout)

    def notify(self, name: str, /, **params: Any) -> None:
        """Sends a notice to the windows, from any thread. Pages translate ``notice_<name>``."""
        self._shell.hub.notify(name, **params)

    def watch_notices(self, callback: Callable[[str, dict[str, Any]], None]) -> None:
        """Calls ``callback(name, params)`` for each notice, on the hub's loop, while the plugin is on."""
        self._endings.append(self._shell.hub.listen_to_notices(callback, late=True))

    def report(self, code: str, message: str, *, plugin: str | None = None, **params: Any) -> None:
        """Names a fault, from any thread; ``plugin`` if it is another one's."""
        self._shell.hub.report(PluginFault(plugin or self.name, code, message, **params))

    def option(self, name: str) -> Any:
        """The value of one of this plugin's own options, or of any by its full name."""
        return self._shell.settings.get(self._full(name))

    async def set_option(self, name: str, value: Any) -> None:
        """Sets one of this plugin's own options; it is on disk when this returns.

        :raises CommandError: ``bad_arguments`` or ``settings_not_written``.
        """
        await self.ask("settings.set", {"name": self._full(name), "value": value})

    def _full(self, name: str) -> str:
        return name if "." in name else f"{self.name}.{name}"

    def pictures(self, fetch: Fetch) -> Callable[[str], str]:
        """Gives pages pictures (PNG, JPEG, WebP, up to 1 MiB) that ``await fetch(name)`` gives, or refuses
        with a ``CommandError``; returns what makes a name an address, for a slice. What is behind a name
        never changes.

        :raises WiringError: asked twice.
        """

        async def guarded(name: str) -> bytes:
            try:
                return await fetch(name)
            except CommandError:
                raise
            except Exception as error:
                self.report("picture_failed", f"plugin {self.name!r} gave no picture: {error!r}")
                raise CommandError("handler_failed", "there is no picture") from error

        self._shell.pictures.add(self.name, guarded)
        self._endings.append(lambda: self._shell.pictures.remove(self.name))
        return lambda name: self._shell.pictures.address(self.name, name)

    def view_modes(self) -> tuple[ModeEntry, ...]:
        """All view modes of now."""
        return self._shell.modes.entries

    def watch_view_modes(self, callback: Callable[[], None]) -> None:
        """Calls back when view modes come or go, as long as the plugin is on."""
        self._endings.append(self._shell.modes.watch(callback))

    async def call(self, plugin: str, function: Callable[..., T], *args: Any, deadline: float = 0.05) -> T:
        """Calls a plugin's synchronous function: a stranger's in its worker, a built-in's at once.

        :raises PluginFault: it raised, or a stranger missed the deadline (seconds).
        """
        hub = self._shell.hub
        if hub.is_stranger(plugin):
            result: T = await hub.workers.run(plugin, function, *args, deadline=deadline)
            return result
        try:
            return function(*args)
        except Exception as error:
            raise PluginFault(
                plugin, "raised", f"plugin {plugin!r} raised {type(error).__name__}: {error}"
            ) from error

    def close(self) -> None:
        """Takes back everything; the supervisor calls it."""
        for end in self._endings:
            end()
        self._endings.clear()
        self._shell.hub.withdraw(self.name)

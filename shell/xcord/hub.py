"""The hub: slices, commands, watchers and notices. Pure asyncio; the app's one truth.

Everything here runs on the hub's loop, except ``Slice.set`` and ``Hub.notify``, which may be called
from any thread.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from .calls import Answered, Asker, Call, Command, Handler
from .clock import Clock, MonotonicClock
from .errors import CommandError, PluginFault, WiringError
from .watchers import Listener, Watcher
from .workers import Workers

log = logging.getLogger("xcord.hub")

T = TypeVar("T")
NoticeListener = Callable[[str, dict[str, Any]], None]
FaultListener = Callable[[PluginFault], None]

SHELL = "shell"
UNHEARD = 64  # notices kept until the first window listens


class Slice(Generic[T]):
    """A named immutable value with one owner."""

    def __init__(self, hub: Hub, name: str, owner: str, kind: type[T], value: T) -> None:
        self._hub = hub
        self.name, self.owner, self.kind = name, owner, kind
        self.value = value
        self.revision = 1
        self.gone = False

    def set(self, value: T) -> None:
        """Publishes a new value; an equal one sends nothing. May be called from any thread."""
        self._hub.on_loop(self._set, value)

    def _set(self, value: T) -> None:
        if self.gone or value == self.value:
            return
        self.value = value
        self.revision += 1
        self._hub.publish(self.name, value)


class Hub:
    """One per app. ``is_stranger(plugin)`` tells whose watchers run in a worker thread."""

    def __init__(self, clock: Clock | None = None, is_stranger: Callable[[str], bool] | None = None) -> None:
        self.clock: Clock = clock or MonotonicClock()
        self.workers = Workers()
        self.is_stranger = is_stranger or (lambda plugin: False)
        self.slices: dict[str, Slice[Any]] = {}
        self.commands: dict[str, Command] = {}
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._listeners: list[Listener] = []
        self._notice_listeners: list[NoticeListener] = []
        self._unheard: deque[tuple[str, dict[str, Any]]] | None = deque(maxlen=UNHEARD)
        self._fault_listeners: list[FaultListener] = []
        self._watchers: list[Watcher] = []
        self._news: deque[tuple[str, Any]] = deque()
        self._telling = False
        self._running: dict[str, set[asyncio.Task[Any]]] = {}

    # -- slices ---------------------------------------------------------------------------------------

    def claim_slice(self, name: str, owner: str, kind: type[T], value: T) -> Slice[T]:
        """Makes ``owner`` the one owner of slice ``name``.

        :raises WiringError: somebody owns it already.
        """
        if (present := self.slices.get(name)) is not None:
            raise WiringError(
                "slice_taken",
                f"plugin {owner!r} claims slice {name!r}, which belongs to {present.owner!r}: "
                f"switch one of the two off (-p no:{owner})",
                name=name,
                owner=present.owner,
            )
        claimed = Slice(self, name, owner, kind, value)
        self.slices[name] = claimed
        self.publish(name, value)
        return claimed

    def read(self, name: str) -> Any:
        """The present value, or ``None`` when nobody owns the slice."""
        found = self.slices.get(name)
        return None if found is None else found.value

    def on_loop(self, function: Callable[..., None], *args: Any) -> None:
        """Calls on the hub's loop: at once when there already, soon from any other thread."""
        if threading.get_ident() == self._thread:
            function(*args)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *args)

    def publish(self, name: str, value: Any) -> None:
        """Tells listeners and watchers, in the order of the changes even when one causes another."""
        self._news.append((name, value))
        if self._telling:
            return
        self._telling = True
        try:
            while self._news:
                self._tell(*self._news.popleft())
        finally:
            self._telling = False

    def _tell(self, name: str, value: Any) -> None:
        for listener in tuple(self._listeners):
            listener(name, value)
        for watcher in tuple(self._watchers):
            if name in watcher.names:
                watcher.tell(name, value)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """The shell's own listeners (outboxes); they must be quick and must not raise."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def watch(self, owner: str, callback: Listener, *names: str) -> Callable[[], None]:
        """Calls ``callback(name, value)`` at once for each present slice and on every change."""
        workers = self.workers if self.is_stranger(owner) else None
        watcher = Watcher(owner, callback, frozenset(names), self.report, workers)
        self._watchers.append(watcher)
        for name in names:
            if name in self.slices:
                watcher.tell(name, self.slices[name].value)

        def stop() -> None:
            if watcher in self._watchers:
                self._watchers.remove(watcher)

        return stop

    # -- commands -------------------------------------------------------------------------------------

    def claim_command(
        self, name: str, owner: str, args: type[Any], handler: Handler, *, private: bool = False
    ) -> None:
        """Makes ``owner`` the one who answers ``name``.

        :raises WiringError: somebody answers it already.
        """
        if (present := self.commands.get(name)) is not None:
            raise WiringError(
                "command_taken",
                f"plugin {owner!r} claims command {name!r}, which belongs to {present.owner!r}: "
                f"switch one of the two off (-p no:{owner})",
                name=name,
                owner=present.owner,
            )
        self.commands[name] = Command(name, owner, args, handler, private)

    def call(self, name: str, args: Any, asker: Asker, answered: Answered, timeout: float = 30.0) -> Call:
        """Starts a command; ``answered`` hears of its end once, soon and on this loop.

        :param args: an instance of the command's type, or plain JSON values to be checked.
        :param timeout: seconds; the handler is cancelled afterwards.
        :raises CommandError: ``unknown_command`` or ``bad_arguments``; then ``answered`` hears nothing.
        """
        command = self.commands.get(name)
        if command is None or (command.private and asker.kind not in ("plugin", "shell")):
            raise CommandError("unknown_command", f"nobody answers {name!r}", name=name)
        running = self._running.setdefault(command.owner, set())
        return Call(command, command.check(args), asker, timeout, answered, self.report, running)

    async def ask(self, name: str, args: Any, asker: Asker, timeout: float = 30.0) -> Any:
        """Asks a command and returns its answer; see :meth:`call`.

        :raises CommandError: always typed, whatever the handler did.
        """
        answer: asyncio.Future[Any] = self._loop.create_future()

        def answered(result: Any, error: CommandError | None) -> None:
            if answer.done():
                return  # whoever asked was cancelled
            if error is None:
                answer.set_result(result)
            else:
                answer.set_exception(error)

        call = self.call(name, args, asker, answered, timeout)
        try:
            return await answer
        except asyncio.CancelledError:
            call.task.cancel()
            raise

    # -- notices and faults -----------------------------------------------------------------------------

    def notify(self, name: str, /, **params: Any) -> None:
        """Sends a notice to every window. May be called from any thread."""
        self.on_loop(self._notify, name, params)

    def _notify(self, name: str, params: dict[str, Any]) -> None:
        if self._unheard is not None:
            self._unheard.append((name, params))
        for listener in tuple(self._notice_listeners):
            listener(name, params)

    def listen_to_notices(self, listener: NoticeListener, *, late: bool = False) -> Callable[[], None]:
        """For windows and tests; returns the function that ends it.

        The first one that is not ``late`` is told what was notified before it came: plugins fail before a
        window can listen.
        """
        self._notice_listeners.append(listener)
        if not late:
            unheard, self._unheard = self._unheard or (), None
            for name, params in unheard:
                listener(name, params)
        return lambda: self._notice_listeners.remove(listener)

    def listen_to_faults(self, listener: FaultListener) -> Callable[[], None]:
        """For the supervisor, which writes them into ``plugins``."""
        self._fault_listeners.append(listener)
        return lambda: self._fault_listeners.remove(listener)

    def report(self, fault: PluginFault, cause: BaseException | None = None) -> None:
        """Names a fault: in the log, to the supervisor, and as notice ``plugin.fault``."""
        log.error("%s", fault, exc_info=cause)

        def tell() -> None:
            for listener in tuple(self._fault_listeners):
                listener(fault)
            self._notify("plugin.fault", {"plugin": fault.plugin, "code": fault.code, "message": str(fault)})

        self.on_loop(tell)

    # -- leaving --------------------------------------------------------------------------------------

    def withdraw(self, owner: str) -> None:
        """Takes back all that ``owner`` claimed; pages are told that its slices are gone."""
        self._watchers = [watcher for watcher in self._watchers if watcher.owner != owner]
        for name in [name for name, command in self.commands.items() if command.owner == owner]:
            del self.commands[name]
        for task in tuple(self._running.pop(owner, ())):
            task.cancel()
        for name in [name for name, found in self.slices.items() if found.owner == owner]:
            self.slices.pop(name).gone = True
            self.publish(name, None)
        self.workers.forget(owner)

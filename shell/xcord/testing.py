"""Run a plugin alone: a real hub, a fake clock, asked commands, fake windows.

::

    async def test_a_lost_call_is_joined_again():
        async with running(xcord_reconnection) as world:
            world.answer("voice.rejoin", Rejoin)
            world.publish("voice", Voice(status="lost"))
            await world.clock.advance(1.0)
            assert world.asked == [("voice.rejoin", Rejoin())]
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, TypeVar

from .bridge import Media, MediaLike
from .calls import Asker
from .clock import Clock
from .config import Config
from .desk import Desk, add_own_options
from .door import Admission
from .errors import PluginFault
from .fake_windows import FakeOverlay, FakeWindow, FakeWindows
from .gate import Gate
from .handle import Shell
from .hub import Hub
from .options import OptionTable
from .plugins import Candidate, PluginSet
from .requests import SetViewport
from .settings import Settings
from .supervisor import Supervisor
from .view_kit.cases import Case
from .view_kit.check import BrokenModeError, view_mode
from .view_kit.drawing import draw
from .views import ViewModes

HARNESS = "harness"
T = TypeVar("T")


class FakeClock:
    """Time that moves only by ``advance``."""

    def __init__(self, now: float = 1000.0) -> None:
        self._now = now
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        """Seconds."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Waits for ``advance`` to reach the moment."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + max(0.0, seconds), next(self._numbers), future))
        await future

    async def advance(self, seconds: float) -> None:
        """Moves time forward, waking sleepers in order and letting each run before the next."""
        end = self._now + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            self._now, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)
            await settle()
        self._now = end
        await settle()


async def settle(rounds: int = 20) -> None:
    """Lets everything that is ready on this loop run."""
    for _ in range(rounds):
        await asyncio.sleep(0)


class InlineMedia:
    """``hub.media`` on the test's own loop. ``slots`` takes what it is given and remembers nothing."""

    def __init__(self, slots: Any = None) -> None:
        self.slots = slots if slots is not None else SimpleNamespace()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Future[T]:
        """Runs on the present loop. Cancelling waits, cancels nothing, as on the real one."""
        return asyncio.shield(asyncio.ensure_future(coroutine))


class World:
    """What a test sees. ``asked`` lists the commands of other plugins that the plugin asked; ``windows`` are
    the fake windows; ``desk.windows`` takes what windows and desktop tell (``note_desktop``, ``note_locked``,
    ``note_took_input``)."""

    def __init__(self, hub: Hub, shell: Shell, desk: Desk, supervisor: Supervisor) -> None:
        self.hub, self.shell, self.desk, self.supervisor = hub, shell, desk, supervisor
        self.windows = FakeWindows(desk.windows)
        desk.windows.control = self.windows
        self.asked: list[tuple[str, Any]] = []
        self.notices: list[tuple[str, dict[str, Any]]] = []
        self.faults: list[PluginFault] = []
        self._slices: dict[str, Any] = {}
        self._changed = asyncio.Event()
        hub.listen(lambda name, value: self._changed.set())
        hub.listen_to_notices(self._take_notice)
        hub.listen_to_faults(self.faults.append)

    @property
    def clock(self) -> Any:
        """The clock that ``running`` was given."""
        return self.hub.clock

    @property
    def gate(self) -> Gate:
        """The microphone's gate."""
        return self.shell.gate

    def _take_notice(self, name: str, params: dict[str, Any]) -> None:
        self.notices.append((name, params))
        self._changed.set()

    def publish(self, name: str, value: Any) -> None:
        """Plays the owner of a slice that the plugin only reads; ``None`` makes it go."""
        if value is None:
            self.hub.slices.pop(name)
            del self._slices[name]
            self.hub.publish(name, None)
        elif name in self._slices:
            self._slices[name].set(value)
        else:
            self._slices[name] = self.hub.claim_slice(name, HARNESS, type(value), value)

    def answer(self, name: str, args: type[Any], reply: Callable[[Any], Any] | None = None) -> None:
        """Plays the plugin that answers a command; the asked arguments stand in ``asked``."""

        async def handle(given: Any, asker: Asker) -> Any:
            self.asked.append((name, given))
            self._changed.set()
            return reply(given) if reply is not None else None

        self.hub.claim_command(name, HARNESS, args, handle)

    async def ask(self, name: str, args: Any = None, *, window: str = "main", timeout: float = 30.0) -> Any:
        """Asks as a window does, and returns the handler's value.

        :raises CommandError: as the window would be told.
        """
        return await self.hub.ask(name, args, Asker("window", window), timeout)

    def open_window(self, name: str = "main", page: str = "main", *, watch_only: bool = False) -> None:
        """A page connects."""
        self.desk.windows.note_presence(Admission(name, page, watch_only), True)

    def close_window(self, name: str = "main") -> None:
        """A window is closed for good."""
        self.windows.open_windows.pop(name, None)
        self.desk.windows.note_closed(name)

    async def resize(self, width: int, height: int, *, window: str = "main", visible: bool = True) -> None:
        """A page tells its stage's size."""
        await self.ask("stage.viewport", SetViewport(width, height, visible=visible), window=window)

    def read(self, name: str) -> Any:
        """A slice's value, or ``None``."""
        return self.hub.read(name)

    async def picture(self, address: str) -> tuple[str, bytes] | None:
        """Loads a picture of the plugin as a page does: media type and content, or ``None``."""
        secret, owner, name = address.removeprefix("/pictures/").split("/")
        return await self.shell.pictures.find(secret, owner, name)

    async def until(self, condition: Callable[[], Any], timeout: float = 30.0) -> Any:
        """Waits until the condition holds and returns its value; looks at every change and at each 20 ms.

        :raises TimeoutError: it never did.
        """
        async with asyncio.timeout(timeout):
            while not (value := condition()):
                self._changed.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), 0.02)
        return value


@contextlib.asynccontextmanager
async def running(
    *modules: ModuleType | Any,
    clock: Clock | None = None,
    options: dict[str, Any] | None = None,
    media: MediaLike | None = None,
    folder: Path | None = None,
    distribution: str = "xcord",
) -> AsyncIterator[World]:
    """Wires and starts the given plugin modules with a hub of their own; stops them at the end.

    :param modules: plugin modules or objects; their plugin name is the module's without ``xcord_``.
    :param clock: a ``FakeClock`` by default.
    :param options: values by full name, as if the user had set them before.
    :param media: ``InlineMedia()`` by default; pass ``threaded_media(slots)``'s value for the real loop.
    :param folder: where settings are kept; a temporary one by default.
    :param distribution: anything but ``xcord`` makes the plugins strangers (their code runs in workers).
    """
    with tempfile.TemporaryDirectory() as temporary:
        home = folder or Path(temporary)
        plugins = PluginSet()
        plugins.load([_candidate(module, distribution) for module in modules])
        if plugins.faults:
            raise plugins.faults[0]
        hub = Hub(clock or FakeClock(), plugins.is_stranger)
        table = OptionTable()
        add_own_options(table)
        settings = Settings(home, table)
        settings._stored.update(options or {})
        config = Config(config_dir=home, data_dir=home, runtime_dir=home, measure=True)
        shell = Shell(hub, settings, ViewModes(), media or InlineMedia(), Gate(), config)
        desk = Desk(hub, settings, lambda: supervisor, shell.windows, measure=True)
        supervisor = Supervisor(shell, plugins, table)
        world = World(hub, shell, desk, supervisor)
        try:
            await supervisor.start_all()
            desk.refresh()
            desk.windows.open_all()
            yield world
        finally:
            await supervisor.stop_all()
            hub.workers.close()


@contextlib.contextmanager
def threaded_media(slots: Any) -> Any:
    """The real media loop in its own thread, for ``running(media=...)``."""
    media = Media(slots)
    media.start()
    try:
        yield media
    finally:
        media.stop()


def _candidate(module: Any, distribution: str) -> Candidate:
    name = getattr(module, "__name__", type(module).__name__).removeprefix("xcord_")
    return Candidate(name, distribution, "0", lambda: module)


def states(world: World) -> dict[str, str]:
    """Each plugin's state by name."""
    return {plugin.name: plugin.state for plugin in world.read("plugins").plugins}


__all__: Sequence[str] = (
    "BrokenModeError",
    "Case",
    "FakeClock",
    "FakeOverlay",
    "FakeWindow",
    "FakeWindows",
    "InlineMedia",
    "World",
    "draw",
    "running",
    "settle",
    "states",
    "threaded_media",
    "view_mode",
)

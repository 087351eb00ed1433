"""Single-file plugins that misbehave, in the whole app without windows: each is named, the others go on."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.waits import PATIENCE

import xcord_layout
from xcord import (
    CommandError,
    Nothing,
    Person,
    PluginFault,
    Plugins,
    PluginState,
    SetMode,
    SetPlugin,
    SetViewport,
    Voice,
    watchers,
)
from xcord import supervisor as supervisor_module
from xcord.calls import Asker
from xcord.config import Config
from xcord.core import Core
from xcord.core import running as core_running
from xcord.door import Admission, Door, listen
from xcord.hub import Hub
from xcord.plugins import Candidate, find

ME = Asker("shell", "test")

GOOD = """
import msgspec
from xcord import Nothing, hookimpl

class Good(msgspec.Struct, frozen=True):
    pings: int = 0

@hookimpl
def xcord_start(hub):
    good = hub.slice("good", Good, Good())

    async def ping(args, asker):
        good.set(Good(good.value.pings + 1))

    hub.command("good.ping", Nothing, ping)
"""

BLOCKER = """
import threading
released = threading.Event()
reached = threading.Event()

def block():
    reached.set()
    released.wait()
"""


class Started:
    """A running app with what it told."""

    def __init__(self, core: Core, notices: list[tuple[str, dict[str, Any]]]) -> None:
        self.core, self.notices = core, notices
        self._news = asyncio.Event()
        core.hub.listen(lambda name, value: self._news.set())
        core.hub.listen_to_notices(lambda name, params: self._news.set())

    def state(self, name: str = "bad") -> PluginState:
        plugins: Plugins = self.core.hub.read("plugins")
        return next(plugin for plugin in plugins.plugins if plugin.name == name)

    async def ask(self, name: str, args: Any = None) -> Any:
        return await self.core.hub.ask(name, args, ME)

    async def until(self, condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._news.clear()
                await self._news.wait()

    def named(self) -> str:
        """What the one notice about the bad plugin says."""
        (message,) = [
            params["message"]
            for name, params in self.notices
            if name == "plugin.fault" and params["plugin"] == "bad"
        ]
        assert "'bad'" in message
        return str(message)

    async def others_go_on(self) -> None:
        pings = self.core.hub.read("good").pings
        await asyncio.wait_for(self.ask("good.ping"), PATIENCE)
        assert self.core.hub.read("good").pings == pings + 1
        assert self.state("good").state == "on"


Start = Callable[[str], AbstractAsyncContextManager[Started]]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts the app with a plugin ``bad`` of the given text between the layout plugin and ``good``."""
    notices: list[tuple[str, dict[str, Any]]] = []

    class ListeningHub(Hub):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.listen_to_notices(lambda name, params: notices.append((name, params)))

    monkeypatch.setattr("xcord.core.Hub", ListeningHub)
    config = Config(config_dir=tmp_path, data_dir=tmp_path, runtime_dir=tmp_path)
    config.plugins_dir.mkdir()

    @asynccontextmanager
    async def starting(text: str) -> AsyncIterator[Started]:
        (config.plugins_dir / "bad.py").write_text(text)
        (config.plugins_dir / "good.py").write_text(GOOD)
        candidates = [
            Candidate("layout", "xcord", "0", lambda: xcord_layout),
            *(found for found in find(config.plugins_dir) if found.distribution.endswith(".py")),
        ]
        async with core_running(config, listen(), Door(), candidates) as core:
            yield Started(core, notices)

    yield starting
    if (bad := sys.modules.get("xcord_file_bad")) is not None and hasattr(bad, "released"):
        bad.released.set()


@pytest.mark.parametrize(
    ("text", "state", "said"),
    [
        pytest.param("1 / 0", "failed", "ZeroDivisionError", id="raises at import"),
        pytest.param("def broken(", "failed", "SyntaxError", id="is no Python"),
        pytest.param("import sys; sys.exit(3)", "failed", "SystemExit", id="exits at import"),
        pytest.param(
            "from xcord import hookimpl\n@hookimpl\ndef xcord_begin(hub): ...",
            "failed",
            "xcord_begin",
            id="misspells a hook",
        ),
        pytest.param(
            "from xcord import hookimpl\n@hookimpl\ndef xcord_add_options(options): options.add()",
            "failed",
            "xcord_add_options",
            id="raises while declaring options",
        ),
        pytest.param(
            "from xcord import hookimpl\n@hookimpl\ndef xcord_view_modes(): return 1 / 0",
            "failed",
            "xcord_view_modes",
            id="raises while bringing view modes",
        ),
        pytest.param(
            "from xcord import hookimpl\n@hookimpl\ndef xcord_start(hub): raise KeyError('x')",
            "failed",
            "KeyError",
            id="raises while wiring",
        ),
        pytest.param(
            "from xcord import Nothing, hookimpl\n@hookimpl\ndef xcord_start(hub):\n"
            "    hub.slice('bad', Nothing, Nothing())\n    hub.slice('stage', Nothing, Nothing())",
            "failed",
            "'layout'",
            id="claims what is another's",
        ),
        pytest.param(
            "from contextlib import asynccontextmanager\nfrom xcord import hookimpl\n"
            "@asynccontextmanager\nasync def life():\n    raise OSError('no such bell')\n    yield\n"
            "@hookimpl\ndef xcord_start(hub): return life()",
            "failed",
            "no such bell",
            id="raises at start",
        ),
        pytest.param(
            "import sys\nfrom xcord import hookimpl\n@hookimpl\ndef xcord_start(hub): sys.exit(3)",
            "failed",
            "SystemExit",
            id="exits while wiring",
        ),
        pytest.param(
            "import sys\nfrom contextlib import asynccontextmanager\nfrom xcord import hookimpl\n"
            "@asynccontextmanager\nasync def life():\n    sys.exit(3)\n    yield\n"
            "@hookimpl\ndef xcord_start(hub): return life()",
            "failed",
            "SystemExit",
            id="exits at start",
        ),
        pytest.param(
            "from xcord import hookimpl\n@hookimpl\ndef xcord_start(hub): return 'life'",
            "failed",
            "str",
            id="returns no life",
        ),
    ],
)
async def test_a_plugin_that_cannot_start_is_named_and_the_others_go_on(
    start: Start, text: str, state: str, said: str
) -> None:
    async with start(text) as app:
        assert app.state().state == state
        assert said in app.state().reason
        assert said in app.named()
        assert app.core.hub.read("bad") is None
        await app.others_go_on()


async def test_a_broken_plugin_can_be_mended_while_the_app_runs(start: Start, tmp_path: Path) -> None:
    async with start("1 / 0") as app:
        with pytest.raises(CommandError) as refused:
            await app.ask("plugins.set", SetPlugin("bad", True))
        assert refused.value.code == "plugin_failed"
        assert "ZeroDivisionError" in refused.value.params["reason"]
        (tmp_path / "plugins" / "bad.py").write_text(GOOD.replace("good", "bad"))
        await app.ask("plugins.set", SetPlugin("bad", True))
        assert app.state().state == "on"
        await app.ask("bad.ping")
        assert app.core.hub.read("bad").pings == 1


@pytest.mark.parametrize("error", ["KeyError('bell')", "SystemExit(3)"])
async def test_a_command_that_raises_is_answered_and_named(start: Start, error: str) -> None:
    text = (
        f"from xcord import Nothing, hookimpl\nasync def ring(args, asker): raise {error}\n"
        "@hookimpl\ndef xcord_start(hub): hub.command('bad.ring', Nothing, ring)"
    )
    async with start(text) as app:
        with pytest.raises(CommandError) as answer:
            await app.ask("bad.ring", Nothing())
        assert answer.value.code == "handler_failed"
        assert error.partition("(")[0] in app.named()
        assert app.state().state == "on"
        assert "bad.py" in app.state().reason
        await app.others_go_on()


async def test_a_watcher_that_raises_is_named_and_told_of_later_changes(start: Start) -> None:
    text = (
        "from xcord import hookimpl\nseen = []\n"
        "def look(name, value):\n    seen.append(value)\n    1 / 0\n"
        "@hookimpl\ndef xcord_start(hub): hub.watch(look, 'good')"
    )
    async with start(text) as app:
        await app.until(lambda: len(app.notices) == 1)
        await app.ask("good.ping")
        await app.until(lambda: len(app.notices) == 2)
        assert len(sys.modules["xcord_file_bad"].seen) == 2
        assert all(params["plugin"] == "bad" for _, params in app.notices)
        assert all("ZeroDivisionError" in params["message"] for _, params in app.notices)
        assert "ZeroDivisionError" in app.state().reason
        await app.others_go_on()


async def test_a_watcher_that_blocks_for_ever_is_given_up_and_named(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchers, "WATCH_DEADLINE", 0.2)
    text = (
        BLOCKER + "from xcord import hookimpl\n"
        "@hookimpl\ndef xcord_start(hub): hub.watch(lambda name, value: block(), 'windows')"
    )
    async with start(text) as app:
        await app.until(lambda: app.notices)
        assert "200 ms" in app.named()
        for _ in range(3):
            await app.others_go_on()
        assert "not called any more" in app.state().reason


async def test_a_view_mode_that_blocks_for_ever_is_replaced_and_named(start: Start) -> None:
    text = (
        BLOCKER + "from xcord import ViewMode, hookimpl\n"
        "@hookimpl\ndef xcord_view_modes():\n"
        "    return [ViewMode('never', 'Never', lambda tiles, viewport: block())]"
    )
    async with start(text) as app:
        hub, desk = app.core.hub, app.core.desk
        desk.windows.note_presence(Admission("main", "main"), True)
        await hub.ask("stage.viewport", SetViewport(800, 600), Asker("window", "main"))
        await app.ask("stage.mode", SetMode("never"))
        voice = hub.claim_slice("voice", "test", Voice, Voice())
        voice.set(Voice(status="connected", room="r", people=(Person(user="ann", name="Ann"),)))
        await app.until(lambda: app.notices)
        assert sys.modules["xcord_file_bad"].reached.is_set()
        assert "'never'" in app.named()
        assert "50 ms" in app.named()
        await app.until(lambda: len(hub.read("stage").windows.get("main", ())) == 1)
        assert hub.read("stage").mode == "gallery"
        await app.others_go_on()


async def test_a_plugin_that_never_ends_is_named_and_what_it_claimed_is_taken_back(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "STOP_WITHIN", 0.2)
    monkeypatch.setattr(supervisor_module, "CANCEL_WITHIN", 0.2)
    text = """
import asyncio
from contextlib import asynccontextmanager
from xcord import Nothing, hookimpl
ended = asyncio.Event()

@asynccontextmanager
async def life():
    yield
    while not ended.is_set():
        try:
            await ended.wait()
        except asyncio.CancelledError:
            pass

@hookimpl
def xcord_start(hub):
    hub.slice("bad", Nothing, Nothing())
    return life()
"""
    async with start(text) as app:
        assert app.core.hub.read("bad") is not None
        with pytest.raises(CommandError) as answer:
            await app.ask("plugins.set", SetPlugin("bad", False))
        assert answer.value.code == "plugin_stuck"
        assert app.state().state == "stuck"
        assert "does not end" in app.named()
        assert app.core.hub.read("bad") is None
        await app.others_go_on()
        sys.modules["xcord_file_bad"].ended.set()


async def test_a_plugin_that_raises_when_switched_off_is_off_and_named(start: Start) -> None:
    text = (
        "from contextlib import asynccontextmanager\nfrom xcord import hookimpl\n"
        "@asynccontextmanager\nasync def life():\n    yield\n    raise OSError('the bell is stuck')\n"
        "@hookimpl\ndef xcord_start(hub): return life()"
    )
    async with start(text) as app:
        await app.ask("plugins.set", SetPlugin("bad", False))
        assert app.state().state == "off"
        assert "the bell is stuck" in app.named()
        await app.others_go_on()


async def test_a_life_that_breaks_down_by_itself_is_named(start: Start) -> None:
    text = """
import asyncio
from contextlib import asynccontextmanager
from xcord import Nothing, hookimpl
breaks = asyncio.Event()

async def work():
    await breaks.wait()
    raise OSError("the bell fell")

@asynccontextmanager
async def life():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(work())
        yield

@hookimpl
def xcord_start(hub):
    hub.slice("bad", Nothing, Nothing())
    return life()
"""
    async with start(text) as app:
        sys.modules["xcord_file_bad"].breaks.set()
        await app.until(lambda: app.state().state == "failed")
        assert "the bell fell" in app.named()
        assert app.core.hub.read("bad") is None
        await app.others_go_on()


async def test_a_plugin_that_blocks_the_hub_loop_is_named(start: Start) -> None:
    text = (
        "import time\nfrom xcord import Nothing, hookimpl\nasync def nap(args, asker): time.sleep(2.5)\n"
        "@hookimpl\ndef xcord_start(hub): hub.command('bad.nap', Nothing, nap)"
    )
    async with start(text) as app:
        await app.ask("bad.nap", Nothing())
        await app.until(lambda: app.notices)
        assert "blocked" in app.named()
        await app.others_go_on()


async def test_what_failed_before_a_window_was_open_is_told_to_the_first_one() -> None:
    hub = Hub()
    hub.report(PluginFault("bad", "not_loaded", "plugin 'bad' was not loaded"))
    first: list[str] = []
    second: list[str] = []
    hub.listen_to_notices(lambda name, params: first.append(params["message"]))
    hub.listen_to_notices(lambda name, params: second.append(params["message"]))
    assert (first, second) == (["plugin 'bad' was not loaded"], [])

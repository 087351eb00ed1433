"""Single-file plugins that are saved while the app runs: new code works at once, bad code changes nothing."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.waits import PATIENCE

import xcord_layout
from xcord import Person, Placed, PluginState, Voice
from xcord.calls import Asker
from xcord.config import Config
from xcord.core import Core
from xcord.core import running as core_running
from xcord.door import Admission, Door, listen
from xcord.plugins import Candidate, find
from xcord.reloading import Reloading

ME = Asker("shell", "test")

ROW = """
from xcord import Placement, ViewMode, hookimpl

HEIGHT = 1

def arrange(tiles, viewport):
    width = 1 / max(1, len(tiles))
    return [
        Placement(user=tile.user, kind=tile.kind, n=tile.n, x=at * width, y=0, width=width, height=HEIGHT)
        for at, tile in enumerate(tiles)
    ]

@hookimpl
def xcord_view_modes():
    return [ViewMode("row", "Row", arrange)]
"""
LOWER = ROW.replace("HEIGHT = 1", "HEIGHT = 0.5")


class Running:
    """The app with two people on a stage, and the plugin file ``row.py``."""

    def __init__(self, core: Core, folder: Path) -> None:
        self.core, self.folder = core, folder
        self.notices: list[tuple[str, dict[str, Any]]] = []
        self.modes: list[str] = []
        self.took: list[str] = []
        self._news = asyncio.Event()
        core.hub.listen(self._on_slice)
        core.hub.listen_to_notices(self._on_notice)

    def _on_slice(self, name: str, value: Any) -> None:
        if name == "stage" and value is not None:
            self.modes.append(value.mode)
        self._news.set()

    def _on_notice(self, name: str, params: dict[str, Any]) -> None:
        self.notices.append((name, params))
        self._news.set()

    def note_taken(self, name: str) -> None:
        self.took.append(name)
        self._news.set()

    async def until(self, condition: Callable[[], Any]) -> Any:
        async with asyncio.timeout(PATIENCE):
            while not (value := condition()):
                self._news.clear()
                await self._news.wait()
            return value

    async def taken(self, name: str) -> None:
        """A saved file has been looked at, whatever came of it."""
        await self.until(lambda: name in self.took)
        self.took.clear()

    def save(self, text: str, name: str = "row.py", at: int = 0) -> None:
        """Writes a file, with a time that many nanoseconds after a whole second if that is of interest."""
        path = self.folder / name
        path.write_text(text)
        if at:
            os.utime(path, ns=(10**18 + at, 10**18 + at))

    async def told(self, name: str) -> dict[str, Any]:
        """The next notice of that name; it is then forgotten."""
        found = await self.until(lambda: next((each for each in self.notices if each[0] == name), None))
        self.notices.remove(found)
        params: dict[str, Any] = found[1]
        return params

    @property
    def placed(self) -> tuple[Placed, ...]:
        placed: tuple[Placed, ...] = self.core.hub.read("stage").windows.get("main", ())
        return placed

    @property
    def heights(self) -> list[int]:
        return [tile.height for tile in self.placed]

    def state(self, name: str = "row") -> PluginState | None:
        plugins: tuple[PluginState, ...] = self.core.hub.read("plugins").plugins
        return next((plugin for plugin in plugins if plugin.name == name), None)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setattr("xcord_layout.stage.DEADLINE", 5.0)  # a busy machine is not what this is about
    monkeypatch.setattr("xcord.reloading.TRY_WITHIN", 5.0)
    apps: list[Running] = []
    take = Reloading.take

    async def noted(self: Reloading, path: Path) -> None:
        await take(self, path)
        for running in apps:
            running.note_taken(path.name)

    monkeypatch.setattr(Reloading, "take", noted)

    @asynccontextmanager
    async def starting(text: str = ROW, *, mode: str = "row") -> AsyncIterator[Running]:
        config = Config(config_dir=tmp_path, data_dir=tmp_path, runtime_dir=tmp_path)
        config.plugins_dir.mkdir()
        if text:
            (config.plugins_dir / "row.py").write_text(text)
        candidates = [
            Candidate("layout", "xcord", "0", lambda: xcord_layout),
            *(found for found in find(config.plugins_dir) if found.distribution.endswith(".py")),
        ]
        async with core_running(config, listen(), Door(), candidates) as core:
            core.desk.windows.note_presence(Admission("main", "main"), True)
            await core.hub.ask("stage.viewport", {"width": 800, "height": 600}, Asker("window", "main"))
            people = tuple(Person(user=user, name=user) for user in ("ann", "bob"))
            voice = core.hub.claim_slice("voice", "test", Voice, Voice())
            voice.set(Voice(status="connected", room="r", people=people))
            running = Running(core, config.plugins_dir)
            apps.append(running)
            if mode:
                await core.hub.ask("stage.mode", {"name": mode}, ME)
                await running.until(lambda: core.hub.read("stage").mode == mode and len(running.placed) == 2)
            running.modes.clear()
            yield running

    return starting


async def test_a_saved_mode_is_arranged_anew_and_gallery_is_never_shown(app: Callable[..., Any]) -> None:
    async with app() as running:
        assert running.heights == [10_000, 10_000]
        running.save(LOWER)
        await running.until(lambda: running.heights == [5000, 5000])
        assert (await running.told("plugin.loaded")) == {"plugin": "row"}
        assert set(running.modes) == {"row"}
        assert running.state().state == "on"


async def test_of_two_saves_in_one_second_the_last_one_counts(
    app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They have one size, too: by these two alone Python knows whether bytecode is old."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    async with app() as running:
        for part in (2, 3, 4):
            running.save(ROW.replace("HEIGHT = 1", f"HEIGHT = 0.{part}"), at=part)
            await running.until(lambda part=part: running.heights == [part * 1000, part * 1000])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(ROW + "\ndef arrange(:", ["SyntaxError", "row.py:17"], id="is no Python"),
        pytest.param(ROW + "\n1 / 0\n", ["ZeroDivisionError", "row.py:17"], id="raises at import"),
        pytest.param(ROW.replace("xcord_view_modes", "xcord_view_mode"), ["xcord_view_mode"], id="misspells"),
        pytest.param(
            ROW.replace("    return [ViewMode", "    return nothing or [ViewMode"),
            ["NameError", "row.py:15"],
            id="raises while it brings modes",
        ),
        pytest.param(
            ROW.replace('ViewMode("row", "Row", arrange)', '"row"'),
            ["returned str", "row.py"],
            id="brings something else",
        ),
        pytest.param(
            ROW.replace("width = 1 /", "width = one /"), ["NameError", "row.py:7"], id="raises when asked"
        ),
        pytest.param(ROW.replace("HEIGHT = 1", "HEIGHT = 2"), ["outside", "row.py:6"], id="leaves the stage"),
        pytest.param(ROW.replace('"row"', '"gallery"'), ["'gallery'", "'layout'"], id="takes another's name"),
    ],
)
async def test_bad_code_leaves_the_old_in_place_and_is_named_with_its_line(
    app: Callable[..., Any], text: str, said: list[str]
) -> None:
    async with app() as running:
        before = sys.modules["xcord_file_row"]
        running.save(text)
        message = (await running.told("plugin.fault"))["message"]
        assert "'row'" in message
        assert all(word in message for word in said), message
        await running.taken("row.py")
        assert set(running.modes) <= {"row"}
        assert running.heights == [10_000, 10_000]
        assert running.state().state == "on"
        assert running.state().reason
        assert sys.modules["xcord_file_row"] is before
        running.save(LOWER)
        await running.until(lambda: running.heights == [5000, 5000])
        await running.until(lambda: running.state().reason == "")


async def test_a_mode_that_hangs_leaves_the_old_in_place(
    app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xcord.reloading.TRY_WITHIN", 0.2)
    hanging = "import threading\nfree = threading.Event()\n" + ROW.replace(
        "    width", "    free.wait()\n    width", 1
    )
    async with app() as running:
        running.save(hanging)
        message = (await running.told("plugin.fault"))["message"]
        assert "view mode 'row', with 1 person in 1280x720: it does not answer within 0.2 s" in message
        assert "row.py:8" in message
        assert running.heights == [10_000, 10_000]


async def test_a_plugin_with_a_life_leaves_it_and_begins_the_new_one(app: Callable[..., Any]) -> None:
    living = (
        "from contextlib import asynccontextmanager\nfrom xcord import Nothing, Switch, hookimpl\n"
        "@asynccontextmanager\nasync def life(hub):\n"
        "    hub.notify('row.began', number=NUMBER)\n    yield\n    hub.notify('row.ended', number=NUMBER)\n"
        "@hookimpl\ndef xcord_start(hub):\n    hub.slice('row', Nothing, Nothing())\n    return life(hub)\n"
    )
    async with app(living + "NUMBER = 1\n", mode="") as running:
        assert await running.told("row.began") == {"number": 1}
        running.save(living + "NUMBER = 2\n")
        assert await running.told("row.ended") == {"number": 1}
        assert await running.told("row.began") == {"number": 2}
        running.save(living.replace("    yield", "    raise OSError('no bell')\n    yield") + "NUMBER = 3\n")
        assert "no bell" in (await running.told("plugin.fault"))["message"]
        assert await running.told("row.ended") == {"number": 2}
        assert await running.told("row.began") == {"number": 3}, "it got that far"
        assert await running.told("row.began") == {"number": 2}, "and the old one is back"
        await running.until(lambda: running.state().state == "on")
        assert "no bell" in running.state().reason
        assert running.core.hub.read("row") is not None


async def test_a_new_file_is_taken_and_a_broken_one_is_tried_again(app: Callable[..., Any]) -> None:
    async with app("", mode="") as running:
        running.save("1 / 0\n")
        assert "row.py:1" in (await running.told("plugin.fault"))["message"]
        assert running.state().state == "failed"
        running.save(ROW)
        await running.told("plugin.loaded")
        assert running.state().state == "on"
        await running.until(lambda: running.core.hub.read("stage").modes[-1].name == "row")


async def test_a_new_file_with_the_name_of_another_plugin_is_refused(app: Callable[..., Any]) -> None:
    async with app("", mode="") as running:
        running.save(ROW, "layout.py")
        assert "another distribution brings that name" in (await running.told("plugin.fault"))["message"]
        assert running.state("layout").distribution == "xcord"


async def test_one_that_is_switched_off_stays_off_and_has_the_new_code_when_it_is_on_again(
    app: Callable[..., Any],
) -> None:
    async with app() as running:
        await running.core.hub.ask("plugins.set", {"name": "row", "on": False}, ME)
        running.save(LOWER)
        await running.taken("row.py")
        assert running.state().state == "off"
        await running.core.hub.ask("plugins.set", {"name": "row", "on": True}, ME)
        await running.until(lambda: running.heights == [5000, 5000])

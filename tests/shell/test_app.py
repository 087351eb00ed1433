"""The app's two halves: what windows tell reaches the hub, however early, and each ends with the other."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from xcord import app, core, hookimpl, hub_side
from xcord.app import App
from xcord.config import Config, load_config
from xcord.errors import SetupError
from xcord.instance import Instance
from xcord.plugins import Candidate
from xcord.tray_state import TrayState
from xcord.window_spec import WindowSpec
from xcord.windows import WindowEvents, WindowLayer

PATIENCE = 60.0


class Windows(WindowLayer):
    """No window at all; ``play`` says what happens on the GUI thread."""

    play: Callable[[WindowEvents], None]

    def __init__(self, events: WindowEvents, language: str = "en") -> None:
        super().__init__(events, language)
        self._ended = threading.Event()

    def run(self) -> None:
        self._take_first()
        type(self).play(self.events)
        self._now_running()
        assert self._ended.wait(PATIENCE)

    def _send(self, work: Callable[[], None]) -> None:
        work()

    def _set_tray(self, state: TrayState) -> None: ...

    def _quit(self) -> None:
        self._ended.set()

    def _open(self, spec: WindowSpec, url: str) -> None: ...

    def _observe(self) -> None: ...

    _show = _hide = _close = _load = _full_screen = _fulfil = _tell = _open  # type: ignore[assignment]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[WindowEvents], None]], App]:
    """An app with such windows and no plugin."""
    monkeypatch.setenv("XCORD_HOME", str(tmp_path))
    monkeypatch.setattr(app, "window_layer", Windows)
    monkeypatch.setattr(core, "find", lambda plugins_dir: [])

    def make(play: Callable[[WindowEvents], None]) -> App:
        monkeypatch.setattr(Windows, "play", staticmethod(play), raising=False)
        config: Config = load_config()
        held = Instance.claim(config.runtime_dir)
        assert held is not None
        return App(config, held)

    return make


def test_who_asks_to_quit_while_the_hub_is_loaded_is_heard(made: Any) -> None:
    def play(events: WindowEvents) -> None:
        events.loaded()
        events.quit_asked("signal")

    assert made(play).run() == 0


def test_a_toolkit_that_cannot_be_loaded_is_raised_and_the_next_start_is_the_first(
    made: Any, tmp_path: Path
) -> None:
    def play(events: WindowEvents) -> None:
        raise SetupError("no_web_engine", "there is none.", "Run: xcord doctor")

    with pytest.raises(SetupError, match="there is none"):
        made(play).run()
    again = Instance.claim(load_config().runtime_dir)
    assert again is not None
    again.close()


def test_a_hub_that_cannot_start_ends_the_windows_and_is_raised(
    made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise SetupError("settings_unreadable", "they cannot be read.", "Mend them.")

    monkeypatch.setattr(core, "Settings", fail)
    with pytest.raises(SetupError, match="cannot be read"):
        made(lambda events: events.loaded()).run()


def test_a_plugins_own_task_that_exits_does_not_end_the_app(
    made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone_on = threading.Event()

    async def leave() -> None:
        sys.exit(3)

    @asynccontextmanager
    async def life() -> AsyncIterator[None]:
        task = asyncio.ensure_future(leave())
        task.add_done_callback(lambda task: gone_on.set())  # in the loop's next turn, if there is one
        yield

    class Leaving:
        __name__ = "leaving"

        @hookimpl
        def xcord_start(self) -> Any:
            return life()

    def play(events: WindowEvents) -> None:
        events.loaded()
        assert gone_on.wait(PATIENCE)
        events.quit_asked("signal")

    monkeypatch.setattr(core, "find", lambda folder: [Candidate("leaving", "x", "0", Leaving)])
    monkeypatch.setattr(hub_side, "PICTURE_WITHIN", 0.05)
    assert made(play).run() == 0

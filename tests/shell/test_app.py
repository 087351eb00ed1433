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
from tests.waits import PATIENCE

from xcord import app, core, hookimpl, hub_side
from xcord.app import App
from xcord.config import Config, load_config
from xcord.errors import SetupError
from xcord.instance import Instance
from xcord.plugins import Candidate
from xcord.tray_state import TrayState
from xcord.window_spec import WindowSpec
from xcord.windows import WindowEvents, WindowLayer


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


BLOCKER = """
import threading
reached, released = threading.Event(), threading.Event()

async def block():
    reached.set()
    released.wait(60)
"""


def test_a_blocked_hub_shuts_the_microphone_at_once_and_holds_the_end_up_for_seconds_only(
    made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "blocker.py"
    file.write_text(BLOCKER)
    code: dict[str, Any] = {}
    exec(compile(BLOCKER, str(file), "exec"), code)  # so that its frames name the plugin's file
    shut: list[bool] = []

    @asynccontextmanager
    async def life() -> AsyncIterator[None]:
        blocking = asyncio.ensure_future(code["block"]())
        yield
        await blocking

    class Blocker:
        __name__ = "xcord_blocker"
        __file__ = str(file)

        @hookimpl
        def xcord_start(self) -> Any:
            return life()

    def play(events: WindowEvents) -> None:
        events.loaded()
        assert code["reached"].wait(PATIENCE)
        app_made._microphone.set_muted(False)
        assert app_made._microphone.may_feed()
        events.quit_asked("signal")
        shut.append(not app_made._microphone.may_feed())

    monkeypatch.setattr(core, "find", lambda folder: [Candidate("blocker", "x", "0", Blocker)])
    monkeypatch.setattr(hub_side, "PICTURE_WITHIN", 0.05)
    app_made = made(play)
    try:
        assert app_made.run() == 1  # the windows above would wait for a minute
        assert shut == [True]
        assert "ending without the hub" in caplog.text
        assert "blocked by plugin 'blocker'" in caplog.text
    finally:
        code["released"].set()
        app_made._thread.join(PATIENCE)


def test_a_hub_that_takes_long_to_leave_and_answers_is_waited_for(
    made: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("xcord.ending.STILL", 0.5)
    monkeypatch.setattr("xcord.ending.EVERY", 0.01)
    left, up = threading.Event(), threading.Event()

    @asynccontextmanager
    async def life() -> AsyncIterator[None]:
        up.set()
        yield
        await asyncio.sleep(1.5)
        left.set()

    class Slow:
        __name__ = "slow"

        @hookimpl
        def xcord_start(self) -> Any:
            return life()

    def play(events: WindowEvents) -> None:
        events.loaded()
        assert up.wait(PATIENCE)
        events.quit_asked("signal")

    monkeypatch.setattr(core, "find", lambda folder: [Candidate("slow", "x", "0", Slow)])
    monkeypatch.setattr(hub_side, "PICTURE_WITHIN", 0.05)
    assert made(play).run() == 0
    assert left.is_set()
    assert "ending without the hub" not in caplog.text

"""Plugins are switched on and off, and their faults stay with them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.waits import PATIENCE

from xcord import CommandError, Handle, ViewMode, Voice, core, hookimpl
from xcord.config import Config
from xcord.door import Door, listen
from xcord.plugins import Candidate
from xcord.testing import running, states


class Talker:
    """A plugin that claims a slice and knows whether it lives."""

    __name__ = "xcord_talker"

    def __init__(self) -> None:
        self.alive = 0

    @hookimpl
    def xcord_add_options(self, options: Any) -> None:
        options.add("loud", bool, False, "Loud.")

    @hookimpl
    def xcord_view_modes(self) -> list[ViewMode]:
        return [ViewMode("row", "Row", lambda tiles, viewport: [])]

    @hookimpl
    def xcord_start(self, hub: Handle) -> contextlib.AbstractAsyncContextManager[None]:
        hub.slice("voice", Voice, Voice())
        return self._live()

    @contextlib.asynccontextmanager
    async def _live(self) -> AsyncIterator[None]:
        self.alive += 1
        yield
        self.alive -= 1


class Failing(Talker):
    """Raises when its life is entered."""

    __name__ = "xcord_failing"

    @contextlib.asynccontextmanager
    async def _live(self) -> AsyncIterator[None]:
        raise RuntimeError("no microphone in this plugin")
        yield


class Endless(Talker):
    """Does not end for two minutes."""

    __name__ = "xcord_endless"

    @contextlib.asynccontextmanager
    async def _live(self) -> AsyncIterator[None]:
        yield
        for _ in range(2400):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0.05)
                if self.alive < 0:
                    return


async def test_switching_twenty_times_leaves_nothing_behind() -> None:
    talker = Talker()
    async with running(talker) as world:
        for _ in range(20):
            await world.ask("plugins.set", {"name": "talker", "on": False})
            assert (talker.alive, world.read("voice"), world.shell.modes.entries) == (0, None, ())
            await world.ask("plugins.set", {"name": "talker", "on": True})
            assert talker.alive == 1
            assert world.read("voice") == Voice()
            assert [entry.plugin for entry in world.shell.modes.entries] == ["talker"]
        assert len(asyncio.all_tasks()) <= 3
    assert talker.alive == 0


async def test_a_wanted_state_that_is_there_already_is_harmless() -> None:
    async with running(Talker()) as world:
        await asyncio.gather(*(world.ask("plugins.set", {"name": "talker", "on": True}) for _ in range(5)))
        assert states(world) == {"talker": "on"}


async def test_a_switch_is_remembered() -> None:
    async with running(Talker()) as world:
        await world.ask("plugins.set", {"name": "talker", "on": False})
        assert world.read("settings").values["app.plugins"] == {"talker": False}


async def test_a_plugin_that_cannot_start_is_named_and_takes_nothing_with_it() -> None:
    async with running(Failing(), Talker()) as world:
        assert states(world)["failing"] == "failed"
        reasons = {plugin.name: plugin.reason for plugin in world.read("plugins").plugins}
        assert "no microphone in this plugin" in reasons["failing"] or "claims slice" in reasons["failing"]
        assert any(name == "plugin.fault" and params["plugin"] == "failing" for name, params in world.notices)


async def test_two_that_claim_one_slice_are_both_named_and_the_first_goes_on() -> None:
    second = Talker()
    second.__name__ = "xcord_second"
    second.xcord_view_modes = list  # type: ignore[method-assign]
    async with running(Talker(), second) as world:
        assert states(world) == {"talker": "on", "second": "failed"}
        reason = world.read("plugins").plugins[1].reason
        assert "'second'" in reason
        assert "'talker'" in reason


async def test_one_that_never_ends_is_stuck_its_claims_are_taken_back_and_it_stays_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("xcord.supervisor.STOP_WITHIN", 0.1)
    monkeypatch.setattr("xcord.supervisor.CANCEL_WITHIN", 0.1)
    endless = Endless()
    async with running(endless) as world:
        with pytest.raises(CommandError) as caught:
            await world.ask("plugins.set", {"name": "endless", "on": False})
        assert caught.value.code == "plugin_stuck"
        assert world.read("voice") is None
        with pytest.raises(CommandError):
            await world.ask("plugins.set", {"name": "endless", "on": True})
        assert states(world) == {"endless": "stuck"}
        endless.alive = -1


async def test_an_unknown_plugin_is_said() -> None:
    async with running() as world:
        with pytest.raises(CommandError) as caught:
            await world.ask("plugins.set", {"name": "nobody", "on": True})
        assert caught.value.code == "unknown_plugin"


class Slow(Talker):
    """Never gets to its start."""

    __name__ = "xcord_slow"

    def __init__(self) -> None:
        super().__init__()
        self.told = ""
        self.entering = asyncio.Event()

    @hookimpl
    def xcord_view_modes(self) -> list[ViewMode]:
        return []

    @hookimpl
    def xcord_start(self, hub: Handle) -> contextlib.AbstractAsyncContextManager[None]:
        return self._live()

    @contextlib.asynccontextmanager
    async def _live(self) -> AsyncIterator[None]:
        self.entering.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.told = "cancelled"
            raise
        yield


async def test_a_quit_does_not_wait_for_a_plugin_that_is_starting_and_ends_the_others_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xcord.supervisor.STOP_WITHIN", 1000.0)
    talker, slow, ended = Talker(), Slow(), asyncio.Event()
    config = Config(config_dir=tmp_path, data_dir=tmp_path, runtime_dir=tmp_path)
    candidates = [
        Candidate(plugin.__name__.removeprefix("xcord_"), "test", "0", lambda plugin=plugin: plugin)  # type: ignore[misc]
        for plugin in (talker, slow)
    ]

    async def quit_when_starting() -> None:
        await asyncio.wait_for(slow.entering.wait(), PATIENCE)
        ended.set()

    quitting = asyncio.ensure_future(quit_when_starting())
    async with (
        asyncio.timeout(60),
        core.running(config, listen(), Door(), candidates, tmp_path, ended=ended),
    ):
        assert (talker.alive, slow.told) == (1, "")
    await quitting
    assert (talker.alive, slow.told) == (0, "cancelled")


async def test_a_plugin_can_be_switched_off_while_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xcord.supervisor.STOP_WITHIN", 1000.0)
    slow = Slow()
    async with running() as world:
        world.supervisor._plugins.load([Candidate("slow", "test", "0", lambda: slow)])
        switching = asyncio.ensure_future(world.supervisor.start_all())
        await asyncio.wait_for(slow.entering.wait(), PATIENCE)
        await asyncio.wait_for(world.supervisor.set("slow", False), 60)
        await asyncio.wait_for(switching, PATIENCE)
        assert states(world) == {"slow": "off"}
        assert world.faults == []

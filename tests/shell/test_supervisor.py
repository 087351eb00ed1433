"""Plugins are switched on and off, and their faults stay with them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from xcord import CommandError, Handle, ViewMode, Voice, hookimpl
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
    """Never ends."""

    __name__ = "xcord_endless"

    @contextlib.asynccontextmanager
    async def _live(self) -> AsyncIterator[None]:
        yield
        while True:
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

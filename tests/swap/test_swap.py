"""Each built-in is replaced by another distribution that claims the same, and nothing else changes."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from livekit import api
from tests.parts import start_livekit
from tests.swap.install import DISTS, install
from tests.swap.page import Page, Refused, opened

import xcord_hotkeys
import xcord_layout
import xcord_overlay
import xcord_reconnection
import xcord_sync
import xcord_voice
from xcord.config import Config
from xcord.core import Core, running
from xcord.door import Door, listen
from xcord.testing import FakeWindows
from xcord.testing import running as running_alone

BUILT_INS = {
    "voice": xcord_voice,
    "layout": xcord_layout,
    "sync": xcord_sync,
    "reconnection": xcord_reconnection,
    "overlay": xcord_overlay,
    "hotkeys": xcord_hotkeys,
}
OFF = {"faults": ("off", "xcord")}  # comes with the app, and does nothing unless it is asked for
Open = Callable[..., AbstractAsyncContextManager[tuple[Core, Page]]]


@pytest.fixture(scope="session")
def others(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Where each of the other distributions is installed, by the name of what it replaces."""
    root = tmp_path_factory.mktemp("others")
    return {name: install(DISTS / f"xcord-other-{name}", root / name) for name in BUILT_INS}


@pytest.fixture
def open_app(others: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """``open_app("voice")``: the app and its page with the other voice installed."""

    @asynccontextmanager
    async def opening(*replaced: str) -> AsyncIterator[tuple[Core, Page]]:
        monkeypatch.setattr("xcord.watchers.WATCH_DEADLINE", 30.0)  # a busy machine is not what this is about
        for name in replaced:
            monkeypatch.syspath_prepend(others[name])
        web = tmp_path / "web"
        web.mkdir()
        config = Config(config_dir=tmp_path / "c", data_dir=tmp_path / "d", runtime_dir=tmp_path / "r")
        async with running(config, listen(), Door(), web=web) as core, opened(core) as page:
            states = {
                plugin["name"]: (plugin["state"], plugin["distribution"])
                for plugin in page.slices["plugins"]["plugins"]
            }
            assert (
                states
                == {
                    name: ("on", f"xcord-other-{name}" if name in replaced else "xcord") for name in BUILT_INS
                }
                | OFF
            )
            yield core, page

    return opening


def users(slices: dict[str, Any]) -> list[str]:
    """Who has a tile in the main window, in order."""
    return [tile["user"] for tile in slices["stage"]["windows"].get("main", ())]


@pytest.mark.parametrize("name", list(BUILT_INS))
async def test_the_other_claims_what_the_built_in_claims(
    name: str, others: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def claims(module: Any, plugin: str) -> tuple[set[str], dict[str, type], set[str]]:
        async with running_alone(module) as world:
            mine = [command for command in world.hub.commands.values() if command.owner == plugin]
            return (
                {slice.name for slice in world.hub.slices.values() if slice.owner == plugin},
                {command.name: command.args for command in mine},
                {command.name for command in mine if command.private},
            )

    monkeypatch.syspath_prepend(others[name])
    other = __import__(f"xcord_other_{name}")
    assert await claims(other, f"other_{name}") == await claims(BUILT_INS[name], name)


def test_the_list_of_plugins_names_the_other_distribution(others: dict[str, Path], tmp_path: Path) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "xcord", "plugins", "--json"],
        env={**os.environ, "PYTHONPATH": str(others["layout"]), "XCORD_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found = {plugin["name"]: plugin["distribution"] for plugin in json.loads(listed.stdout)}
    expected = {name: "xcord-other-layout" if name == "layout" else "xcord" for name in BUILT_INS}
    assert found == expected | {name: distribution for name, (_, distribution) in OFF.items()}


async def test_the_app_runs_with_another_voice(open_app: Open) -> None:
    async with open_app("voice") as (_, page):
        await page.ask("voice.join", url="ws://127.0.0.1:1", token="none")
        await page.until(lambda slices: users(slices) == ["me", "echo"])
        await page.ask("voice.mute", on=True)
        await page.until(lambda slices: slices["voice"]["muted"])
        with pytest.raises(Refused) as refused:
            await page.ask("voice.join", channel="c1")
        assert refused.value.code == "not_signed_in"
        await page.ask("voice.leave")
        await page.until(lambda slices: users(slices) == [])


async def test_the_app_runs_with_another_layout(open_app: Open, tmp_path: Path) -> None:
    with start_livekit(tmp_path) as livekit:
        async with open_app("layout") as (_, page):
            assert page.slices["stage"]["mode"] == "ladder"
            await page.ask("voice.join", url=livekit.url, token=livekit.token("ann:laptop", "r1", name="Ann"))
            await page.until(lambda slices: slices["voice"]["status"] == "connected")
            await page.until(lambda slices: users(slices) == ["ann"])
            (rung,) = page.slices["stage"]["windows"]["main"]
            assert (rung["width"], rung["height"]) == (10_000, 10_000)
            await page.ask("voice.leave")
            await page.until(lambda slices: users(slices) == [])


async def test_the_app_runs_with_another_sync(
    open_app: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start_livekit(tmp_path) as livekit:
        monkeypatch.setenv("OTHER_SYNC_URL", livekit.url)
        monkeypatch.setenv("OTHER_SYNC_TOKEN", livekit.token("ann:laptop", "vc_porch", name="Ann"))
        async with open_app("sync") as (_, page):
            await page.ask("directory.login", address="https://home.example", login="ann", password="x")
            await page.until(lambda slices: slices["directory"]["status"] == "connected")
            await page.ask("voice.join", channel="porch")
            await page.until(lambda slices: slices["voice"]["status"] == "connected")
            assert page.slices["voice"]["channel"] == "porch"
            await page.until(lambda slices: users(slices) == ["ann"])
            await page.ask("voice.leave")
            await page.until(lambda slices: slices["voice"]["status"] == "idle")


async def test_the_app_runs_with_another_reconnection(
    open_app: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start_livekit(tmp_path) as livekit:
        monkeypatch.setenv("OTHER_SYNC_URL", livekit.url)
        monkeypatch.setenv("OTHER_SYNC_TOKEN", livekit.token("ann:laptop", "vc_porch", name="Ann"))
        async with open_app("sync", "reconnection") as (_, page):
            await page.ask("directory.login", address="https://home.example", login="ann", password="x")
            await page.ask("voice.join", channel="porch")
            await page.until(lambda slices: slices["voice"]["status"] == "connected")
            async with api.LiveKitAPI(livekit.http_url, livekit.key, livekit.secret) as server:
                await server.room.delete_room(api.DeleteRoomRequest(room="vc_porch"))
            # The built-in one would never come back from this.
            await page.until(lambda slices: slices["voice"]["epoch"] == 2)
            await page.until(lambda slices: slices["voice"]["status"] == "connected")


async def test_the_app_runs_with_another_overlay(open_app: Open, tmp_path: Path) -> None:
    with start_livekit(tmp_path) as livekit:
        async with open_app("overlay") as (core, page):
            await page.ask("voice.join", url=livekit.url, token=livekit.token("ann:laptop", "r1", name="Ann"))
            await page.until(lambda slices: slices["overlay"]["people"] == ["ann"])
            assert not page.slices["overlay"]["names"]
            with pytest.raises(Refused) as refused:
                await page.ask("overlay.edit", on=True)
            assert refused.value.code == "cannot_here"
            core.desk.windows.control = windows = FakeWindows(core.desk.windows)
            await page.ask("overlay.show", on=True)
            assert windows.open_windows["overlay"].spec.title == "strip"
            await page.ask("voice.leave")
            await page.until(lambda slices: slices["overlay"]["people"] == [])


async def test_the_app_runs_with_other_hotkeys(open_app: Open) -> None:
    async with open_app("hotkeys", "voice") as (_, page):
        await page.ask("hotkeys.bind", action="push_to_talk", keys="f8")
        await page.until(lambda slices: slices["hotkeys"]["bindings"] == {"push_to_talk": "f8"})
        await page.ask("hotkeys.pressed", action="mute", down=True)
        await page.until(lambda slices: slices["voice"]["muted"])


async def test_the_app_runs_with_all_of_them_replaced(open_app: Open) -> None:
    async with open_app(*BUILT_INS) as (core, page):
        await page.ask("directory.login", address="https://home.example", login="ann", password="x")
        await page.ask("voice.join", channel="porch")
        await page.until(lambda slices: users(slices) == ["echo", "me"])
        for name in BUILT_INS:
            await page.ask("plugins.set", name=name, on=False)
        owned = {"voice", "stage", "directory", "reconnection", "overlay", "hotkeys"}
        await page.until(lambda slices: not slices.keys() & owned)
        for name in BUILT_INS:
            await page.ask("plugins.set", name=name, on=True)
        await page.until(lambda slices: slices.keys() >= owned)
        assert {command.owner for command in core.hub.commands.values()} == {"shell", *BUILT_INS}

"""Each built-in is switched off and on 20 times: alone, and in a live call at a real server end."""

import asyncio
import gc
import json
import os
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from livekit import api, rtc
from tests.guests import account
from tests.guests.stack import OWNER, ServerEnd, server_end
from tests.journeys.secrets import own_folder
from tests.screen import virtual_screen
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
from xcord.surroundings import Desktop, Screen
from xcord.testing import FakeWindows, states
from xcord.testing import running as running_alone

TIMES = 20
ANN = account.Credentials("ann", "a long enough password", "Ann")
SLICES = {
    "voice": {"voice", "speaking", "devices", "quality"},
    "layout": {"stage"},
    "sync": {"directory"},
    "reconnection": {"reconnection"},
    "overlay": {"overlay"},
    "hotkeys": {"hotkeys"},
}


SDK_POOLS = ("tokio-", "livekit-audio")


class Held(NamedTuple):
    """What the process holds that a leak would raise."""

    tasks: tuple[str, ...]
    threads: tuple[str, ...]
    files: int


async def held() -> Held:
    """Counted after everything that is ready to end has ended.

    Threads of the loop's own pool do not count: it grows to its bound as it is used. Nor do those of
    the SDK's pools, each of which is known from its first call of ours on, nor foreign ones that have ended.
    """
    for _ in range(5):
        gc.collect()
        await asyncio.sleep(0)
    names = sorted(filter(None, map(_thread_name, threading.enumerate())))
    threads = tuple(name for name in names if not name.startswith(("asyncio_", *SDK_POOLS)))
    tasks = tuple(sorted(_name(task) for task in asyncio.all_tasks()))
    return Held(tasks, threads, len(os.listdir("/proc/self/fd")))


def _thread_name(thread: threading.Thread) -> str:
    """A foreign thread's is the system's, and empty once it has ended, of which Python never hears."""
    if not isinstance(thread, threading._DummyThread):
        return thread.name
    with suppress(OSError):
        return Path(f"/proc/self/task/{thread.native_id}/comm").read_text().strip()
    return ""


def _name(task: asyncio.Task[Any]) -> str:
    coroutine = task.get_coro()
    return str(getattr(coroutine, "__qualname__", coroutine))


async def settled() -> Held:
    """The same for a second: what a plugin starts a moment after it is on belongs to it too.

    A count taken in between made a later one look like a leak, by one task.
    """
    last, since = await held(), asyncio.get_running_loop().time()
    # What comes and goes every second keeps it from ever being the same on a busy machine.
    with suppress(TimeoutError):
        async with asyncio.timeout(30):
            while asyncio.get_running_loop().time() < since + 1.0:
                await asyncio.sleep(0.05)
                if (now := await held()) != last:
                    last, since = now, asyncio.get_running_loop().time()
    return last


async def assert_no_more_than(before: Held) -> None:
    """What is ending may take a moment on a busy machine; a further look could meet what has just begun."""
    now = await held()
    with suppress(TimeoutError):
        async with asyncio.timeout(60):
            while not _within(now, before):
                await asyncio.sleep(0.1)
                now = await held()
    assert _within(now, before), f"before {before}, now {now}"


def _within(now: Held, before: Held) -> bool:
    more_threads = Counter(now.threads) - Counter(before.threads)
    return len(now.tasks) <= len(before.tasks) and not more_threads and now.files <= before.files


@pytest.mark.parametrize(
    "module",
    [xcord_voice, xcord_layout, xcord_sync, xcord_reconnection, xcord_overlay, xcord_hotkeys],
    ids=lambda module: module.__name__,
)
async def test_a_built_in_alone_can_be_switched_20_times(module: Any) -> None:
    name = module.__name__.removeprefix("xcord_")
    async with running_alone(module) as world:
        after_first: Held | None = None
        for _ in range(TIMES):
            await world.supervisor.set(name, False)
            assert not SLICES[name] & world.hub.slices.keys()
            assert not [command for command in world.hub.commands.values() if command.owner == name]
            assert name not in {entry.plugin for entry in world.shell.modes.entries}
            await world.supervisor.set(name, True)
            assert world.hub.slices.keys() >= SLICES[name]
            assert states(world) == {name: "on"}
            after_first = after_first or await settled()
        assert world.faults == []
        assert after_first is not None
        await assert_no_more_than(after_first)


# -- in a live call ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[ServerEnd]:
    with own_folder(ANN.password) as folder, server_end(folder) as found:
        found.add_people([ANN])
        yield found


class Friend:
    """Ann, in the channel all the time; ``told`` is what she heard of the app's person."""

    def __init__(self) -> None:
        self.room = rtc.Room()
        self.told: list[str] = []
        self.room.on("participant_connected", lambda person: self.told.append("joined"))
        self.room.on("participant_disconnected", lambda person: self.told.append("left"))


class Call(NamedTuple):
    core: Core
    page: Page
    friend: Friend
    sfu: api.LiveKitAPI
    channel: str

    async def switch(self, name: str, on: bool) -> None:
        await self.page.ask("plugins.set", name=name, on=on)

    async def join(self) -> None:
        await self.page.ask("voice.join", channel=self.channel)
        await self.page.until(lambda slices: slices["voice"]["status"] == "connected")
        await self.page.until(lambda slices: len(slices["voice"]["people"]) == 2)
        await self.page.until(lambda slices: slices["voice"]["microphone"] != "off")

    async def until_in_room(self, people: int) -> None:
        """Until the SFU lists so many. Ann hears up to 3 s late of those who publish nothing."""
        request = api.ListParticipantsRequest(room=f"vc_{self.channel}")
        async with asyncio.timeout(60):
            while len((await self.sfu.room.list_participants(request)).participants) != people:  # noqa: ASYNC110 it is another process
                await asyncio.sleep(0.02)

    def names(self) -> list[str]:
        return sorted(person["name"] for person in self.page.slices["voice"]["people"])


@asynccontextmanager
async def in_a_call(server: ServerEnd, folder: Path) -> AsyncIterator[Call]:
    """The app's page, signed in as the owner and in a channel with Ann."""
    (folder / "web").mkdir()
    config = Config(config_dir=folder / "config", data_dir=folder / "data", runtime_dir=folder / "run")
    channel = str(server.channels()[0]["id"])
    with account.log_in(server.address, ANN.login, ANN.password) as ann:
        ticket = ann.join(channel)
    friend = Friend()
    await friend.room.connect(ticket.url, ticket.token)
    keys = json.loads((server.data / "secrets.json").read_text())
    sfu = api.LiveKitAPI(ticket.url.replace("ws", "http", 1), keys["livekit_key"], keys["livekit_secret"])
    try:
        async with (
            running(config, listen(), Door(), web=folder / "web") as core,
            opened(core) as page,
        ):
            await page.ask("directory.login", address=server.address, login=OWNER, password=server.password)
            call = Call(core, page, friend, sfu, channel)
            await call.join()
            yield call
    finally:
        await sfu.aclose()
        await friend.room.disconnect()


def placed(slices: dict[str, Any]) -> list[str]:
    """Who has a tile in the main window."""
    return [tile["user"] for tile in slices.get("stage", {}).get("windows", {}).get("main", ())]


async def test_voice_leaves_the_room_first_and_never_joins_by_itself(
    server: ServerEnd, tmp_path: Path
) -> None:
    async with in_a_call(server, tmp_path) as call:
        after_second = await settled()
        for time in range(TIMES):
            await call.switch("voice", False)
            await call.until_in_room(1)
            await call.page.until(lambda slices: not SLICES["voice"] & slices.keys())
            await call.page.until(lambda slices: placed(slices) == [])
            assert call.page.slices["directory"]["status"] == "connected"
            await call.switch("voice", True)
            await call.page.until(lambda slices: slices.keys() >= SLICES["voice"])
            assert call.page.slices["voice"]["status"] == "idle"
            assert call.page.slices["app"]["rejoin"] == call.channel
            await call.until_in_room(1)
            await call.join()
            await call.page.until(lambda slices: len(placed(slices)) == 2)
            if time == 1:
                after_second = await settled()
        await assert_no_more_than(after_second)
        faults = [params for name, params in call.page.notices if name == "plugin.fault"]
        assert [fault for fault in faults if fault["code"] != "loop_blocked"] == []  # a busy machine may be


async def test_without_sync_the_call_goes_on_and_the_directory_is_gone(
    server: ServerEnd, tmp_path: Path
) -> None:
    async with in_a_call(server, tmp_path) as call:
        before, names = call.page.slices["voice"], call.names()
        after_second = await settled()
        for time in range(TIMES):
            await call.switch("sync", False)
            await call.page.until(lambda slices: "directory" not in slices)
            assert call.page.slices["voice"]["status"] == "connected"
            assert call.names() == names
            assert len(placed(call.page.slices)) == 2
            await call.switch("sync", True)
            await call.page.until(lambda slices: slices.get("directory", {}).get("status") == "connected")
            if time == 1:
                after_second = await settled()
        assert call.page.slices["voice"] == before
        assert "left" not in call.friend.told
        await assert_no_more_than(after_second)


async def test_without_layout_the_call_goes_on_and_the_stage_is_gone(
    server: ServerEnd, tmp_path: Path
) -> None:
    async with in_a_call(server, tmp_path) as call:
        await call.page.until(lambda slices: len(placed(slices)) == 2)
        before, stage = call.page.slices["voice"], call.page.slices["stage"]
        after_second = await settled()
        for time in range(TIMES):
            await call.switch("layout", False)
            await call.page.until(lambda slices: "stage" not in slices)
            assert call.page.slices["voice"]["status"] == "connected"
            await call.page.ask("stage.viewport", width=800, height=600)
            await call.page.ask("stage.viewport", width=1280, height=720)
            await call.switch("layout", True)
            await call.page.until(lambda slices: slices.get("stage") == stage)
            if time == 1:
                after_second = await settled()
        assert call.page.slices["voice"] == before
        assert "left" not in call.friend.told
        await assert_no_more_than(after_second)


async def test_without_reconnection_a_good_call_goes_on_as_it_was(server: ServerEnd, tmp_path: Path) -> None:
    async with in_a_call(server, tmp_path) as call:
        before = call.page.slices["voice"]
        after_second = await settled()
        for time in range(TIMES):
            await call.switch("reconnection", False)
            await call.page.until(lambda slices: "reconnection" not in slices)
            await call.switch("reconnection", True)
            await call.page.until(lambda slices: slices.get("reconnection", {}).get("phase") == "off")
            if time == 1:
                after_second = await settled()
        assert call.page.slices["voice"] == before
        assert "left" not in call.friend.told
        await assert_no_more_than(after_second)


async def test_without_overlay_the_call_goes_on_and_its_window_is_gone(
    server: ServerEnd, tmp_path: Path
) -> None:
    async with in_a_call(server, tmp_path) as call:
        call.core.desk.windows.control = windows = FakeWindows(call.core.desk.windows)
        call.core.desk.windows.note_desktop(
            Desktop(screens=(Screen(id="a", name="A", x=0, y=0, width=1600, height=1000, primary=True),))
        )
        await call.page.ask("overlay.show", on=True)
        await call.page.until(lambda slices: connected(slices, "overlay"))
        before, overlay = call.page.slices["voice"], call.page.slices["overlay"]
        place = windows.overlay("overlay").place
        assert len(overlay["people"]) == 2
        after_second = await settled()
        for time in range(TIMES):
            await call.switch("overlay", False)
            await call.page.until(lambda slices: "overlay" not in slices and not connected(slices, "overlay"))
            assert "overlay" not in windows.open_windows
            with pytest.raises(Refused) as refused:
                await call.page.ask("window.show", name="overlay")
            assert refused.value.code == "no_such_window"
            await call.switch("overlay", True)
            await call.page.until(lambda slices: connected(slices, "overlay"))
            await call.page.until(lambda slices: slices.get("overlay") == overlay)
            assert windows.overlay("overlay").place == place
            if time == 1:
                after_second = await settled()
        assert call.page.slices["voice"] == before
        assert "left" not in call.friend.told
        await assert_no_more_than(after_second)


def connected(slices: dict[str, Any], window: str) -> bool:
    """Whether a window of this name is open and its page has come."""
    return any(each["name"] == window and each["connected"] for each in slices["windows"]["windows"])


async def test_without_hotkeys_the_call_goes_on_and_no_key_is_looked_for(
    server: ServerEnd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    with virtual_screen(manager=False) as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        async with in_a_call(server, tmp_path) as call:
            await call.page.ask("hotkeys.bind", action="push_to_talk", keys="f8")
            await call.page.until(lambda slices: slices["hotkeys"]["listener"] == "global")
            before = call.page.slices["voice"]
            after_second = await settled()
            for time in range(TIMES):
                await call.switch("hotkeys", False)
                await call.page.until(lambda slices: "hotkeys" not in slices)
                names = {thread.name for thread in threading.enumerate()}
                assert not names & {"hotkeys-x11", "hotkeys-keeper"}
                await call.switch("hotkeys", True)
                await call.page.until(lambda slices: slices.get("hotkeys", {}).get("listener") == "global")
                if time == 1:
                    after_second = await settled()
            assert call.page.slices["voice"] == before
            assert "left" not in call.friend.told
            await assert_no_more_than(after_second)

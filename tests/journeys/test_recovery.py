"""Calls that break, with the real SFU and the real server end: who brings them back, and when nobody may."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from livekit import api, rtc
from tests.guests.stack import OWNER, ServerEnd, server_end
from tests.journeys.secrets import own_folder
from tests.parts import LiveKit, start_livekit
from tests.swap.page import Page, opened

import xcord_voice.room
from xcord.config import Config
from xcord.core import running
from xcord.door import Door, listen

LONG = 90.0  # seconds for what the SDK itself takes up to half a minute for
Slices = dict[str, Any]


class Servers(NamedTuple):
    """An SFU that tests may kill, and a server end that gives tokens for it."""

    sfu: LiveKit
    end: ServerEnd
    thread: ThreadPoolExecutor

    async def start_sfu(self) -> None:
        """On a thread that outlives each test: the SFU dies with the thread that started it."""
        await asyncio.get_running_loop().run_in_executor(self.thread, self.sfu.start)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with own_folder() as folder, start_livekit(folder) as sfu:
        environ = {"LIVEKIT_URL": sfu.url, "LIVEKIT_API_KEY": sfu.key, "LIVEKIT_API_SECRET": sfu.secret}
        with server_end(folder, environ) as end, ThreadPoolExecutor(1) as thread:
            yield Servers(sfu, end, thread)


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every connection that the app makes, in their order."""
    made: list[Any] = []

    class Kept(xcord_voice.room.RoomLink):
        def __init__(self, sink: Any) -> None:
            super().__init__(sink)
            made.append(self._room)

    monkeypatch.setattr(xcord_voice.room, "RoomLink", Kept)
    return made


@dataclass
class Call:
    """The app's page in a channel. ``seen`` are all statuses of the call."""

    page: Page
    sfu: LiveKit
    channel: str
    media: Any
    seen: list[str]

    async def until(self, true: Callable[[Slices], Any], within: float = LONG) -> Slices:
        """Until it holds; every status on the way is kept."""

        def look(slices: Slices) -> Any:
            status = slices["voice"]["status"]
            if not self.seen or self.seen[-1] != status:
                self.seen.append(status)
            return true(slices)

        await self.page.until(look, within)
        return self.page.slices

    async def until_status(self, status: str, within: float = LONG) -> Slices:
        return await self.until(lambda slices: slices["voice"]["status"] == status, within)

    async def until_well(self, within: float = LONG) -> Slices:
        """Connected, without a problem."""
        return await self.until(
            lambda slices: slices["voice"]["status"] == "connected" and not slices["voice"]["problem"], within
        )

    async def until_phase(self, phase: str, within: float = LONG) -> Slices:
        return await self.until(lambda slices: slices["reconnection"]["phase"] == phase, within)

    def told(self) -> list[str]:
        return [line["what"] for line in self.page.slices["reconnection"]["timeline"]]

    @property
    def epoch(self) -> int:
        return int(self.page.slices["voice"]["epoch"])

    @contextlib.asynccontextmanager
    async def server(self) -> AsyncIterator[api.LiveKitAPI]:
        """The SFU's own interface."""
        async with api.LiveKitAPI(self.sfu.http_url, self.sfu.key, self.sfu.secret) as found:
            yield found


@contextlib.asynccontextmanager
async def in_a_call(servers: Servers, folder: Path, *off: str) -> AsyncIterator[Call]:
    (folder / "web").mkdir()
    config = Config(
        config_dir=folder / "config",
        data_dir=folder / "data",
        runtime_dir=folder / "run",
        off=frozenset(off),
    )
    channel = str((await asyncio.to_thread(servers.end.channels))[0]["id"])
    async with running(config, listen(), Door(), web=folder / "web") as core, opened(core) as page:
        await page.ask(
            "directory.login", address=servers.end.address, login=OWNER, password=servers.end.password
        )
        await page.ask("voice.join", channel=channel)
        call = Call(page, servers.sfu, channel, core.media, [])
        await call.until_status("connected")
        await call.until(lambda slices: slices["voice"]["microphone"] != "off")
        try:
            yield call
        finally:
            if servers.sfu.process is None:
                await servers.start_sfu()


async def test_a_short_absence_of_the_sfu_is_saved_and_never_lost(servers: Servers, tmp_path: Path) -> None:
    async with in_a_call(servers, tmp_path) as call:
        servers.sfu.kill()
        await call.until_status("reconnecting")
        await asyncio.sleep(3.0)  # the fault's own length
        await servers.start_sfu()
        await call.until_well()
        assert "lost" not in call.seen
        assert call.told()[0] == "reconnecting"
        await call.until(lambda _: call.told()[-1] == "back")


async def test_a_long_absence_of_the_sfu_ends_the_call_and_it_comes_back_by_a_rejoin(
    servers: Servers, tmp_path: Path
) -> None:
    async with in_a_call(servers, tmp_path) as call:
        servers.sfu.kill()
        slices = await call.until_status("lost")
        assert slices["voice"]["reason"] == "connection_lost"
        slices = await call.until(lambda slices: slices["reconnection"]["missing"])
        assert slices["reconnection"]["phase"] == "away"
        assert slices["reconnection"]["missing"] == "voice_server"
        assert len(slices["voice"]["people"]) == 1, "the tile stays"
        await servers.start_sfu()
        await call.until_well()
        assert call.epoch == 2
        await call.until_phase("off")
        told = call.told()
        assert told[-1] == "back"
        assert told.index("lost") < told.index("answers") < told.index("trying")


async def test_a_server_that_sends_everybody_away_is_rejoined(
    servers: Servers, tmp_path: Path, rooms: list[Any]
) -> None:
    async with in_a_call(servers, tmp_path) as call:
        leave = rtc.SimulateScenarioKind.SIMULATE_SERVER_LEAVE
        await asyncio.wrap_future(
            asyncio.run_coroutine_threadsafe(rooms[0].simulate_scenario(leave), rooms[0]._loop)
        )
        await call.until(lambda _: call.epoch == 2)
        await call.until_well()
        assert call.told()[0] == "lost"
        assert len(rooms) == 2


async def test_who_was_removed_stays_removed(servers: Servers, tmp_path: Path, rooms: list[Any]) -> None:
    async with in_a_call(servers, tmp_path) as call:
        async with call.server() as server:
            room = f"vc_{call.channel}"
            (me,) = (await server.room.list_participants(api.ListParticipantsRequest(room=room))).participants
            await server.room.remove_participant(api.RoomParticipantIdentity(room=room, identity=me.identity))
        slices = await call.until_phase("ended")
        assert slices["voice"]["reason"] == "removed"
        await asyncio.sleep(4.0)
        assert (call.page.slices["voice"]["status"], len(rooms)) == ("lost", 1)
        await call.page.ask("reconnection.try_now")
        await call.until_well()


async def test_an_sfu_that_knows_another_key_is_tried_three_times_with_fresh_tokens(
    servers: Servers, tmp_path: Path, rooms: list[Any]
) -> None:
    secret = servers.sfu.secret
    async with in_a_call(servers, tmp_path) as call:
        servers.sfu.kill()
        servers.sfu.secret = secrets.token_hex(32)
        try:
            await servers.start_sfu()
            slices = await call.until_phase("sign_in")
            assert slices["voice"]["reason"] == "token_refused"
            assert (slices["reconnection"]["attempt"], len(rooms)) == (3, 4)
        finally:
            servers.sfu.kill()
            servers.sfu.secret = secret
        await servers.start_sfu()


@pytest.mark.parametrize("how", ["left out", "switched off in the middle"])
async def test_without_the_plugin_a_lost_call_stays_lost_and_can_be_rejoined_by_hand(
    servers: Servers, tmp_path: Path, how: str
) -> None:
    async with in_a_call(servers, tmp_path, *(["reconnection"] if how == "left out" else [])) as call:
        servers.sfu.kill()
        await call.until_status("lost")
        if how != "left out":
            await call.until(lambda slices: slices["reconnection"]["missing"])
            await call.page.ask("plugins.set", name="reconnection", on=False)
        await call.until(lambda slices: "reconnection" not in slices)
        await servers.start_sfu()
        await asyncio.sleep(4.0)
        assert (call.page.slices["voice"]["status"], call.epoch) == ("lost", 1)
        if how != "left out":
            await call.page.ask("plugins.set", name="reconnection", on=True)
            await call.until_phase("offered")
            await asyncio.sleep(2.0)
            assert call.page.slices["voice"]["status"] == "lost", "it offers, and joins nothing by itself"
        await call.page.ask("voice.rejoin")
        await call.until_well()
        assert call.epoch == 2

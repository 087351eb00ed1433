"""What is received of a real publisher with simulcast layers, by what windows show."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from livekit import rtc
from tests.guests.loop import Spec, load
from tests.parts import LiveKit, start_livekit
from tests.plugins.xcord_voice.callers import Caller, KeepingEngine, caller, kept_rooms, received

from xcord import Demand, Want
from xcord.testing import World
from xcord_voice import sdk
from xcord_voice.freeze import Freeze
from xcord_voice.video.demand import Order

SMALL, LARGE = (320, 180), (1280, 720)
PATIENCE = 60.0


@dataclass
class Viewer:
    """An app in the call; ``pictures`` are the sizes of all that came of anybody, the latest last."""

    world: World
    rooms: list[Any]
    pictures: list[tuple[int, int]] = field(default_factory=list)

    def look(self, user: str = "", size: tuple[int, int] = SMALL) -> None:
        """A window shows somebody's camera, or nobody's."""
        self.world.publish("demand", Demand((Want(user, "camera", *size),) if user else ()))

    def seen(self) -> list[str]:
        """Of whom a picture is there."""
        keys = [(user, "camera", 0) for user in ("ann", "ben")]
        return [user for user, *_ in self.world.shell.media.slots.newest(keys)]

    async def until_sized(self, size: tuple[int, int]) -> None:
        """Pictures of that size come."""
        self.pictures.clear()
        await self.world.until(lambda: self.pictures[-5:] == [size] * 5, timeout=PATIENCE)

    async def until_nothing_comes(self) -> None:
        """For a whole second no byte of video arrived."""
        async with asyncio.timeout(PATIENCE):
            before = await received(self.world, self.rooms[-1]._room)
            while True:
                await asyncio.sleep(1.0)
                now = await received(self.world, self.rooms[-1]._room)
                if now <= before:
                    return
                before = now

    async def reconnect(self) -> None:
        """The SDK makes a new connection."""
        kind = rtc.SimulateScenarioKind.SIMULATE_FULL_RECONNECT
        await self.world.shell.media.run(self.rooms[-1]._room.simulate_scenario(kind))
        await self.world.until(lambda: self.world.read("voice").status == "reconnecting", timeout=PATIENCE)
        await self.world.until(lambda: self.world.read("voice").status == "connected", timeout=PATIENCE)


View = Callable[..., Any]


@pytest.fixture
def view(
    livekit: LiveKit, engine: KeepingEngine, real_voice: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> View:
    @asynccontextmanager
    async def enter() -> AsyncIterator[Viewer]:
        rooms = kept_rooms(monkeypatch)
        async with real_voice() as world:
            viewer = Viewer(world, rooms)
            slots = world.shell.media.slots

            def came(key: Any) -> None:
                if key is not None and (frame := slots.newest([key]).get(key)) is not None:
                    viewer.pictures.append((frame.width, frame.height))

            slots.on_frame = came
            await world.ask("voice.join", {"url": livekit.url, "token": livekit.token("me:desk", "r")})
            await world.until(lambda: world.read("voice").status == "connected", timeout=PATIENCE)
            yield viewer
            slots.on_frame = None

    return enter


@pytest.fixture(params=["settings", "subscription"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The SDK's own requests, and its public functions alone."""
    if request.param == "subscription":
        monkeypatch.setattr(sdk, "video_way", lambda: "subscription")
    assert sdk.video_way() == request.param
    return request.param


@pytest.mark.usefixtures("way")
async def test_the_layer_follows_the_tile_and_nothing_comes_of_who_is_out_of_sight(
    livekit: LiveKit, view: View
) -> None:
    async with caller(livekit, "ann:phone") as ann, view() as viewer:
        await ann.show_layers()
        viewer.look("ann", SMALL)
        await viewer.until_sized(SMALL)
        viewer.look("ann", LARGE)
        await viewer.until_sized(LARGE)
        viewer.look("ann", SMALL)
        await viewer.until_sized(SMALL)
        viewer.look()
        await viewer.until_nothing_comes()
        viewer.look("ann", SMALL)
        await viewer.until_sized(SMALL)


async def test_the_server_is_told_size_and_switch_in_one_request(tmp_path: Path) -> None:
    """Nobody answers these requests, and two of them may overtake each other on their way."""
    said: list[tuple[bool, int]] = []
    with start_livekit(tmp_path, log_level="debug") as livekit:
        async with caller(livekit, "ann:phone") as ann, caller(livekit, "me:desk") as me:
            sid = await ann.show_layers()
            await until(lambda: subscribed(me, sid))
            for on, size in ((True, SMALL), (False, SMALL), (True, LARGE), (False, SMALL)):
                assert sdk.set_video(subscribed(me, sid), Order(sid, on, *size)) == 1
                said.append((on, size[0] if on else 160))
                await until(lambda: len(heard_by(livekit, sid)) >= len(said))
            assert heard_by(livekit, sid) == said


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 neither the SDK nor a log tells of it
            await asyncio.sleep(0.05)


def subscribed(caller: Caller, sid: str) -> Any:
    """A publication whose track is received; None if it is not."""
    people = caller.room.remote_participants.values()
    found = (person.track_publications.get(sid) for person in people)
    return next((each for each in found if each is not None and each.track is not None), None)


def heard_by(livekit: LiveKit, sid: str) -> list[tuple[bool, int]]:
    """What the server was told of a track, by its log: on or off, and how wide."""
    lines = [line for line in livekit.log.read_text().splitlines() if "saving subscriber track" in line]
    settings = [json.loads(line[line.index("{") :])["settings"] for line in lines if sid in line]
    return [(not each.get("disabled"), each["width"]) for each in settings]


@pytest.mark.usefixtures("way")
async def test_size_and_switch_hold_after_a_full_reconnect(livekit: LiveKit, view: View) -> None:
    async with caller(livekit, "ann:phone") as ann, view() as viewer:
        await ann.show_layers()
        viewer.look("ann", SMALL)
        await viewer.until_sized(SMALL)
        await viewer.reconnect()
        await viewer.until_sized(SMALL)
        viewer.look()
        await viewer.until_nothing_comes()
        await viewer.reconnect()
        await viewer.until_nothing_comes()
        viewer.look("ann", LARGE)
        await viewer.until_sized(LARGE)


async def test_size_and_switch_hold_after_a_track_was_taken_anew(livekit: LiveKit, view: View) -> None:
    async with caller(livekit, "ann:phone") as ann, view() as viewer:
        sid = await ann.show_layers()
        viewer.look("ann", SMALL)
        await viewer.until_sized(SMALL)

        async def take_anew() -> None:
            link = viewer.rooms[-1]
            for on in (False, True):
                link.receive(sid, on)
                await asyncio.sleep(0.3)

        await viewer.world.shell.media.run(take_anew())
        await viewer.until_sized(SMALL)
        viewer.look()
        await viewer.until_nothing_comes()
        await viewer.world.shell.media.run(take_anew())
        await viewer.until_nothing_comes()
        viewer.look("ann", SMALL)
        await viewer.until_sized(SMALL)


async def test_a_frozen_picture_comes_back_although_the_server_hears_last_that_it_is_let_go(
    livekit: LiveKit, view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with caller(livekit, "ann:phone") as ann, view() as viewer:
        sid = await ann.show_layers()
        viewer.look("ann", SMALL)
        await viewer.until_sized(SMALL)
        link, said, frozen = viewer.rooms[-1], list[bool](), iter([True])
        receive = link.receive

        def overtaken(track_sid: str, on: bool) -> None:
            said.append(on)
            receive(track_sid, on)
            if said == [False, True]:
                receive(track_sid, False)  # this is how the server hears the first of them

        monkeypatch.setattr(link, "receive", overtaken)
        monkeypatch.setattr(Freeze, "doubtful", lambda self, now, shown: (sid,) if sid in shown else ())
        monkeypatch.setattr(Freeze, "frozen", lambda self, now, sid, arrived: next(frozen, False))
        await viewer.world.until(lambda: len(said) >= 3, timeout=PATIENCE)
        await viewer.until_sized(SMALL)
        assert said == [False, True, True]


async def test_nothing_comes_of_who_takes_the_place_of_somebody_out_of_sight(
    livekit: LiveKit, view: View
) -> None:
    """The SDK gives the receiver of who left to who comes."""
    async with view() as viewer:
        async with caller(livekit, "ann:phone") as ann:
            await ann.show_layers()
            viewer.look("ann", SMALL)
            await viewer.until_sized(SMALL)
            viewer.look()
            await viewer.until_nothing_comes()
        async with caller(livekit, "ben:phone") as ben:
            await ben.show_layers()
            await viewer.world.until(lambda: any(p.camera for p in viewer.world.read("voice").people))
            await viewer.until_nothing_comes()
            viewer.look("ben", SMALL)
            await viewer.until_sized(SMALL)


async def test_a_track_that_never_sends_a_picture_holds_nobody_up_and_may_begin_late(
    livekit: LiveKit, view: View
) -> None:
    async with caller(livekit, "ann:phone") as ann, caller(livekit, "ben:phone") as ben, view() as viewer:
        camera = await ann.show_in_vain()
        await ben.show(90, *SMALL)
        viewer.world.publish("demand", Demand((Want("ann", "camera", *SMALL), Want("ben", "camera", *SMALL))))
        await viewer.until_sized(SMALL)
        await viewer.world.until(lambda: camera.sent > 45, timeout=PATIENCE)
        assert set(viewer.seen()) == {"ben"}
        camera.loop = load(Spec())
        await viewer.world.until(lambda: set(viewer.seen()) == {"ann", "ben"}, timeout=PATIENCE)
        assert viewer.world.faults == []


async def test_a_layer_that_nobody_takes_is_not_sent_any_more(livekit: LiveKit, view: View) -> None:
    async with caller(livekit, "ann:phone") as ann, view() as viewer:
        await ann.show_layers()
        viewer.look("ann", LARGE)
        await viewer.until_sized(LARGE)
        viewer.look("ann", SMALL)
        await viewer.until_sized(SMALL)

        async def sending() -> set[str]:
            before = await ann.sent()
            await asyncio.sleep(1.0)
            return {rid for rid, count in (await ann.sent()).items() if count > before.get(rid, 0)}

        async with asyncio.timeout(PATIENCE):
            while await sending() != {"q"}:
                pass
        viewer.look("ann", LARGE)
        await viewer.until_sized(LARGE)
        assert "f" in await sending()
        viewer.look()
        async with asyncio.timeout(PATIENCE):
            while await sending():
                pass

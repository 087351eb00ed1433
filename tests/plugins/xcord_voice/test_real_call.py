"""The plugin in a real call: livekit-server on loopback, other people made with the SDK alone."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from livekit import api, rtc
from tests.parts import LiveKit
from tests.plugins.xcord_voice.callers import (
    RATE,
    Caller,
    KeepingEngine,
    caller,
    kept_rooms,
    level,
    received,
    tone,
    tone_level,
)
from tests.plugins.xcord_voice.clicks import clicks

from xcord import Demand, Want
from xcord.testing import World
from xcord_voice.audio.feeder import Feeder
from xcord_voice.room import RoomLink
from xcord_voice.sdk_microphone import MicrophoneSource

RealVoice = Callable[..., Any]


def connected(world: Any) -> Any:
    voice = world.read("voice")
    return voice if voice.status == "connected" else None


async def join(world: Any, livekit: LiveKit, identity: str = "me:desk", room: str = "r") -> None:
    await world.ask("voice.join", {"url": livekit.url, "token": livekit.token(identity, room)})
    await world.until(lambda: connected(world))


def person(world: Any, user: str) -> Any:
    return next((found for found in world.read("voice").people if found.user == user), None)


ANN = ("ann", "camera", 0)
BEN = ("ben", "camera", 0)


def grey(world: World, key: tuple[str, str, int]) -> int | None:
    """Brightness of the newest picture of a key."""
    frame = world.shell.media.slots.newest([key]).get(key)
    return None if frame is None else int(frame.data[0])


async def ask_for(world: World, *users: str) -> None:
    world.publish("demand", Demand(tuple(Want(user, "camera", 320, 180) for user in users)))


async def silent(world: World, blocks: Callable[[], list[Any]], fades: int = 0) -> None:
    """A second of what is heard from now on, less so many hundredths to fade out in, is below -90 dB."""
    await world.until(blocks)
    first = blocks()[-1]

    def heard() -> list[Any]:
        kept = blocks()
        at = next((at for at, block in enumerate(kept) if block is first), -1)
        return kept[at + 1 :]

    await world.until(lambda: sum(map(len, heard())) >= RATE)
    assert level(np.concatenate(heard())[fades * RATE // 100 :]) < -90


async def test_others_are_heard_seen_and_named(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice
) -> None:
    async with caller(livekit, "ann:phone", metadata={"name": "Ann"}) as ann, real_voice() as world:
        await ann.speak(440)
        await ann.show(200)
        await ask_for(world, "ann")
        await join(world, livekit)
        await world.until(lambda: tone_level(engine.listened(0.5), 440) > -20)
        found = person(world, "ann")
        assert (found.name, found.present, found.camera) == ("Ann", True, True)
        frame = await world.until(lambda: world.shell.media.slots.newest([ANN]).get(ANN))
        assert (frame.width, frame.height) == (320, 180)
        assert abs(frame.data[0] - 200) < 12
        await world.until(lambda: "ann" in world.read("speaking").users)
        await world.until(lambda: world.read("quality").users.get("ann"))


async def test_my_voice_is_heard_and_muted_is_silent(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice
) -> None:
    async with caller(livekit, "ann:phone") as ann, real_voice() as world:
        await join(world, livekit)
        await world.until(lambda: tone_level(ann.listened("me:desk", 0.5), 1000) > -20)
        await world.until(lambda: "me" in world.read("speaking").users)
        await world.ask("voice.mute", {"on": True})
        await world.until(lambda: ("me:desk", True) in ann.mutes)
        await asyncio.sleep(0.5)
        await silent(world, lambda: ann.heard["me:desk"])
        assert "me" not in world.read("speaking").users
        await world.ask("voice.mute", {"on": False})
        await world.until(lambda: tone_level(ann.listened("me:desk", 0.5), 1000) > -20)


async def test_who_joins_muted_is_never_heard(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice
) -> None:
    async with caller(livekit, "ann:phone") as ann, real_voice(options={"voice.muted": True}) as world:
        await join(world, livekit)
        await world.until(lambda: world.read("voice").microphone == "on")
        await world.until(lambda: len(ann.heard.get("me:desk", [])) > 100)
        assert level(ann.listened("me:desk", 60)) < -90


async def test_muted_stays_silent_through_a_full_reconnect(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK itself sends a muted microphone's sound again after a full reconnect."""
    rooms = kept_rooms(monkeypatch)
    async with caller(livekit, "ann:phone") as ann, real_voice() as world:
        await join(world, livekit)
        await world.until(lambda: tone_level(ann.listened("me:desk", 0.5), 1000) > -20)
        await world.ask("voice.mute", {"on": True})
        await asyncio.sleep(0.5)
        ann.heard.clear()
        kind = rtc.SimulateScenarioKind.SIMULATE_FULL_RECONNECT
        await world.shell.media.run(rooms[0]._room.simulate_scenario(kind))
        await world.until(lambda: world.read("voice").status == "reconnecting")
        await world.until(lambda: connected(world), timeout=20)
        await world.until(lambda: len(ann.heard.get("me:desk", [])) > 150, timeout=20)
        assert level(ann.listened("me:desk", 60)) < -90
        assert world.read("voice").epoch == 1
        await world.ask("voice.mute", {"on": False})
        await world.until(lambda: tone_level(ann.listened("me:desk", 0.5), 1000) > -20)


async def test_a_left_person_shows_nobody_elses_pictures(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice
) -> None:
    """The SDK feeds the stream of a person who left with the media of whoever publishes next."""
    async with real_voice() as world:
        await ask_for(world, "ann", "ben")
        await join(world, livekit)
        async with caller(livekit, "ann:phone") as ann:
            await ann.speak(440)
            await ann.show(200)
            await world.until(lambda: grey(world, ANN))
            await world.until(lambda: tone_level(engine.listened(0.5), 440) > -20)
        await world.until(lambda: not person(world, "ann") or not person(world, "ann").present)
        drawn: list[Any] = []
        world.shell.media.slots.on_frame = lambda key: drawn.append((key, grey(world, ANN)))
        async with caller(livekit, "ben:phone") as ben:
            await ben.speak(880)
            await ben.show(60)
            await world.until(lambda: grey(world, BEN))
            await world.until(lambda: tone_level(engine.listened(0.5), 880) > -20)
            await asyncio.sleep(1.0)
            played = engine.listened(1.0)
            # Twice the same voice would be 6 dB louder.
            assert tone_level(played, 880) < tone_level(tone(880, 0, 48_000), 880) + 2
            assert tone_level(played, 440) < -60
        world.shell.media.slots.on_frame = None
        assert all(ann_now is None for _, ann_now in drawn)
        assert all(key is None or key[0] != "ann" for key, _ in drawn)


async def test_what_nobody_looks_at_is_not_received(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = kept_rooms(monkeypatch)
    async with caller(livekit, "ann:phone") as ann, real_voice() as world:
        await ann.show(200)
        world.publish("demand", Demand((Want("ann", "camera", 320, 180),)))
        await join(world, livekit)
        await world.until(lambda: grey(world, ANN))
        world.publish("demand", Demand())
        await world.until(lambda: grey(world, ANN) is None)
        room = rooms[0]._room
        before = await received(world, room)
        assert before > 0
        await asyncio.sleep(1.0)
        assert await received(world, room) - before < 1000
        world.publish("demand", Demand((Want("ann", "camera", 320, 180),)))
        await world.until(lambda: grey(world, ANN))


async def test_who_is_removed_in_the_middle_of_a_tone_fades_out_without_a_click(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice
) -> None:
    heard, edge = np.zeros(0, np.float32), 0
    async with real_voice() as world:
        await join(world, livekit)
        async with api.LiveKitAPI(livekit.http_url, livekit.key, livekit.secret) as server:
            # A starved machine tears the tone in another place, shortly before it; that is tried again.
            for _ in range(5):
                async with caller_elsewhere(world, livekit):
                    await world.until(lambda: tone_level(engine.listened(0.5), 440) > -16, timeout=30)
                    me = api.RoomParticipantIdentity(room="r", identity="ann:phone")
                    await server.room.remove_participant(me)
                    await world.until(lambda: person(world, "ann") is None, timeout=30)
                    end = len(engine.played) + 15
                    await world.until(lambda least=end: len(engine.played) >= least, timeout=30)
                heard = engine.listened(20)
                edge = int(np.flatnonzero(np.abs(heard) > 0.001)[-1])
                if tone_level(heard[edge - 12_000 : edge - 2_400], 440) > -13:
                    break
    assert level(heard[edge + 480 :]) < -90
    assert clicks(heard[edge - 4_800 : edge + 4_800]) == []


async def test_deafened_is_silence_and_is_told(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice
) -> None:
    async with caller(livekit, "ann:phone") as ann, real_voice() as world:
        await ann.speak(440)
        await join(world, livekit)
        await world.until(lambda: tone_level(engine.listened(0.5), 440) > -20)
        await world.ask("voice.deafen", {"on": True})
        await world.until(lambda: ("me:desk", "xcord.deafened", b"1") in ann.packets)
        await silent(world, lambda: engine.played, fades=10)
        async with caller(livekit, "ben:phone") as ben:
            await world.until(lambda: ("me:desk", "xcord.deafened", b"1") in ben.packets)
        await world.ask("voice.deafen", {"on": False})
        await world.until(lambda: tone_level(engine.listened(0.3), 440) > -20)


async def test_a_leave_takes_me_out_at_once(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice
) -> None:
    async with caller(livekit, "ann:phone") as ann, real_voice() as world:
        await join(world, livekit)
        await world.until(lambda: world.read("voice").microphone == "on")
        await world.ask("voice.leave")
        assert world.read("voice").status == "idle"
        assert world.read("voice").people == ()
        await world.until(lambda: ann.gone == ["me:desk"])
        await world.until(lambda: "xcord.leaving" in [topic for _, topic, _ in ann.packets])
        await world.until(lambda: engine.open == [])


async def test_a_leave_during_the_connect_leaves_nobody_behind(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice
) -> None:
    async with caller(livekit, "ann:phone") as ann, real_voice() as world:
        await world.ask("voice.join", {"url": livekit.url, "token": livekit.token("me:desk", "r")})
        await world.ask("voice.leave")
        assert world.read("voice").status == "idle"
        await join(world, livekit, "me:desk2")
        await world.until(lambda: list(ann.room.remote_participants) == ["me:desk2"])


async def test_a_server_that_is_not_there_is_said_and_nothing_hangs(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice
) -> None:
    livekit.kill()
    async with real_voice() as world:
        started = time.monotonic()
        await world.ask("voice.join", {"url": livekit.url, "token": livekit.token("me:desk", "r")})
        await world.until(lambda: world.read("voice").status == "lost")
        assert world.read("voice").reason == "unreachable"
        assert time.monotonic() - started < 5
        livekit.start()
        await join(world, livekit)


async def test_a_refused_token_is_said_and_stands_in_no_log(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with real_voice() as world:
        old = livekit.token("me:desk", "r", ttl=timedelta(hours=-1))
        await world.ask("voice.join", {"url": livekit.url, "token": old})
        await world.until(lambda: world.read("voice").status == "lost")
        assert world.read("voice").reason == "token_refused"
    assert old not in caplog.text
    assert old.split(".")[2] not in caplog.text


async def test_the_sdk_brings_the_call_back_after_the_server_was_killed(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice
) -> None:
    async with caller(livekit, "ann:phone") as ann, real_voice() as world:
        await ann.speak(440)
        await ann.show(200)
        await ask_for(world, "ann")
        await join(world, livekit)
        await world.until(lambda: tone_level(engine.listened(0.5), 440) > -20 and grey(world, ANN))
        livekit.kill()
        await world.until(lambda: world.read("voice").status == "reconnecting")
        livekit.start()
        await world.until(lambda: connected(world), timeout=30)
        await world.until(lambda: person(world, "ann").present, timeout=30)
        await world.until(lambda: tone_level(engine.listened(0.5), 440) > -20, timeout=30)
        await world.until(lambda: grey(world, ANN), timeout=30)
        await world.until(lambda: tone_level(ann.listened("me:desk", 0.5), 1000) > -20, timeout=30)
        assert world.read("voice").epoch == 1
        # A blip is not told; on a busy machine the server takes longer to start than a blip.
        await world.until(lambda: world.read("voice").problem == "", timeout=30)
        assert [name for name, _ in world.notices] in ([], ["voice.lost", "voice.returned"])


async def test_sound_and_pictures_go_on_while_the_hub_is_blocked(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice
) -> None:
    async with real_voice() as world:
        await ask_for(world, "ann")
        await join(world, livekit)
        async with caller_elsewhere(world, livekit):
            await world.until(lambda: tone_level(engine.listened(0.5), 440) > -20 and grey(world, ANN))
            slots = world.shell.media.slots
            before, heard = slots.accepted, len(engine.played)
            block_this_loop(4.0)
            assert slots.accepted - before > 4 * 15 * 0.8
            assert len(engine.played) - heard > 4 * 50 * 0.9
            assert tone_level(engine.listened(3.0), 440) > -16


def block_this_loop(seconds: float) -> None:
    time.sleep(seconds)


def keep_the_interpreter_busy(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


async def test_a_blocked_hub_costs_no_underrun_and_what_a_busy_one_costs_is_printed(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice, capsys: pytest.CaptureFixture[str]
) -> None:
    async with real_voice() as world:
        await ask_for(world, "ann")
        await join(world, livekit)
        async with caller_elsewhere(world, livekit):
            await world.until(lambda: tone_level(engine.listened(0.5), 440) > -20)
            for _ in range(3):  # a machine that is busy with something else costs sound, too
                start, blocks = engine.mixer.underruns, len(engine.played) + 4 * 50
                await world.until(lambda end=blocks: len(engine.played) >= end, timeout=30)
                free = engine.mixer.underruns
                block_this_loop(4.0)
                blocked = engine.mixer.underruns
                if blocked - free <= free - start + 1:
                    break
            keep_the_interpreter_busy(4.0)
            busy = engine.mixer.underruns
    with capsys.disabled():
        print(
            f"\nunderruns in 4 s: {free - start} with a free hub, {blocked - free} with a hub that waits, "
            f"{busy - blocked} with a pure-Python loop that burns"
        )
    assert blocked - free <= free - start + 1, "a waiting hub must not cost sound"


@contextlib.asynccontextmanager
async def caller_elsewhere(world: World, livekit: LiveKit) -> AsyncIterator[Caller]:
    """Ann on the media loop, for the test's own loop is the hub's."""

    async def begin() -> Caller:
        ann = Caller("ann:phone")
        await ann.enter(livekit, "r")
        await ann.speak(440)
        await ann.show(200)
        return ann

    ann = await world.shell.media.run(begin())
    try:
        yield ann
    finally:
        await world.shell.media.run(ann.leave())


async def test_twenty_times_off_and_on_in_a_live_call_leaves_nothing_behind(
    livekit: LiveKit, engine: KeepingEngine, real_voice: RealVoice
) -> None:
    async with caller(livekit, "ann:phone") as ann, real_voice() as world:
        await ann.speak(440)
        await ann.show(200)
        await ask_for(world, "ann")
        handles, tasks = [], []
        for turn in range(20):
            await join(world, livekit)
            if turn % 5 == 0:
                await world.until(lambda: tone_level(engine.listened(0.3), 440) > -20)
            await world.supervisor.set("voice", False)
            assert [world.read(name) for name in ("voice", "speaking", "quality", "devices")] == [None] * 4
            assert engine.open == []
            gc.collect()
            tasks.append(await world.shell.media.run(count_tasks()))
            handles.append(len(os.listdir("/proc/self/fd")))
            await world.supervisor.set("voice", True)
        assert max(tasks[10:]) <= max(tasks[:3])
        # The SDK's own threads and handles come and go in bursts.
        assert min(handles[10:]) <= max(handles[:5])
        await world.until(lambda: not ann.room.remote_participants)


async def count_tasks() -> int:
    return len(asyncio.all_tasks())


async def test_silence_after_speech_costs_little(livekit: LiveKit) -> None:
    """The encoder goes on with frames of silence; at the SDK's own bitrate they are 150 bytes a second."""
    rng = np.random.default_rng(1)
    link, source = RoomLink(lambda event: None), MicrophoneSource()
    feeder = Feeder(source, lambda: True, lambda level: None)
    await link.connect(livekit.url, livekit.token("me:desk", "r"))
    try:
        await link.publish(source, muted=False)
        for at in range(100):
            swell = 3000 * (1 + np.sin(at / 3))
            noise = np.convolve(rng.normal(0, swell, 967), np.ones(8) / 8, "valid")
            feeder.deliver(noise.astype(np.int16))
            feeder.advance(480)
            await asyncio.sleep(0.01)
        link.set_muted(True)
        feeder.shut()
        async with asyncio.timeout(30):  # a starved machine sends late what was said before
            while True:
                before = await sent(link)
                await asyncio.sleep(4.0)
                if 0 < await sent(link) - before <= 4 * 100:
                    return
    finally:
        await link.disconnect()
        await feeder.aclose()


async def sent(link: RoomLink) -> int:
    """Bytes of RTP payload so far."""
    found = await link._room.get_rtc_stats()
    each = [entry.outbound_rtp for entry in found.publisher_stats if entry.HasField("outbound_rtp")]
    return sum(rtp.sent.bytes_sent for rtp in each)

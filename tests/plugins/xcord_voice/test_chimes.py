"""Interface sounds: what they are, and when they are heard."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from tests.plugins.xcord_voice.callers import level
from tests.plugins.xcord_voice.clicks import clicks
from tests.plugins.xcord_voice.fakes import Network, seen

import xcord_voice.playout
from xcord import Ring, Ringing
from xcord.testing import World, settle
from xcord_voice import events
from xcord_voice.audio.chimes import CHIMES, Chime, sound_of
from xcord_voice.ringtone import EVERY

BO, CEM = Ring(channel="c1", user="bo"), Ring(channel="c2", user="cem")


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which sounds were played."""
    rung: list[str] = []
    monkeypatch.setattr(xcord_voice.playout.PlayoutDesk, "_ring", lambda self, chime: rung.append(chime))
    return rung


@pytest.mark.parametrize("chime", CHIMES)
def test_each_sound_is_short_quiet_at_its_ends_and_without_a_click(chime: Chime) -> None:
    sound = sound_of(chime)
    assert 0.15 < len(sound) / 48_000 < 1.6
    assert np.abs(sound).max() == pytest.approx(0.35, abs=0.01)
    assert np.abs(sound[[0, -1]]).max() < 1e-4
    around = np.zeros(4800, np.float32)
    assert clicks(np.concatenate((around, sound, around))) == []
    assert level(sound) > -30


async def test_others_who_come_and_go_are_heard_and_who_only_reconnects_is_not(
    network: Network, monkeypatch: pytest.MonkeyPatch, heard: list[str]
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world, "lobby", seen("bob:desk"))
        assert heard == ["join"]
        await link.tell(seen("ann:phone", "PA_1"))
        assert heard == ["join", "join"]
        await link.tell(events.PersonGone("ann:phone", "PA_1"), seen("ann:phone", "PA_2"))
        await world.clock.advance(15)
        assert heard == ["join", "join"]
        await link.tell(events.PersonGone("ann:phone", "PA_2"))
        await world.clock.advance(15)
        assert heard == ["join", "join", "leave"]


async def test_an_interruption_is_heard_at_its_beginning_and_at_its_end(
    network: Network, monkeypatch: pytest.MonkeyPatch, heard: list[str]
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world, "lobby", seen("ann:phone"))
        await link.tell(events.SdkReconnecting())
        await world.clock.advance(3.0)
        await link.tell(events.SdkReconnected((seen("ann:phone"),)))
        assert heard == ["join"], "a resume is a blip that nobody noticed"
        await link.tell(events.SdkReconnecting())
        await world.clock.advance(5.0)
        await link.tell(events.SdkReconnected((seen("ann:phone"),)))
        assert heard == ["join", "lost", "returned"]
        await link.tell(events.SdkDropped("connection_lost"))
        assert world.read("voice").status == "lost"
        await world.ask("voice.rejoin", {})
        await world.until(lambda: len(network.links) == 2)
        await settle()
        await network.link.arrive(seen("ann:phone"))
        assert heard[3:] == ["lost", "returned"]


async def test_mute_and_unmute_are_heard_in_a_call_only(
    network: Network, monkeypatch: pytest.MonkeyPatch, heard: list[str]
) -> None:
    async with network.running(monkeypatch) as world:
        await world.ask("voice.mute", {"on": True})
        await world.ask("voice.mute", {"on": False})
        await settle()
        assert heard == []
        await network.join(world)
        heard.clear()
        for command, on in (("mute", True), ("deafen", True), ("mute", False), ("deafen", False)):
            await world.ask(f"voice.{command}", {"on": on})
            await settle()
        assert heard == ["mute", "unmute"]


async def test_each_sound_has_a_switch_and_all_have_one_volume(
    network: Network, monkeypatch: pytest.MonkeyPatch, heard: list[str]
) -> None:
    options = {"voice.sounds.join": False}
    async with network.running(monkeypatch, options=options) as world:
        link = await network.join(world)
        await link.tell(seen("ann:phone", "PA_1"))
        assert heard == []
        await link.tell(events.SdkReconnecting())
        await world.clock.advance(5.0)
        assert heard == ["lost"]
        await world.ask("settings.set", {"name": "voice.sounds.volume", "value": 0})
        await settle()
        await link.tell(events.SdkReconnected((seen("ann:phone", "PA_1"),)))
        assert heard == ["lost"]


@pytest.mark.parametrize("off", ["join", "leave", "mute", "unmute", "lost", "returned"])
async def test_a_sound_that_is_switched_off_is_the_only_one_missing(
    network: Network, monkeypatch: pytest.MonkeyPatch, heard: list[str], off: str
) -> None:
    async with network.running(monkeypatch, options={f"voice.sounds.{off}": False}) as world:
        link = await network.join(world)
        await link.tell(seen("ann:phone", "PA_1"))
        for on in (True, False):
            await world.ask("voice.mute", {"on": on})
            await settle()
        await link.tell(events.SdkReconnecting())
        await world.clock.advance(5.0)
        await link.tell(events.SdkReconnected((seen("ann:phone", "PA_1"),)))
        await link.tell(events.PersonGone("ann:phone", "PA_1"))
        await world.clock.advance(15)
        every = ["join", "join", "mute", "unmute", "lost", "returned", "leave"]
        assert heard == [each for each in every if each != off]


async def play_out(network: Network, world: World) -> float:
    """The loudest of what the loudspeaker takes within two seconds, as soon as it is open."""
    await world.until(lambda: network.engine.pull is not None)
    loudest = 0.0
    for _ in range(100):
        assert network.engine.pull is not None
        loudest = max(loudest, float(np.abs(network.engine.pull(960)).max()))
        await asyncio.sleep(0)
    return loudest


async def test_the_test_sound_is_played_without_a_call_and_lets_the_loudspeaker_go(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        test = asyncio.ensure_future(world.ask("voice.test_sound", {}))
        assert await play_out(network, world) > 0.1
        await test
        assert network.engine.open == 0


async def test_a_test_without_a_loudspeaker_says_so(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        monkeypatch.setattr(network.engine, "play", lambda device, pull, latency_ms: None)
        with pytest.raises(Exception, match="no loudspeaker"):
            await world.ask("voice.test_sound", {})


async def test_what_is_set_for_a_person_is_remembered(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        await world.ask("voice.volume", {"user": "ann", "percent": 150})
        await world.ask("voice.volume", {"user": "ann", "percent": 30, "shared": True})
        await world.ask("voice.volume", {"user": "bob", "percent": 100})
        for name in ("ann", "bob", "ann"):
            await world.ask("voice.silence", {"user": name, "on": True})
        await world.ask("voice.silence", {"user": "bob", "on": False})
        await world.ask("voice.prioritize", {"user": "cem", "on": True})
        values = world.read("settings").values
        assert values["voice.volumes"] == {"ann": 150}
        assert values["voice.shared_volumes"] == {"ann": 30}
        assert values["voice.silenced"] == ["ann"]
        assert values["voice.prioritized"] == ["cem"]


async def test_a_microphone_that_somebody_shut_in_doubt_is_heard_of_unless_that_is_switched_off(
    network: Network, monkeypatch: pytest.MonkeyPatch, heard: list[str]
) -> None:
    async with network.running(monkeypatch) as world:
        world.hub.notify("microphone.zeros")
        world.hub.notify("microphone.shut", reason="locked")
        await world.until(lambda: heard)
        await world.ask("settings.set", {"name": "voice.sounds.shut", "value": False})
        await settle()
        world.hub.notify("microphone.shut", reason="locked")
        await settle()
        assert heard == ["shut"]


async def rings(world: World, *incoming: Ring, outgoing: tuple[Ring, ...] = ()) -> None:
    world.publish("ringing", Ringing(incoming=incoming, outgoing=outgoing))
    await settle()


async def test_who_is_called_hears_it_calmly_until_it_is_over(
    network: Network, monkeypatch: pytest.MonkeyPatch, heard: list[str]
) -> None:
    async with network.running(monkeypatch) as world:
        await rings(world, BO)
        assert heard == ["ring"]
        await world.clock.advance(EVERY - 0.1)
        assert heard == ["ring"]
        await world.clock.advance(0.1)
        assert heard == ["ring"] * 2
        await rings(world, BO, CEM)  # a second one rings along
        await world.clock.advance(EVERY)
        assert heard == ["ring"] * 3
        await rings(world)
        await world.clock.advance(60)
        assert heard == ["ring"] * 3
        await rings(world, CEM)
        assert heard == ["ring"] * 4


async def test_who_calls_hears_nothing(
    network: Network, monkeypatch: pytest.MonkeyPatch, heard: list[str]
) -> None:
    async with network.running(monkeypatch) as world:
        await rings(world, outgoing=(BO,))
        await world.clock.advance(60)
        assert heard == []


async def test_the_ring_has_a_switch_that_acts_at_once(
    network: Network, monkeypatch: pytest.MonkeyPatch, heard: list[str]
) -> None:
    async with network.running(monkeypatch) as world:
        await rings(world, BO)
        await world.ask("settings.set", {"name": "voice.sounds.ring", "value": False})
        await world.clock.advance(10)
        assert heard == ["ring"]
        await world.ask("settings.set", {"name": "voice.sounds.ring", "value": True})
        await world.clock.advance(EVERY)
        assert heard == ["ring"] * 2


async def test_it_is_silent_when_who_told_of_it_is_gone_and_when_voice_is_switched_off(
    network: Network, monkeypatch: pytest.MonkeyPatch, heard: list[str]
) -> None:
    async with network.running(monkeypatch) as world:
        await rings(world, BO)
        world.publish("ringing", None)
        await world.clock.advance(60)
        assert heard == ["ring"]
        await rings(world, BO)
        await world.supervisor.set("voice", False)
        await world.clock.advance(60)
        assert (heard, world.faults) == (["ring"] * 2, [])

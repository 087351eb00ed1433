"""The plugin alone: people, streams, the microphone, and what the user wants through it all."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import numpy as np
import pytest
from tests.plugins.xcord_voice.fakes import Network, seen

from xcord import CommandError, Demand, Directory, Profile, Want
from xcord.testing import World, settle
from xcord_voice import events

CAMERA = ("ann", "camera", 0)
WANTED = Demand((Want("ann", "camera", 320, 180),))


@pytest.fixture
def network() -> Network:
    return Network()


def people(world: World) -> dict[str, bool]:
    """Who is shown, and whether as present; without me."""
    return {person.user: person.present for person in world.read("voice").people if not person.me}


def names(world: World) -> list[tuple[str, str]]:
    return [(name, params["user"]) for name, params in world.notices if name.startswith("participant.")]


def started(kind: Any, track_sid: str, identity: str = "ann:phone", sid: str = "") -> events.TrackStarted:
    return events.TrackStarted(identity, sid or f"PA_{identity}", track_sid, kind, track_sid)


def newest(network: Network, key: tuple[str, str, int] = CAMERA) -> int | None:
    frame = network.slots.newest([key]).get(key)
    return None if frame is None else frame.data[0]


# -- people ------------------------------------------------------------------------------------------


async def test_who_comes_and_goes_is_noticed_and_who_was_there_is_not(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world, "lobby", seen("ann:phone"))
        await link.tell(seen("bob:desk", name="Bob"))
        assert world.notices == [("participant.joined", {"user": "bob", "name": "Bob"})]
        await link.tell(events.PersonGone("ann:phone", "PA_ann:phone"))
        assert people(world) == {"ann": True, "bob": True}
        await world.clock.advance(0.4)
        assert people(world) == {"ann": False, "bob": True}
        await world.clock.advance(2.7)
        assert people(world) == {"bob": True}
        await link.tell(events.PacketReceived("bob:desk", "xcord.leaving", b"bob:desk"))
        assert people(world) == {}
        assert names(world)[1:] == [("participant.left", "ann"), ("participant.left", "bob")]
        await link.tell(events.PersonGone("bob:desk", "PA_bob:desk"))
        assert people(world) == {}


async def test_who_only_reconnected_neither_left_nor_joined(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world, "lobby", seen("ann:phone"))
        await link.tell(events.PersonGone("ann:phone", "PA_ann:phone"))
        await world.clock.advance(2.5)
        await link.tell(seen("ann:phone", "PA_2"))
        await world.clock.advance(60)
        assert people(world) == {"ann": True}
        assert world.notices == []


async def test_while_the_sdk_reconnects_everybody_stays(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world, "lobby", seen("ann:phone"), seen("bob:desk"))
        gone = [events.PersonGone(identity, f"PA_{identity}") for identity in ("ann:phone", "bob:desk")]
        await link.tell(*gone, events.SdkReconnecting())
        await world.clock.advance(30)
        assert people(world) == {"ann": False, "bob": False}
        again = seen("ann:phone", "PA_2")
        await link.tell(again, events.SdkReconnected((again,)))
        assert people(world) == {"ann": True, "bob": False}
        await world.clock.advance(10.1)
        assert people(world) == {"ann": True}
        assert names(world) == [("participant.left", "bob")]


async def test_a_lost_call_dims_everybody_and_the_rejoined_one_knows_them(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world, "lobby", seen("ann:phone"), seen("bob:desk"))
        await link.tell(events.SdkDropped("server_shutdown"))
        await world.until(lambda: network.log[-1] == "closed 1")
        await world.clock.advance(15)
        assert people(world) == {"ann": False, "bob": False}
        assert not world.read("voice").people[0].present
        await world.ask("voice.rejoin", {})
        await world.until(lambda: len(network.links) == 2)
        await settle()
        await network.link.arrive(seen("bob:desk", "PA_2"))
        await settle()
        assert people(world) == {"ann": False, "bob": True}
        assert [name for name, _ in world.notices] == ["voice.lost", "voice.returned"]


async def test_the_directorys_names_win_and_go_with_it(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        await network.join(world, "lobby", seen("ann:phone", name="livekit's"))
        world.publish("directory", Directory(people={"ann": Profile(user="ann", name="Ann A.")}))
        await settle()
        assert world.read("voice").people[1].name == "Ann A."
        world.publish("directory", None)
        await settle()
        assert world.read("voice").people[1].name == "livekit's"


async def test_quality_is_by_user_and_only_of_who_is_there(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world, "lobby", seen("ann:phone"))
        told = [events.QualityChanged(identity, "poor") for identity in ("ann:phone", "me:desk", "x:y")]
        await link.tell(*told)
        assert world.read("quality").users == {"ann": "poor", "me": "poor"}
        await world.ask("voice.leave")
        assert world.read("quality").users == {}


# -- streams -----------------------------------------------------------------------------------------


async def test_pictures_of_a_person_who_left_are_never_drawn(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        world.publish("demand", WANTED)
        link = await network.join(world, "lobby", seen("ann:phone"), started("camera", "TR_1"))
        await settle()
        (stream,) = network.opener.streams["TR_1"]
        await stream.picture(11)
        assert newest(network) == 11
        await link.tell(events.TrackStopped("ann:phone", "PA_ann:phone", "TR_1"))
        assert stream.closed
        assert newest(network) is None
        await stream.picture(99)
        assert newest(network) is None
        # A new connection of the same person has a stream of its own.
        await link.tell(seen("ann:phone", "PA_2"), started("camera", "TR_2", sid="PA_2"))
        await stream.picture(98)
        await network.opener.streams["TR_2"][0].picture(22)
        assert newest(network) == 22


async def test_sound_of_a_person_who_left_is_never_played(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world, "lobby", seen("ann:phone"), started("microphone", "TR_1"))
        await settle()
        (stream,) = network.opener.streams["TR_1"]
        for _ in range(5):
            await stream.sound(8000)
            await world.clock.advance(0.02)
        await world.until(lambda: world.read("speaking").users == ("ann",))
        await link.tell(events.PersonGone("ann:phone", "PA_ann:phone"))
        assert world.read("speaking").users == ()
        for _ in range(5):
            await stream.sound(8000)
            await world.clock.advance(0.02)
        assert world.read("speaking").users == ()


async def test_nothing_of_an_old_connection_is_accepted_by_the_new_one(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        world.publish("demand", WANTED)
        link = await network.join(world, "lobby", seen("ann:phone"), started("camera", "TR_1"))
        await link.tell(events.SdkDropped("server_shutdown"))
        await world.ask("voice.rejoin", {})
        await world.until(lambda: len(network.links) == 2)
        await settle()
        await network.link.arrive(seen("bob:desk"))
        await world.until(lambda: world.read("voice").microphone == "on")
        before = world.read("voice")
        await link.tell(seen("eve:x"), started("camera", "TR_9"), events.SdkDropped("removed"))
        await network.opener.streams["TR_1"][0].picture(99)
        assert world.read("voice") == before
        assert "TR_9" not in network.opener.streams
        assert newest(network) is None


async def test_what_disappeared_during_a_reconnect_is_closed_and_what_was_missed_is_opened(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        world.publish("demand", WANTED)
        link = await network.join(
            world, "lobby", seen("ann:phone"), started("camera", "TR_1"), started("microphone", "TR_2")
        )
        await settle()
        await link.tell(events.SdkReconnecting())
        again = (seen("ann:phone"), started("microphone", "TR_3"))
        await link.tell(events.SdkReconnected(again))
        assert network.opener.streams["TR_1"][0].closed
        assert network.opener.streams["TR_2"][0].closed
        assert not network.opener.streams["TR_3"][0].closed


async def test_what_nobody_looks_at_is_not_received(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world, "lobby", seen("ann:phone"), started("camera", "TR_1"))
        await world.clock.advance(1.0)
        assert link.videos == [("TR_1", False, 0, 0)]
        assert network.opener.streams == {}
        world.publish("demand", WANTED)
        await settle()
        assert link.videos[-1] == ("TR_1", True, 320, 180)
        (stream,) = network.opener.streams["TR_1"]
        await stream.picture(11)
        assert newest(network) == 11
        world.publish("demand", Demand())
        await world.clock.advance(1.1)
        assert link.videos[-1] == ("TR_1", False, 0, 0)
        assert stream.closed
        assert newest(network) is None
        await world.clock.advance(2.0)
        world.publish("demand", WANTED)
        await settle()
        await network.opener.streams["TR_1"][1].picture(12)
        assert newest(network) == 12


# -- what the user wants -----------------------------------------------------------------------------


async def test_muted_stands_on_disk_and_holds_before_the_first_frame(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch, options={"voice.muted": True}) as world:
        assert world.read("voice").muted
        link = await network.join(world)
        await world.until(lambda: link.published == [True])
        assert network.engine.take is not None
        for _ in range(10):
            network.engine.take(np.full(960, 9000, np.int16))
        await settle()
        assert network.sources[0].fed == []
        await world.ask("voice.mute", {"on": False})
        assert world.shell.settings.get("voice.muted") is False
        await settle()
        assert link.mutes[-1] is False
        assert world.gate.may_feed()


async def test_a_mute_shuts_the_gate_and_tells_the_others(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world)
        await world.until(lambda: link.published == [False])
        assert world.gate.may_feed()
        await world.ask("voice.mute", {"on": True})
        assert not world.gate.may_feed()
        assert world.read("voice").people[0].muted
        await settle()
        assert link.mutes == [True]
        await world.ask("voice.mute", {"on": True})
        await settle()
        assert link.mutes == [True]
        assert world.shell.settings.get("voice.muted") is True


async def test_deafened_is_told_on_change_and_to_newcomers_and_shuts_the_gate(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world, "lobby", seen("ann:phone"))
        await link.tell(events.PersonReady("ann:phone"))
        assert link.sent == []
        await world.ask("voice.deafen", {"on": True})
        await settle()
        assert not world.gate.may_feed()
        assert link.sent == [("xcord.deafened", b"1", ())]
        assert link.mutes == [True]
        await link.tell(events.PersonReady("bob:desk"))
        assert link.sent[-1:] == [("xcord.deafened", b"1", ("bob:desk",))]
        await world.ask("voice.deafen", {"on": False})
        await settle()
        assert link.sent[-1:] == [("xcord.deafened", b"0", ())]
        assert world.gate.may_feed()
        await link.tell(events.PacketReceived("ann:phone", "xcord.deafened", b"1"))
        assert world.read("voice").people[1].deafened


async def test_deafened_is_told_once_more_and_nothing_that_is_not_so_any_longer(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world, "lobby", seen("ann:phone"))
        await world.ask("voice.deafen", {"on": True})
        await world.clock.advance(5.0)
        assert link.sent == [("xcord.deafened", b"1", ())] * 2
        await world.ask("voice.deafen", {"on": False})
        await settle()
        await world.ask("voice.deafen", {"on": True})
        await world.clock.advance(5.0)
        assert [data for _, data, _ in link.sent[2:]] == [b"0", b"1", b"1"]


@pytest.mark.parametrize("deafened", [False, True])
async def test_deafened_stands_on_disk_and_holds_from_the_start(
    network: Network, monkeypatch: pytest.MonkeyPatch, deafened: bool
) -> None:
    options = {"voice.deafened": deafened, "voice.sounds.join": False}
    async with network.running(monkeypatch, options=options) as world:
        await network.join(world, "lobby", seen("ann:phone"), started("microphone", "TR_1"))
        await world.until(lambda: network.engine.pull)
        assert network.engine.pull is not None
        heard = []
        for _ in range(10):
            await network.opener.streams["TR_1"][0].sound(8000)
            heard.append(float(np.abs(network.engine.pull(960)).max()))
        assert (max(heard[5:]) > 0.1) is not deafened


async def test_a_mute_while_the_plugin_starts_is_not_lost(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        await world.supervisor.set("voice", False)
        on = asyncio.ensure_future(world.supervisor.set("voice", True))
        await world.until(lambda: "voice.mute" in world.hub.commands)
        await world.ask("voice.mute", {"on": True})
        await on
        assert not world.gate.may_feed()
        assert world.shell.settings.get("voice.muted") is True
        await settle()
        assert world.read("voice").muted


async def test_after_a_reconnect_every_wish_is_repeated(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"voice.muted": True, "voice.deafened": True}
    async with network.running(monkeypatch, options=options) as world:
        world.publish("demand", WANTED)
        track = started("camera", "TR_1")
        link = await network.join(world, "lobby", seen("ann:phone"), track)
        await world.until(lambda: link.published)
        await settle()
        for kept in (link.mutes, link.sent, link.videos):
            kept.clear()
        await link.tell(events.SdkReconnecting(), events.SdkReconnected((seen("ann:phone"), track)))
        assert link.mutes == [True]
        assert link.sent == [("xcord.deafened", b"1", ())]
        await world.clock.advance(0.2)  # two orders of one video keep apart
        assert link.videos == [("TR_1", True, 320, 180)]
        assert not world.gate.may_feed()


async def test_nothing_is_fed_from_the_moment_of_a_leave(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world)
        await world.until(lambda: link.published)
        link.hangs = asyncio.Event()
        take = network.engine.take
        assert take is not None

        async def speak() -> int:
            for _ in range(5):
                take(np.full(960, 9000, np.int16))
                await settle()
            return len(network.sources[0].fed)

        async with asyncio.timeout(60):
            while not (spoken := await speak()):
                pass
        await world.ask("voice.leave")
        assert await speak() == spoken
        link.hangs.set()


async def test_a_microphone_that_may_not_be_published_is_said(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        await world.ask("voice.join", {"url": "ws://x", "token": "t"})
        await world.until(lambda: network.log == ["probe", "connect 1"])
        await network.link.arrive(may_publish=False)
        await world.until(lambda: world.read("voice").microphone == "denied")
        assert network.link.published == []


async def test_no_microphone_is_said_and_the_call_goes_on(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        network.engine.refusal = "none"
        link = await network.join(world)
        await world.until(lambda: world.read("voice").microphone == "none")
        assert world.read("voice").status == "connected"
        assert world.read("capture").problem == "none"
        assert link.published == []
        assert world.faults == []


async def test_the_volume_of_a_person_is_remembered_and_bounded(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        await world.ask("voice.volume", {"user": "ann", "percent": 150})
        await world.ask("voice.volume", {"user": "bob", "percent": 0})
        await world.ask("voice.volume", {"user": "ann", "percent": 100})
        assert world.shell.settings.get("voice.volumes") == {"bob": 0}
        for percent in (-1, 201):
            with pytest.raises(CommandError) as caught:
                await world.ask("voice.volume", {"user": "ann", "percent": percent})
            assert caught.value.code == "bad_arguments"


@pytest.mark.parametrize(("latency", "of_people", "to_speakers"), [("normal", 10, 30), ("low", 10, 10)])
async def test_a_latency_decides_what_comes_of_people_and_goes_to_the_loudspeaker_at_a_time(
    network: Network, monkeypatch: pytest.MonkeyPatch, latency: str, of_people: int, to_speakers: int
) -> None:
    async with network.running(monkeypatch, options={"voice.latency": latency}) as world:
        await network.join(world, "lobby", seen("ann:phone"), started("microphone", "TR_1"))
        assert network.opener.streams["TR_1"][0].frame_ms == of_people
        await world.until(lambda: network.engine.latency_ms == to_speakers)


async def test_devices_are_listed_and_let_go_after_the_call(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(threading.enumerate())
    async with network.running(monkeypatch) as world:
        devices = world.read("devices")
        assert (devices.engine, devices.inputs, devices.outputs) == (
            "miniaudio",
            ("microphone",),
            ("speakers",),
        )
        assert network.engine.open == 0
        await network.join(world)
        await world.until(lambda: network.engine.open == 2)
        await world.ask("voice.leave")
        await world.until(lambda: network.engine.open == 0)
    assert not [each for each in threading.enumerate() if each.name == "voice-sound" and each not in before]


async def test_a_setting_changed_elsewhere_is_obeyed(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world)
        await world.until(lambda: link.published)
        await world.ask("settings.set", {"name": "voice.muted", "value": True})
        await settle()
        assert not world.gate.may_feed()
        assert link.mutes == [True]
        assert world.read("voice").muted


async def test_a_picture_that_stands_still_although_new_ones_arrive_is_taken_anew(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        world.publish("demand", WANTED)
        link = await network.join(world, "lobby", seen("ann:phone"), started("camera", "TR_1"))
        await settle()
        await network.opener.streams["TR_1"][0].picture(50)
        for arrivals in range(0, 120, 4):
            link.arrivals = arrivals
            await world.clock.advance(0.3)
        again = [line for line in network.log if line.startswith("receive")]
        assert again[:2] == ["receive 1 TR_1 False", "receive 1 TR_1 True"]
        link.arrivals = None
        await world.clock.advance(60.0)
        assert len([line for line in network.log if line.startswith("receive")]) == len(again)

"""The microphone without a call: meter, echo test, what is wrong with it, and what the user wants of it."""

from __future__ import annotations

import asyncio
import functools
import threading
import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.plugins.xcord_voice.callers import eventually
from tests.plugins.xcord_voice.fakes import Network

from xcord import CommandError
from xcord.testing import World, settle
from xcord_voice.audio import line
from xcord_voice.audio.capture import TEST_FOR
from xcord_voice.audio.chain import Processing, Stages
from xcord_voice.audio.frames import Block
from xcord_voice.audio.stages import Built


@pytest.fixture
def network() -> Network:
    return Network()


def say(network: Network, value: int, blocks: int = 5) -> None:
    """The device gives 100 ms."""
    assert network.engine.take is not None
    for _ in range(blocks):
        network.engine.take(np.full(960, value, np.int16))


async def heard(world: World, network: Network, value: int = 9000) -> None:
    """Speaks until what was captured before an opening is over and the meter shows it."""
    expected = round(20 * np.log10(value / 32768))

    async def shown() -> bool:
        say(network, value)
        await world.clock.advance(0.1)
        return bool(world.read("meter").level == expected)

    async with asyncio.timeout(60):
        while not await shown():
            pass


async def test_the_meter_opens_the_microphone_without_a_call_and_ends_with_its_window(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        for window in ("main", "second"):
            world.open_window(window)
            await world.ask("voice.meter", {"on": True}, window=window)
        assert network.engine.open == 1
        await heard(world, network)
        world.close_window("main")
        await settle()
        assert network.engine.open == 1
        world.close_window("second")
        await world.until(lambda: network.engine.open == 0)
        assert world.read("meter").level == -120
        assert world.faults == []


async def test_a_microphone_that_was_being_opened_at_the_end_stays_shut(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, goes_on, build = threading.Event(), threading.Event(), network.build

    def slowly(wanted: Processing) -> Built:
        begun.set()
        goes_on.wait(20)
        return build(wanted)

    network.build = slowly  # type: ignore[method-assign]
    async with network.running(monkeypatch) as world:
        world.open_window()
        others = asyncio.all_tasks()
        asking = asyncio.ensure_future(world.ask("voice.meter", {"on": True}))
        assert await asyncio.to_thread(begun.wait, 10)
        await world.supervisor.set("voice", False)
        goes_on.set()
        await asyncio.wait({asking})
        await eventually(lambda: asyncio.all_tasks() <= others)
        assert (network.engine.open, network.engine.take) == (0, None)


async def test_a_muted_microphone_is_measured_and_not_heard(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch, options={"voice.muted": True}) as world:
        await network.join(world)
        await world.until(lambda: world.read("voice").microphone == "on")
        world.open_window()
        await world.ask("voice.meter", {"on": True})
        await heard(world, network)
        assert network.sources[0].fed == []
        await world.ask("voice.meter", {"on": False})
        assert network.engine.open == 2


async def test_the_meter_says_whether_voice_activity_lets_it_through(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"voice.gate": "voice", "voice.threshold": -30}
    async with network.running(monkeypatch, options=options) as world:
        world.open_window()
        await world.ask("voice.meter", {"on": True})
        await heard(world, network)
        assert world.read("meter").open
        await heard(world, network, 300)
        say(network, 300, 20)
        await world.clock.advance(0.1)
        assert not world.read("meter").open


async def test_an_echo_test_is_heard_by_nobody_in_the_call(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        await network.join(world)
        await world.until(lambda: world.read("voice").microphone == "on")
        world.open_window()
        await world.ask("voice.echo_test", {"on": True})
        assert world.read("capture").testing
        assert not world.gate.may_feed()
        assert network.engine.pull is not None
        loudest, fed = 0.0, len(network.sources[0].fed)
        start = time.monotonic()
        while loudest < 0.2:
            assert time.monotonic() - start < 20
            say(network, 9000, 1)
            loudest = max(loudest, float(np.abs(network.engine.pull(960)).max()))
        await settle()
        assert len(network.sources[0].fed) == fed
        await world.ask("voice.echo_test", {"on": False})
        assert world.gate.may_feed()
        assert not world.read("capture").testing


async def test_an_echo_test_goes_on_when_the_call_ends(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        await network.join(world)
        await world.until(lambda: world.read("voice").microphone == "on")
        world.open_window()
        await world.ask("voice.echo_test", {"on": True})
        await world.ask("voice.leave", {})
        await world.until(lambda: world.read("voice").status == "idle")
        await settle()
        assert world.read("capture").testing
        loudest, start = 0.0, time.monotonic()
        while loudest < 0.2:
            assert time.monotonic() - start < 20
            say(network, 9000, 1)
            assert network.engine.pull is not None
            loudest = max(loudest, float(np.abs(network.engine.pull(960)).max()))
        await world.ask("voice.echo_test", {"on": False})
        await world.until(lambda: network.engine.open == 0)


async def test_an_echo_test_needs_no_call_and_ends_by_itself_and_with_its_window(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        world.open_window()
        await world.ask("voice.echo_test", {"on": True})
        assert network.engine.open == 2
        await world.clock.advance(TEST_FOR + 0.1)
        await world.until(lambda: network.engine.open == 0)
        assert not world.read("capture").testing
        await world.ask("voice.echo_test", {"on": True})
        world.close_window()
        await world.until(lambda: network.engine.open == 0)
        await world.ask("voice.deafen", {"on": True})
        with pytest.raises(CommandError) as caught:
            await world.ask("voice.echo_test", {"on": True})
        assert caught.value.code == "deafened"


@pytest.mark.parametrize("problem", ["none", "permission", "busy", "failed"])
async def test_a_microphone_that_does_not_open_is_said(
    network: Network, monkeypatch: pytest.MonkeyPatch, problem: str
) -> None:
    network.engine.refusal = problem
    async with network.running(monkeypatch) as world:
        world.open_window()
        with pytest.raises(CommandError) as caught:
            await world.ask("voice.echo_test", {"on": True})
        assert caught.value.code == f"microphone_{problem}"
        assert world.read("capture").problem == problem
        assert not world.read("capture").testing
        assert world.gate.may_feed()
        assert network.engine.open == 0
        network.engine.refusal = ""
        await world.ask("voice.meter", {"on": True})
        assert world.read("capture").problem == ""


@pytest.mark.parametrize("problem", ["none", "permission", "busy", "failed"])
async def test_a_microphone_that_dies_in_a_call_is_said_until_one_opens_again(
    network: Network, monkeypatch: pytest.MonkeyPatch, problem: str
) -> None:
    monkeypatch.setattr(line, "SETTLE", 0.2)
    async with network.running(monkeypatch) as world:
        await network.join(world)
        await world.until(lambda: world.read("voice").microphone == "on")
        assert network.engine.take is not None
        network.engine.take, network.engine.refusal = None, problem
        await world.until(lambda: world.read("capture").problem == problem)
        assert (world.read("voice").status, network.engine.take) == ("connected", None)
        network.engine.refusal = ""
        await world.until(lambda: world.read("capture").problem == "")

        def heard_again() -> bool:
            say(network, 9000, 1)
            return bool(network.sources[0].fed)

        await world.until(heard_again)
        assert network.link.published == [False]


async def test_a_microphone_that_comes_in_the_middle_of_a_call_is_published_and_heard(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        network.engine.refusal = "none"
        await network.join(world)
        await world.until(lambda: world.read("voice").microphone == "none")
        world.open_window()
        with pytest.raises(CommandError) as caught:
            await world.ask("voice.echo_test", {"on": True})
        assert (caught.value.code, network.link.published) == ("microphone_none", [])
        await world.ask("voice.mute", {"on": True})
        network.engine.refusal = ""
        await world.until(lambda: world.read("voice").microphone == "on")
        assert world.read("capture").problem == ""
        assert network.link.published == [True]
        say(network, 9000, 50)
        assert network.sources[0].fed == []
        await world.ask("voice.leave")
        await world.until(lambda: network.engine.open == 0)


async def test_the_echo_canceller_hears_the_loudspeaker_in_every_call(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[Block] = []
    native = SimpleNamespace(play=played.append, process=lambda frame: frame)
    network.build = lambda wanted: Built(Stages(native), "off")  # type: ignore[method-assign]
    async with network.running(monkeypatch) as world:
        for _ in range(2):
            await network.join(world)
            await world.until(lambda: world.read("voice").microphone == "on")
            assert network.engine.pull is not None
            played.clear()
            network.engine.pull(4800)

            def taken() -> int:
                say(network, 9000, 1)
                return len(played)

            assert await world.until(taken) == 10
            await world.ask("voice.leave")
            await world.until(lambda: network.engine.open == 0)


async def test_a_silent_microphone_is_told_once_with_its_cause_and_the_mark_goes_with_the_silence(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.muted_in_system = True
    async with network.running(monkeypatch) as world:
        await network.join(world)
        await world.until(lambda: world.read("voice").microphone == "on")

        def silence() -> Any:
            say(network, 0, 10)
            return world.read("capture").problem

        await world.until(silence)
        assert world.read("capture").problem == "muted_in_system"
        say(network, 0, 500)
        await settle()
        assert [name for name, _ in world.notices] == ["microphone.muted_in_system"]
        network.muted_in_system = False
        await world.clock.advance(2.1)
        await world.until(lambda: world.read("capture").problem == "zeros")
        say(network, 9000, 10)
        await world.clock.advance(2.1)
        await world.until(lambda: world.read("capture").problem == "")


async def test_every_switch_of_the_processing_is_applied_live(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:

        def built(name: str, value: Any) -> bool:
            return bool(getattr(network.built[-1], name) == value)

        assert network.built == []
        world.open_window()
        await world.ask("voice.meter", {"on": True})
        assert network.built == [Processing()]
        for name, value in (
            ("echo_cancellation", False),
            ("noise_suppression", False),
            ("gain_control", False),
            ("high_pass", False),
            ("suppressor", "deepfilternet"),
        ):
            await world.ask("settings.set", {"name": f"voice.{name}", "value": value})
            await world.until(functools.partial(built, name, value))
        await world.until(lambda: world.read("capture").suppressor == "on")
        assert len(network.built) == 6


async def test_push_to_talk_lives_by_the_hubs_heart(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch, options={"voice.gate": "ptt"}) as world:
        assert not world.gate.may_feed()
        world.gate.renew_key(time.monotonic() + 60)
        await world.until(world.gate.may_feed)
        # The hub's loop stands still: the microphone shuts by itself.
        time.sleep(0.3)  # noqa: ASYNC251
        assert not world.gate.may_feed()
        await world.until(world.gate.may_feed)
        await world.ask("settings.set", {"name": "voice.gate", "value": "open"})
        assert world.gate.mode == "open"
    assert not world.gate.may_feed()


@pytest.mark.parametrize(
    ("name", "value"), [("threshold", 1), ("threshold", -91), ("hold", 0), ("hold", 5000), ("gate", "shut")]
)
async def test_a_setting_out_of_its_range_is_refused(
    network: Network, monkeypatch: pytest.MonkeyPatch, name: str, value: Any
) -> None:
    async with network.running(monkeypatch) as world:
        with pytest.raises(CommandError) as caught:
            await world.ask("settings.set", {"name": f"voice.{name}", "value": value})
        assert caught.value.code == "bad_arguments"

"""``voice.simulate``: every kind reaches the SDK, in a call, while faults are on, and never otherwise."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from tests.parts import LiveKit
from tests.plugins.xcord_voice.callers import KeepingEngine
from tests.plugins.xcord_voice.test_real_call import join

from xcord import CommandError, Faults, Simulate
from xcord.faults import Scenario
from xcord_voice.room import SCENARIOS


def test_every_kind_of_ours_is_one_of_livekits_and_the_other_way_round() -> None:
    assert {f"SIMULATE_{kind.upper()}" for kind in get_args(Scenario)} == set(SCENARIOS)


async def test_it_is_refused_unless_faults_are_on_and_a_call_is_up(
    livekit: LiveKit, engine: KeepingEngine, real_voice: Any
) -> None:
    async with real_voice() as world:
        for on, code in ((False, "faults_off"), (True, "not_in_channel")):
            if on:
                world.publish("faults", Faults())
            with pytest.raises(CommandError) as caught:
                await world.ask("voice.simulate", Simulate("speaker"))
            assert caught.value.code == code
        await join(world, livekit)
        await world.ask("voice.simulate", Simulate("full_reconnect"))
        await world.until(lambda: world.read("voice").status == "reconnecting", 20)
        await world.until(lambda: world.read("voice").status == "connected", 30)
        assert world.read("voice").epoch == 1
        await world.ask("voice.simulate", Simulate("server_leave"))
        lost = await world.until(lambda: (v := world.read("voice")).status == "lost" and v, 20)
        assert lost.reason == "server_shutdown"

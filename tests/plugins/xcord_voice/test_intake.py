"""Nothing that was captured while it must not be heard ever leaves the capture thread."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from xcord import Gate
from xcord_voice.audio.activity import Activity
from xcord_voice.audio.chain import Chain, Stages
from xcord_voice.audio.farend import FarEnd
from xcord_voice.audio.frames import Block
from xcord_voice.audio.intake import Intake

BLOCK = 960
STEP = 0.01


class Moment:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Kept:
    """Takes the sound and remembers which blocks it came from."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.shuts = self.skipped = 0

    def deliver(self, samples: Block) -> None:
        assert 0 < len(samples) <= BLOCK
        self.numbers += samples.tolist()

    def skip(self, count: int) -> None:
        self.skipped += count

    def shut(self) -> None:
        self.shuts += 1


@dataclass
class Device:
    """A microphone with a gate, and time that the test moves."""

    by_voice: bool = False
    time: Moment = field(default_factory=Moment)
    kept: Kept = field(default_factory=Kept)

    def __post_init__(self) -> None:
        self.gate = Gate(self.time)
        self.chain = Chain(FarEnd())
        self.activity = Activity(threshold=-60.0, hold=0.05)
        self.intake = Intake(
            self.route, self.chain, self.activity, lambda: self.by_voice, lambda: None, self.time()
        )

    def route(self) -> tuple[Kept, float] | None:
        since = self.gate.open_since()
        return None if since is None else (self.kept, since)

    def run(self, first: int, last: int) -> None:
        """Blocks of 20 ms at their time, each full of its number."""
        for number in range(first, last):
            self.time.now += 0.02
            self.intake.take(np.full(BLOCK, number, np.int16), self.time())

    @property
    def fed(self) -> list[int]:
        """The numbers that were delivered, once each."""
        return sorted(set(self.kept.numbers))


def test_an_open_gate_feeds_every_block_and_a_shut_one_none() -> None:
    device = Device()
    device.run(1, 6)
    assert device.fed == []
    device.gate.set_muted(False)
    device.run(6, 16)
    # The first may have been in the air before the gate opened.
    assert device.fed == list(range(7, 16))
    device.gate.set_muted(True)
    device.run(16, 30)
    assert device.fed == list(range(7, 16))
    assert device.kept.shuts == 1


def test_a_mute_between_two_blocks_is_seen() -> None:
    device = Device()
    device.gate.set_muted(False)
    device.run(1, 10)
    device.gate.set_muted(True)
    device.gate.set_muted(False)
    device.run(10, 20)
    assert device.kept.shuts == 1
    assert 10 not in device.fed
    assert 11 in device.fed


def test_what_was_recorded_while_shut_is_not_fed_after_a_stall() -> None:
    device = Device()
    device.gate.set_muted(False)
    device.run(1, 10)
    device.gate.set_muted(True)
    device.time.now += 5.0
    device.gate.set_muted(False)
    device.time.now += 0.1
    for number in range(10, 265):
        device.intake.take(np.full(BLOCK, number, np.int16), device.time())
    # The last 100 ms were recorded after the unmute; of these, the first may have been in the air before.
    assert [number for number in device.fed if number >= 10] == [261, 262, 263, 264]


def test_voice_activity_only_ever_holds_back() -> None:
    device = Device(by_voice=True)
    device.run(20_000, 20_050)
    assert device.fed == []
    device.gate.set_muted(False)
    device.run(20_100, 20_110)
    assert device.fed == list(range(20_101, 20_110))
    # -90 dB: silence, after what is held.
    device.run(1, 20)
    assert max(number for number in device.fed if number < 20) == 3
    assert device.kept.skipped > 0


def test_the_level_is_of_what_came_since_it_was_read() -> None:
    device = Device()
    device.gate.set_muted(False)
    device.run(10_000, 10_010)
    assert abs(device.intake.level.read() - -10.3) < 0.1
    assert device.intake.level.read() == -120.0


class Delay:
    """A stage that gives each frame as the one of some frames ago, as real ones do."""

    def __init__(self, frames: int) -> None:
        self._held = [np.zeros(480, np.int16)] * frames

    def process(self, frame: Block) -> Block:
        self._held.append(frame)
        return self._held.pop(0)


def test_what_a_stage_still_holds_is_not_fed_after_the_next_opening() -> None:
    device = Device()
    device.chain.stages = Stages(None, Delay(5))
    device.gate.set_muted(False)
    device.run(1, 50)
    device.gate.set_muted(True)
    before = set(device.fed)
    device.run(50, 100)
    device.gate.set_muted(False)
    device.run(100, 110)
    assert all(number >= 100 for number in set(device.fed) - before - {0})


ACTIONS = st.sampled_from(
    ["mute", "unmute", "deafen", "undeafen", "key", "hub", "ptt", "open", "voice", "loud"]
)
LOUD = 8000  # added to the step: -12 dBFS, while 1600 steps alone stay below -26
HISTORIES = st.lists(
    st.tuples(st.lists(ACTIONS, max_size=3), st.integers(0, 40), st.booleans()), min_size=1, max_size=40
)


@settings(max_examples=300, deadline=None)
@given(HISTORIES, st.integers(0, 2))
def test_no_sample_captured_while_shut_is_ever_fed(
    history: list[tuple[list[str], int, bool]], latency: int
) -> None:
    """Mute, deafen, push to talk, voice activity, stalls of any length: the number of each sample is the step
    of 10 ms in which it was in the air."""
    device = Device()
    device.chain.stages = Stages(None, Delay(3))
    device.activity.threshold = -20.0
    shut_at: set[int] = set()
    step, captured, loud = 0, 0, True
    device.gate.set_muted(False)
    for actions, steps, stalled in history:
        for action in actions:
            act(device, action)
            loud = loud if action != "loud" else not loud
        for _ in range(steps):
            if device.gate.open_since() is None:
                shut_at.add(step)
            step += 1
            device.time.now = 100.0 + step * STEP
            if device.gate.open_since() is None:
                shut_at.add(step - 1)
            if not stalled:
                # Whole blocks of 20 ms, the newest ``latency`` steps of sound are still on their way.
                while captured + 2 <= step - latency:
                    block = np.concatenate([marked(captured, loud), marked(captured + 1, loud)])
                    captured += 2
                    device.intake.take(block, device.time())
    fed = {number % LOUD - 1 for number in device.kept.numbers if number}
    assert not fed & shut_at


def marked(step: int, loud: bool) -> Block:
    """10 ms of sound that carry their step; quiet ones are below the threshold of voice activity."""
    return np.full(480, step + 1 + (LOUD if loud else 0), np.int16)


def act(device: Device, action: str) -> None:
    now = device.time()
    match action:
        case "mute" | "unmute":
            device.gate.set_muted(action == "mute")
        case "deafen" | "undeafen":
            device.gate.set_shut("deafened", action == "deafen")
        case "key":
            device.gate.renew_key(now + 0.07)
        case "hub":
            device.gate.renew_hub(now + 0.2)
        case "ptt" | "open":
            device.gate.set_mode("ptt" if action == "ptt" else "open")
        case "voice":
            device.by_voice = not device.by_voice

"""What a page is sent, over random histories: put, drop, acknowledge, time."""

import json
import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from xcord.media import flow as flow_module
from xcord.media.batches import Piece
from xcord.media.credit import IN_FLIGHT, TIMEOUT
from xcord.media.flow import Flow, Wait
from xcord.media.slots import Key, Slots

from .test_batches import decode

A: Key = ("a", "camera", 0)
B: Key = ("b", "camera", 0)
BOTH = frozenset({A, B})


def put(slots: Slots, key: Key = A, fill: int = 1, epoch: int = 1, sid: str = "s") -> bool:
    return slots.put(key, epoch, sid, 2, 2, bytes([fill]) * 6, 0.0)


def opened() -> Slots:
    slots = Slots()
    slots.open(1)
    return slots


def pictures(batch: str | list[Piece] | Wait) -> list[tuple[int, int]]:
    """Stream and content of each picture."""
    assert isinstance(batch, list)
    return [(stream, data[0]) for stream, _, _, _, _, data in decode(b"".join(batch))[1]]


def streams(text: str | list[Piece] | Wait) -> dict[str, str]:
    assert isinstance(text, str)
    return {number: key["user"] for number, key in json.loads(text)["streams"].items()}


def test_a_page_learns_of_a_stream_before_its_first_frame() -> None:
    slots = opened()
    flow = Flow(slots, BOTH)
    assert flow.step(0.0) == Wait(None)
    put(slots)
    assert streams(flow.step(0.0)) == {"1": "a"}
    assert pictures(flow.step(0.0)) == [(1, 1)]


def test_what_the_window_does_not_show_is_not_sent() -> None:
    slots = opened()
    flow = Flow(slots, frozenset())
    put(slots)
    assert flow.step(0.0) == Wait(None)
    flow.keys = BOTH
    assert streams(flow.step(0.0)) == {"1": "a"}
    flow.keys = frozenset({B})
    assert streams(flow.step(0.0)) == {}


def test_one_frame_is_sent_once() -> None:
    slots = opened()
    flow = Flow(slots, BOTH)
    put(slots)
    flow.step(0.0)
    flow.step(0.0)
    flow.credit.acknowledge(1, 0.0)
    assert flow.step(5.0) == Wait(None)


def test_a_slow_page_gets_the_newest_frame_when_it_is_ready() -> None:
    slots = opened()
    flow = Flow(slots, BOTH)
    put(slots, fill=1)
    flow.step(0.0)
    flow.step(0.0)
    put(slots, fill=2)
    assert pictures(flow.step(0.1)) == [(1, 2)]
    for fill in (3, 4, 5):
        put(slots, fill=fill)
        assert flow.step(0.5) == Wait(0.0 + TIMEOUT, pictures=False)
    flow.credit.acknowledge(2, 0.6)
    assert pictures(flow.step(0.6)) == [(1, 5)]


def test_batches_keep_the_rate_and_a_late_one_is_not_caught_up() -> None:
    slots = opened()
    flow = Flow(slots, BOTH, rate=10)
    put(slots)
    put(slots, B)
    flow.step(7.0)
    assert pictures(flow.step(7.0))
    put(slots, fill=2)
    wait = flow.step(7.01)
    assert isinstance(wait, Wait)
    assert wait.deaf
    assert wait.until == pytest.approx(7.1)
    assert pictures(flow.step(7.12))
    flow.credit.acknowledge(2, 7.15)
    put(slots, fill=3)
    later = flow.step(7.15)
    assert isinstance(later, Wait)
    assert later.until == pytest.approx(7.2)


def test_a_new_picture_wakes_only_a_flow_that_has_nothing_to_send() -> None:
    slots = opened()
    flow = Flow(slots, BOTH, rate=10)
    put(slots)
    put(slots, B)
    flow.step(0.0)
    flow.step(0.0)
    assert flow.step(0.01) == Wait(0.1, deaf=True, pictures=False)  # not yet its time
    assert flow.step(0.1) == Wait(TIMEOUT)  # nothing to send
    put(slots, fill=2)
    assert pictures(flow.step(0.2))
    put(slots, fill=3)
    assert flow.step(0.4) == Wait(TIMEOUT, pictures=False)  # no credit


def large(slots: Slots, key: Key = A, fill: int = 1, at: float = 0.0) -> bool:
    return slots.put(key, 1, "s", 4, 4, bytes([fill]) * 24, 1000 * at)


def fills(batch: str | list[Piece] | Wait) -> set[int]:
    return {content for _, content in pictures(batch)}


def test_the_large_picture_goes_at_once_and_takes_along_what_waits() -> None:
    slots = opened()
    flow = Flow(slots, BOTH, rate=10)
    large(slots, A, 1)
    put(slots, B, 2)
    flow.step(7.0)
    assert fills(flow.step(7.0)) == {1, 2}
    put(slots, B, 3)
    assert flow.step(7.01) == Wait(pytest.approx(7.1), deaf=True, pictures=False, but=A)
    large(slots, A, 4)
    assert fills(flow.step(7.05)) == {4, 3}
    flow.credit.acknowledge(2, 7.05)
    put(slots, B, 5)
    assert flow.step(7.12) == Wait(pytest.approx(7.15), deaf=True, pictures=False, but=A)
    assert fills(flow.step(7.16)) == {5}


def test_not_even_the_large_picture_exceeds_the_highest_rate() -> None:
    slots = opened()
    flow = Flow(slots, BOTH)
    large(slots, A, 1)
    flow.step(7.0)
    assert pictures(flow.step(7.0))
    large(slots, A, 2)
    wait = flow.step(7.01)
    assert wait == Wait(pytest.approx(7.0 + 1 / flow_module.MOST_RATE), deaf=True, pictures=False)
    assert pictures(flow.step(7.0 + 1 / flow_module.MOST_RATE))


def test_tiles_beside_a_large_video_ride_along_with_it() -> None:
    slots = opened()
    flow = Flow(slots, BOTH)
    sent = 0
    for turn in range(120):
        at = turn / 60
        if turn % 2 == 0:
            large(slots, A, turn, at)
        if turn % 4 == 3:
            put(slots, B, turn)
        while not isinstance(action := flow.step(at), Wait):
            sent += isinstance(action, list)
            flow.credit.acknowledge(max(1, flow.credit.sent), at) if flow.credit.sent else None
    assert sent == pytest.approx(60, abs=2)


def test_a_dropped_frame_that_waits_is_never_sent() -> None:
    slots = opened()
    flow = Flow(slots, BOTH, rate=10)
    put(slots, fill=1)
    flow.step(0.0)
    flow.step(0.0)
    put(slots, fill=2)
    assert isinstance(flow.step(0.01), Wait)
    slots.drop(A)
    assert streams(flow.step(0.02)) == {}
    assert flow.step(0.5) == Wait(TIMEOUT)


def test_a_silent_page_is_given_up() -> None:
    slots = opened()
    flow = Flow(slots, BOTH)
    put(slots)
    flow.step(0.0)
    flow.step(0.0)
    flow.step(0.99)
    with pytest.raises(TimeoutError):
        flow.step(1.0)


def test_more_than_a_batch_holds_goes_out_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_module, "BATCH_FRAMES", 1)
    slots = opened()
    flow = Flow(slots, BOTH)
    put(slots, A, 1)
    put(slots, B, 2)
    flow.step(0.0)
    first = pictures(flow.step(0.0))
    put(slots, A, 3)
    put(slots, B, 4)
    second = pictures(flow.step(1 / flow_module.RATE))
    assert {content % 2 for _, content in first + second} == {0, 1}


def test_a_batch_is_bounded_in_bytes_but_a_single_frame_always_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_module, "BATCH_BYTES", 5)
    slots = opened()
    flow = Flow(slots, BOTH)
    put(slots, A)
    put(slots, B)
    flow.step(0.0)
    assert len(pictures(flow.step(0.0))) == 1


def share_sent(rates: list[int], jitter: float, seed: int, seconds: int = 4) -> float:
    """Of the frames of the first video, how many a prompt page gets, by simulation."""
    chance = random.Random(seed)
    keys: list[Key] = [(f"user{number}", "camera", 0) for number in range(len(rates))]
    arrivals = sorted(
        (max(0.0, turn / rate + phase + chance.gauss(0, jitter)), key)
        for key, rate in zip(keys, rates, strict=True)
        for phase in [chance.random() / rate]
        for turn in range(rate * seconds)
    )
    slots = opened()
    flow = Flow(slots, frozenset(keys))
    sent = 0
    wait = Wait(None)
    for number, (at, key) in enumerate(arrivals):
        slots.put(key, 1, "s", 2, 2, bytes([key == keys[0]] * 6), 1000 * at)
        following = arrivals[number + 1][0] if number + 1 < len(arrivals) else at + 1
        now = max(at, wait.until or 0.0) if wait.deaf and key != wait.but else at
        while now < following:
            action = flow.step(now)
            if isinstance(action, list):
                sent += sum(content for _, content in pictures(action))
                flow.credit.acknowledge(flow.credit.sent, now)
            elif isinstance(action, Wait):
                wait = action
                if wait.until is None:
                    break
                now = wait.until
    return sent / (rates[0] * seconds)


@pytest.mark.parametrize("rates", [[15] * 9, [30], [30] + [15] * 8, [24] + [15] * 24, [30] * 9])
def test_a_prompt_page_gets_nearly_every_frame_also_of_a_quick_video_beside_slow_ones(
    rates: list[int],
) -> None:
    # Many phases: a fixed 30 batches a second is lossless for most of them, and hopeless for some.
    shares = [share_sent(rates, jitter=0.002, seed=seed) for seed in range(20)]
    assert min(shares) >= 0.97
    assert sum(shares) / len(shares) >= 0.99


class History(RuleBasedStateMachine):
    """A call and a page of random speed; the page keeps what a page would keep."""

    def __init__(self) -> None:
        super().__init__()
        self.slots = Slots()
        self.flow = Flow(self.slots, BOTH)
        self.now = 0.0
        self.epoch = 0
        self.sid = dict.fromkeys(BOTH, 0)
        self.turn = 0
        self.content: dict[int, tuple[Key, int, int]] = {}
        self.newest: dict[Key, int] = {}
        self.page: dict[int, str] = {}
        self.seen: dict[Key, int] = {}
        self.sent = self.acknowledged = 0

    @rule()
    def new_epoch(self) -> None:
        self.epoch += 1
        self.slots.open(self.epoch)
        self.newest.clear()

    @precondition(lambda self: self.turn < 255)
    @rule(key=st.sampled_from([A, B]), old=st.booleans())
    def put(self, key: Key, old: bool) -> None:
        self.turn += 1
        epoch = self.epoch - old
        if put(self.slots, key, self.turn, epoch, str(self.sid[key])):
            assert not old
            self.newest[key] = self.turn
        self.content[self.turn] = (key, epoch, self.sid[key])

    @rule(key=st.sampled_from([A, B]))
    def drop(self, key: Key) -> None:
        self.slots.drop(key)
        self.sid[key] += 1
        self.newest.pop(key, None)

    @rule(keys=st.sampled_from([BOTH, frozenset({A}), frozenset()]))
    def show(self, keys: frozenset[Key]) -> None:
        self.flow.keys = keys

    @rule(seconds=st.sampled_from([0.01, 0.04, 0.3]))
    def pass_time(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.sent > 0)
    @rule(back=st.integers(0, 2))
    def acknowledge(self, back: int) -> None:
        number = max(1, self.sent - back)
        news = self.flow.credit.acknowledge(number, self.now)
        assert news == (number > self.acknowledged)
        self.acknowledged = max(self.acknowledged, number)

    @rule()
    def step(self) -> None:
        try:
            action = self.flow.step(self.now)
        except TimeoutError:
            assert self.sent > self.acknowledged
            self.flow = Flow(self.slots, self.flow.keys)
            self.page, self.sent, self.acknowledged = {}, 0, 0
            self.seen.clear()
            return
        if isinstance(action, str):
            self.page = {int(number): user for number, user in streams(action).items()}
        elif isinstance(action, list):
            self._receive(b"".join(action))

    def _receive(self, batch: bytes) -> None:
        number, frames = decode(batch)
        self.sent += 1
        assert number == self.sent
        for stream, *_, data in frames:
            key, epoch, sid = self.content[data[0]]
            assert self.page[stream] == key[0]
            assert epoch == self.epoch
            assert sid == self.sid[key]
            assert key in self.flow.keys
            assert data[0] == self.newest[key]
            assert data[0] > self.seen.get(key, 0)
            self.seen[key] = data[0]

    @invariant()
    def at_most_two_batches_are_in_flight(self) -> None:
        assert self.sent - self.acknowledged == self.flow.credit.in_flight <= IN_FLIGHT


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)

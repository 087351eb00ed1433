"""The newest frame of each track, and never one that must not be shown."""

import threading
from collections import deque

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from xcord.media.slots import Key, Slots, i420_length

A: Key = ("a", "camera", 0)
B: Key = ("b", "camera", 0)
PICTURE = bytes(i420_length(4, 2))


def put(slots: Slots, key: Key = A, epoch: int = 1, sid: str = "s", data: bytes = PICTURE) -> bool:
    return slots.put(key, epoch, sid, 4, 2, data, 0.0)


def opened() -> Slots:
    slots = Slots()
    slots.open(1)
    return slots


def test_the_newest_frame_wins() -> None:
    slots = opened()
    assert put(slots, data=b"1" * 12)
    assert put(slots, data=b"2" * 12)
    assert bytes(slots.newest([A, B])[A].data) == b"2" * 12
    assert B not in slots.newest([A, B])


def test_frames_are_kept_without_a_copy() -> None:
    slots = opened()
    data = bytearray(PICTURE)
    slots.put(A, 1, "s", 4, 2, data, 0.0)
    data[0] = 7
    assert slots.newest([A])[A].data[0] == 7


def test_nothing_gets_in_before_an_epoch_is_open_or_after_it_was_closed() -> None:
    slots = Slots()
    assert not put(slots)
    slots.open(1)
    assert put(slots)
    slots.close()
    assert not put(slots)
    assert slots.newest([A]) == {}


def test_a_new_epoch_forgets_the_old_one_and_refuses_its_late_frames() -> None:
    slots = opened()
    put(slots)
    slots.open(2)
    assert slots.newest([A]) == {}
    assert not put(slots, epoch=1)
    assert put(slots, epoch=2)


def test_opening_the_same_epoch_again_changes_nothing() -> None:
    slots = opened()
    put(slots)
    slots.open(1)
    assert A in slots.newest([A])


def test_a_dropped_stream_cannot_come_back() -> None:
    slots = opened()
    put(slots, sid="old")
    slots.drop(A)
    assert slots.newest([A]) == {}
    assert not put(slots, sid="old")
    assert put(slots, sid="new")
    assert not put(slots, sid="old")


def test_a_dropped_stream_comes_back_when_it_is_admitted() -> None:
    slots = opened()
    put(slots, sid="s")
    slots.drop(A)
    assert not slots.admit(A, 2, "s")
    assert slots.admit(A, 1, "s")
    assert put(slots, sid="s")


def test_admitting_another_stream_forgets_the_frame_of_the_first() -> None:
    slots = opened()
    put(slots, sid="one")
    slots.admit(A, 1, "two")
    assert slots.newest([A]) == {}
    assert not put(slots, sid="one")
    assert put(slots, sid="two")


def test_a_frame_whose_bytes_do_not_fit_its_size_is_refused() -> None:
    slots = opened()
    assert not slots.put(A, 1, "s", 4, 2, bytes(11), 0.0)
    assert not slots.put(A, 1, "s", 0, 2, b"", 0.0)
    assert not slots.put(A, 1, "s", 9000, 2, bytes(i420_length(9000, 2)), 0.0)
    assert slots.refused == 3


def test_odd_sizes_round_the_colour_planes_up() -> None:
    assert i420_length(3, 3) == 9 + 2 * 4
    assert i420_length(320, 180) == 320 * 180 * 3 // 2


def test_a_frame_after_a_drop_begins_a_new_life() -> None:
    slots = opened()
    put(slots)
    put(slots)
    first = slots.newest([A])[A]
    slots.drop(A)
    put(slots, sid="new")
    second = slots.newest([A])[A]
    assert (first.life, first.serial) == (1, 2)
    assert (second.life, second.serial) == (3, 3)


def test_the_interval_between_frames_is_known_and_smooth() -> None:
    slots = opened()

    def interval(delivered: float) -> float:
        slots.put(A, 1, "s", 4, 2, PICTURE, delivered)
        return slots.newest([A])[A].interval

    assert interval(1000.0) == 0
    assert interval(1040.0) == 40
    assert interval(1160.0) == 50
    assert interval(1160.0) == 50  # a clock that stands still or goes back tells nothing
    assert interval(900.0) == 50
    assert interval(1e9) == 50 + (1000 - 50) / 8
    slots.drop(A)
    slots.put(A, 1, "new", 4, 2, PICTURE, 2e9)
    assert slots.newest([A])[A].interval == 0


def test_each_change_is_told_and_a_refused_frame_is_not() -> None:
    slots = opened()
    told: list[Key | None] = []
    slots.on_frame = told.append
    put(slots)
    put(slots, epoch=9)
    slots.drop(A)
    slots.drop(A)
    slots.close()
    assert told == [A, None, None]


def test_many_threads_may_put_and_drop_at_once() -> None:
    slots = opened()
    seen: deque[int] = deque()

    def work(name: str) -> None:
        for turn in range(300):
            put(slots, (name, "camera", 0), sid=f"{name}{turn // 3}")
            if turn % 3 == 2:
                slots.drop((name, "camera", 0))
            seen.extend(frame.serial for frame in slots.newest([A, B]).values())

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    assert slots.newest([(name, "camera", 0) for name in "abcd"]) == {}
    assert slots.accepted == 1200


class History(RuleBasedStateMachine):
    """A random life of a call beside the plainest model of it."""

    def __init__(self) -> None:
        super().__init__()
        self.slots = Slots()
        self.epoch: int | None = None
        self.source: dict[Key, str] = {}
        self.dropped: set[tuple[Key, str]] = set()
        self.held: dict[Key, bytes] = {}
        self.turn = 0

    keys = st.sampled_from([A, B])
    sids = st.sampled_from(["x", "y"])
    epochs = st.integers(1, 2)

    @rule(epoch=epochs)
    def open(self, epoch: int) -> None:
        self.slots.open(epoch)
        if epoch != self.epoch:
            self._forget(epoch)

    @rule()
    def close(self) -> None:
        self.slots.close()
        self._forget(None)

    def _forget(self, epoch: int | None) -> None:
        self.epoch = epoch
        self.source, self.dropped, self.held = {}, set(), {}

    @rule(key=keys, epoch=epochs, sid=sids)
    def put(self, key: Key, epoch: int, sid: str) -> None:
        self.turn += 1
        data = self.turn.to_bytes(12, "big")
        allowed = epoch == self.epoch and self.source.get(key, sid) == sid and (key, sid) not in self.dropped
        assert put(self.slots, key, epoch, sid, data) == allowed
        if allowed:
            self.source[key], self.held[key] = sid, data

    @rule(key=keys)
    def drop(self, key: Key) -> None:
        self.slots.drop(key)
        self.held.pop(key, None)
        if key in self.source:
            self.dropped.add((key, self.source.pop(key)))

    @rule(key=keys, epoch=epochs, sid=sids)
    def admit(self, key: Key, epoch: int, sid: str) -> None:
        assert self.slots.admit(key, epoch, sid) == (epoch == self.epoch)
        if epoch == self.epoch:
            if self.source.get(key) != sid:
                self.held.pop(key, None)
            self.source[key] = sid
            self.dropped.discard((key, sid))

    @invariant()
    def only_the_newest_allowed_frames_are_held(self) -> None:
        held = {key: bytes(frame.data) for key, frame in self.slots.newest([A, B]).items()}
        assert held == self.held


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)

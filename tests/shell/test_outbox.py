"""A window holds what the hub holds, however seldom it reads."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from xcord import Speaking
from xcord.messages import Result
from xcord.outbox import NOTICES, RESULTS, Encoded, Outbox, digest

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.sampled_from("abc"), st.integers(0, 2)),
        st.tuples(st.just("go"), st.sampled_from("abc"), st.just(0)),
        st.tuples(st.just("read"), st.just(""), st.just(0)),
        st.tuples(st.just("check"), st.just(""), st.just(0)),
    ),
    max_size=40,
)


class Window:
    """What a page does with frames."""

    def __init__(self) -> None:
        self.slices: dict[str, Any] = {}
        self.frame = 0

    def take(self, frame: bytes) -> None:
        message = msgspec.json.decode(frame)
        assert message["frame"] == self.frame + 1
        self.frame += 1
        if message["type"] == "change":
            self.slices.update(message["slices"])
            for name in message["gone"]:
                del self.slices[name]
        elif message["type"] == "check":
            held = {name: msgspec.json.encode(value, order="sorted") for name, value in self.slices.items()}
            assert message["hash"] == digest(held)


@given(STEPS)
def test_frames_have_no_gap_and_the_window_ends_with_the_hubs_values(
    steps: list[tuple[str, str, int]],
) -> None:
    values: dict[str, Speaking] = {}
    outbox, window = Outbox(Encoded(values.get)), Window()
    outbox.start([])
    for step, name, number in (*steps, ("read", "", 0)):
        if step == "set":
            values[name] = Speaking((str(number),))
            outbox.touch(name)
        elif step == "go" and values.pop(name, None) is not None:
            outbox.touch(name)
        elif step == "read":
            for frame in outbox.take():
                window.take(frame)
        elif step == "check":
            for frame in (*outbox.take(), outbox.take_check()):
                window.take(frame)
    assert window.slices == {name: {"users": list(value.users)} for name, value in values.items()}


def test_a_window_that_never_reads_costs_one_value_a_slice() -> None:
    values = {"speaking": Speaking()}
    outbox = Outbox(Encoded(values.get))
    outbox.start(["speaking"])
    for number in range(1000):
        values["speaking"] = Speaking((str(number),))
        outbox.touch("speaking")
        outbox.add_notice("participant.joined", {"name": "x"})
    frames = [msgspec.json.decode(frame) for frame in outbox.take()]
    assert [frame["type"] for frame in frames] == ["change"] + ["notice"] * NOTICES
    assert frames[0]["slices"]["speaking"] == {"users": ["999"]}
    assert outbox.dropped_notices == 1000 - NOTICES


def test_a_value_that_went_back_to_what_the_window_holds_is_not_sent() -> None:
    values = {"speaking": Speaking()}
    outbox = Outbox(Encoded(values.get))
    outbox.start(["speaking"])
    values["speaking"] = Speaking(("a",))
    outbox.touch("speaking")
    values["speaking"] = Speaking()
    outbox.touch("speaking")
    assert outbox.take() == []


def test_a_window_that_asks_and_never_reads_its_answers_is_told_apart() -> None:
    outbox = Outbox(Encoded(lambda name: None))
    answers = [outbox.add_result(Result(number, True)) for number in range(RESULTS + 1)]
    assert answers == [True] * RESULTS + [False]


def test_a_slice_is_encoded_once_for_all_windows() -> None:
    reads = Encoded({"speaking": Speaking(("a",))}.get)
    assert reads.get("speaking") is reads.get("speaking")

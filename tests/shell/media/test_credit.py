"""A page gets as much as it acknowledges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcord.media.credit import IN_FLIGHT, TIMEOUT, Credit


def test_two_batches_may_be_in_flight_and_no_third() -> None:
    credit = Credit()
    assert [credit.send(0.0), credit.send(0.0)] == [1, 2]
    assert not credit.may_send()
    with pytest.raises(RuntimeError):
        credit.send(0.0)


def test_an_acknowledgement_covers_all_before_it() -> None:
    credit = Credit()
    credit.send(0.0)
    credit.send(0.0)
    assert credit.acknowledge(2, 0.1)
    assert credit.in_flight == 0


def test_a_repeated_or_old_acknowledgement_is_harmless() -> None:
    credit = Credit()
    credit.send(0.0)
    credit.send(0.0)
    assert credit.acknowledge(2, 0.1)
    assert not credit.acknowledge(2, 0.2)
    assert not credit.acknowledge(1, 0.3)
    assert credit.in_flight == 0


@pytest.mark.parametrize("number", [0, 2, 2**32 - 1])
def test_a_batch_that_was_never_sent_cannot_be_acknowledged(number: int) -> None:
    credit = Credit()
    credit.send(0.0)
    with pytest.raises(ValueError, match="never sent"):
        credit.acknowledge(number, 0.1)


def test_silence_counts_from_the_oldest_batch_or_the_last_acknowledgement() -> None:
    credit = Credit()
    assert credit.deadline() is None
    credit.send(10.0)
    credit.send(10.5)
    assert credit.deadline() == 11.0
    assert not credit.expired(10.99)
    assert credit.expired(11.0)
    credit.acknowledge(1, 10.9)
    assert credit.deadline() == 11.9
    credit.acknowledge(2, 11.0)
    assert credit.deadline() is None
    assert not credit.expired(1e9)


@given(st.lists(st.tuples(st.sampled_from(["send", "acknowledge"]), st.integers(0, 40), st.floats(0, 0.7))))
def test_no_history_gets_a_third_batch_into_flight(history: list[tuple[str, int, float]]) -> None:
    credit = Credit()
    sent = acknowledged = 0
    now = waiting_since = 0.0
    for what, number, later in history:
        now += later
        if what == "send" and credit.may_send():
            waiting_since = now if sent == acknowledged else waiting_since
            sent += 1
            assert credit.send(now) == sent
        elif what == "acknowledge" and 0 < number <= sent:
            assert credit.acknowledge(number, now) == (number > acknowledged)
            if number > acknowledged:
                acknowledged, waiting_since = number, now
        assert 0 <= credit.in_flight == sent - acknowledged <= IN_FLIGHT
        assert credit.may_send() == (sent - acknowledged < IN_FLIGHT)
        assert credit.expired(now) == (sent > acknowledged and now >= waiting_since + TIMEOUT)

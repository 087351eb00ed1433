"""Every command gets exactly one answer: the counting of it, and what is asked."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.flood.commands import commands
from tests.flood.tally import Tally

NUMBERS = st.lists(st.integers(0, 50), unique=True)


@given(asked=NUMBERS, silent=st.integers(0, 10), twice=st.integers(0, 10))
def test_a_missing_and_a_second_answer_are_both_seen(asked: list[int], silent: int, twice: int) -> None:
    tally = Tally()
    for number in asked:
        tally.ask(number)
    heard = asked[silent:]
    for number in [*heard, *heard[:twice]]:
        tally.answer(number, "")
    assert tally.waiting == min(silent, len(asked))
    assert tally.unanswered == min(silent, len(asked)) + len(heard[:twice])


def test_who_waited_in_a_page_that_is_gone_waits_no_more() -> None:
    tally = Tally()
    for number in range(5):
        tally.ask(number)
    for number in range(3):
        tally.answer(number, "" if number else "unknown_command")
    tally.abandon()
    tally.ask(5)
    tally.answer(5, "")
    assert (tally.asked, tally.abandoned, tally.waiting, tally.unanswered) == (6, 2, 0, 0)
    assert tally.codes == {"ok": 3, "unknown_command": 1}


def test_an_answer_that_nobody_asked_for_is_seen() -> None:
    tally = Tally()
    tally.ask(1)
    tally.answer(1, "")
    tally.answer(1, "timed_out")
    assert tally.unanswered == 1


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_asks_the_same(seed: int) -> None:
    first, second = (list(islice(commands(seed, ("a", "b")), 2000)) for _ in range(2))
    assert first == second
    assert first != list(islice(commands(seed + 1, ("a", "b")), 2000))
    assert {"voice.mute", "stage.pin", "settings.set"} < {name for name, _ in first}

"""Which video is received, as timelines and over any history."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from xcord_voice.video.demand import (
    APART,
    FIRST_OFF_AFTER,
    GROW_EVERY,
    MOST,
    OFF_AFTER,
    PERIOD,
    SHRINK_AFTER,
    Demands,
    Order,
)

ANN = ("ann", "camera")
SMALL, MIDDLE, LARGE = (320, 180), (640, 360), (1280, 720)


def on(size: tuple[int, int], *, whole: bool) -> Order:
    return Order("TR", True, *size, whole)


def looked_at(size: tuple[int, int] | None = SMALL) -> Demands:
    """Ann's camera, looked at since moment 0."""
    demands = Demands()
    demands.want(0.0, {ANN: size} if size else {})
    demands.offer(0.0, "TR", "ann", "camera")
    demands.due(0.0)
    return demands


def run(demands: Demands, start: float, end: float) -> Iterator[tuple[float, Order]]:
    """Everything that is ordered until ``end``, at its moment, while windows do nothing."""
    now = start
    while True:
        orders, moment = demands.due(now)
        yield from ((now, order) for order in orders)
        if moment is None or moment > end:
            return
        now = moment


def test_a_track_that_is_looked_at_is_ordered_at_once_in_its_size() -> None:
    demands = Demands()
    demands.want(0.0, {ANN: SMALL})
    demands.offer(0.0, "TR", "ann", "camera")
    assert demands.due(0.0) == ((on(SMALL, whole=True),), None)
    assert demands.due(5.0) == ((), None)
    assert demands.told("TR") == SMALL


def test_a_track_that_nobody_looks_at_is_off_after_a_moment_and_said_in_full() -> None:
    demands = Demands()
    demands.offer(0.0, "TR", "ann", "camera")
    assert demands.due(0.0) == ((), FIRST_OFF_AFTER)
    assert not demands.is_off("TR")
    assert demands.due(FIRST_OFF_AFTER) == ((Order("TR", False),), None)
    assert demands.is_off("TR")


def test_a_larger_size_goes_at_once_and_the_next_one_a_moment_later() -> None:
    demands = looked_at()
    demands.want(10.0, {ANN: (400, 225)})
    assert demands.due(10.0) == ((on((427, 240), whole=False),), None)
    demands.want(10.1, {ANN: MIDDLE})
    assert demands.due(10.1) == ((), 10.0 + GROW_EVERY)
    demands.want(10.2, {ANN: LARGE})
    assert demands.due(10.0 + GROW_EVERY) == ((on(LARGE, whole=False),), None)


def test_a_smaller_size_waits_until_it_has_been_enough_for_a_while() -> None:
    demands = looked_at(LARGE)
    demands.want(10.0, {ANN: SMALL})
    assert demands.due(10.0) == ((), 10.0 + SHRINK_AFTER)
    demands.want(11.0, {ANN: LARGE})
    assert demands.due(11.0) == ((), None)
    demands.want(12.0, {ANN: MIDDLE})
    demands.want(13.0, {ANN: SMALL})
    assert list(run(demands, 13.0, 99.0)) == [(12.0 + SHRINK_AFTER, on(SMALL, whole=False))]


def test_a_pixel_orders_nothing() -> None:
    demands = looked_at()
    for count in range(10):
        demands.want(1.0 + count, {ANN: (330 + count, 185)})
        assert demands.due(1.0 + count) == ((), None)


def test_out_of_sight_is_off_within_a_second_and_a_glimpse_away_is_not() -> None:
    demands = looked_at()
    demands.want(10.0, {})
    assert demands.due(10.5) == ((), 10.0 + OFF_AFTER)
    demands.want(10.6, {ANN: SMALL})
    assert demands.due(20.0) == ((), None)
    demands.want(21.0, {})
    assert demands.due(21.0 + OFF_AFTER) == ((Order("TR", False, whole=False),), None)
    demands.want(23.0, {ANN: MIDDLE})
    assert demands.due(23.0) == ((on(MIDDLE, whole=True),), None)


def test_a_page_that_is_turned_and_turned_back_shows_its_pictures_at_once() -> None:
    demands = looked_at()
    demands.want(10.0, {})
    assert list(run(demands, 10.0, 10.9)) == [(10.0 + OFF_AFTER, Order("TR", False, whole=False))]
    demands.want(11.0, {ANN: SMALL})
    assert demands.due(11.0) == ((on(SMALL, whole=True),), None)


def test_what_comes_back_just_when_it_was_switched_off_waits_until_that_has_gone_out() -> None:
    """Or it could arrive first, and the picture would stay away."""
    demands = looked_at()
    demands.want(10.0, {})
    off_at = 10.0 + OFF_AFTER
    assert demands.due(off_at) == ((Order("TR", False, whole=False),), None)
    demands.want(off_at, {ANN: SMALL})
    assert demands.due(off_at) == ((), off_at + APART)
    demands.again()
    assert demands.due(off_at) == ((), off_at + APART)
    assert demands.due(off_at + APART) == ((on(SMALL, whole=True),), None)


def test_who_turns_pages_to_and_fro_waits_a_little() -> None:
    demands = looked_at()
    said = []
    for turn in range(20):
        at = 10.0 + turn
        demands.want(at, {} if turn % 2 else {ANN: SMALL})
        said += list(run(demands, at, at + 0.99))
    assert len(said) < 20
    assert most_in_a_period(said) <= MOST


def test_a_window_that_is_dragged_for_two_seconds_asks_four_times_at_most() -> None:
    for first, last in ((160, 1280), (1280, 160)):
        demands = looked_at((first, first * 9 // 16))
        said = []
        for tick in range(121):
            at, width = 10.0 + tick / 60, first + (last - first) * tick // 120
            demands.want(at, {ANN: (width, width * 9 // 16)})
            said += list(run(demands, at, at + 1 / 61))
        assert len([at for at, _ in said if at <= 12.0]) <= MOST
        said += list(run(demands, 12.0, 99.0))
        assert demands.told("TR") == ((1280, 720) if last == 1280 else (160, 90))


def test_after_a_reconnect_everything_is_said_again_in_full() -> None:
    demands = looked_at()
    demands.again()
    assert demands.due(5.0) == ((on(SMALL, whole=True),), None)
    demands.want(6.0, {})
    demands.due(7.0)
    demands.again()
    assert demands.due(8.0) == ((Order("TR", False),), None)


def test_a_tall_picture_is_asked_for_as_it_covers_its_tile_and_a_screen_as_it_lies_within() -> None:
    demands = Demands()
    demands.want(0.0, {("ann", "camera"): SMALL, ("ben", "screen"): (300, 400)})
    demands.offer(0.0, "TR_1", "ann", "camera", 9 / 16)
    demands.offer(0.0, "TR_2", "ben", "screen", 16 / 9)
    demands.due(0.0)
    assert demands.told("TR_1") == (304, 540)
    assert demands.told("TR_2") == (320, 180)


def test_a_track_that_is_gone_is_not_ordered() -> None:
    demands = Demands()
    demands.offer(0.0, "TR", "ann", "camera")
    demands.withdraw("TR")
    assert demands.due(100.0) == ((), None)
    assert demands.told("TR") is None


def most_in_a_period(said: list[tuple[float, Order]]) -> int:
    """Orders in the fullest ``PERIOD``."""
    return max((len([at for at, _ in said if start <= at < start + PERIOD]) for start, _ in said), default=0)


# Binary fractions, so that sums of moments are exact.
pauses = st.sampled_from([1, 2, 7, 13, 31, 50, 52, 64, 100, 129, 300])
sizes = st.sampled_from([None, None, (160, 90), SMALL, (330, 185), MIDDLE, LARGE, (300, 600), (3840, 2160)])


@given(st.lists(st.tuples(pauses, sizes), max_size=60), st.sampled_from(["camera", "screen"]))
def test_no_history_asks_too_often_leaves_on_what_is_hidden_or_ends_elsewhere(
    history: list[tuple[int, tuple[int, int] | None]], kind: str
) -> None:
    demands = Demands()
    demands.want(0.0, {("ann", kind): SMALL})
    demands.offer(0.0, "TR", "ann", kind)
    demands.due(0.0)
    said: list[tuple[float, Order]] = []
    now, hidden, off = 0.0, None, False
    for pause, size in history:
        until = now + pause / 64
        for at, order in run(demands, now, until):
            said.append((at, order))
            off = not order.on
            assert (hidden is None) if order.on else (hidden is not None), "what is ordered is wanted"
        assert off or hidden is None or until - hidden <= 1.0, "off within a second"
        now = until
        demands.want(now, {} if size is None else {("ann", kind): size})
        hidden = (now if hidden is None else hidden) if size is None else None
    said += list(run(demands, now, now + 60.0))
    assert most_in_a_period(said) <= MOST
    assert all(before + APART <= after for before, after in pairwise([0.0, *(at for at, _ in said)]))
    assert all(not order.whole or order.on for _, order in said)
    alone = Demands()
    alone.want(0.0, {} if hidden is not None or not history else {("ann", kind): history[-1][1] or SMALL})
    alone.offer(0.0, "TR", "ann", kind)
    list(run(alone, 0.0, 60.0))
    if history:
        assert demands.told("TR") == alone.told("TR"), "it ends at what is wanted"
    assert demands.due(now + 120.0) == ((), None)

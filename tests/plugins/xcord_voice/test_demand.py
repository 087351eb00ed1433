"""Which video is received, as timelines."""

from __future__ import annotations

from xcord_voice.demand import FIRST_OFF_AFTER, OFF_AFTER, SIZE_AFTER, Demands, Order

ANN = ("ann", "camera")


def test_a_track_that_is_looked_at_is_ordered_at_once_in_its_size() -> None:
    demands = Demands()
    demands.want(0.0, {ANN: (320, 180)})
    demands.offer(0.0, "TR", "ann", "camera")
    assert demands.due(0.0) == ((Order("TR", True, 320, 180),), None)
    assert demands.due(5.0) == ((), None)


def test_a_track_that_nobody_looks_at_is_off_after_a_moment() -> None:
    demands = Demands()
    demands.offer(0.0, "TR", "ann", "camera")
    assert demands.due(0.0) == ((), FIRST_OFF_AFTER)
    assert demands.due(FIRST_OFF_AFTER) == ((Order("TR", False),), None)


def test_a_new_size_waits_until_it_stands_still() -> None:
    demands = Demands()
    demands.want(0.0, {ANN: (320, 180)})
    demands.offer(0.0, "TR", "ann", "camera")
    demands.due(0.0)
    for count in range(10):
        demands.want(1.0 + count * 0.1, {ANN: (330 + count, 180)})
        assert demands.due(1.0 + count * 0.1)[0] == ()
    assert demands.due(1.9 + SIZE_AFTER) == ((Order("TR", True, 339, 180),), None)


def test_out_of_sight_is_off_after_a_second_and_a_glimpse_away_is_not() -> None:
    demands = Demands()
    demands.want(0.0, {ANN: (320, 180)})
    demands.offer(0.0, "TR", "ann", "camera")
    demands.due(0.0)
    demands.want(1.0, {})
    assert demands.due(1.5) == ((), 1.0 + OFF_AFTER)
    demands.want(1.6, {ANN: (320, 180)})
    assert demands.due(10.0) == ((), None)
    demands.want(11.0, {})
    assert demands.due(12.0) == ((Order("TR", False),), None)
    demands.want(13.0, {ANN: (640, 360)})
    assert demands.due(13.0) == ((Order("TR", True, 640, 360),), None)


def test_after_a_reconnect_everything_is_ordered_again() -> None:
    demands = Demands()
    demands.want(0.0, {ANN: (320, 180)})
    demands.offer(0.0, "TR", "ann", "camera")
    demands.due(0.0)
    demands.again(5.0)
    assert demands.due(5.0) == ((Order("TR", True, 320, 180),), None)


def test_a_track_that_is_gone_is_not_ordered() -> None:
    demands = Demands()
    demands.offer(0.0, "TR", "ann", "camera")
    demands.withdraw("TR")
    assert demands.due(100.0) == ((), None)

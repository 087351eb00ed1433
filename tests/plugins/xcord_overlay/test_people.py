"""Who is listed, in which order, and until when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcord import Person
from xcord_overlay.people import Listed, People, Wish

FOUR = [Person(user=user, name=name, me=user == "d") for user, name in zip("dbca", "ÇbaA", strict=True)]
SPEAKERS = Wish(speakers=True, grace=3.0)


def listed(people: People, now: float, wish: Wish = SPEAKERS) -> str:
    return "".join(people.listed(now, FOUR, {}, wish).users)


@pytest.mark.parametrize(
    ("wish", "users", "more"),
    [
        (Wish(), "dbca", 0),
        (Wish(me=False), "bca", 0),
        (Wish(order="name"), "cabd", 0),
        (Wish(maximum=3), "dbc", 1),
        (Wish(maximum=1, me=False), "b", 2),
        (Wish(speakers=True), "", 0),
        (Wish(order="recent"), "dbca", 0),
    ],
)
def test_in_silence(wish: Wish, users: str, more: int) -> None:
    # by name: "a", "A", "b", "Ç", where the first two are one to the alphabet and stay as in the call
    assert People().listed(0.0, FOUR, {}, wish) == Listed(tuple(users), more)


def test_names_of_the_directory_win_in_the_order_by_name() -> None:
    assert People().listed(0, FOUR, {"d": "0"}, Wish(order="name")).users[0] == "d"


def test_speakers_stay_through_pauses_and_for_the_grace_time() -> None:
    people = People()
    people.hear(10.0, {"a"}, 3.0)
    assert listed(people, 10.0) == "a"
    people.hear(12.0, (), 3.0)
    assert people.due(12.0, FOUR, SPEAKERS) == 15.0
    people.hear(14.9, {"a", "b"}, 3.0)
    assert people.due(14.9, FOUR, SPEAKERS) is None
    people.hear(15.0, (), 3.0)
    assert listed(people, 17.9) == "ba"
    assert listed(people, 18.0) == ""
    assert people.due(18.0, FOUR, SPEAKERS) is None


def test_who_began_last_is_first_and_pauses_change_nothing() -> None:
    people, wish = People(), Wish(order="recent")
    people.hear(10.0, {"a"}, 3.0)
    people.hear(11.0, {"a", "b"}, 3.0)
    people.hear(12.0, {"b"}, 3.0)
    people.hear(13.0, {"a", "b"}, 3.0)  # one turn, for the pause was short
    assert listed(people, 13.0, wish) == "badc"
    people.hear(20.0, (), 3.0)
    people.hear(30.0, {"a"}, 3.0)
    assert listed(people, 30.0, wish) == "abdc"


def test_a_speaker_without_room_takes_the_place_of_the_last_who_is_silent() -> None:
    people, wish = People(), Wish(maximum=2)
    people.hear(10.0, {"a"}, 3.0)
    assert listed(people, 10.0, wish) == "da"
    people.hear(11.0, {"a", "c"}, 3.0)
    assert listed(people, 11.0, wish) == "ca"
    people.hear(12.0, {"a", "b", "c"}, 3.0)  # all places are speakers' now
    assert listed(people, 12.0, wish) == "bc"
    people.hear(13.0, (), 3.0)
    assert people.due(13.0, FOUR, wish) == 16.0
    assert listed(people, 16.0, wish) == "db"


def test_time_is_awaited_only_where_it_changes_something() -> None:
    people = People()
    people.hear(10.0, {"a"}, 3.0)
    people.hear(11.0, (), 3.0)
    assert people.due(11.0, FOUR, Wish()) is None
    assert people.due(11.0, FOUR, SPEAKERS) == 14.0


def test_who_left_is_forgotten() -> None:
    people = People()
    people.hear(10.0, {"a", "b"}, 3.0)
    people.keep({"b"})
    assert listed(people, 10.0) == "b"


users = st.lists(st.integers(0, 30).map(str), unique=True, max_size=31)


@given(
    users,
    st.lists(st.tuples(st.floats(0.1, 5.0), st.sets(st.integers(0, 30).map(str), max_size=6)), max_size=8),
    st.booleans(),
    st.sampled_from(["call", "name", "recent"]),
    st.integers(1, 25),
)
def test_nobody_twice_never_too_many_and_speakers_before_the_silent(
    present: list[str], speech: list[tuple[float, set[str]]], speakers: bool, order: str, maximum: int
) -> None:
    people, now, talking = People(), 0.0, set[str]()
    crowd = [Person(user=user, name=user) for user in present]
    wish = Wish(speakers, order, maximum, grace=2.0)  # type: ignore[arg-type]
    for passed, talking in speech:
        now += passed
        people.hear(now, talking, wish.grace)
    found = people.listed(now, crowd, {}, wish)
    assert len(set(found.users)) == len(found.users) <= maximum
    assert set(found.users) <= set(present)
    assert found.more >= 0
    if not speakers:
        assert len(found.users) + found.more == len(present)
    heard = talking & set(present)
    if len(found.users) < maximum or not heard <= set(found.users):
        silent = [user for user in found.users if not people._is_heard(user, now, wish.grace)]
        assert heard <= set(found.users) or not silent

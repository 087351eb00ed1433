from hypothesis import given
from hypothesis import strategies as st

from xcord import Person, Voice
from xcord_layout.order import Order, promoted, seated, settle


def call(*users: str, status: str = "connected", room: str = "r", away: tuple[str, ...] = ()) -> Voice:
    people = tuple(Person(user=user, name=user.upper(), present=user not in away) for user in users)
    return Voice(status=status, room=room, people=people)  # type: ignore[arg-type]


def after(*history: Voice) -> Order:
    order = Order()
    for voice in history:
        order = settle(order, voice)
    return order


def test_who_joins_comes_last() -> None:
    assert after(call("a", "b"), call("c", "a", "b")).users == ("a", "b", "c")


def test_the_last_one_takes_the_place_of_who_leaves() -> None:
    assert after(call("a", "b", "c", "d"), call("a", "c", "d")).users == ("a", "d", "c")


def test_nobody_moves_when_the_last_one_leaves() -> None:
    assert after(call("a", "b", "c"), call("a", "b")).users == ("a", "b")


def test_several_may_leave_at_once() -> None:
    assert after(call(*"abcdef"), call("b", "e")).users == ("e", "b")


def test_somebody_in_the_grace_time_keeps_their_place() -> None:
    assert after(call("a", "b", "c"), call("a", "c", "b", away=("b",))).users == ("a", "b", "c")


def test_everybody_comes_back_to_their_place_after_a_new_connection() -> None:
    order = after(
        call("a", "b", "c"),
        call(status="lost"),
        call("c", status="connecting"),
        call("c", "a", "b"),
    )
    assert order.users == ("a", "b", "c")


def test_who_did_not_come_back_leaves_a_place_to_the_last() -> None:
    order = after(call(*"abcd"), call("d", status="reconnecting"), call("d", "c", "a"))
    assert order.users == ("a", "d", "c")


def test_another_room_begins_anew() -> None:
    assert after(call("a", "b"), call("b", "a", room="other")).users == ("b", "a")


def test_leaving_the_call_forgets_the_places() -> None:
    assert after(call("a", "b"), call(status="idle", room=""), call("b", "a")).users == ("b", "a")


def test_people_with_a_kept_place_are_not_shown_while_they_are_away() -> None:
    voice = call("c", status="reconnecting")
    order = settle(after(call("a", "b", "c")), voice)
    assert [person.user for person in seated(order, voice)] == ["c"]


crowds = st.lists(st.sampled_from("abcdefgh"), unique=True).map(lambda users: call(*users))
troubles = st.lists(st.sampled_from("abcdefgh"), unique=True).flatmap(
    lambda users: st.sampled_from(["reconnecting", "lost", "connecting"]).map(
        lambda status: call(*users, status=status)
    )
)


@given(st.lists(crowds | troubles))
def test_everyone_in_the_call_has_one_place(history: list[Voice]) -> None:
    order = Order()
    for voice in history:
        order = settle(order, voice)
        shown = [person.user for person in seated(order, voice)]
        assert sorted(shown) == sorted(person.user for person in voice.people)
        assert len(set(order.users)) == len(order.users)
        if voice.status == "connected":
            assert order.users == tuple(shown)


@given(st.lists(crowds), crowds)
def test_a_leave_moves_at_most_one_person_and_a_join_nobody(history: list[Voice], before: Voice) -> None:
    order = after(*history, before)
    users = [person.user for person in before.people]
    for leaver in users:
        left = settle(order, call(*(user for user in users if user != leaver)))
        moved = [user for at, user in enumerate(left.users) if order.users[at] != user]
        assert len(moved) <= 1
    joined = settle(order, call("new", *users))
    assert joined.users == (*order.users, "new")


@given(st.lists(crowds), crowds, st.lists(troubles), st.randoms())
def test_a_reconnect_leaves_the_order_as_it_was(
    history: list[Voice], before: Voice, trouble: list[Voice], random: object
) -> None:
    users = [person.user for person in before.people]
    quiet = [
        call(*(person.user for person in voice.people if person.user in users), status=voice.status)
        for voice in trouble
    ]
    back = list(users)
    random.shuffle(back)  # type: ignore[attr-defined]
    assert after(*history, before, *quiet, call(*back)).users == after(*history, before).users


def test_a_speaker_takes_the_place_of_who_is_quietest() -> None:
    order = Order(room="r", users=tuple("abcdef"))
    assert promoted(order, ["f"], set("abc"), ["b", "c"]).users == tuple("afcdeb")
    assert promoted(order, ["a", "f"], set("abc"), ["b"]).users == tuple("afcdeb")
    assert promoted(order, ["f"], set("abc"), []) == order
    assert promoted(order, ["a"], set("abc"), ["b"]) == order
    assert promoted(order, [], set("abc"), ["b"]) == order


@given(
    st.permutations("abcdefgh"),
    st.integers(1, 8),
    st.lists(st.sampled_from("abcdefghxy"), unique=True),
    st.lists(st.sampled_from("abcdefghxy"), unique=True),
)
def test_a_promotion_is_one_change_of_places_and_moves_nobody_else(
    users: list[str], fold: int, speakers: list[str], quiet: list[str]
) -> None:
    order, seen = Order(room="r", users=tuple(users)), set(users[:fold])
    after = promoted(order, speakers, seen, quiet)
    moved = [user for at, user in enumerate(after.users) if users[at] != user]
    assert sorted(after.users) == sorted(users)
    assert len(moved) in (0, 2)
    assert len([user for user in moved if user in seen]) == len(moved) // 2  # one comes, one goes
    unseen = [user for user in speakers if user in users and user not in seen]
    possible = [user for user in quiet if user in seen]
    assert bool(moved) == bool(unseen and possible)

"""What signals and lists mean for the sessions that are known: pure, in any order."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plugins.xcord_sync.presence import event

from xcord_sync.backend.presence.book import Change, Key, Session, apply, changes, takeovers
from xcord_sync.backend.presence.compare import Look, corrections, still_due
from xcord_sync.backend.presence.signals import Signal, signal_of

CHANNELS = [uuid.UUID(int=n) for n in (1, 2)]
USERS = [uuid.UUID(int=n) for n in (11, 12)]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def said(kind: str, sid: str = "PA_1", *, room: str = "RM_1", who: int = 0, where: int = 0) -> Signal:
    found = signal_of(
        event(kind, sid, room_sid=room, user=USERS[who], channel=CHANNELS[where], at=1_700_000_000)
    )
    assert found is not None
    return found


def here(sessions: dict[Key, Session]) -> set[Key]:
    return {key for key, session in sessions.items() if session.here}


def after(signals: list[Signal]) -> dict[Key, Session]:
    return dict(apply({}, signals).written)


JOINED, LEFT = "participant_joined", "participant_left"
ABORTED, TRACK, FINISHED = "participant_connection_aborted", "track_published", "room_finished"

signals = st.builds(
    said,
    st.sampled_from([JOINED, LEFT, ABORTED, TRACK, FINISHED]),
    st.sampled_from(["PA_1", "PA_2", "PA_3"]),
    room=st.sampled_from(["RM_1", "RM_2"]),
)


@given(st.lists(signals, max_size=12), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(given_: list[Signal], random: object) -> None:
    shuffled = given_ + given_[: len(given_) // 2]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert here(after(given_)) == here(after(shuffled))


@given(st.lists(signals, max_size=12), st.integers(0, 12))
def test_it_does_not_matter_what_is_taken_together(given_: list[Signal], cut: int) -> None:
    first = apply({}, given_[:cut])
    second = apply(first.written, given_[cut:])
    assert {**first.written, **second.written} == after(given_)


@given(st.lists(signals, max_size=12))
def test_who_is_here_came_and_did_not_leave(given_: list[Signal]) -> None:
    came = {(s.room_sid, s.person.participant_sid) for s in given_ if s.person and s.kind in (JOINED, TRACK)}
    left = {(s.room_sid, s.person.participant_sid) for s in given_ if s.person and s.kind in (LEFT, ABORTED)}
    over = {s.room_sid for s in given_ if s.kind == FINISHED}
    assert here(after(given_)) == {key for key in came - left if key[0] not in over}


@given(
    st.lists(signals, max_size=12),
    st.lists(st.booleans(), min_size=12, max_size=12),
    st.lists(signals, max_size=12),
)
def test_after_any_loss_the_list_puts_it_right(
    given_: list[Signal], kept: list[bool], true: list[Signal]
) -> None:
    known = after([signal for signal, keep in zip(given_, kept, strict=False) if keep])
    listed = {key: session for key, session in after(true).items() if session.here}
    look = Look(NOW, listed, {key: s for key, s in known.items() if s.here})
    known |= still_due(corrections(look, look), known, known)
    assert here(known) == set(listed)


def test_the_old_sids_left_after_the_new_ones_joined_takes_nobody_away() -> None:
    told = [said(JOINED, "PA_1"), said(JOINED, "PA_2"), said(LEFT, "PA_1")]
    assert here(after(told)) == {("RM_1", "PA_2")}


def test_late_and_doubled_signals_are_counted() -> None:
    outcome = apply({}, [said(LEFT), said(JOINED), said(LEFT), said(JOINED, "PA_2"), said(JOINED, "PA_2")])
    assert (outcome.late, outcome.doubled) == (1, 2)
    assert apply({}, [said(JOINED), said(TRACK)]).doubled == 0


def test_a_finished_room_ends_all_its_sessions_and_takes_no_late_ones() -> None:
    told = [said(JOINED, "PA_1"), said(JOINED, "PA_1", room="RM_2"), said(FINISHED), said(JOINED, "PA_9")]
    assert here(after(told)) == {("RM_2", "PA_1")}


# -- what others see -----------------------------------------------------------------------------------


def seen(*steps: list[Signal]) -> list[list[Change]]:
    known: dict[Key, Session] = {}
    found = []
    for step in steps:
        written = apply(known, step).written
        found.append(changes({key: s for key, s in known.items() if s.here}, written))
        known |= written
    return found


def test_a_reconnect_shows_nothing_to_others() -> None:
    came, *rest = seen([said(JOINED, "PA_1")], [said(JOINED, "PA_2")], [said(LEFT, "PA_1")])
    assert came == [Change(CHANNELS[0], USERS[0], "desk", True)]
    assert rest == [[], []]


def test_coming_and_going_within_one_batch_shows_nothing() -> None:
    assert seen([said(JOINED), said(LEFT)], [said(LEFT, "PA_7")], [said(FINISHED)]) == [[], [], []]


@given(st.lists(signals, max_size=12), st.integers(1, 4))
def test_changes_alternate_between_coming_and_going(given_: list[Signal], size: int) -> None:
    steps = [given_[at : at + size] for at in range(0, len(given_), size)]
    kinds = [change.here for step in seen(*steps) for change in step]
    assert kinds[:1] in ([], [True])
    assert all(one != other for one, other in pairwise(kinds))


# -- two devices -----------------------------------------------------------------------------------------


def on(device: str, sid: str, since: int, where: int = 0) -> Session:
    at = NOW + timedelta(seconds=since)
    return Session("RM_1", sid, "vc", CHANNELS[where], USERS[0], device, at)


def test_the_device_that_asked_last_keeps_the_call() -> None:
    desk, phone = on("desk", "PA_1", 0), on("phone", "PA_2", 5, where=1)
    (found,) = takeovers([phone, desk])
    assert (found.old, found.new) == (desk, phone)


def test_a_reconnect_of_the_older_device_does_not_take_the_call_back() -> None:
    desk_again, phone = on("desk", "PA_9", 0), on("phone", "PA_2", 5)
    assert [each.old for each in takeovers([desk_again, phone])] == [desk_again]


def test_two_sids_of_one_device_are_no_takeover() -> None:
    assert takeovers([on("desk", "PA_1", 0), on("desk", "PA_2", 5, where=1)]) == []


# -- two looks -------------------------------------------------------------------------------------------


def look(listed: list[Session], known: list[Session], at: int = 0) -> Look:
    begun = NOW + timedelta(seconds=at)
    return Look(begun, {s.key: s for s in listed}, {s.key: s for s in known})


A, B = on("desk", "PA_1", 0), on("phone", "PA_2", 0)


def test_only_what_both_looks_show_is_corrected() -> None:
    assert len(corrections(look([A], []), look([A], [A], 1))) == 0
    assert len(corrections(look([], [A]), look([A], [A], 1))) == 0
    found = corrections(look([A], [B]), look([A], [B], 1))
    assert [(s.key, s.source, s.here) for s in found.came] == [(A.key, "reconcile", True)]
    assert [(s.key, s.here) for s in found.went] == [(B.key, False)]
    assert look([A], [B]).differs
    assert not look([A], [A]).differs


@pytest.mark.parametrize("off", [-60, 0, 60])  # seconds that the SFU's clock is off
def test_what_webhooks_told_since_the_looks_is_not_undone(off: int) -> None:
    found = corrections(look([A], [B]), look([A], [B], 1))
    left = replace(A, left_at=NOW + timedelta(seconds=1 + off))
    assert still_due(found, {A.key: left, B.key: replace(B, left_at=NOW)}, {}) == {}
    assert set(still_due(found, {A.key: A, B.key: B}, {})) == {B.key}


@pytest.mark.parametrize("off", [-60, 0, 60])
def test_the_list_is_right_about_somebody_who_was_said_to_have_left_before(off: int) -> None:
    found = corrections(look([A], []), look([A], [], 1))
    gone = {A.key: replace(A, left_at=NOW + timedelta(seconds=off - 5))}
    assert still_due(found, gone, gone)[A.key].here

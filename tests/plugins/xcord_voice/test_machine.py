"""The connection's state machine: a table of steps, and every order of events that Hypothesis finds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xcord_voice import moves
from xcord_voice.machine import State, step

HERE = moves.Target(channel="here")
THERE = moves.Target(channel="there")
DIRECT = moves.Target(url="ws://x", token="t")
TICKET = moves.Ticket("ws://x", "t")


def run(*events: moves.Event, state: State | None = None) -> tuple[State, list[moves.Effect]]:
    """The state after all events, and the effects of the last."""
    state = state or State()
    effects: tuple[moves.Effect, ...] = ()
    for event in events:
        state, effects = step(state, event)
    return state, list(effects)


TO_PROBE = (moves.Join(HERE), moves.TokenReady(1, TICKET))
TO_OPENING = (*TO_PROBE, moves.Probed(1))
TO_LIVE = (*TO_OPENING, moves.Opened(1))
TO_LOST = (*TO_LIVE, moves.Dropped(1, "connection_lost"), moves.Closed(1))
TO_FAILED = (*TO_LIVE, moves.Leave(), moves.Overdue(1))
TO_DIRECT_LOST = (moves.Join(DIRECT), moves.Probed(1, "unreachable"))
TO_SAVING = (*TO_LIVE, moves.Reconnecting(1, 100.0))
TO_STALLED = (*TO_LIVE, moves.Watched(1, 100.0, True), moves.Watched(1, 101.0, True))
CHECK = moves.Check(1, "ws://x")
TAKE_OVER = [moves.Close(1, polite=False), moves.AskToken(2, "here")]


@pytest.mark.parametrize(
    ("events", "status", "effects"),
    [
        ((moves.Join(HERE),), "connecting", [moves.AskToken(1, "here")]),
        ((moves.Join(DIRECT),), "connecting", [moves.Probe(1, "ws://x")]),
        (TO_PROBE, "connecting", [moves.Probe(1, "ws://x")]),
        (TO_OPENING, "connecting", [moves.Open(1, TICKET)]),
        (TO_LIVE, "connected", [moves.Begin(1, "here")]),
        ((*TO_LIVE, moves.Join(HERE)), "connected", []),
        ((*TO_LIVE, moves.Leave()), "idle", [moves.Close(1, polite=True), moves.Forget()]),
        ((*TO_LIVE, moves.Leave(forget=False)), "idle", [moves.Close(1, polite=True)]),
        ((*TO_LIVE, moves.Join(THERE)), "connecting", [moves.Close(1, True), moves.AskToken(2, "there")]),
        ((*TO_LIVE, moves.Dropped(1, "removed")), "lost", [moves.Close(1, polite=False)]),
        ((*TO_LIVE, moves.Rejoin(0)), "connected", [moves.Refuse("not_needed")]),
        ((*TO_LIVE, moves.Rejoin(0, take_over=True)), "connected", [moves.Refuse("not_needed")]),
        (TO_SAVING, "reconnecting", []),
        ((*TO_SAVING, moves.Reconnected(1)), "connected", [moves.Reassert(1)]),
        ((*TO_SAVING, moves.Rejoin(200)), "reconnecting", [moves.Refuse("reconnecting")]),
        ((*TO_SAVING, moves.Rejoin(102.9, True)), "reconnecting", [moves.Refuse("too_soon")]),
        (
            (*TO_SAVING, moves.Rejoin(103.0, True), moves.Checked(1)),
            "connecting",
            TAKE_OVER,
        ),
        ((*TO_SAVING, moves.Rejoin(103.0, True)), "reconnecting", [CHECK]),
        ((*TO_SAVING, moves.Rejoin(103.0, True), moves.Checked(1, "unreachable")), "reconnecting", []),
        ((*TO_SAVING, moves.Rejoin(103.0, True), moves.Reconnected(1), moves.Checked(1)), "connected", []),
        ((*TO_SAVING, moves.Rejoin(103.0, True), moves.Leave(), moves.Checked(1)), "idle", []),
        (TO_STALLED, "connected", []),
        ((*TO_STALLED, moves.Rejoin(110.0)), "connected", [moves.Refuse("reconnecting")]),
        ((*TO_STALLED, moves.Rejoin(102.9, True)), "connected", [moves.Refuse("too_soon")]),
        ((*TO_STALLED, moves.Rejoin(103.0, True)), "connected", [CHECK]),
        ((*TO_STALLED, moves.Rejoin(103.0, True), moves.Checked(1)), "connecting", TAKE_OVER),
        (
            (*TO_STALLED, moves.Watched(1, 102.0, False), moves.Rejoin(103.0, True)),
            "connected",
            [moves.Refuse("not_needed")],
        ),
        (
            (*TO_STALLED, moves.Rejoin(103.0, True), moves.Watched(1, 104.0, False), moves.Checked(1)),
            "connected",
            [],
        ),
        (TO_LOST, "lost", []),
        ((*TO_LOST, moves.Rejoin(0)), "connecting", [CHECK]),
        ((*TO_LOST, moves.Rejoin(0), moves.Rejoin(1)), "connecting", [moves.Refuse("connecting")]),
        ((*TO_LOST, moves.Rejoin(0), moves.Checked(1)), "connecting", [moves.AskToken(2, "here")]),
        ((*TO_LOST, moves.Rejoin(0), moves.Checked(1, "unreachable")), "lost", []),
        ((*TO_LOST, moves.Rejoin(0), moves.Join(THERE), moves.Checked(1)), "connecting", []),
        ((*TO_LOST, moves.Join(HERE)), "connecting", [moves.AskToken(2, "here")]),
        ((moves.Rejoin(0),), "idle", [moves.Refuse("not_in_channel")]),
        ((moves.Join(HERE), moves.Rejoin(0)), "connecting", [moves.Refuse("connecting")]),
        ((moves.Join(HERE), moves.TokenRefused(1, "banned")), "lost", []),
        ((*TO_PROBE, moves.Probed(1, "unreachable")), "lost", []),
        ((*TO_OPENING, moves.OpenFailed(1, "token_refused")), "lost", []),
        ((*TO_OPENING, moves.Leave()), "idle", [moves.Forget()]),
        ((*TO_OPENING, moves.Leave(), moves.Opened(1)), "idle", [moves.Close(1, polite=False)]),
        ((*TO_OPENING, moves.Overdue(1)), "lost", []),
        ((*TO_OPENING, moves.Overdue(1), moves.Opened(1)), "lost", [moves.Close(1, polite=False)]),
        ((*TO_OPENING, moves.Overdue(1), moves.Stuck(1)), "failed", []),
        (TO_FAILED, "failed", []),
        ((*TO_FAILED, moves.Join(HERE)), "failed", [moves.Refuse("restart_needed")]),
        ((*TO_FAILED, moves.Rejoin(0)), "failed", [moves.Refuse("restart_needed")]),
        ((*TO_DIRECT_LOST, moves.Rejoin(0)), "lost", [moves.Refuse("direct_link")]),
    ],
)  # fmt: skip
def test_each_step(events: tuple[moves.Event, ...], status: str, effects: list[moves.Effect]) -> None:
    state, last = run(*events)
    assert (state.status, last) == (status, effects)


def test_a_join_during_a_late_connect_waits_until_that_is_closed() -> None:
    state, effects = run(*TO_OPENING, moves.Leave(), moves.Join(THERE), moves.TokenReady(3, TICKET))
    assert effects == []
    state, effects = run(moves.Opened(1), state=state)
    assert effects == [moves.Close(1, polite=False)]
    state, effects = run(moves.Closed(1), state=state)
    assert effects == [moves.Probe(3, "ws://x")]


def test_a_second_take_over_within_five_seconds_is_too_soon() -> None:
    again = (moves.Closed(1), moves.TokenReady(2, TICKET), moves.Probed(2), moves.Opened(2))
    taken = (*TO_SAVING, moves.Rejoin(103.0, True), moves.Checked(1), *again)
    saving = (*taken, moves.Reconnecting(2, 104.0))
    assert run(*saving, moves.Rejoin(107.5, True))[1] == [moves.Refuse("too_soon")]
    assert run(*saving, moves.Rejoin(108.0, True))[1] == [moves.Check(2, "ws://x")]


@pytest.mark.parametrize(
    ("events", "problem"),
    [
        (TO_LIVE, ""),
        (TO_STALLED, "media"),
        ((*TO_STALLED, moves.Watched(1, 102.0, False)), ""),
        ((*TO_SAVING, moves.Watched(1, 103.9, False)), ""),
        ((*TO_SAVING, moves.Watched(1, 104.0, False)), "signal"),
        ((*TO_SAVING, moves.Watched(1, 101.6, True)), "media"),
        ((*TO_SAVING, moves.Watched(1, 104.0, False), moves.Reconnected(1)), ""),
        ((*TO_STALLED, moves.Dropped(1, "connection_lost")), ""),
    ],
)
def test_what_people_are_told_of_a_call_that_is_up(events: tuple[moves.Event, ...], problem: str) -> None:
    assert run(*events)[0].problem == problem


def test_a_stall_is_as_old_as_its_first_look() -> None:
    state, _ = run(*TO_STALLED, moves.Reconnecting(1, 110.0))
    assert state.link is not None
    assert state.link.trouble == 100.0


def test_the_server_says_why_before_it_removes_us() -> None:
    state, _ = run(*TO_LIVE, moves.Told(1, "moved"), moves.Dropped(1, "removed"))
    assert state.reason == "moved"


def test_what_an_older_attempt_or_epoch_brings_changes_nothing() -> None:
    again = (moves.Rejoin(0), moves.Checked(1), moves.TokenReady(2, TICKET), moves.Probed(2), moves.Opened(2))
    state, _ = run(*TO_LOST, *again)
    stale: list[moves.Event] = [
        moves.Checked(1),
        moves.Watched(1, 9.0, True),
        moves.TokenReady(1, TICKET),
        moves.TokenRefused(1, "x"),
        moves.Probed(1, "x"),
        moves.OpenFailed(1, "x"),
        moves.Dropped(1, "x"),
        moves.Closed(1),
        moves.Overdue(1),
        moves.Stuck(1),
        moves.Reconnecting(1, 0.0),
        moves.Reconnected(1),
    ]
    for event in stale:
        assert step(state, event) == (state, ())


def test_no_token_stands_in_a_printed_state() -> None:
    state, effects = run(moves.Join(moves.Target(url="ws://x", token="secret-token")))
    assert "secret-token" not in repr(
        (state, effects, moves.Join(moves.Target(url="ws://x", token="secret-token")))
    )


class World:
    """Rooms as they are: each epoch is opening, open or closed, and answers only what it was asked."""

    def __init__(self) -> None:
        self.state = State()
        self.opening: set[int] = set()
        self.open: set[int] = set()
        self.closing: set[int] = set()
        self.tokens: set[int] = set()
        self.probes: set[int] = set()
        self.checks: set[int] = set()
        self.seen: set[int] = set()

    def feed(self, event: moves.Event) -> None:
        self.state, effects = step(self.state, event)
        for effect in effects:
            match effect:
                case moves.Open(epoch=epoch):
                    assert not self.opening, "connect() while another connect() is under way"
                    assert not self.open, "connect() while a Room is open"
                    assert epoch not in self.seen, "an epoch is used once"
                    assert self.state.target is not None
                    self.seen.add(epoch)
                    self.opening.add(epoch)
                case moves.Close(epoch=epoch):
                    assert epoch in self.open, "only an open Room is closed"
                    assert epoch not in self.closing, "and only once"
                    self.closing.add(epoch)
                case moves.AskToken(attempt=attempt):
                    self.tokens.add(attempt)
                case moves.Check(check=check):
                    self.checks.add(check)
                case moves.Probe(attempt=attempt):
                    assert not self.opening | self.open
                    self.probes.add(attempt)
        assert len(self.opening | self.open) <= 1
        if self.state.status == "idle":
            assert self.open <= self.closing, "nobody wants this Room, so it is being closed"

    def possible(self) -> list[moves.Event]:
        """Everything that may happen now."""
        events: list[moves.Event] = [moves.Join(HERE), moves.Join(THERE), moves.Join(DIRECT), moves.Leave()]
        events += [moves.Rejoin(float(now), take_over) for now in (0, 4, 50) for take_over in (False, True)]
        for attempt in sorted(self.tokens):
            events += [moves.TokenReady(attempt, TICKET), moves.TokenRefused(attempt, "banned")]
        for check in sorted(self.checks):
            events += [moves.Checked(check), moves.Checked(check, "unreachable")]
        for attempt in sorted(self.probes):
            events += [moves.Probed(attempt), moves.Probed(attempt, "unreachable")]
        for epoch in sorted(self.opening):
            events += [
                moves.Opened(epoch),
                moves.OpenFailed(epoch, "x"),
                moves.Overdue(epoch),
                moves.Stuck(epoch),
            ]
        for epoch in sorted(self.open):
            events += [
                moves.Dropped(epoch, "removed"),
                moves.Reconnecting(epoch, 1.0),
                moves.Reconnected(epoch),
                moves.Watched(epoch, 2.0, True),
                moves.Watched(epoch, 3.0, False),
            ]
        for epoch in sorted(self.closing):
            events += [moves.Closed(epoch), moves.Overdue(epoch)]
        return events

    def happen(self, event: moves.Event) -> None:
        match event:
            case moves.Opened(epoch=epoch):
                self.opening.discard(epoch)
                self.open.add(epoch)
            case moves.OpenFailed(epoch=epoch):
                self.opening.discard(epoch)
            case moves.Closed(epoch=epoch):
                self.open.discard(epoch)
                self.closing.discard(epoch)
            case moves.TokenReady(attempt=attempt) | moves.TokenRefused(attempt=attempt):
                self.tokens.discard(attempt)
            case moves.Probed(attempt=attempt):
                self.probes.discard(attempt)
            case moves.Checked(check=check):
                self.checks.discard(check)
        self.feed(event)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=10_000), max_size=60))
def test_in_any_order_there_is_one_room_and_no_connect_beside_another(choices: list[int]) -> None:
    world = World()
    for choice in choices:
        possible = world.possible()
        world.happen(possible[choice % len(possible)])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=10_000), max_size=40))
def test_whatever_happened_a_leave_ends_with_no_room(choices: list[int]) -> None:
    world = World()
    for choice in choices:
        possible = world.possible()
        world.happen(possible[choice % len(possible)])
    world.happen(moves.Leave())
    while world.opening or world.open:
        done: Any = [moves.Opened(epoch) for epoch in world.opening]
        done += [moves.Closed(epoch) for epoch in world.closing]
        assert done, "a Room that nobody wants is never closed"
        world.happen(done[0])
    assert world.state.link is None
    assert world.state.status in ("idle", "failed")

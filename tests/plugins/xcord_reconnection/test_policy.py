"""Recoveries as timelines: a fake clock, a played voice, and no LiveKit."""

from __future__ import annotations

import itertools

import pytest
from tests.plugins.xcord_reconnection.stage import staged

import xcord_reconnection
from xcord.testing import running
from xcord_reconnection.pace import look_pause, pause, take_over_pause
from xcord_reconnection.policy import Look, Policy, View
from xcord_reconnection.signals import Network, Woke

Patch = pytest.MonkeyPatch


# -- a lost call -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "chance", "at"),
    [
        ("connection_lost", 0.0, 0.0),
        ("connection_lost", 1.0, 0.5),
        ("client_initiated", 0.5, 0.25),
        ("server_shutdown", 0.0, 0.0),
        ("server_shutdown", 1.0, 3.0),
        ("join_failure", 0.5, 0.25),
    ],
)
async def test_the_first_attempt_is_at_once_when_the_server_answers(
    monkeypatch: Patch, reason: str, chance: float, at: float
) -> None:
    async with staged(monkeypatch, chance) as stage:
        await stage.lose(reason)
        await stage.after(5)
        assert stage.asked == [(at, False)]
        assert stage.phase == "trying"


@pytest.mark.parametrize("reason", ["removed", "deleted", "duplicate", "moved", "room_closed", "banned"])
async def test_an_end_that_somebody_wanted_is_never_undone(monkeypatch: Patch, reason: str) -> None:
    async with staged(monkeypatch) as stage:
        await stage.lose(reason)
        stage.tell(Network(True))
        stage.tell(Woke(60))
        await stage.after(600)
        assert (stage.asked, stage.looks, stage.phase) == ([], [], "ended")


async def test_nothing_is_tried_while_nobody_answers_and_at_once_when_somebody_does(
    monkeypatch: Patch,
) -> None:
    async with staged(monkeypatch) as stage:
        stage.answer = "unreachable"
        await stage.lose()
        await stage.after(20.7)
        assert (stage.asked, stage.phase, stage.state.missing) == ([], "away", "voice_server")
        stage.answer = ""
        await stage.after(1.5)
        assert [take_over for _, take_over in stage.asked] == [False]
        assert stage.asked[0][0] <= 20.7 + 1.2 + 0.5
        stage.voice("connected")
        await stage.after(0)
        assert (stage.phase, stage.told) == ("off", ["lost", "no_answer", "answers", "trying", "back"])
        assert stage.state.timeline[-1].number == round(stage.now)


async def test_looks_become_rarer(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        stage.answer = "unreachable"
        await stage.lose()
        await stage.after(30)
        assert 35 <= len(stage.looks) <= 42
        await stage.after(570)
        assert len(stage.looks) < 220


def test_a_question_that_nobody_answered_for_two_seconds_was_wait_enough() -> None:
    """A network that returns between two questions would be found late."""
    policy = Policy(lambda: 0.5, lambda *line: None)
    policy.see(0.0, View("connected", channel="lobby"))
    assert policy.see(1.0, View("lost", "connection_lost", channel="lobby")) == [Look()]
    policy.answered(3.0, "timed_out", "")
    assert policy.due == 3.0
    assert policy.tick(3.0) == [Look()]
    policy.answered(3.1, "unreachable", "")
    assert policy.due == 3.5


async def test_attempts_that_fail_are_spread_ever_wider(monkeypatch: Patch) -> None:
    async with staged(monkeypatch, chance=1.0) as stage:
        await stage.lose()
        for _ in range(6):
            count = len(stage.asked)
            await stage.after(40)
            assert len(stage.asked) == count + 1
            stage.voice("lost", "connect_failed")
            await stage.after(0)
            failed = stage.now
            await stage.after(0.01)
            assert stage.phase == "waiting"
            assert stage.state.next_at > 0
            await stage.after((stage.state.next_at - stage.world.clock.now() * 1000) / 1000 - 0.1)
            assert len(stage.asked) == count + 1, failed
        waits = [pause(attempt, 0.5, 1.0) for attempt in range(1, 8)]
        assert waits == [0.5, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
        assert [pause(attempt, 0.5, 0.0) for attempt in range(1, 5)] == [0.0, 1.0, 1.0, 1.0]


async def test_a_refused_token_is_renewed_three_times_and_then_only_a_sign_in_helps(
    monkeypatch: Patch,
) -> None:
    async with staged(monkeypatch) as stage:
        await stage.lose("join_failure")
        for attempt in range(1, 4):
            await stage.after(60)
            assert len(stage.asked) == attempt
            stage.voice("lost", "token_refused")
            await stage.after(0)
        await stage.after(600)
        assert len(stage.asked) == 3
        assert (stage.phase, stage.told[-1]) == ("sign_in", "sign_in")


async def test_a_login_that_ended_needs_a_sign_in_at_once(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        await stage.lose()
        await stage.after(1)
        stage.voice("lost", "unauthorized")
        await stage.after(600)
        assert (len(stage.asked), stage.phase) == (1, "sign_in")


async def test_the_server_end_is_asked_too_once_it_was_what_failed(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        stage.server_end = "unreachable"
        await stage.lose()
        await stage.after(1)
        assert len(stage.asked) == 1, "it is not asked for nothing"
        stage.voice("lost", "unreachable")
        await stage.after(20)
        assert (len(stage.asked), stage.state.missing) == (1, "server_end")
        stage.server_end = ""
        await stage.after(3)
        assert len(stage.asked) == 2


@pytest.mark.parametrize("code", ["rate_limited", "unavailable"])
@pytest.mark.parametrize("chance", [0.0, 1.0])
async def test_a_server_end_that_says_when_is_asked_then_and_not_before(
    monkeypatch: Patch, code: str, chance: float
) -> None:
    async with staged(monkeypatch, chance) as stage:
        stage.wait = 20
        await stage.lose()
        await stage.after(1)
        for count in range(1, 5):
            assert len(stage.asked) == count
            stage.voice("lost", code)
            await stage.after(0)
            refused, looks = stage.now, len(stage.looks)
            await stage.after(26)
            assert refused + 20 <= stage.asked[count][0] <= refused + 20 * 1.25 + 0.5
            assert len(stage.looks) == looks, "nobody is asked in between"


async def test_a_server_end_that_is_busy_and_does_not_say_for_how_long_is_asked_ever_more_rarely(
    monkeypatch: Patch,
) -> None:
    async with staged(monkeypatch, chance=1.0) as stage:
        await stage.lose()
        await stage.after(1)
        for _ in range(60):
            await stage.after(1)
            if stage.phase == "trying":
                stage.voice("lost", "rate_limited")
                await stage.after(0)
        assert 4 <= len(stage.asked) <= 10


async def test_a_server_end_that_is_ill_but_answers_is_not_hammered(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        await stage.lose()
        for _ in range(60):
            await stage.after(1)
            if stage.phase == "trying":
                stage.voice("lost", "server_error")
                await stage.after(0)
        assert 4 <= len(stage.asked) <= 10


# -- what the system says ----------------------------------------------------------------------------


@pytest.mark.parametrize("signal", [Network(True), Woke(3600)])
async def test_a_network_that_returns_and_a_wake_end_the_waiting(
    monkeypatch: Patch, signal: Network | Woke
) -> None:
    async with staged(monkeypatch, chance=1.0) as stage:
        await stage.lose()
        for _ in range(4):
            await stage.after(40)
            stage.voice("lost", "connect_failed")
            await stage.after(0)
        count = len(stage.asked)
        await stage.after(5)
        assert (stage.phase, len(stage.asked)) == ("waiting", count)
        stage.tell(signal)
        await stage.after(0.5)
        assert len(stage.asked) == count + 1
        assert stage.state.attempt == 1


async def test_a_missing_network_is_said_and_still_servers_are_asked(monkeypatch: Patch) -> None:
    """The system's word is a hint: a call on this machine needs no network."""
    async with staged(monkeypatch) as stage:
        stage.answer = "unreachable"
        await stage.lose()
        stage.tell(Network(False))
        await stage.after(3)
        assert stage.state.missing == "network"
        stage.answer = ""
        await stage.after(3)
        assert len(stage.asked) == 1
        assert stage.told == ["lost", "no_answer", "network_down", "answers", "trying"]


async def test_signals_while_all_is_well_do_nothing(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        stage.voice("connected")
        await stage.after(1)
        stage.tell(Network(False))
        stage.tell(Network(True))
        await stage.after(60)
        assert (stage.asked, stage.looks, stage.phase, stage.told) == ([], [], "off", [])


# -- while the SDK recovers by itself ----------------------------------------------------------------


async def test_a_blip_is_nobodys_business(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        stage.voice("connected")
        stage.voice("reconnecting")
        await stage.after(2.9)
        stage.voice("connected")
        await stage.after(60)
        assert (stage.asked, stage.looks, stage.phase) == ([], [], "off")
        assert stage.told == ["reconnecting", "back"]


async def test_the_sdk_keeps_its_call_while_nobody_answers_and_three_seconds_more(
    monkeypatch: Patch,
) -> None:
    async with staged(monkeypatch) as stage:
        stage.answer = "unreachable"
        stage.voice("connected")
        stage.voice("reconnecting", problem="media")
        await stage.after(40)
        assert (stage.asked, stage.phase, stage.state.missing) == ([], "saving", "voice_server")
        stage.answer = ""
        await stage.after(2.1)
        assert [take_over for _, take_over in stage.asked] == [True]


async def test_missing_media_is_taken_over_after_three_seconds_and_then_ever_more_rarely(
    monkeypatch: Patch,
) -> None:
    async with staged(monkeypatch) as stage:
        stage.voice("connected")
        await stage.after(0)
        stage.voice("connected", problem="media")
        await stage.after(200)
        assert {take_over for _, take_over in stage.asked} == {True}
        times = [at for at, _ in stage.asked]
        assert 3.0 <= times[0] <= 4.3
        gaps = [round(later - earlier) for earlier, later in itertools.pairwise(times)]
        assert gaps[0] >= 5
        assert gaps == sorted(gaps)
        assert len(times) <= 7
        assert [take_over_pause(taken) for taken in range(7)] == [5, 5, 10, 20, 40, 60, 60]


async def test_while_media_flows_the_sdk_gets_fifteen_seconds(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        stage.voice("connected")
        stage.voice("reconnecting")
        await stage.after(4)
        stage.voice("reconnecting", problem="signal")
        await stage.after(10.9)
        assert stage.asked == []
        await stage.after(3)
        assert len(stage.asked) == 1


async def test_a_take_over_that_is_refused_is_asked_again_later(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        stage.refuse = "too_soon"
        stage.voice("connected")
        await stage.after(0)
        stage.voice("connected", problem="media")
        await stage.after(12)
        assert len(stage.asked) == 2
        assert stage.phase == "saving"


# -- whose wish it is --------------------------------------------------------------------------------


async def test_a_call_that_was_lost_before_the_switch_on_is_offered_and_not_joined(
    monkeypatch: Patch,
) -> None:
    async with staged(monkeypatch) as stage:
        stage.voice("lost", "connection_lost")
        stage.tell(Network(True))
        await stage.after(600)
        assert (stage.asked, stage.phase) == ([], "offered")
        await stage.world.ask("reconnection.try_now")
        assert stage.asked == [(600.0, False)]


async def test_a_first_join_that_fails_is_not_repeated(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        stage.voice("connecting")
        await stage.after(1)
        stage.voice("lost", "unreachable")
        await stage.after(600)
        assert (stage.asked, stage.phase) == ([], "offered")


@pytest.mark.parametrize("answer", ["", "unreachable"])
async def test_who_leaves_meanwhile_is_not_brought_back(monkeypatch: Patch, answer: str) -> None:
    async with staged(monkeypatch, chance=1.0) as stage:
        stage.answer = answer
        await stage.lose("server_shutdown")
        await stage.after(1)
        stage.voice("idle", channel="")
        stage.answer = ""
        await stage.after(600)
        assert (stage.asked, stage.phase) == ([], "off")


async def test_a_direct_link_has_no_fresh_token(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        stage.voice("connected", channel="")
        stage.voice("lost", "connection_lost", channel="")
        await stage.after(600)
        assert (stage.asked, stage.phase) == ([], "ended")


async def test_stop_ends_it_until_the_user_wants_it_again(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        stage.answer = "unreachable"
        await stage.lose()
        await stage.after(5)
        await stage.world.ask("reconnection.stop")
        stage.answer = ""
        stage.tell(Network(True))
        await stage.after(600)
        assert (stage.asked, stage.phase) == ([], "stopped")
        await stage.world.ask("reconnection.try_now")
        assert len(stage.asked) == 1


async def test_stop_while_the_sdk_recovers_asks_for_no_take_over(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        stage.voice("connected")
        stage.voice("reconnecting", problem="media")
        await stage.after(1)
        await stage.world.ask("reconnection.stop")
        await stage.after(60)
        stage.voice("lost", "connection_lost")
        await stage.after(60)
        assert (stage.asked, stage.phase) == ([], "stopped")


async def test_try_now_does_not_wait(monkeypatch: Patch) -> None:
    async with staged(monkeypatch, chance=1.0) as stage:
        await stage.lose()
        await stage.after(1)
        stage.voice("lost", "connect_failed")
        await stage.after(0.5)
        assert stage.phase == "waiting"
        await stage.world.ask("reconnection.try_now")
        assert stage.asked[-1] == (stage.now, False)
        stage.voice("connected", problem="media")
        await stage.after(0)
        await stage.world.ask("reconnection.try_now")
        assert stage.asked[-1] == (stage.now, True)


async def test_there_is_nothing_to_try_or_stop_in_a_good_call(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        assert await stage.refused("reconnection.try_now") == "not_needed"
        stage.voice("connected")
        await stage.after(0)
        assert await stage.refused("reconnection.try_now") == "not_needed"
        assert await stage.refused("reconnection.stop") == "not_needed"


async def test_a_refusal_is_the_answer_to_who_asked(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        await stage.lose("removed")
        stage.refuse = "direct_link"
        assert await stage.refused("reconnection.try_now") == "direct_link"
        assert stage.phase == "ended"


# -- coming and going --------------------------------------------------------------------------------


async def test_switched_off_in_the_middle_it_lets_go_and_on_again_it_offers(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        stage.answer = "unreachable"
        await stage.lose()
        await stage.after(5)
        await stage.world.supervisor.set("reconnection", False)
        assert stage.state is None
        stage.answer = ""
        await stage.after(600)
        assert stage.asked == []
        await stage.world.supervisor.set("reconnection", True)
        await stage.after(600)
        assert (stage.asked, stage.phase) == ([], "offered")


async def test_without_voice_it_rests(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        stage.answer = "unreachable"
        await stage.lose()
        await stage.after(5)
        stage.world.publish("voice", None)
        await stage.after(60)
        assert (stage.asked, stage.phase) == ([], "off")


async def test_a_voice_without_a_probe_is_asked_by_trying(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        del stage.world.hub.commands["voice.probe"]
        await stage.lose()
        await stage.after(1)
        assert len(stage.asked) == 1


async def test_a_voice_that_cannot_be_restored_is_said(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        stage.voice("connected")
        stage.voice("failed", "restart_needed")
        await stage.after(60)
        assert (stage.asked, stage.phase, stage.state.reason) == ([], "ended", "restart_needed")


async def test_an_attempt_that_never_ends_is_not_waited_for_for_ever(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        await stage.lose()
        stage.silent = True
        await stage.after(60)
        assert (len(stage.asked), stage.phase) == (1, "trying")
        await stage.after(30)
        assert len(stage.asked) == 2


async def test_the_timeline_is_bounded(monkeypatch: Patch) -> None:
    async with staged(monkeypatch) as stage:
        for _ in range(40):
            stage.voice("connected")
            await stage.after(0)
            stage.voice("reconnecting")
            await stage.after(1)
        assert len(stage.state.timeline) == 60


async def test_it_runs_alone_with_this_machines_signals() -> None:
    async with running(xcord_reconnection) as world:
        for _ in range(3):
            await world.supervisor.set("reconnection", False)
            await world.supervisor.set("reconnection", True)
        assert world.read("reconnection").phase == "off"
        assert world.faults == []


def test_thousands_do_not_ask_in_step() -> None:
    assert look_pause(0, 0.0) == pytest.approx(0.4)
    assert look_pause(0, 1.0) == pytest.approx(0.6)
    assert look_pause(30, 1.0) == pytest.approx(1.2)

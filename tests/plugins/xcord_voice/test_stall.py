"""The stall detector alone: what statistics say over time, and when that is a problem."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from livekit.rtc._proto import stats_pb2

from xcord_voice.stall import Stall, Vital
from xcord_voice.stats import read

Traffic = Callable[[float], Vital]
CUT = 10.0


@dataclass
class Path:
    """A path as WebRTC shows it, cut from ``cut`` until ``healed``: so many packets a second, and a check
    every 2.5 s that takes ``rtt``."""

    rate: float
    publishing: bool = True
    rtt: float = 0.03
    cut: float = CUT
    healed: float = math.inf

    def __call__(self, now: float) -> Vital:
        alive = now < self.cut or now >= self.healed
        last = now if alive else self.cut
        count = int(last * self.rate)
        quiet = now - count / self.rate if self.rate else math.inf
        check = now // 2.5 * 2.5 + 0.7
        asked = check if check <= now else check - 2.5
        lost = self.cut <= asked + self.rtt < self.healed
        waiting = lost or now < asked + self.rtt
        answered = sum(1 for n in range(int(now // 2.5) + 1) if not self._lost(n * 2.5 + 0.7, now))
        return Vital(quiet, count, answered, waiting, self.publishing)

    def _lost(self, asked: float, now: float) -> bool:
        answered = asked + self.rtt
        return answered > now or self.cut <= answered < self.healed


def seen(traffic: Traffic, *, until: float = 30.0, expected: bool = True, start: float = 0.13) -> list[float]:
    """The moments at which ``missing`` changes."""
    stall, now, changes = Stall(), start, []
    while now < until:
        before = stall.missing
        stall.note(now, traffic(now), expected=expected)
        if stall.missing is not before:
            changes.append(now)
        now += stall.pause
    return changes


STARTS = [0.0, 0.13, 0.37, 0.5, 0.71, 0.99]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("rate", [25.0, 52.0, 800.0])
def test_media_that_should_flow_is_missed_within_two_seconds(rate: float, start: float) -> None:
    (missed,) = seen(Path(rate), start=start)
    assert CUT < missed <= CUT + 2.0


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize(("rate", "publishing"), [(1.0, True), (0.0, False)])
@pytest.mark.parametrize("cut", [10.0, 10.6, 11.4, 12.4])
def test_a_silent_call_is_missed_within_five_seconds(
    rate: float, publishing: bool, start: float, cut: float
) -> None:
    (missed,) = seen(Path(rate, publishing, cut=cut), expected=False, start=start)
    assert cut < missed <= cut + 5.0


@pytest.mark.parametrize("rate", [0.0, 1.0, 52.0])
def test_what_comes_back_is_seen_at_once(rate: float) -> None:
    missed, back = seen(Path(rate, healed=20.0), until=26.0)
    assert missed < 20.0 <= back <= 20.0 + (2.5 if rate < 8 else 0.5)


@pytest.mark.parametrize(
    ("traffic", "expected"),
    [
        (Path(52.0, cut=math.inf), True),
        (Path(1.0, cut=math.inf), False),
        (Path(0.0, publishing=False, cut=math.inf), False),
        (Path(1.1, cut=math.inf, rtt=1.0), True),
    ],
    ids=["speech", "silence", "nothing at all", "a slow path"],
)
def test_a_path_that_is_well_is_no_problem(traffic: Path, expected: bool) -> None:
    assert seen(traffic, until=120.0, expected=expected) == []


def test_a_blink_of_a_second_is_no_problem() -> None:
    assert seen(Path(52.0, healed=CUT + 1.2)) == []


def test_somebody_who_stops_to_send_is_not_my_problem() -> None:
    """Ann's own network is gone: the server still reports about my packets, and answers checks."""
    speech, reports = Path(52.0, cut=math.inf), Path(1.0, cut=math.inf)
    assert seen(lambda now: speech(now) if now < CUT else reports(now), until=60.0) == []


def test_somebody_who_is_muted_is_not_missed_even_if_a_report_is_lost() -> None:
    stall = Stall()
    stall.note(0.0, Vital(0.02, 0, 1, False, True), expected=True)
    stall.note(1.0, Vital(0.02, 50, 1, False, True), expected=True)
    stall.note(2.9, Vital(1.9, 50, 2, False, True), expected=False)
    assert not stall.missing


def test_who_only_listens_misses_a_speaker_only_when_checks_stay_unanswered() -> None:
    stall = Stall()
    for second in range(4):
        stall.note(second, Vital(0.02, 50 * second, 1, False, False), expected=True)
    stall.note(5.0, Vital(2.0, 150, 2, False, False), expected=True)
    assert not stall.missing
    stall.note(6.0, Vital(3.0, 150, 2, True, False), expected=True)
    stall.note(7.3, Vital(4.3, 150, 2, True, False), expected=True)
    assert stall.missing


def test_a_connection_without_statistics_misses_media_within_two_seconds() -> None:
    stall = Stall()
    stall.unknown(100.0)
    assert not stall.missing, "one that never had any is not known to be ill"
    stall.note(101.0, Vital(0.02, 10, 1, False, True), expected=True)
    stall.unknown(102.0)
    assert not stall.missing
    assert stall.pause <= 0.25, "it is looked for soon"
    stall.unknown(102.5)
    assert stall.missing
    stall.note(104.0, Vital(0.02, 10, 1, False, True), expected=True)
    assert not stall.missing


def test_counters_that_begin_anew_are_no_flow() -> None:
    stall = Stall()
    stall.note(0.0, Vital(0.02, 9000, 40, False, True), expected=True)
    stall.note(1.0, Vital(0.02, 3, 1, False, True), expected=True)
    stall.note(3.0, Vital(2.0, 3, 1, False, True), expected=True)
    assert not stall.missing


def entry(**fields: object) -> stats_pb2.RtcStats:
    return stats_pb2.RtcStats(**fields)  # type: ignore[arg-type]


def pair(timestamp: int, last: float, *, nominated: bool = True, waiting: bool = False) -> stats_pb2.RtcStats:
    state = "PAIR_IN_PROGRESS" if waiting else "PAIR_SUCCEEDED"
    inner = stats_pb2.CandidatePairStats(
        state=state,  # type: ignore[arg-type]
        nominated=nominated,
        packets_received=7,
        responses_received=3,
        last_packet_received_timestamp=last,
    )
    rtc = stats_pb2.RtcStatsData(id="p", timestamp=timestamp * 1000)  # in µs
    return entry(candidate_pair=stats_pb2.RtcStats.CandidatePair(rtc=rtc, candidate_pair=inner))


def test_statistics_are_read_as_they_come() -> None:
    sending = entry(outbound_rtp=stats_pb2.RtcStats.OutboundRtp())
    assert read([]) is None
    assert read([pair(5_000, 4_000.0, nominated=False)]) is None
    assert read([pair(5_000, 4_000.0)]) == Vital(1.0, 7, 3, False, False)
    assert read([pair(5_000, 0.0, waiting=True), sending]) == Vital(math.inf, 7, 3, True, True)
    assert read([pair(5_000, 4_000.0), pair(5_000, 4_900.0)]) == Vital(
        pytest.approx(0.1), 14, 6, False, False
    )

"""Which promises count as broken: a table. And the matrix itself is in order."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from . import __main__ as entry
from .__main__ import chosen
from .ends import Sfu, new_key
from .flow import Flow, flow
from .matrix import MATRIX, MISSED, MISSED_IN_SILENCE, SHORT, SUBSET, Variant
from .result import Result, judge, limits, note_events, quantile, table
from .stage import Stage
from .steps import WORDS
from .trial import quiet_bytes

BACK = Variant("x", "x", "cut", outage=10)
LONG = Variant("x", "x", "cut", outage=40)
HIT = Variant("x", "x", "cut", outage=10, peer_hit=True)
AWAY = Variant("x", "x", "remove", back=None, reasons=("removed",))
GOOD = {"recovered": True, "rooms": 1, "sockets": 1}

CASES: dict[str, tuple[Variant, str, dict[str, Any], list[str]]] = {
    "all is well": (BACK, "on", {}, []),
    "two Rooms": (BACK, "on", {"rooms": 2}, ["more than one Room of ours held sockets"]),
    "two connections": (BACK, "hostile", {"sockets": 2}, ["more than one Room of ours held sockets"]),
    "kicked": (BACK, "off", {"kicked": 1}, ["a current Room was kicked for a duplicate identity"]),
    "heard": (BACK, "on", {"leaked": 1}, ["something was heard while muted"]),
    "loud": (BACK, "on", {"muted_db": -80.0}, ["something was heard while muted"]),
    "sent": (BACK, "on", {"muted_bytes": 900.0}, ["RTP payload was sent while muted"]),
    "moved": (BACK, "on", {"moved": 1}, ["a tile moved"]),
    "vanished": (BACK, "on", {"vanished": 1}, ["somebody who was there vanished"]),
    "vanished in a long outage": (LONG, "on", {"vanished": 1}, []),
    "vanished for a good reason": (HIT, "on", {"vanished": 1}, []),
    "a window differs": (BACK, "on", {"differs": 1}, ["a window's state stayed different"]),
    "not back": (BACK, "on", {"recovered": False}, ["not back within 30 s"]),
    "not back without the plugin": (BACK, "off", {"recovered": False}, []),
    "mostly down": (BACK, "hostile", {"up_percent": 50.0}, ["up 50 % of the time that the network is"]),
    "mostly up": (BACK, "hostile", {"up_percent": 95.0}, []),
    "stays away": (AWAY, "on", {"recovered": False, "reason": "removed"}, []),
    "comes back uninvited": (AWAY, "on", {"reason": ""}, ["the call came back by itself"]),
    "stays away for another reason": (AWAY, "on", {"recovered": False, "reason": "moved"},
                                      ["the reason is moved, not removed"]),
}  # fmt: skip


@pytest.mark.parametrize(("variant", "mode", "seen", "broken"), CASES.values(), ids=CASES)
def test_a_broken_promise_is_named(
    variant: Variant, mode: str, seen: dict[str, Any], broken: list[str]
) -> None:
    assert judge(variant, Result("x", mode, **{**GOOD, **seen})) == broken


def test_a_timeline_that_does_not_say_why_is_a_broken_promise() -> None:
    woken = Variant("x", "x", "cut", said=("woke", "back"))
    told = Result("x", "on", **GOOD, said=["woke", "back"])
    assert judge(woken, told) == []
    assert judge(woken, Result("x", "on", **GOOD, said=["back"])) == ["the timeline does not say woke"]
    assert judge(woken, Result("x", "off", **GOOD)) == [], "without the plugin there is none"


def back(name: str, seconds: float | None, video: float | None = 0.0, told: float | None = None) -> Result:
    return Result(name, "on", recovered=True, sound_in=seconds, sound_out=0.0, video=video, problem=told)


OURS = (Variant("cut", "x", "cut", tell=MISSED), Variant("sfu", "x", "sfu kill", peer_hit=True),
        Variant("429", "x", "server", refused=True), Variant("gone", "x", "remove", back=None),
        Variant("hushed", "x", "cut", tell=MISSED_IN_SILENCE))  # fmt: skip


@pytest.mark.parametrize(
    ("results", "late"),
    [
        ([back("cut", 1.9, 3.9, 1.9), back("hushed", 1.0, told=4.9)], []),
        ([back("cut", 2.1, told=1.0), back("hushed", 1.0, told=1.0)], ["sound both ways"]),
        ([back("cut", None, told=1.0), back("hushed", 1.0, told=1.0)], ["sound both ways"]),
        ([back("cut", 1.0, 4.1, 1.0), back("hushed", 1.0, told=1.0)], ["video"]),
        ([back("cut", 1.0, told=2.1), back("hushed", 1.0, told=1.0)], ["a problem told"]),
        ([back("cut", 1.0, told=1.0), back("hushed", 1.0, told=5.1)], ["a problem told in silence"]),
        ([back("cut", 1.0, told=None), back("hushed", 1.0, told=1.0)], ["a problem told"]),
        ([back("cut", 1.0, told=1.0), back("hushed", 1.0, told=1.0), back("sfu", 9.0), back("429", 9.0)], []),
        ([], ["sound both ways", "video", "a problem told", "a problem told in silence"]),
    ],
)
def test_the_matrix_is_held_to_its_times(results: list[Result], late: list[str]) -> None:
    assert [limit.what for limit in limits(OURS, results) if limit.broken] == late


def test_silence_is_counted_from_a_second_after_each_stream_began() -> None:
    old = [{"t": at / 2, "bytes": 20.0 * at, "stream": 1} for at in range(11)]
    new = [{"t": 5.5 + at / 2, "bytes": 700.0 + 20 * at, "stream": 2} for at in range(12)]
    new[0]["bytes"] = 0.0
    assert quiet_bytes(old, 0.0) == pytest.approx(40)
    assert quiet_bytes([*old, *new], 0.0) == pytest.approx(40)
    assert quiet_bytes([*old, *new], 5.5) == pytest.approx(40), "it began just before"
    listed = [{"t": 5.5 + at / 2, "bytes": 0.0, "stream": 2} for at in range(4)]  # not connected for 1.5 s
    late = [{**sample, "t": sample["t"] + 1.5} for sample in new[1:]]
    assert quiet_bytes([*old, *listed, *late], 5.5) == pytest.approx(40), "it was silent until then"
    loud = [{**sample, "bytes": 10 * sample["bytes"]} for sample in new]
    assert quiet_bytes([*old, *loud], 5.5) == pytest.approx(400)
    assert quiet_bytes(old[:2], 0.0) == 0.0


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        ([], Flow(0.0, 0.0, 0)),
        ([1, 2, 3, 8], Flow(0.8, 0.8, 0)),
        ([1, 2, 3, 8, 60, 61, 90], Flow(0.8, 9.0, 2)),
        ([40, 41], Flow(0.0, 4.1, 1)),
        ([1, 20, 45, 80, 99], Flow(4.5, 9.9, 2)),
        ([1, 20, 45, 70, 99], Flow(9.9, 9.9, 0)),
    ],
)
def test_sound_is_back_once_it_flows_for_three_seconds_and_what_follows_is_a_break(
    gone: list[int], expected: Flow
) -> None:
    found = flow([(100 + at / 10, at not in gone) for at in range(100)], 100.0)
    assert (round(found.back, 3), round(found.last, 3), found.breaks) == (
        expected.back,
        expected.last,
        expected.breaks,
    )


def test_who_waits_for_a_peer_or_was_refused_is_told_apart() -> None:
    found = {limit.what: limit.values for limit in limits(OURS, [back("sfu", 9.0), back("429", 8.0)])}
    assert found["sound where the peer was hit too"] == (9.0,)
    assert found["sound after a refused attempt"] == (8.0,)
    assert found["sound both ways"] == ()


def test_the_apps_own_timeline_is_counted() -> None:
    result = Result("x", "on")
    told = [("epoch", "2"), ("moved", "ada/0"), ("vanished", "ada"), ("status", "lost duplicate"),
            ("problem", "none"), ("problem", "media"), ("problem", "signal")]  # fmt: skip
    note_events(result, [{"at": 500 * at, "what": w, "detail": d} for at, (w, d) in enumerate(told)], 0)
    counted = (result.connections, result.moved, result.vanished, result.kicked, result.problem)
    assert counted == (1, 1, 1, 1, 2.5)


def test_the_matrix_names_what_there_is() -> None:
    names = [variant.name for variant in MATRIX]
    assert len(set(names)) == len(names)
    for variant in MATRIX:
        assert {step.split()[0] for step in variant.steps.split(";")} <= set(WORDS), variant.name
    assert len(SUBSET) == 10
    assert 4 <= len(SHORT) <= 6


def test_variants_are_chosen_by_name_and_mode() -> None:
    assert [v.name for v, mode in chosen(["sfu-kill-3:on"], short=False) if mode == "on"] == ["sfu-kill-3"]
    assert {mode for _, mode in chosen(["sfu-kill-3"], short=False)} == {"on", "off", "hostile"}
    assert len(chosen([], short=False)) == len(MATRIX) + 2 * len(SUBSET)
    assert chosen(["nothing"], short=False) == []


def test_a_whole_name_means_that_variant_alone_and_a_beginning_means_its_family() -> None:
    def names(*asked: str) -> list[str]:
        return list(dict.fromkeys(variant.name for variant, _ in chosen(list(asked), short=False)))

    assert names("link-down-2") == names("link-down-2:on") == ["link-down-2"]
    assert names("link-down-2", "link-down-120") == ["link-down-2", "link-down-120"]
    assert names("link-down-") == [f"link-down-{seconds}" for seconds in (2, 10, 20, 40, 120)]
    assert names("link-down-20:") == ["link-down-20"]
    assert all(names(variant.name) == [variant.name] for variant in MATRIX)


def test_a_name_that_none_has_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["faults", "link-up"])
    assert entry.main() == 2
    assert "no variant is called link-up" in capsys.readouterr().err


def test_a_table_says_what_is_broken_under_its_line() -> None:
    result = Result("x", "on", broken=["a tile moved"], sound_in=1.0, sound_out=2.0)
    lines = table([result])
    assert lines[0].split()[:2] == ["variant", "plugin"]
    assert lines[1].split()[:4] == ["x", "on", "no", "2.0"]
    assert lines[2].strip() == "BROKEN  a tile moved"


@pytest.mark.parametrize(
    ("values", "part", "expected"), [([3.0, 1.0, 2.0], 0.5, 2.0), ([1.0], 0.95, 1.0), ([], 0.5, None)]
)
def test_a_quantile_is_a_value_that_was_measured(
    values: list[float], part: float, expected: float | None
) -> None:
    assert quantile(values, part) == expected


@pytest.mark.parametrize("when", ["in a variant", "at the end"])
def test_a_run_fails_when_a_log_holds_what_is_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], when: str
) -> None:
    sfu = Sfu(None, tmp_path)  # type: ignore[arg-type]
    sfu.keys.append(new_key())
    words = {"in a variant": f"an old key: {sfu.keys[0].secret}\n", "at the end": "Bearer 0123456789\n"}

    def leak(moment: str, folder: Path) -> None:
        if moment == when:
            (folder / "app-1").mkdir(exist_ok=True)
            (folder / "app-1" / "native.err").write_text(words[when])

    @contextlib.contextmanager
    def stage(folder: Path) -> Iterator[Stage]:
        yield Stage(None, folder, sfu, None)  # type: ignore[arg-type]
        leak("at the end", folder)

    def run(here: Stage, variant: Variant, mode: str, say: object) -> Result:
        leak("in a variant", here.folder)
        return Result(variant.name, mode)

    for name, made_up in (("stage", stage), ("run", run), ("must_be_able", dict), ("STATE", tmp_path)):
        monkeypatch.setattr(entry, name, made_up)
    monkeypatch.setattr(sys, "argv", ["faults", "--short"])
    assert entry.main() == 1
    told = [line for line in capsys.readouterr().out.splitlines() if "BROKEN" in line]
    assert len(told) == 1, told
    assert "native.err: a" in told[0]
    assert ("when all had ended" in told[0]) == (when == "at the end")
    assert sfu.keys[0].secret not in told[0]

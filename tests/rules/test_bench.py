"""What scripts read from a bench: the keys, the medians, and nothing at all after a failure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.bench import quantile, reporting


def test_a_result_holds_medians_and_the_spread(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    with reporting("hub", runs=9, arguments=["--runs", "3", "--json", str(target)]) as report:
        for turn in report.turns():
            report.ratio("cost_vs_peer", [2.0, 8.0, 3.0][turn], [1.0, 2.0, 2.0][turn])
            report.figure("round_trip_p99_ms", float(turn), "ms")
    assert json.loads(target.read_text()) == {
        "name": "hub",
        "runs": 3,
        "figures": {"round_trip_p99_ms": {"median": 1.0, "min": 0.0, "max": 2.0, "unit": "ms"}},
        "ratios": {"cost_vs_peer": 2.0},
    }


def test_a_bench_that_fails_writes_no_result(tmp_path: Path) -> None:
    target = tmp_path / "out.json"

    def fail() -> None:
        with reporting("hub", runs=1, arguments=["--json", str(target)]) as report:
            report.figure("x_ms", 1.0, "ms")
            raise RuntimeError("the peer did not start")

    with pytest.raises(RuntimeError, match="the peer"):
        fail()
    assert not target.exists()


@pytest.mark.parametrize(
    ("values", "part", "expected"),
    [
        ([5.0], 0.99, 5.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        (list(range(1, 101)), 0.95, 95),
        ([1.0, 2.0], 0.0, 1.0),
    ],
)
def test_a_quantile_is_a_value_that_was_measured(values: list[float], part: float, expected: float) -> None:
    assert quantile(values, part) == expected


def test_a_quantile_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no values"):
        quantile([], 0.5)

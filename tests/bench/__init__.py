"""Figures beside a peer, measured in turns so that both meet the same machine. `build/dev.py bench NAME`.

A bench is a module here with a function `main`::

    def main() -> None:
        with reporting("hub", runs=5) as report:
            for turn in report.turns():
                ours, peer = measure(ours_first=turn % 2 == 0)
                report.ratio("round_trip_p50_vs_broadcastchannel", quantile(ours, 0.5), quantile(peer, 0.5))
                report.figure("round_trip_p99_ms", quantile(ours, 0.99), "ms")

    if __name__ == "__main__":
        main()

A quantile stands in the key's name, never between runs: between runs it is always the median.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any


def quantile(values: Sequence[float], part: float) -> float:
    """The smallest value that at least `part` (0..1) of all values do not exceed.

    :raises ValueError: there are no values; a figure is never made up.
    """
    if not values:
        raise ValueError("no values were measured")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


@dataclass
class Report:
    """What one bench saw, turn by turn."""

    name: str
    runs: int
    _figures: dict[str, list[float]] = field(default_factory=dict)
    _units: dict[str, str] = field(default_factory=dict)
    _ratios: dict[str, list[float]] = field(default_factory=dict)

    def turns(self) -> Iterator[int]:
        """Counts the runs from 0. Even turns measure ours first, odd ones the peer."""
        for turn in range(self.runs):
            print(f"run {turn + 1} of {self.runs}", flush=True)
            yield turn

    def figure(self, what: str, value: float, unit: str) -> None:
        """Notes one run's `what`; `unit` as in its key: ms, s, mb, percent, or "" for a count."""
        if self._units.setdefault(what, unit) != unit:
            raise ValueError(f"{what} is in {self._units[what]}, not in {unit}")
        self._figures.setdefault(what, []).append(value)

    def ratio(self, what: str, ours: float, peer: float) -> None:
        """Notes the pair of one run. Below 1 ours is better, since all that is compared is a cost."""
        if peer <= 0:
            raise ValueError(f"{what}: the peer measured {peer}, which cannot be compared with")
        self._ratios.setdefault(what, []).append(ours / peer)

    def result(self) -> dict[str, Any]:
        """What `--json` writes: a figure with its spread, a ratio as the median of the paired runs."""
        figures = {
            what: {"median": median(all_), "min": min(all_), "max": max(all_), "unit": self._units[what]}
            for what, all_ in self._figures.items()
        }
        ratios = {what: median(all_) for what, all_ in self._ratios.items()}
        return {"name": self.name, "runs": self.runs, "figures": figures, "ratios": ratios}

    def lines(self) -> Iterator[str]:
        """The result for people, ratios with their spread."""
        for what, all_ in self._ratios.items():
            yield f"{what:<40} {median(all_):9.3f}  ({min(all_):.3f} to {max(all_):.3f}), ours / peer"
        for what, all_ in self._figures.items():
            yield f"{what:<40} {median(all_):9.3f}  ({min(all_):.3f} to {max(all_):.3f}) {self._units[what]}"


@contextmanager
def reporting(name: str, runs: int, arguments: Sequence[str] | None = None) -> Iterator[Report]:
    """Reads `--runs` and `--json`, lets the bench measure, then prints the result and writes it where asked.

    A bench that raises writes nothing: half a result would read as a whole one.
    """
    parser = argparse.ArgumentParser(prog=f"bench {name}")
    parser.add_argument("--runs", type=int, default=runs, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args(arguments)
    if asked.runs < 1:
        parser.error("--runs is at least 1")
    report = Report(name, asked.runs)
    yield report
    for text in report.lines():
        print(text)
    if asked.json:
        asked.json.write_text(json.dumps(report.result(), indent=2) + "\n")

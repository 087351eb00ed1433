"""What a page says that it showed: frames, delays and speakers, from its own reports."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field
from typing import Any

from .stack import App


@dataclass
class Seen:
    """Gathers the reports of the main window."""

    app: App
    start_to_window_s: float
    click_to_joined_s: float
    screenshots: list[str] = field(default_factory=list)
    latency: list[int] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)
    room: str = ""
    people: int = 0
    tiles: int = 0
    names: dict[str, str] = field(default_factory=dict)
    spoke: set[str] = field(default_factory=set)
    pictured: set[str] = field(default_factory=set)
    reported: float = field(default_factory=time.monotonic)

    @property
    def silent(self) -> float:
        """Seconds since the newest report."""
        return time.monotonic() - self.reported

    @property
    def elapsed(self) -> float:
        """Seconds since the first drawn frame, by the page's own clock."""
        return float(self.report.get("elapsed_ms", 0)) / 1000

    def wait_first_frame(self, within: float) -> None:
        """Return when the page has drawn a frame of somebody.

        :raises ChildError: none came.
        """

        def drawn(slices: dict[str, Any]) -> bool:
            self._take(slices)
            return self.elapsed > 0

        self.app.wait("a drawn picture", ["measure", "voice", "stage"], drawn, within)

    def look(self) -> None:
        """Take the newest report."""
        self._take(self.app.read("measure", "voice", "stage"))

    def rates(self) -> dict[str, float]:
        """Frames per second of each tile that carries video, counted from the first drawn frame of all."""
        if not self.elapsed:
            return {}
        counts = dict.fromkeys(self.pictured, 0) | self.report["drawn"]
        return {tile: count / self.elapsed for tile, count in counts.items()}

    def line(self) -> str:
        """One line for a person."""
        rates, delay = sorted(self.rates().values()), self._delays()
        frames = f"{rates[0]:.1f} to {rates[-1]:.1f} frames/s" if rates else "no frames"
        return (
            f"{self.people} people, {self.tiles} tiles, {frames}, delay {delay['p50']} ms "
            f"(p95 {delay['p95']} ms), {len(self.spoke)} seen speaking"
        )

    def figures(self) -> dict[str, Any]:
        """The keys that ``--json`` promises."""
        rates = list(self.rates().values())
        return {
            "room": self.room,
            "people": self.people,
            "tiles": self.tiles,
            "fps_per_tile": {
                "min": round(min(rates, default=0.0), 2),
                "median": round(statistics.median(rates), 2) if rates else 0.0,
            },
            "latency_ms": self._delays(),
            "speakers_seen": sorted(self.names.get(user, user) for user in self.spoke),
            "start_to_window_s": round(self.start_to_window_s, 3),
            "click_to_joined_s": round(self.click_to_joined_s, 3),
            "screenshots": self.screenshots,
        }

    def _take(self, slices: dict[str, Any]) -> None:
        voice = slices.get("voice", {})
        if voice.get("people"):
            self.room, self.people = voice["room"], len(voice["people"])
            self.names |= {person["user"]: person["name"] for person in voice["people"]}
        placed = slices.get("stage", {}).get("windows", {}).get("main", ())
        self.tiles = len(placed)
        self.pictured = {f"{tile['user']}/{tile['kind']}" for tile in placed if tile["kind"] != "avatar"}
        report = slices.get("measure", {}).get("reports", {}).get("main", {})
        if report.get("elapsed_ms", 0) > self.report.get("elapsed_ms", 0):
            self.report, self.reported = report, time.monotonic()
            self.latency += report["latency_ms"]
            self.spoke |= set(report["spoke"])

    def _delays(self) -> dict[str, int | None]:
        ordered = sorted(self.latency)
        if not ordered:
            return {"p50": None, "p95": None}
        return {f"p{part}": ordered[min(len(ordered) - 1, len(ordered) * part // 100)] for part in (50, 95)}

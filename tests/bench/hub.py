"""From window A through the hub to window B and back, beside BroadcastChannel between the same two pages.

Over the hub a round trip is four hops and two checked commands; over BroadcastChannel it is two hops. The
pages run in Debian's Chromium without DevTools, which would copy every message, and report through the hub.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from tests.bench import quantile, reporting
from tests.bench.browser import FLAGS, ROOT
from tests.parts import end, spawn

UNTHROTTLED = (
    "--disable-popup-blocking",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
)


def main() -> None:
    """See the module."""
    with reporting("hub", runs=5) as report:
        for _ in report.turns():
            times = _round_trips()
            hub, channel = ([value / 1000 for value in times[way]] for way in ("hub", "channel"))
            report.ratio("round_trip_p50_vs_broadcastchannel", quantile(hub, 0.5), quantile(channel, 0.5))
            report.figure("round_trip_p50_ms", quantile(hub, 0.5), "ms")
            report.figure("round_trip_p99_ms", quantile(hub, 0.99), "ms")
            report.figure("broadcastchannel_p50_ms", quantile(channel, 0.5), "ms")
            report.figure("broadcastchannel_p99_ms", quantile(channel, 0.99), "ms")
            report.figure("stuck_window_growth_mb", _growth_mb(), "mb")


def _round_trips() -> dict[str, list[int]]:
    """Microseconds of each round trip, by way; the two ways take turns within one pair of pages."""
    with _app() as said:
        address: str = _line(said)
        with _browser(address):
            times: dict[str, list[int]] = _line(said)
    return times


def _growth_mb() -> float:
    with _app("--stuck") as said:
        seen: dict[str, Any] = _line(said)
    if seen["windows"] != ["stuck"]:
        raise RuntimeError(f"the stuck window was not there to the end: {seen['windows']}")
    if seen["changes"] < 5000:
        raise RuntimeError(f"only {seen['changes']} changes were made")
    return float(seen["growth"]) / 1e6


@contextlib.contextmanager
def _app(*arguments: str) -> Iterator[IO[bytes]]:
    app = spawn([sys.executable, "-m", "tests.bench.hub_app", *arguments], cwd=ROOT, stdout=subprocess.PIPE)
    assert app.stdout is not None
    try:
        yield app.stdout
    finally:
        end(app)
        app.stdout.close()


@contextlib.contextmanager
def _browser(address: str) -> Iterator[None]:
    """One browser with page A, which opens page B."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise FileNotFoundError("chromium is missing. Run: python3 build/dev.py setup")
    with tempfile.TemporaryDirectory(prefix="bench-profile-", ignore_cleanup_errors=True) as profile:
        command = [chromium, *FLAGS, *UNTHROTTLED, f"--user-data-dir={profile}", address]
        browser = spawn(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            end(browser)


def _line(said: IO[bytes]) -> Any:
    line = said.readline()
    if not line:
        raise RuntimeError("the app ended before it said what was measured")
    return json.loads(line)


if __name__ == "__main__":
    main()

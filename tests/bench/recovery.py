"""How fast a broken call is back, beside the SDK alone and livekit-client in the same broken network.

XCORD_BENCH_PARTS chooses among outages, ends and memory, XCORD_BENCH_OUTAGES among the outages;
`build/README.md` tells how each is taken. A part that was not chosen has no figure.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import psutil
from tests.bench import Report, quantile, reporting
from tests.faults.client import PEERS
from tests.faults.matrix import MATRIX, Variant
from tests.faults.result import Result
from tests.faults.stage import HEARD, Stage, stage
from tests.faults.teller import Line, Teller
from tests.faults.trial import run

CLIENT = Path(__file__).parents[2] / "webui/node_modules/livekit-client/dist/livekit-client.umd.js"
SIDE_BY_SIDE = (
    "black-hole-10",
    "link-down-10",
    "black-hole-20",
    "link-down-20",
    "black-hole-40",
    "link-down-40",
)
ALONE = ("sfu-stop-8", "server-500")
OUTAGES = os.environ.get("XCORD_BENCH_OUTAGES", ",".join(SIDE_BY_SIDE)).split(",")
NAMES = ("ours", "SDK alone", "livekit-client")
SDKS = 3  # whose own attempts fall at random moments; their mean counts
HOSTILE = ("black-hole-10",)
PARTS = {"outages", "ends", "memory"}
CHOSEN = os.environ.get("XCORD_BENCH_PARTS", ",".join(sorted(PARTS))).split(",")
GIVEN_UP = 60.0  # seconds: who is not back by then is counted with this
RECONNECTS = 200
RECONNECTS_WITHIN = 420.0
WARM = 5
SPARE_MB = 10.0
CALM_WITHIN = 60.0  # seconds after which handles and tasks must be as at the start; the SDK's come in bursts


def variant(name: str) -> Variant:
    """Of the matrix."""
    return next(each for each in MATRIX if each.name == name)


@contextlib.contextmanager
def others(here: Stage) -> Iterator[tuple[list[Teller], Teller]]:
    """The SDK alone and livekit-client, all in the app's network and listening to the same peer."""
    more = {"me": here.peer_user, "hertz": PEERS, "stays": 1}
    sdks = [here.bare("sdk", here.net.client, here.new_person(), "sdk", more) for _ in range(SDKS)]
    ticket = here.server.ticket(here.new_person(), here.channel, "browser")
    first = json.dumps({"url": ticket.url, "token": ticket.token})
    command = [*here.net.client.prefix, sys.executable, "-m", "tests.faults.browser", str(CLIENT)]
    browser = Teller("browser", command, here.folder, os.environ, first)
    try:
        until = time.monotonic() + 60
        while not all_there(sdks, browser):
            if time.monotonic() > until:
                raise TimeoutError("the SDK alone or livekit-client is not in the call")
            time.sleep(0.1)
        yield sdks, browser
    finally:
        for each in (*sdks, browser):
            each.close()


def all_there(sdks: list[Teller], browser: Teller) -> bool:
    return all(heard(sdk, "tone") for sdk in sdks) and counted(browser)


def heard(teller: Teller, name: str) -> bool:
    lines = teller.since(time.monotonic() - 0.5)
    return bool(lines) and all(line[name] >= HEARD for line in lines)


def counted(teller: Teller) -> bool:
    lines = teller.since(time.monotonic() - 1.0)
    return len(lines) > 1 and lines[-1]["packets"] > lines[0]["packets"]


def back(lines: list[Line], healed: float, flows: Callable[[Line, Line], bool]) -> float:
    """Seconds after which sound has come without a break until the last line."""
    last_bad = healed
    for before, line in pairwise(lines):
        if not flows(before, line):
            last_bad = line["t"]
    if not lines or lines[-1]["t"] - last_bad < 1.0:
        return GIVEN_UP
    return max(0.05, last_bad - healed)


def compare(report: Report, here: Stage, results: list[Result]) -> None:
    """The same outages for all at once."""
    ours, means, browsers = [], [], []
    for name in OUTAGES:
        here.start_app()
        here.join()
        with others(here) as (sdks, browser):
            result = run(here, variant(name), "on", print)
            results.append(result)
            until = time.monotonic() + 20
            while time.monotonic() < until and not all_there(sdks, browser):
                time.sleep(0.1)
            time.sleep(1.5)
            healed = result.probed
            ours.append(max(0.05, result.sound_in if result.sound_in is not None else GIVEN_UP))
            backs = [
                back(sdk.since(healed), healed, lambda before, line: line["tone"] >= HEARD) for sdk in sdks
            ]
            means.append(sum(backs) / len(backs))
            packets = [line for at, line in enumerate(browser.since(healed)) if at % 3 == 0]
            browsers.append(back(packets, healed, lambda before, line: line["packets"] > before["packets"]))
            took = (f"{each[-1]:.2f} s" for each in (ours, means, browsers))
            each = " ".join(f"{one:.2f}" for one in backs)
            print(
                name, *(f"{who} {back}" for who, back in zip(NAMES, took, strict=True)), f"({each})", sep="  "
            )
    report.ratio("back_vs_sdk_alone", sum(ours), sum(means))
    report.ratio("back_vs_livekit_client", sum(ours), sum(browsers))


def memory(report: Report, here: Stage) -> None:
    """Forced full reconnects in a row, ours and the bare SDK's at the same time."""
    here.start_app()
    here.join()
    sdk = here.bare("sdk", here.net.client, here.new_person(), "sdk", {"me": here.peer_user, "hertz": PEERS})
    assert here.app is not None
    try:
        sizes: dict[str, list[float]] = {"ours": [], "sdk": []}
        began = (0, 0)
        until = time.monotonic() + RECONNECTS_WITHIN
        while not sdk.lines:
            time.sleep(0.1)
        for turn in range(RECONNECTS):
            if turn == WARM:
                began = held(here)
            if turn in (WARM, RECONNECTS - 1):
                time.sleep(1.0)
                for name, process in (("ours", here.app.process), ("sdk", sdk.process)):
                    sizes[name].append(psutil.Process(process.pid).memory_info().rss / 1e6)
            count = sdk.lines[-1]["reconnects"]
            sdk.tell("full_reconnect")
            here.remote.ask("voice.simulate", {"kind": "full_reconnect"})
            while sdk.lines[-1]["reconnects"] == count or here.read("voice")["status"] != "connected":
                if time.monotonic() > until:
                    raise TimeoutError(f"only {turn} of {RECONNECTS} reconnects in {RECONNECTS_WITHIN:g} s")
                time.sleep(0.05)
        settle(report, here, began)
    finally:
        sdk.close()
    ours, bare = (sizes[name][1] - sizes[name][0] for name in ("ours", "sdk"))
    report.figure("memory_ours_mb", ours, "mb")
    report.figure("memory_sdk_mb", bare, "mb")
    report.ratio("memory_200_vs_sdk", max(0.0, ours - SPARE_MB), max(1.0, bare))


def held(here: Stage) -> tuple[int, int]:
    """Open handles of the app, and the tasks of its two loops."""
    assert here.app is not None
    return psutil.Process(here.app.process.pid).num_fds(), here.app.lines[-1]["tasks"]


def settle(report: Report, here: Stage, began: tuple[int, int]) -> None:
    """How many handles and tasks stay more than there were at the begin."""
    until = time.monotonic() + CALM_WITHIN
    more = (10**6, 10**6)
    while max(more) > 0 and time.monotonic() < until:
        time.sleep(0.5)
        handles, tasks = held(here)
        more = (min(more[0], handles - began[0]), min(more[1], tasks - began[1]))
    report.figure("handles_more", max(0, more[0]), "")
    report.figure("tasks_more", max(0, more[1]), "")


def ends(report: Report, here: Stage, results: list[Result]) -> None:
    """Faults of the ends, and an outage with the hostile plugin."""
    results += [run(here, variant(each), "on", print) for each in ALONE]
    hostile = [run(here, variant(each), "hostile", print) for each in HOSTILE]
    results += hostile
    here.flags, here.hostile = (), False
    report.figure("hostile_up_percent", min(each.up_percent or 0.0 for each in hostile), "percent")


def measure(report: Report) -> None:
    """Each run on one stage.

    :raises SystemExit: a part or an outage that there is not.
    """
    if unknown := {*CHOSEN} - PARTS or {*OUTAGES} - {*SIDE_BY_SIDE}:
        raise SystemExit(f"bench recovery has no {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="xcord-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        with stage(folder, {"XCORD_JOIN_TTL": "86400"}) as here:
            for _turn in report.turns():
                results: list[Result] = []
                if "outages" in CHOSEN:
                    compare(report, here, results)
                if "ends" in CHOSEN:
                    ends(report, here, results)
                if "memory" in CHOSEN:
                    memory(report, here)
                if results:
                    tell(report, results)


def tell(report: Report, results: list[Result]) -> None:
    """The figures."""
    ours = [each for each in results if each.mode == "on"]
    backs = [each.back for each in ours if each.back is not None]
    videos = [each.video for each in ours if each.video is not None]
    problems = [each.problem for each in ours if each.problem is not None]
    report.figure("rooms_with_sockets", max(max(each.rooms, each.sockets) for each in results), "")
    report.figure("self_kicks", sum(each.kicked for each in results), "")
    report.figure("tiles_moved", sum(each.moved for each in results), "")
    report.figure("audio_back_p95_s", quantile(backs, 0.95), "s")
    report.figure("video_back_p95_s", quantile(videos, 0.95), "s")
    report.figure("problem_shown_p95_s", quantile(problems, 0.95), "s")
    report.figure("muted_db", max(each.muted_db for each in results), "db")
    report.figure("muted_payload_bytes_per_s", max(each.muted_bytes for each in results), "")


def main() -> None:
    """See the module."""
    with reporting("recovery", runs=1) as report:
        measure(report)


if __name__ == "__main__":
    main()

"""The test run: checks, the pages' own tests, pytest; a count of each, and pytest's closing line last."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from steps import checks
from steps.commands import stream
from steps.pages import node_environment
from steps.places import ROOT, STATE, WEBUI, environment, script
from steps.say import MendableError, line

LIMIT = 75 * 60.0
"""Seconds after which a test run counts as hung and is ended."""
REPORT = STATE / "pytest.xml"
LANES = ("-n", "2")
"""What pytest is told for a whole run; which test goes into which lane stands in `tests/conftest.py`."""
AGAIN = 3
"""So many failed tests of a whole run are looked at once more, without others beside them."""
LONG = ("-m", "long", "-s", "-o", "timeout=0")
"""What pytest is told for `--long`; such a test says as it goes how it stands."""


class Count(NamedTuple):
    """One suite's outcome; `sound` is False when it failed as a whole, whatever was counted."""

    suite: str
    passed: int
    failed: int
    skipped: int
    sound: bool

    def __str__(self) -> str:
        end = "" if self.sound else "  FAILED"
        return f"{self.suite}: {self.passed} passed, {self.failed} failed, {self.skipped} skipped{end}"


def arguments() -> argparse.ArgumentParser:
    """What it may be told; everything else is pytest's."""
    parser = argparse.ArgumentParser(
        prog="python3 build/dev.py test",
        description="Runs the checks, the pages' own tests and pytest; told anything, only pytest with that.",
        epilog="pytest's own options: python3 build/dev.py test -- --help",
        allow_abbrev=False,
    )
    parser.add_argument("--long", action="store_true", help="the tests that take half an hour")
    parser.add_argument("words", nargs="*", metavar="WORD", help="for pytest: paths, -k, -x and so on")
    return parser


def run(arguments: Sequence[str], sfu: Path) -> int:
    """Runs everything, or with `arguments` only pytest on them. Returns the exit code.

    `--long` among them selects the tests that otherwise nobody runs.
    """
    arguments = [word for each in arguments for word in (LONG if each == "--long" else (each,))]
    counts: list[Count] = []
    if arguments:
        line("test", "only pytest, with the arguments given: no checks, no page tests")
    else:
        failed = checks.run()
        counts.append(Count("checks", 5 - len(failed), len(failed), 0, not failed))
        counts.append(_pages())
    count, closing = _pytest(arguments or LANES, sfu)
    shaky: list[str] = []
    if not arguments and count.passed and 0 < count.failed <= AGAIN:
        shaky = _failed(REPORT)
        count, closing = _look_again(count, closing, sfu)
    counts.append(count)
    print()
    for each in counts:
        line("test", str(each))
    for name in shaky:
        line("test", f"failed in the whole run{', passed alone: mend it' if count.sound else ''}: {name}")
    skipped = sum(each.skipped for each in counts)
    forbidden = skipped > 0 and os.environ.get("CI", "").lower() in ("true", "1")
    if forbidden:
        line("test", f"{skipped} skipped: CI allows none, so this run has failed")
    print(closing, flush=True)
    return 0 if all(each.sound for each in counts) and not forbidden else 1


def _pages() -> Count:
    report = STATE / "vitest.json"
    report.unlink(missing_ok=True)
    command = [
        "npm",
        "test",
        "--silent",
        "--",
        "--reporter=default",
        "--reporter=json",
        f"--outputFile.json={report}",
    ]
    code, _ = stream(command, what="npm test", cwd=WEBUI, env=node_environment() | _colour(), limit=LIMIT)
    try:
        told = json.loads(report.read_text())
    except (OSError, ValueError):
        return Count("page tests", 0, 0, 0, False)
    left = int(told["numPendingTests"]) + int(told["numTodoTests"])
    passed, failed = int(told["numPassedTests"]), int(told["numFailedTests"])
    return Count("page tests", passed, failed, left, code == 0 and passed > 0)


def _look_again(first: Count, closing: str, sfu: Path) -> tuple[Count, str]:
    """Runs what failed once more, alone: a fault fails again, what only a crowd upset passes and is told.

    Returns the count of both runs together, and the closing line of the second, or of the first if even
    that did not get as far as a count.
    """
    line("test", f"{first.failed} failed: once more, alone")
    second, last = _pytest(("--last-failed", "--last-failed-no-failures=none"), sfu)
    if second.passed + second.failed != first.failed:
        return first, closing
    return first._replace(
        passed=first.passed + second.passed,
        failed=second.failed,
        skipped=first.skipped + second.skipped,
        sound=second.sound,
    ), last


def _pytest(arguments: Sequence[str], sfu: Path) -> tuple[Count, str]:
    report = REPORT
    report.unlink(missing_ok=True)
    code, closing = stream(
        [
            script("python"),
            "-m",
            "pytest",
            f"--junitxml={report}",
            "-o",
            "junit_family=xunit1",  # xunit2 refuses record_property, thus every test that counts
            *arguments,
        ],
        what="pytest",
        cwd=ROOT,
        env=environment(LIVEKIT_SERVER=str(sfu), PYTHONUNBUFFERED="1") | _colour(),
        limit=LIMIT,
    )
    plain = re.sub(r"\x1b\[[0-9;]*m", "", closing)
    try:
        return _counted(report, code), plain
    except (OSError, ElementTree.ParseError):
        return Count("pytest", 0, 0, 0, False), plain


def _colour() -> dict[str, str]:
    """The suites write into a pipe of ours; whether a person sees it only we know."""
    return {"FORCE_COLOR": "1"} if sys.stdout.isatty() else {"NO_COLOR": "1"}


def _failed(report: Path) -> list[str]:
    """The names of the cases that failed, as pytest's own report has them."""
    return [
        f"{case.get('classname')}::{case.get('name')}"
        for case in ElementTree.parse(report).iter("testcase")
        if any(child.tag in ("failure", "error") for child in case)
    ]


def _counted(report: Path, code: int) -> Count:
    """Counts cases in pytest's own report. An expected failure is no skip."""
    kinds: Counter[str] = Counter()
    for case in ElementTree.parse(report).iter("testcase"):
        tags = {child.tag: child.get("type", "") for child in case}
        if "failure" in tags or "error" in tags:
            kinds["failed"] += 1
        elif "skipped" in tags and tags["skipped"] != "pytest.xfail":
            kinds["skipped"] += 1
        else:
            kinds["passed"] += 1
    if not kinds:
        raise MendableError("pytest ran no test; see its output above")
    return Count("pytest", kinds["passed"], kinds["failed"], kinds["skipped"], code == 0)

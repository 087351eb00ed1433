"""The small program that stands between us and each child."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from xcord_sync.backend.child import GUARDIAN

STUBBORN = """
import os, signal, sys, time
told = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def tell(word):  # a buffered file cannot be written by a signal's handler that came upon a write
    os.write(told, word.encode() + b"\\n")
def hear(number, _):
    tell(signal.Signals(number).name + " " + str(time.monotonic()))
    if signal.Signals(number).name == sys.argv[2]:
        sys.exit(3)
for name in ("SIGINT", "SIGTERM", "SIGQUIT"):
    signal.signal(getattr(signal, name), hear)
tell("up")
while True:
    time.sleep(60)
"""


class Guarded:
    """A guardian over a child that ends at one signal alone."""

    def __init__(self, folder: Path, ends_at: str, stages: list[list[Any]]) -> None:
        self.told = folder / "told"
        spec = {
            "command": [sys.executable, "-c", STUBBORN, str(self.told), ends_at],
            "stages": stages, "orphan": "SIGKILL", "user": None, "group": None, "keep": [],
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(GUARDIAN), json.dumps(spec)],
            stdin=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        wait_for(lambda: self.told.exists() and "up" in self.told.read_text())
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        self.child = int(children[0])

    def heard(self) -> list[str]:
        return [line.split()[0] for line in self.told.read_text().splitlines()[1:]]

    def tell(self, word: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(word)
        self.process.stdin.flush()

    def hang_up(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()


def wait_for(condition: Any, within: float = 20) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[Any]:
    made: list[Guarded] = []

    def make(ends_at: str, stages: list[list[Any]]) -> Guarded:
        made.append(Guarded(tmp_path, ends_at, stages))
        return made[-1]

    yield make
    for guarded in made:
        guarded.process.kill()
        guarded.process.wait(20)
        if guarded.process.stdin:
            guarded.process.stdin.close()


def test_an_orderly_stop_goes_stage_by_stage_and_tells_the_childs_exit_code(guard: Any) -> None:
    guarded = guard("SIGQUIT", [["SIGINT", 0.3, 0], ["SIGTERM", 0.3, 0], ["SIGQUIT", 20, 20]])
    guarded.tell(b"stop\n")
    assert guarded.process.wait(20) == 3
    assert guarded.heard() == ["SIGINT", "SIGTERM", "SIGQUIT"]


def test_a_stage_that_works_ends_at_once(guard: Any) -> None:
    guarded = guard("SIGINT", [["SIGINT", 60, 60]])
    begun = time.monotonic()
    guarded.tell(b"stop\n")
    assert guarded.process.wait(20) == 3
    assert time.monotonic() - begun < 15


def test_a_closed_pipe_hurries_also_in_the_middle_of_an_orderly_stop(guard: Any) -> None:
    guarded = guard("SIGTERM", [["SIGINT", 600, 0.1], ["SIGTERM", 600, 20]])
    guarded.tell(b"stop\n")
    wait_for(lambda: guarded.heard() == ["SIGINT"])
    guarded.hang_up()
    assert guarded.process.wait(20) == 3
    assert guarded.heard() == ["SIGINT", "SIGTERM"]


def test_a_child_that_hears_nothing_is_killed_in_the_end(guard: Any) -> None:
    guarded = guard("never", [["SIGINT", 0.1, 0.1], ["SIGTERM", 0.1, 0.1]])
    guarded.hang_up()
    assert guarded.process.wait(20) == 128 + signal.SIGKILL
    assert not alive(guarded.child)


def test_a_killed_guardian_takes_the_child_along(guard: Any) -> None:
    guarded = guard("never", [["SIGINT", 60, 60]])
    os.kill(guarded.process.pid, signal.SIGKILL)
    wait_for(lambda: not alive(guarded.child))


def test_a_child_that_ends_by_itself_ends_its_guardian(guard: Any) -> None:
    guarded = guard("SIGTERM", [["SIGINT", 60, 60]])
    os.kill(guarded.child, signal.SIGTERM)
    assert guarded.process.wait(20) == 3


def test_a_guardian_that_is_told_to_end_ends_its_child_first(guard: Any) -> None:
    guarded = guard("SIGINT", [["SIGINT", 60, 20]])
    guarded.process.terminate()
    assert guarded.process.wait(20) == 3
    assert guarded.heard() == ["SIGINT"]

"""Which processes belong to something, and whether they are gone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

import psutil
from tests.journeys.world import until

GONE_WITHIN = 15.0


def family(pid: int) -> list[psutil.Process]:
    """A process with everything that it started and that still runs."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def marked(text: str) -> list[psutil.Process]:
    """Processes whose environment or command line holds a text, whoever their parent is now."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            told = [*process.environ().values(), *process.cmdline()]
            if any(text in each for each in told):
                found.append(process)
    return found


def alive(processes: Iterable[psutil.Process]) -> list[str]:
    """The names of those that still run; a zombie has ended."""
    running = []
    for process in processes:
        with contextlib.suppress(psutil.Error):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                running.append(f"{process.name()} ({process.pid})")
    return running


def wait_gone(found: list[psutil.Process], mark: Path | str, within: float = GONE_WITHIN) -> None:
    """Everything of these has ended, and everything that carries the mark in its environment."""
    left: list[str] = []

    def gone() -> bool:
        left[:] = sorted({*alive(found), *alive(marked(str(mark)))})
        return not left

    try:
        until(gone, "the end of all processes", within)
    except AssertionError as error:
        raise AssertionError(f"these stayed: {', '.join(left)}") from error

"""A browser without a debugger, and what it costs.

DevTools (Playwright, Puppeteer) copies every WebSocket frame to the debugger: 30 % of a core at 12 MB/s, for
nothing. So pages report by HTTP to the server here.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from tests.parts import end, spawn

ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)


class Pages:
    """Serves a folder on loopback and keeps what its pages report."""

    def __init__(self, folder: Path) -> None:
        self.reports: list[dict[str, Any]] = []
        handler = partial(_Handler, self.reports, directory=str(folder))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, what: str, within: float, seen: Any) -> dict[str, Any]:
        """The first report for which ``seen`` is true.

        :raises TimeoutError: none came in time.
        :raises RuntimeError: the page reported an error.
        """
        until = time.monotonic() + within
        while time.monotonic() < until:
            for report in self.reports:
                if "error" in report:
                    raise RuntimeError(f"the page failed: {report['error']}")
                if seen(report):
                    return report
            time.sleep(0.02)
        raise TimeoutError(f"{what} did not happen within {within:g} s; last report: {self.reports[-1:]}")


class _Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, reports: list[dict[str, Any]], *args: Any, **options: Any) -> None:
        self._reports = reports
        super().__init__(*args, **options)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self._reports.append({**json.loads(body), "received_at": time.monotonic()})
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextlib.contextmanager
def opened(
    engine: str, address: str, screen: Mapping[str, str], size: tuple[int, int] = (1000, 700)
) -> Iterator[psutil.Process]:
    """One page in ``chromium`` (Debian's, headless) or ``qt`` (QtWebEngine as the app starts it).

    :param screen: the environment that names the display, for ``qt``.
    :param size: of the window; headless Chromium counts a frame of its own into it.
    """
    profile = tempfile.mkdtemp(prefix="bench-profile-")
    if engine == "qt":
        command = [sys.executable, "-m", "tests.bench.qtpage", address, *map(str, size)]
    else:
        window = f"--window-size={size[0]},{size[1]}"
        command = [_chromium(), *FLAGS, window, f"--user-data-dir={profile}", address]
    environ = {**os.environ, **screen, "XDG_CACHE_HOME": profile, "XDG_DATA_HOME": profile}
    process = spawn(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    browser = psutil.Process(process.pid)
    try:
        yield browser
    finally:
        children = browser.children(recursive=True)
        end(process)
        _, left = psutil.wait_procs(children, timeout=5)
        for child in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        shutil.rmtree(profile, ignore_errors=True)


def _chromium() -> str:
    program = shutil.which("chromium")
    if program is None:
        raise FileNotFoundError("chromium is missing. Run: python3 build/dev.py setup")
    return program


@dataclass
class Cost:
    """What processes took between ``start`` and ``stop``: percent of one core, and MB at the end.

    ``by_kind`` splits the CPU by the browser's kinds of process.
    """

    roots: Sequence[psutil.Process]
    cpu: float = 0.0
    pss_mb: float = 0.0
    by_kind: dict[str, float] = field(default_factory=dict)
    _begun: float = 0.0
    _before: dict[psutil.Process, float] = field(default_factory=dict)

    def start(self) -> None:
        self._before = {process: _seconds(process) for process in self._processes()}
        self._begun = time.monotonic()

    def stop(self) -> None:
        taken = time.monotonic() - self._begun
        ended = {process: _seconds(process) for process in self._processes()}  # first: memory takes a while
        for process, seconds in ended.items():
            with contextlib.suppress(psutil.Error):
                percent = 100 * (seconds - self._before.get(process, 0.0)) / taken
                self.cpu += percent
                kind = _kind(process)
                self.by_kind[kind] = self.by_kind.get(kind, 0.0) + percent
                self.pss_mb += process.memory_full_info().pss / 2**20

    def _processes(self) -> set[psutil.Process]:
        found = set(self.roots)
        for root in self.roots:
            found.update(root.children(recursive=True))
        return found


def _seconds(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.Error):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def _kind(process: psutil.Process) -> str:
    words = process.cmdline()
    return next(
        (word.removeprefix("--type=") for word in words if word.startswith("--type=")), Path(words[0]).name
    )

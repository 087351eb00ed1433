"""How long until there is a window: xcord beside a bare pywebview window, and `xcord --help` beside a Python.

Both windows are timed from the start of their process to the second animation frame after the page has
drawn what it shows, told by the page. The bare window's page is static and served by this bench, and it
draws with the same Chromium flags as ours; so the peer pays for nothing but its window.
"""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.bench import reporting
from tests.screen import Screen, virtual_screen

from xcord.errors import CommandError, SetupError, XcordError
from xcord.instance import call
from xcord.windows.screen import rendering

PATIENCE = 120.0  # seconds for one start on a busy machine
HELPS = 5  # starts of the command line in one run

BARE = """
import sys, webview
webview.create_window("bare", sys.argv[1], width=1200, height=760)
webview.start(gui="qt")
"""
PAGE = b"""<!doctype html><title>bare</title><body><h1>A static page</h1>
<script>requestAnimationFrame(() => requestAnimationFrame(() => fetch("/painted")))</script>"""
PYTHON = "import asyncio, argparse, importlib.metadata, pluggy"


def main() -> None:
    """See the module."""
    with reporting("start", runs=7) as report, virtual_screen() as screen, _static_page() as page:
        environ = _environ(screen)
        _ours(environ), _bare(environ, page)  # once beforehand: files come from the disk the first time
        for turn in report.turns():
            if turn % 2:
                bare, ours = _bare(environ, page), _ours(environ)
                python, help = _many(PYTHON_COMMAND), _many(HELP_COMMAND)
            else:
                ours, bare = _ours(environ), _bare(environ, page)
                help, python = _many(HELP_COMMAND), _many(PYTHON_COMMAND)
            report.ratio("window_vs_bare_pywebview", ours, bare)
            report.ratio("help_vs_python", help, python)
            report.figure("start_to_window_s", ours, "s")
            report.figure("bare_start_to_window_s", bare, "s")
            report.figure("help_s", help, "s")


def _environ(screen: Screen) -> dict[str, str]:
    environ = {**screen.environ, "QT_API": "pyside6"}
    if os.geteuid() == 0:
        environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    if rendering(environ) == "software":
        environ["QTWEBENGINE_CHROMIUM_FLAGS"] = "--disable-gpu"
        environ["QT_QUICK_BACKEND"] = "software"
    return environ


def _ours(environ: dict[str, str]) -> float:
    """Seconds from the start of the process to the painted main window."""
    with tempfile.TemporaryDirectory(prefix="xcord-bench-") as home:
        began = time.time()
        app = subprocess.Popen(
            [sys.executable, "-m", "xcord", "run", "--measure"],
            env={**environ, "XCORD_HOME": home},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return _painted_at(Path(home) / "run", app) - began
        finally:
            _end(app)


def _painted_at(runtime_dir: Path, app: subprocess.Popen[bytes]) -> float:
    """The time of day in seconds at which the app was told; asked rarely, for asking costs it time too."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and app.poll() is None:
        time.sleep(0.5)
        try:
            answer = call(runtime_dir, {"read": ["measure"]}, timeout=30)
        except (SetupError, CommandError) as error:
            if error.code not in ("not_running", "starting"):
                raise
            continue
        at = int(answer["slices"]["measure"]["painted_at_ms"])
        if at:
            return at / 1000
    raise XcordError("not_painted", f"xcord painted nothing (exit code {app.poll()})")


@contextmanager
def _static_page() -> Iterator[Page]:
    page = Page()
    try:
        yield page
    finally:
        page.server.shutdown()
        page.server.server_close()


class Page:
    """Serves the bare window's page and notes when it says that it was painted."""

    def __init__(self) -> None:
        page = self
        self.painted = threading.Event()
        self.at = 0.0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/painted":
                    page.at = time.time()
                    page.painted.set()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(PAGE)))
                self.end_headers()
                self.wfile.write(PAGE)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def _bare(environ: dict[str, str], page: Page) -> float:
    page.painted.clear()
    began = time.time()
    window = subprocess.Popen(
        [sys.executable, "-c", BARE, f"http://127.0.0.1:{page.server.server_port}/"],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        if not page.painted.wait(PATIENCE):
            raise XcordError("not_painted", f"the bare window painted nothing (code {window.poll()})")
        return page.at - began
    finally:
        _end(window)


HELP_COMMAND = (sys.executable, "-m", "xcord", "--help")
PYTHON_COMMAND = (sys.executable, "-c", PYTHON)


def _many(command: tuple[str, ...]) -> float:
    seconds = []
    for _ in range(HELPS):
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        seconds.append(time.perf_counter() - began)
    return median(seconds)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()

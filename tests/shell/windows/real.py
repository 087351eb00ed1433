"""Real windows in a process of their own, and the pages that they show."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

import psutil
import pytest
from tests.screen import Screen

PATIENCE = 30.0  # seconds that an awaited event may take on a busy machine
PAGE = b"""<!doctype html><body style="margin:0;background:#28a060"><script>
  const tell = what => fetch("/told/" + encodeURIComponent(what))
  requestAnimationFrame(() => requestAnimationFrame(() => tell("painted")))
  addEventListener("visibilitychange", () => tell(document.visibilityState))
  addEventListener("resize", () => tell(innerWidth + "x" + innerHeight))
  tell("bridge: " + typeof window.pywebview + ", " + typeof window.qt)
  tell("reloads: " + (sessionStorage.n = (+sessionStorage.n || 0) + 1))
  if (location.search == "?escape") {
    Notification.requestPermission().then(answer => tell("permission: " + answer))
    tell("opened: " + window.open("/other"))
    tell("confirmed: " + confirm("really?"))
    location.href = location.origin.replace("127.0.0.1", "localhost") + "/elsewhere"
  }
</script>"""


class Pages:
    """A tiny server of one page; what pages tell is in ``told``, every path that was asked in ``asked``."""

    def __init__(self) -> None:
        self.told: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.asked: list[str] = []
        self.pages: dict[str, bytes] = {}  # by path, in place of the one page
        pages = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                pages.asked.append(self.path)
                body = b"" if self.path.startswith("/told/") else pages.pages.get(self.path, PAGE)
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(ConnectionError):
                    self.wfile.write(body)
                if self.path.startswith("/told/"):
                    from urllib.parse import unquote

                    pages.told.put(unquote(self.path.removeprefix("/told/")))

            def log_message(self, *args: object) -> None:
                """Quiet."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def await_told(self, what: str) -> None:
        """Wait until a page tells this."""
        await_one(self.told, lambda said: said == what, what)

    def await_start(self, start: str) -> str:
        """Wait until a page tells something that starts so; the rest of it."""
        said: str = await_one(self.told, lambda said: said.startswith(start), start)
        return said.removeprefix(start)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Desktop:
    """The program under test."""

    def __init__(self, screen: Screen | None, url: str, log: Path, *more: str) -> None:
        environ = dict(screen.environ) if screen else dict(os.environ)
        if screen is None:
            environ.pop("DISPLAY", None)
            environ.pop("WAYLAND_DISPLAY", None)
        self.log = log
        with log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.shell.windows.window_app", url, *more],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env={**environ, "XCORD_DEBUG": "1"},
            )
        self.events: queue.SimpleQueue[list[Any]] = queue.SimpleQueue()
        assert self.process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def _read(self, stdout: IO[bytes]) -> None:
        for line in stdout:
            self.events.put(json.loads(line))

    def do(self, what: str, *details: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([what, *details]).encode() + b"\n")
        self.process.stdin.flush()

    def await_event(self, *event: Any) -> None:
        await_one(self.events, lambda seen: seen == list(event), event)

    def await_minimised(self) -> None:
        """Wait until the window manager has minimised the main window."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.do("look")
            if await_one(self.events, lambda seen: seen[0] == "state", "state")[1]:
                return
            time.sleep(0.1)
        pytest.fail("the main window was not minimised")

    def await_end(self) -> int:
        return self.process.wait(PATIENCE)

    def end(self) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.process.wait(PATIENCE)
            self._reader.join(PATIENCE)
            assert self.process.stdout is not None
            self.process.stdout.close()


def await_one(events: queue.SimpleQueue[Any], fits: Any, what: Any) -> Any:
    seen: list[Any] = []
    while True:
        try:
            event = events.get(timeout=PATIENCE)
        except queue.Empty:
            pytest.fail(f"{what!r} did not happen within {PATIENCE:g} s; this did: {seen}")
        if fits(event):
            return event
        seen.append(event)


def renderers(pid: int) -> list[psutil.Process]:
    """The pages' processes: Chromium forks them from a zygote, under their own name or under the zygote's."""
    found = []
    for child in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            parent = child.parent()
            # The view that starts the engine had a process too, which the zygote may not have buried yet.
            lives = child.status() != psutil.STATUS_ZOMBIE
            if lives and parent and "--type=zygote" in parent.cmdline():
                found.append(child)
    return found

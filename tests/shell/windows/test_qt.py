"""Real windows of Qt on a screen of their own."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import mss
import psutil
import pytest
from tests.screen import Screen, virtual_screen
from tests.shell.windows.tray_host import tray_host

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
        pages = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                pages.asked.append(self.path)
                body = b"" if self.path.startswith("/told/") else PAGE
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
        _await(self.told, lambda said: said == what, what)

    def await_start(self, start: str) -> str:
        """Wait until a page tells something that starts so; the rest of it."""
        said: str = _await(self.told, lambda said: said.startswith(start), start)
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
        self._events: queue.SimpleQueue[list[Any]] = queue.SimpleQueue()
        assert self.process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def _read(self, stdout: IO[bytes]) -> None:
        for line in stdout:
            self._events.put(json.loads(line))

    def do(self, what: str, *details: str | bool) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([what, *details]).encode() + b"\n")
        self.process.stdin.flush()

    def await_event(self, *event: Any) -> None:
        _await(self._events, lambda seen: seen == list(event), event)

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
            self.process.wait()
            self._reader.join(PATIENCE)
            assert self.process.stdout is not None
            self.process.stdout.close()


def _await(events: queue.SimpleQueue[Any], fits: Any, what: Any) -> Any:
    seen: list[Any] = []
    while True:
        try:
            event = events.get(timeout=PATIENCE)
        except queue.Empty:
            pytest.fail(f"{what!r} did not happen within {PATIENCE:g} s; this did: {seen}")
        if fits(event):
            return event
        seen.append(event)


@pytest.fixture(scope="module")
def screen() -> Iterator[Screen]:
    with virtual_screen(900, 700) as made:
        yield made


@pytest.fixture
def pages() -> Iterator[Pages]:
    made = Pages()
    yield made
    made.close()


@pytest.fixture
def desktop(screen: Screen, pages: Pages, tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(screen, pages.origin + "/page.html#t=SECRET", tmp_path / "stderr.log")
    made.await_event("ready")
    yield made
    made.end()


def test_a_window_opens_and_paints_its_page(desktop: Desktop, pages: Pages, screen: Screen) -> None:
    pages.await_told("painted")
    desktop.do("show", "main")
    green, colour = (0x28, 0xA0, 0x60), None
    until = time.monotonic() + PATIENCE
    with mss.MSS(display=screen.display) as eye:
        while colour != green and time.monotonic() < until:  # a screen tells nobody when it was drawn on
            colour = eye.grab(eye.monitors[0]).pixel(screen.width // 2, screen.height // 2)
    assert colour == green


def test_a_page_gets_no_bridge_into_python(desktop: Desktop, pages: Pages) -> None:
    assert pages.await_start("bridge: ") == "undefined, undefined"


def test_a_window_has_the_whole_screen_until_it_gives_it_back(desktop: Desktop, pages: Pages) -> None:
    pages.await_told("painted")
    desktop.do("full_screen", "main", True)
    pages.await_told("900x700")
    desktop.do("full_screen", "main", False)
    pages.await_told("600x400")


def test_the_desktop_may_take_the_whole_screen_back(desktop: Desktop, pages: Pages, screen: Screen) -> None:
    pages.await_told("painted")
    desktop.do("full_screen", "main", True)
    pages.await_told("900x700")
    leave = ["wmctrl", "-r", "window main", "-b", "remove,fullscreen"]
    subprocess.run(leave, env=screen.environ, check=True, timeout=PATIENCE)
    desktop.await_event("left full screen", "main")
    pages.await_told("600x400")


def test_closing_the_main_window_without_a_tray_minimises_it(desktop: Desktop, pages: Pages) -> None:
    pages.await_told("painted")
    desktop.do("click on close")
    desktop.await_event("visible", "main", False)
    pages.await_told("hidden")
    desktop.do("look")
    desktop.await_event("state", True)
    desktop.do("show", "main")
    desktop.await_event("visible", "main", True)
    pages.await_told("visible")


def test_closing_the_main_window_with_a_tray_hides_it(screen: Screen, pages: Pages, tmp_path: Path) -> None:
    with tray_host(screen.display) as docked:
        desktop = Desktop(screen, pages.origin, tmp_path / "stderr.log")
        assert docked(PATIENCE), "no icon was put into the tray"
        desktop.do("click on close")
        desktop.await_event("visible", "main", False)
        desktop.do("look")
        desktop.await_event("state", False)
        desktop.do("show", "main")
        desktop.await_event("visible", "main", True)
        desktop.end()


def test_a_window_under_a_full_screen_one_is_not_seen(desktop: Desktop, pages: Pages, screen: Screen) -> None:
    pages.await_told("painted")
    with screen.covered():
        desktop.await_event("visible", "main", False)
        pages.await_told("hidden")
    desktop.await_event("visible", "main", True)
    pages.await_told("visible")


def test_a_window_on_another_desktop_is_not_seen(desktop: Desktop, pages: Pages, screen: Screen) -> None:
    pages.await_told("painted")
    screen.turn_to(1)
    desktop.await_event("visible", "main", False)
    screen.turn_to(0)
    desktop.await_event("visible", "main", True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_asks_the_app_to_quit(desktop: Desktop, number: signal.Signals) -> None:
    desktop.process.send_signal(number)
    desktop.await_event("quit asked", "signal")
    desktop.await_event("ended")
    assert desktop.await_end() == 0


def test_a_second_signal_ends_an_app_that_does_not(screen: Screen, pages: Pages, tmp_path: Path) -> None:
    desktop = Desktop(screen, pages.origin, tmp_path / "stderr.log", "stubborn")
    desktop.await_event("ready")
    desktop.process.send_signal(signal.SIGTERM)
    desktop.await_event("quit asked", "signal")
    desktop.process.send_signal(signal.SIGTERM)
    desktop.await_event("ended")
    assert desktop.await_end() == 0
    desktop.end()


def test_a_killed_app_leaves_no_process_behind(desktop: Desktop, pages: Pages) -> None:
    pages.await_told("painted")
    children = psutil.Process(desktop.process.pid).children(recursive=True)
    assert children
    desktop.process.kill()
    _, left = psutil.wait_procs(children, timeout=PATIENCE)
    assert not left


def test_a_page_whose_process_dies_is_told_and_loaded_again(desktop: Desktop, pages: Pages) -> None:
    pages.await_told("painted")
    _renderer(desktop.process.pid).kill()
    desktop.await_event("page lost", "main")
    desktop.do("load", "main", pages.origin + "/page.html#t=FRESH")
    pages.await_told("painted")


def test_a_closed_window_is_gone_also_for_the_garbage_collector(desktop: Desktop, pages: Pages) -> None:
    """The collector ran on the hub's thread once and Chromium ended the process."""
    pages.await_told("painted")
    desktop.do("open", "second", pages.origin + "/second")
    pages.await_told("painted")
    desktop.do("close", "second")
    desktop.await_event("closed", "second")
    desktop.do("collect")
    desktop.await_event("collected")
    desktop.do("hide", "main")
    desktop.await_event("visible", "main", False)
    assert desktop.process.poll() is None


def test_a_page_cannot_go_elsewhere_nor_open_nor_ask_for_anything(desktop: Desktop, pages: Pages) -> None:
    desktop.do("load", "main", pages.origin + "/page.html?escape")
    hopes = {"opened: null", "confirmed: false", "permission: denied"}
    while hopes:  # they come in any order
        said: str = _await(pages.told, lambda said: said.startswith(("opened", "confirmed", "perm")), hopes)
        hopes.remove(said)
    desktop.do("load", "main", pages.origin + "/page.html?afterwards")
    pages.await_told("painted")
    assert not {"/elsewhere", "/other"} & set(pages.asked)


def test_a_reload_keeps_the_page_s_session(desktop: Desktop, pages: Pages) -> None:
    assert pages.await_start("reloads: ") == "1"
    desktop.do("load", "main", pages.origin + "/page.html?again")
    assert pages.await_start("reloads: ") == "2"


def test_the_address_with_its_token_is_in_no_log(desktop: Desktop, pages: Pages) -> None:
    pages.await_told("painted")
    desktop.end()
    assert "SECRET" not in desktop.log.read_text()
    assert desktop.process.returncode == 0


def test_without_a_screen_there_is_a_sentence_and_no_abort(pages: Pages, tmp_path: Path) -> None:
    desktop = Desktop(None, pages.origin, tmp_path / "stderr.log")
    desktop.await_event(
        "setup error",
        "no_screen",
        "There is no screen: DISPLAY is not set. "
        "Start xcord in a desktop session, or on a virtual screen: xvfb-run -a xcord.",
    )
    assert desktop.await_end() == 2
    desktop.end()


def _renderer(pid: int) -> psutil.Process:
    """The page's process: Chromium forks it from a zygote, under its own name or under the zygote's."""
    for child in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            parent = child.parent()
            # The view that starts the engine had a process too, which the zygote may not have buried yet.
            lives = child.status() != psutil.STATUS_ZOMBIE
            if lives and parent and "--type=zygote" in parent.cmdline():
                return child
    raise AssertionError("no process of a page")

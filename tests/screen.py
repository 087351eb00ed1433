"""A virtual screen: Xvfb, a window manager and, when asked, a compositor. No pytest: the demo uses it too.

Every child dies with the thread that started the screen (``setpriv --pdeathsig``), so start it from a thread
that lives as long as the screen is needed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 60.0  # seconds that a part of the screen may take to come up
FULL_SCREEN = """
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication(["other"])
window = QWidget()
window.showFullScreen()
app.exec()
"""


class NoScreenError(RuntimeError):
    """The virtual screen cannot be made; the sentence says which program is missing or failed."""


@dataclass(frozen=True)
class Screen:
    """``display`` is X11's name of it (``:7``); ``environ`` is this process's environment, on that screen."""

    display: str
    width: int
    height: int

    @property
    def environ(self) -> dict[str, str]:
        mine = {k: v for k, v in os.environ.items() if k not in {"WAYLAND_DISPLAY", "XAUTHORITY"}}
        return {**mine, "DISPLAY": self.display, "XDG_SESSION_TYPE": "x11"}

    @contextlib.contextmanager
    def covered(self) -> Iterator[None]:
        """Somebody else's full-screen window, as long as the block lasts."""
        other = subprocess.Popen([sys.executable, "-c", FULL_SCREEN], env=self.environ)
        try:
            yield
        finally:
            _end(other)

    def turn_to(self, desktop: int) -> None:
        """Ask for another desktop, as a pager does; they count from 0."""
        self._manager("-s", str(desktop))

    def close(self, title: str) -> None:
        """Have the window manager close a window, once it has it: a window may be seen before that."""
        until = time.monotonic() + PATIENCE
        while title not in self._manager("-l", check=False):
            if time.monotonic() > until:
                raise NoScreenError(f"there was no window {title!r} within {PATIENCE:.0f} s")
            time.sleep(0.02)
        self._manager("-c", title)

    def _manager(self, *words: str, check: bool = True) -> str:
        """wmctrl, which fails where there is no window at all yet."""
        command = ["wmctrl", *words]
        return subprocess.run(
            command, env=self.environ, check=check, timeout=PATIENCE, capture_output=True, text=True
        ).stdout

    def shoot(self, path: Path) -> None:
        """Write what the whole screen shows as a PNG."""
        import mss
        import mss.tools

        with mss.MSS(display=self.display) as eye:
            shot = eye.grab(eye.monitors[0])
            mss.tools.to_png(shot.rgb, shot.size, output=str(path))


@contextlib.contextmanager
def virtual_screen(
    width: int = 1600, height: int = 1000, *, manager: bool = True, compositor: bool = False
) -> Iterator[Screen]:
    """A screen of its own on a display number that the X server picks; everything ends with the block."""
    with contextlib.ExitStack() as ends:
        home = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="xcord-screen-")))
        screen = Screen(_start_server(ends, home, width, height), width, height)
        if manager:
            _start_manager(ends, home, screen)
        if compositor:
            _start_compositor(ends, home, screen)
        yield screen


def _start_server(ends: contextlib.ExitStack, home: Path, width: int, height: int) -> str:
    reading, writing = os.pipe()
    ends.callback(os.close, reading)
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24"]
    try:
        _start(ends, home, [*command, "-nolisten", "tcp", "-noreset"], dict(os.environ), pass_fds=(writing,))
    finally:
        os.close(writing)
    return ":" + _line(reading, "Xvfb", home)


def _start_manager(ends: contextlib.ExitStack, home: Path, screen: Screen) -> None:
    up = home / "manager-is-up"
    os.mkfifo(up)
    reading = os.open(up, os.O_RDONLY | os.O_NONBLOCK)
    ends.callback(os.close, reading)
    # Without a holder, select() sees end-of-file at once: nobody has opened the other end yet.
    holder = os.open(up, os.O_WRONLY)
    ends.callback(os.close, holder)
    _start(ends, home, ["openbox", "--startup", f"sh -c 'echo up > {up}'"], screen.environ)
    _line(reading, "openbox", home)


@contextlib.contextmanager
def compositor(screen: Screen) -> Iterator[None]:
    """Makes windows transparent for as long as the block lasts."""
    with contextlib.ExitStack() as ends:
        home = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="xcord-screen-")))
        _start_compositor(ends, home, screen)
        yield


def _start_compositor(ends: contextlib.ExitStack, home: Path, screen: Screen) -> None:
    _start(ends, home, ["picom", "--backend", "xrender", "--config", "/dev/null"], screen.environ)
    _await_selection(screen, "_NET_WM_CM_S0")


def _await_selection(screen: Screen, selection: str) -> None:
    """Wait until somebody owns an X11 selection. By asking: the server sends no event for a first owner."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    display = ctypes.c_void_p(x11.XOpenDisplay(screen.display.encode()))
    try:
        atom = x11.XInternAtom(display, selection.encode(), 0)
        x11.XGetSelectionOwner.restype = ctypes.c_ulong
        until = time.monotonic() + PATIENCE
        while not x11.XGetSelectionOwner(display, ctypes.c_ulong(atom)):
            if time.monotonic() > until:
                raise NoScreenError(f"nobody took {selection} within {PATIENCE:.0f} s")
            time.sleep(0.02)
    finally:
        x11.XCloseDisplay(display)


def _start(
    ends: contextlib.ExitStack,
    home: Path,
    command: list[str],
    environ: dict[str, str],
    pass_fds: tuple[int, ...] = (),
) -> None:
    name = command[0]
    if shutil.which(name) is None:
        raise NoScreenError(f"{name} is not installed. Run: apt-get install xvfb openbox picom")
    with open(home / f"{name}.log", "wb") as log:
        child = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=pass_fds,
            start_new_session=True,
        )
    ends.callback(_end, child)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait(PATIENCE)


def _line(reading: int, name: str, home: Path) -> str:
    """One line from a descriptor, or a sentence with what the program said instead."""
    got = b""
    while not got.endswith(b"\n"):
        ready, _, _ = select.select([reading], [], [], PATIENCE)
        piece = os.read(reading, 64) if ready else b""
        if not piece:
            said = (home / f"{name}.log").read_text(errors="replace").strip()
            raise NoScreenError(f"{name} did not start: {said or 'it said nothing'}")
        got += piece
    return got.decode().strip()

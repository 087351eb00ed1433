"""Somebody else's window on a virtual screen, with the focus, and the keys that are pressed there."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

from tests.screen import PATIENCE, Screen

OTHER = """
from PySide6.QtWidgets import QApplication, QPlainTextEdit
app = QApplication(["other"])
window = QPlainTextEdit()
window.setWindowTitle("other")
window.setGeometry(100, 100, 400, 300)
window.show()
app.exec()
"""


@contextlib.contextmanager
def another_window(screen: Screen) -> Iterator[None]:
    """A text editor; it is in front when the block begins, and gone after it."""
    other = subprocess.Popen([sys.executable, "-c", OTHER], env=screen.environ)
    try:
        found = tool(screen, "search", "--sync", "--onlyvisible", "--name", "^other$").split()[0]
        tool(screen, "windowfocus", "--sync", found)
        yield
    finally:
        other.terminate()
        other.wait(PATIENCE)


def tool(screen: Screen, *words: str) -> str:
    """xdotool: what it says."""
    done = subprocess.run(
        ["xdotool", *words],
        env=screen.environ,
        check=True,
        timeout=PATIENCE,
        capture_output=True,
        text=True,
    )
    return done.stdout

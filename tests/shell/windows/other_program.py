"""Another program's window beneath an overlay, which tells what happens to it."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import threading

from tests.screen import Screen
from tests.shell.windows.real import await_one

BLUE = (0x20, 0x40, 0x80)  # all that it shows
PROCESS = "thegame"
OTHER = """
import sys
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
class Other(QWidget):
    def mousePressEvent(self, event): print("pressed", flush=True)
    def wheelEvent(self, event): print("wheel", flush=True)
    def changeEvent(self, event):
        if event.type() == event.Type.ActivationChange:
            print("active" if self.isActiveWindow() else "inactive", flush=True)
    def paintEvent(self, event): print("painted", flush=True)
open("/proc/self/comm", "w").write("thegame")
app = QApplication(["other"])
window = Other()
window.setWindowTitle("other")
window.setStyleSheet("background: #204080")
window.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
window.setGeometry(100, 100, 600, 400)
window.showFullScreen() if "full" in sys.argv else window.show()
app.exec()
"""


class Other:
    """Another program; what happens to its window is in ``told``."""

    def __init__(self, screen: Screen, *more: str) -> None:
        self.screen = screen
        self.told: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.process = subprocess.Popen(
            [sys.executable, "-c", OTHER, *more], env=screen.environ, stdout=subprocess.PIPE, text=True
        )
        threading.Thread(target=self._read, daemon=True).start()
        self.await_told("active")

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told.put(line.strip())

    def await_told(self, what: str) -> None:
        await_one(self.told, lambda said: said == what, what)

    def heard(self) -> list[str]:
        """What was told since the last look."""
        said = []
        with contextlib.suppress(queue.Empty):
            while True:
                said.append(self.told.get_nowait())
        return said

    def end(self) -> None:
        self.process.kill()
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()

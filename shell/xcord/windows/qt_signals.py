"""Python's signal handlers under Qt's loop, which never returns to the interpreter by itself."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier

ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Signals:
    """Calls ``on_end`` on the GUI thread, at once, when the process is asked to end.

    The C-level handler writes to a socket (``signal.set_wakeup_fd``); Qt watches that socket, and in its
    slot the interpreter runs the Python handler.
    """

    def __init__(self, parent: QObject, on_end: Callable[[], None]) -> None:
        self._on_end = on_end
        self._reading, self._writing = socket.socketpair()
        self._reading.setblocking(False)
        self._writing.setblocking(False)
        self._notifier = QSocketNotifier(self._reading.fileno(), QSocketNotifier.Type.Read, parent)
        self._notifier.activated.connect(self._drain)
        self._former = signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)

    def take_over(self) -> None:
        """Set the handlers. Again after pywebview, which takes SIGINT for itself when it starts."""
        for number in ENDING:
            signal.signal(number, lambda *_: self._on_end())

    def close(self) -> None:
        """Give the handlers back."""
        for number in ENDING:
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(self._former)
        self._notifier.setEnabled(False)
        self._reading.close()
        self._writing.close()

    def _drain(self) -> None:
        try:
            while self._reading.recv(4096):
                pass
        except BlockingIOError:
            return

"""Starts Qt's web engine while other threads run.

Imported when the windows start: this loads Qt's web engine.
"""

from __future__ import annotations

from PySide6.QtCore import SIGNAL, SLOT, QCoreApplication, QObject, QTimer
from PySide6.QtWebEngineWidgets import QWebEngineView

from .qt_delete import delete


def start_engine(app: QCoreApplication) -> None:
    """Starts Chromium; takes some 200 ms, in which the interpreter is free for other threads.

    Making a profile starts it too, but then Qt's binding for Python keeps the interpreter's lock all the
    while. In the event loop it does not: so a slot of Qt's own, ``stop()`` of a view that loads nothing, is
    called from there, by name, without Python in between.

    This must come before the first ``BrowserView``: pywebview adds ``--use-fake-ui-for-media-stream`` to
    Chromium's flags there, which grants every page the microphone. Chromium reads them only once, now.
    """
    view = QWebEngineView()
    soon = QTimer()
    soon.setSingleShot(True)
    QObject.connect(soon, SIGNAL("timeout()"), view, SLOT("stop()"))
    soon.start(0)
    app.processEvents()
    delete(view)

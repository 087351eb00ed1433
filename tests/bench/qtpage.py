"""One page in QtWebEngine, started as the app starts it: ``-m tests.bench.qtpage ADDRESS WIDTH HEIGHT``."""

from __future__ import annotations

import os
import sys

from xcord.windows.qt_environment import prepare


def show(address: str, width: int, height: int) -> int:
    """Show the page until the process is ended."""
    prepare(os.environ)
    from PySide6.QtCore import QUrl
    from PySide6.QtWebEngineWidgets import QWebEngineView
    from PySide6.QtWidgets import QApplication

    app = QApplication(sys.argv[:1])
    view = QWebEngineView()
    view.resize(width, height)
    view.load(QUrl(address))
    view.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(show(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

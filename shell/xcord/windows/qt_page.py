"""The web page inside a Qt window, with everything shut that a page of ours does not need.

Imported when the windows start: this loads Qt's web engine.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtWebEngineCore import (
    QWebEngineDownloadRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineSettings,
)
from PySide6.QtWebEngineWidgets import QWebEngineView

log = logging.getLogger("xcord.windows")

_OFF = (
    QWebEngineSettings.WebAttribute.PluginsEnabled,
    QWebEngineSettings.WebAttribute.PdfViewerEnabled,
    QWebEngineSettings.WebAttribute.JavascriptCanOpenWindows,
    QWebEngineSettings.WebAttribute.JavascriptCanPaste,
    QWebEngineSettings.WebAttribute.LocalContentCanAccessFileUrls,
    QWebEngineSettings.WebAttribute.HyperlinkAuditingEnabled,
    QWebEngineSettings.WebAttribute.ScreenCaptureEnabled,
    QWebEngineSettings.WebAttribute.DnsPrefetchEnabled,
    QWebEngineSettings.WebAttribute.PlaybackRequiresUserGesture,
)


def private_profile() -> QWebEngineProfile:
    """A profile that writes nothing to disk and downloads nothing. Making the first one starts Chromium."""
    profile = QWebEngineProfile()
    profile.setHttpCacheType(QWebEngineProfile.HttpCacheType.MemoryHttpCache)
    profile.setPersistentCookiesPolicy(QWebEngineProfile.PersistentCookiesPolicy.NoPersistentCookies)
    profile.downloadRequested.connect(_refuse_download)
    for attribute in _OFF:
        profile.settings().setAttribute(attribute, False)
    return profile


class Page(QWebEnginePage):
    """Shows the hub's own pages and nothing else: no other origin, no new window, no permission, no dialog.

    :param parent: pywebview's ``BrowserView``, which makes this in place of its own page.
    """

    profile_of_all: QWebEngineProfile

    def __init__(self, parent: Any, profile: Any = None) -> None:
        super().__init__(self.profile_of_all, parent.webview)
        self._home = QUrl(parent.pywebview_window.real_url)
        self._inspector: QWebEngineView | None = None
        self.permissionRequested.connect(_refuse_permission)
        # Seen until the page's own first picture; white would flash.
        self.setBackgroundColor(parent.background_color)
        if os.environ.get("XCORD_DEVTOOLS") == "1":
            self._inspect()

    def acceptNavigationRequest(  # noqa: N802
        self, url: QUrl | str, kind: QWebEnginePage.NavigationType, is_main_frame: bool
    ) -> bool:
        """Stay on the hub's origin."""
        url = QUrl(url)
        home = self._home
        same = (url.scheme(), url.host(), url.port()) == (home.scheme(), home.host(), home.port())
        if not same:
            log.warning("a page wanted to go to another place and was kept: %s", url.scheme() or "no scheme")
        return same

    def createWindow(self, kind: QWebEnginePage.WebWindowType) -> QWebEnginePage:  # noqa: N802
        """No new window: what is made is thrown away before it shows anything."""
        log.warning("a page wanted to open a window and did not")
        return None  # type: ignore[return-value]

    def javaScriptConsoleMessage(  # noqa: N802
        self, level: Any, message: str, line: int, source: str
    ) -> None:
        """Where something was said, never what: it may be a name or a token."""
        log.debug("console of a page, line %d, level %s", line, level.name)

    def javaScriptAlert(self, origin: QUrl | str, message: str) -> None:  # noqa: N802
        """No dialog."""

    def javaScriptConfirm(self, origin: QUrl | str, message: str) -> bool:  # noqa: N802
        """No dialog."""
        return False

    def _inspect(self) -> None:
        self._inspector = QWebEngineView()
        self._inspector.setWindowTitle("xcord: inspector")
        self.setDevToolsPage(self._inspector.page())
        self._inspector.resize(1000, 700)
        self._inspector.show()


def _refuse_download(download: QWebEngineDownloadRequest) -> None:
    log.warning("a page wanted to download a file and did not")
    download.cancel()


def _refuse_permission(permission: QWebEnginePermission) -> None:
    log.warning("a page asked for %s and was refused", permission.permissionType().name)
    permission.deny()


def ground() -> str:
    """The colour that pages have at first (``--ground`` in their theme): they follow the same hint."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication

    dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return "#0d1113" if dark else "#e9eeed"

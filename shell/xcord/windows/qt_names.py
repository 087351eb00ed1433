"""Gives pywebview PySide6 itself where it asks for ``qtpy``.

``qtpy`` is a layer over four bindings of Qt. Its star imports make Python create every class of Qt, which
takes a quarter of a second: as long as all else that is loaded before the first window. We ship one binding.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

# qtpy's module -> where Qt 6 keeps what qtpy shows under that name.
HOMES = {
    "QtCore": ("QtCore",),
    "QtGui": ("QtGui",),
    "QtWidgets": ("QtWidgets", "QtGui"),  # QAction moved
    "QtNetwork": ("QtNetwork",),
    "QtWebChannel": ("QtWebChannel",),
    "QtWebEngineCore": ("QtWebEngineCore",),
    "QtWebEngineWidgets": ("QtWebEngineWidgets", "QtWebEngineCore"),  # profile, page and settings moved
}


class Names(ModuleType):
    """A module that finds its names in others, when they are asked for."""

    def __init__(self, name: str, homes: tuple[str, ...]) -> None:
        super().__init__(name)
        self._homes = homes

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__") or name == "__version__":
            for home in self._homes:
                module = import_module(f"PySide6.{home}")
                if hasattr(module, name):
                    return getattr(module, name)
        raise AttributeError(f"Qt 6 has no {name!r} in {', '.join(self._homes)}")


def stand_in_for_qtpy() -> None:
    """Before ``webview.platforms.qt`` is imported. A ``qtpy`` that is loaded already stays as it is."""
    if "qtpy" in sys.modules:
        return
    top = ModuleType("qtpy")
    top.__path__ = []  # a package
    flags = {"PYQT5": False, "PYQT6": False, "PYSIDE2": False, "PYSIDE6": True, "API_NAME": "PySide6"}
    top.__dict__.update(flags)
    sys.modules["qtpy"] = top
    for name, homes in HOMES.items():
        sys.modules[f"qtpy.{name}"] = names = Names(f"qtpy.{name}", homes)
        setattr(top, name, names)

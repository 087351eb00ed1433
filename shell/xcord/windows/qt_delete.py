"""Deletes Qt's objects when we say, and on the thread that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QObject


def delete(*objects: QObject) -> None:
    """Deletes what Qt has not deleted yet, in this order."""
    import shiboken6

    for thing in objects:
        if shiboken6.isValid(thing):
            shiboken6.delete(thing)

"""Qt's binding counts its references to None right, or the app ends without a word after some hours."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject

CALLS = 1000


def test_a_call_that_answers_nothing_takes_no_reference_to_none_away() -> None:
    thing = QObject()
    thing.setObjectName("warm")
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        thing.setObjectName("warm")
    assert sys.getrefcount(None) - before > -CALLS // 2

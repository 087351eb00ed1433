"""What a failure says of the app's slices."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.guests.children import ChildError, start
from tests.guests.stack import App
from tests.guests.telling import MOST, told

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"


def test_slices_are_told_a_line_each_without_what_opens_a_door() -> None:
    slices = {
        "app": {"link": "xcord://join/host/code#k=chest", "version": "1", "token": ""},
        "voice": {"people": [{"user": "ann"}], "reason": f"refused {TOKEN} at /?t=abcdef"},
    }
    assert told(slices).splitlines() == [
        "",
        '  app: {"link": "...", "version": "1", "token": ""}',
        '  voice: {"people": [{"user": "ann"}], "reason": "refused ... at /?t=..."}',
    ]


def test_a_long_slice_is_cut() -> None:
    line = told({"directory": "x" * 5000})
    assert len(line) < MOST + 100
    assert line.endswith("1002 characters more")


def test_a_wait_that_fails_tells_the_latest_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = start("app", [sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, {})
    try:
        app = App(child, tmp_path, 0.0)
        monkeypatch.setattr(app, "read", lambda *names: {name: {"status": "idle"} for name in names})
        with pytest.raises(ChildError, match=r'(?s)the call did not happen.*voice: {"status": "idle"}'):
            app.wait("the call", ["voice"], lambda slices: slices["voice"]["status"] == "connected", 0.1)
    finally:
        child.kill()

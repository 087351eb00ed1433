"""What Qt and Chromium are told before they start."""

from __future__ import annotations

from pathlib import Path

import pytest

from xcord.windows.qt_environment import prepare


def test_without_a_session_bus_none_is_started_that_would_outlive_the_app(tmp_path: Path) -> None:
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    prepare(environ)
    assert environ["DBUS_SESSION_BUS_ADDRESS"] == "disabled:"


@pytest.mark.parametrize("named", [True, False])
def test_a_session_bus_that_is_there_is_used(tmp_path: Path, named: bool) -> None:
    (tmp_path / "bus").touch()
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)} | (
        {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/b"} if named else {}
    )
    prepare(environ)
    assert environ.get("DBUS_SESSION_BUS_ADDRESS") == ("unix:path=/b" if named else None)

"""Starting with the desktop: what is written where, and that the truth is what stands there."""

from __future__ import annotations

import configparser
import plistlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from xcord import Asker, CommandError
from xcord.autostart import HIDDEN, Autostart, LaunchAgent, RunKey, XdgAutostart, autostart
from xcord.testing import running

COMMAND = ("/opt/a b/py$th%on", "-m", "xcord", "run", HIDDEN)


class Registry:
    """What ``RunKey`` uses of ``winreg``."""

    HKEY_CURRENT_USER = "HKCU"
    REG_SZ = 1

    def __init__(self) -> None:
        self.values: dict[str, dict[str, str]] = {}

    @contextmanager
    def OpenKey(self, root: str, path: str) -> Iterator[dict[str, str]]:  # noqa: N802
        if path not in self.values:
            raise FileNotFoundError(2, "no such key")
        yield self.values[path]

    @contextmanager
    def CreateKey(self, root: str, path: str) -> Iterator[dict[str, str]]:  # noqa: N802
        yield self.values.setdefault(path, {})

    def QueryValueEx(self, key: dict[str, str], name: str) -> tuple[str, int]:  # noqa: N802
        if name not in key:
            raise FileNotFoundError(2, "no such value")
        return key[name], self.REG_SZ

    def SetValueEx(self, key: dict[str, str], name: str, zero: int, kind: int, value: str) -> None:  # noqa: N802
        key[name] = value

    def DeleteValue(self, key: dict[str, str], name: str) -> None:  # noqa: N802
        if name not in key:
            raise FileNotFoundError(2, "no such value")
        del key[name]


@pytest.fixture(params=["linux", "windows", "macos"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Autostart:
    made: dict[str, Autostart] = {
        "linux": XdgAutostart(tmp_path, COMMAND),
        "windows": RunKey(Registry(), COMMAND),
        "macos": LaunchAgent(tmp_path, COMMAND),
    }
    return made[str(request.param)]


def test_it_is_off_until_it_is_switched_on_and_after_it_is_switched_off(place: Autostart) -> None:
    assert not place.on()
    place.set(False)
    for _ in range(2):
        place.set(True)
        assert place.on()
    for _ in range(2):
        place.set(False)
        assert not place.on()


def test_the_entry_is_one_for_desktops_and_starts_hidden(tmp_path: Path) -> None:
    here = XdgAutostart(tmp_path, COMMAND)
    here.set(True)
    entry = configparser.RawConfigParser(strict=True)
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read(tmp_path / "autostart" / "xcord.desktop")
    keys = dict(entry["Desktop Entry"])
    assert keys["Exec"] == '"/opt/a b/py\\\\$th%%on" -m xcord run --hidden'
    assert (keys["Type"], keys["Name"], keys["Terminal"]) == ("Application", "xcord", "false")
    here.set(False)
    assert list((tmp_path / "autostart").iterdir()) == []


@pytest.mark.parametrize(
    ("change", "on"),
    [
        (("", ""), True),
        (("Terminal=false\n", "Terminal=false\nX-GNOME-Autostart-Delay=5\n"), True),
        (("Terminal=false\n", "Terminal=false\nX-GNOME-Autostart-enabled=false\n"), False),
        (("Terminal=false\n", "Terminal=false\nHidden=true\n"), False),
        (("--hidden", ""), False),
        (("[Desktop Entry]", "[Desktop Action other]"), False),
    ],
    ids=["as written", "delayed", "disabled in GNOME", "disabled in KDE", "another command", "no entry"],
)
def test_what_the_desktop_s_own_settings_changed_counts(
    tmp_path: Path, change: tuple[str, str], on: bool
) -> None:
    here = XdgAutostart(tmp_path, COMMAND)
    here.set(True)
    here.entry.write_text(here.entry.read_text().replace(*change))
    assert here.on() is on
    here.set(True)
    assert here.on()


def test_launchd_is_told_what_its_manual_asks_for(tmp_path: Path) -> None:
    here = LaunchAgent(tmp_path, COMMAND)
    here.set(True)
    agent = plistlib.loads(here.entry.read_bytes())
    assert (agent["Label"], agent["ProgramArguments"], agent["RunAtLoad"]) == (
        here.entry.stem,
        list(COMMAND),
        True,
    )
    here.entry.write_text("not a plist")
    assert not here.on()


def test_windows_runs_one_quoted_line() -> None:
    registry = Registry()
    RunKey(registry, ("C:\\Program Files\\xcord\\xcord.exe", "run", HIDDEN)).set(True)
    ((path, values),) = registry.values.items()
    assert path.endswith("\\CurrentVersion\\Run")
    assert values == {"xcord": '"C:\\Program Files\\xcord\\xcord.exe" run --hidden'}


def test_a_run_that_keeps_to_one_folder_leaves_the_desktop_alone(tmp_path: Path) -> None:
    assert autostart({"XCORD_HOME": str(tmp_path), "HOME": str(tmp_path)}, "linux") is None
    here = autostart({"HOME": str(tmp_path)}, "linux")
    assert isinstance(here, XdgAutostart)
    assert here.entry == tmp_path / ".config" / "autostart" / "xcord.desktop"
    assert here.command == (sys.executable, "-m", "xcord", "run", "--hidden")
    there = autostart({"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "c")}, "linux")
    assert isinstance(there, XdgAutostart)
    assert there.entry.parent == tmp_path / "c" / "autostart"


async def test_the_app_reads_it_from_the_desktop_and_writes_it_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XCORD_HOME", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    entry = tmp_path / "autostart" / "xcord.desktop"
    async with running() as world:
        await world.desk.look_at_desktop()
        assert world.read("app").autostart == "off"
        await world.ask("app.autostart", {"on": True})
        assert (world.read("app").autostart, entry.exists()) == ("on", True)
        await world.ask("app.autostart", {"on": False})
        assert (world.read("app").autostart, entry.exists()) == ("off", False)
        entry.parent.rmdir()
        entry.parent.write_text("in the way")
        assert await refusal(world, {"on": True}) == "autostart_not_written"
        assert world.read("app").autostart == "off"


async def test_where_it_is_not_ours_that_is_said() -> None:
    async with running() as world:
        assert world.read("app").autostart == ""
        assert await refusal(world, {"on": True}) == "autostart_elsewhere"


async def refusal(world: Any, args: Any) -> str:
    with pytest.raises(CommandError) as caught:
        await world.hub.ask("app.autostart", args, Asker("window", "main"))
    return caught.value.code

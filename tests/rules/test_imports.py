"""Who may import whom: the contracts in pyproject.toml, and the few rules that they cannot say."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("webview", "PySide6", "qtpy", "fastapi", "starlette", "uvicorn", "livekit", "sqlalchemy", "asyncpg")
PLUGINS = tuple(path.parent.name for path in (ROOT / "plugins").glob("xcord_*/__init__.py"))


def test_the_import_contracts_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[done.stdout.find("Contracts") :] + done.stderr


def test_every_plugin_stands_in_the_contracts_and_in_the_wheel() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    plugins = {path.parent.name for path in (ROOT / "plugins").glob("xcord_*/__init__.py")}
    linter = settings["tool"]["importlinter"]
    packages = {
        Path(name).name for name in settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    }
    assert set(linter["root_packages"]) == plugins | {"xcord"}
    assert packages == plugins | {"xcord"}
    contracts = {contract["id"]: contract for contract in linter["contracts"]}
    assert set(contracts["plugins"]["modules"]) == plugins
    assert set(contracts["shell"]["forbidden_modules"]) == plugins
    assert set(contracts["public"]["source_modules"]) == plugins
    for name in ("circles", "windows", "web", "database"):
        told = contracts[name].get("source_modules") or contracts[name]["ancestors"]
        assert set(told) == plugins | {"xcord"}, name
    assert set(contracts["livekit"]["source_modules"]) == plugins - {"xcord_voice"} | {"xcord"}


@pytest.mark.parametrize(
    ("package", "home"),
    [("livekit.rtc", "plugins/xcord_voice/"), ("livekit.api", "plugins/xcord_sync/backend/")],
)
def test_each_half_of_livekit_has_one_home(package: str, home: str) -> None:
    strangers = [
        str(file.relative_to(ROOT))
        for folder in ("shell", "plugins")
        for file in (ROOT / folder).rglob("*.py")
        if any(name == package or name.startswith(f"{package}.") for name in imported(file))
        and not str(file.relative_to(ROOT)).startswith(home)
    ]
    assert strangers == []


@pytest.mark.parametrize(
    "statement", ["import xcord", "import xcord.cli", "from xcord import Voice, hookimpl, Handle"]
)
def test_importing_xcord_loads_nothing_heavy(statement: str) -> None:
    assert loaded_by(statement) == ""


def test_help_loads_nothing_heavy() -> None:
    quietly = "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit)"
    assert loaded_by(f"import contextlib, io, xcord.cli\n{quietly}: xcord.cli.main(['--help'])") == ""


def test_the_app_loads_nothing_of_the_hub_before_the_window_toolkit(tmp_path: Path) -> None:
    """What it does load there delays the first picture: the engine could be starting meanwhile."""
    stop = "def stop(): raise KeyboardInterrupt\nqt.load_toolkit = qt.screen.check = lambda *_: stop()"
    run = f"xcord.cli.main(['--data-dir', {str(tmp_path)!r}, 'run'])"
    hub = ("msgspec", "pluggy", "asyncio", "xcord.core", "xcord.hub", *PLUGINS)
    assert loaded_by(f"import xcord.cli, xcord.windows.qt as qt\n{stop}\nassert {run} == 130", hub) == ""


def loaded_by(statement: str, packages: Sequence[str] = HEAVY) -> str:
    """Those of the packages that a fresh Python has loaded after `statement`, in words."""
    code = f"{statement}\nimport sys\nprint(*sorted(set({packages!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def imported(file: Path) -> Iterator[str]:
    """The dotted names that a module imports anywhere, `from a import b` as both `a` and `a.b`."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)

"""What plugins/README.md shows and says is so."""

import importlib
import io
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from cogapp import Cog  # type: ignore[import-untyped]
from tests.swap.install import install

import xcord_layout
from xcord import Person, SetMode, Switch, Voice, supervisor, watchers
from xcord.calls import Asker
from xcord.config import load_config
from xcord.plugins import find, load_file
from xcord.testing import World, running, states

ROOT = Path(__file__).parents[2]
README = ROOT / "plugins" / "README.md"
TEXT = README.read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
FILES = {
    match[1]: code
    for language, code in BLOCKS
    if language in ("python", "toml") and (match := re.match(r"# (\S+)\n", code))
}
CONSOLES = [code for language, code in BLOCKS if language == "console"]
AWAY = ("pyproject.toml", "xcord_away.py", "test_xcord_away.py")


def write(folder: Path, names: Sequence[str]) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text(FILES[name])
    return folder


def run(*command: str, cwd: Path, **environment: str) -> str:
    """What ``python -m <command>`` prints, without an error."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tutorial's package."""
    return write(tmp_path_factory.mktemp("tutorial") / "xcord-away", AWAY)


@pytest.fixture(scope="module")
def installed(away: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it is installed."""
    return install(away, tmp_path_factory.mktemp("site"))


@asynccontextmanager
async def as_file(name: str, folder: Path, *others: Any, **options: Any) -> AsyncIterator[World]:
    """A block as a single-file plugin, as a stranger beside our own plugins."""
    path = folder / name
    path.write_text(FILES[name])
    module = load_file(path)
    module.__name__ = path.stem
    async with running(module, *others, options=options) as world:
        world.hub.is_stranger = path.stem.removeprefix("xcord_").__eq__
        yield world


def call(*users: str) -> Voice:
    people = tuple(Person(user=user, name=user) for user in users)
    return Voice(status="connected", room="r", people=people)


def test_every_block_is_one_that_is_run_here() -> None:
    assert set(FILES) == {
        *AWAY,
        "config.toml",
        "test_xcord_minutes.py",
        "xcord_crowd.py",
        "xcord_hello.py",
        "xcord_minutes.py",
        "row.py",
        "test_row.py",
    }
    others = [code for language, code in BLOCKS if code not in FILES.values()]
    assert others == CONSOLES, "only what is typed has no file's name"


def test_the_generated_parts_are_current() -> None:
    told = io.StringIO()
    with redirect_stdout(told):
        code = Cog().main(["cog", "--check", "-I", str(ROOT / "build"), str(README)])
    assert code == 0, f"run: .venv/bin/python -m cogapp -r -I build plugins/README.md\n{told.getvalue()}"


def test_the_package_passes_its_own_tests(away: Path, installed: Path) -> None:
    printed = run("pytest", "-q", "-p", "no:cacheprovider", cwd=away, PYTHONPATH=str(installed))
    assert "2 passed" in printed


def test_the_installed_package_is_listed_as_shown(installed: Path, tmp_path: Path) -> None:
    console = CONSOLES[0]
    printed = run("xcord", "plugins", cwd=tmp_path, PYTHONPATH=str(installed), XCORD_HOME=str(tmp_path))
    shown = [line for line in console.splitlines() if not line.startswith(("$", "..."))]
    assert len(shown) == 3
    assert {" ".join(line.split()) for line in shown} <= {
        " ".join(line.split()) for line in printed.splitlines()
    }


async def test_the_same_plugin_works_as_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XCORD_HOME", str(tmp_path))
    config = load_config()
    config.plugins_dir.mkdir(parents=True)
    (config.plugins_dir / "away.py").write_text(FILES["xcord_away.py"])
    (found,) = (found for found in find(config.plugins_dir) if found.distribution == "away.py")
    assert found.name == "away"
    async with running(_named(found.load(), "away"), distribution="away.py") as world:
        world.answer("voice.mute", Switch)
        await world.hub.ask("away.set", {"on": True}, Asker("control", "cli"))
        assert world.read("away").on


def _named(module: Any, name: str) -> Any:
    module.__name__ = name
    return module


async def test_a_crowd_is_counted_and_told(tmp_path: Path) -> None:
    async with as_file("xcord_crowd.py", tmp_path, **{"crowd.full": 3}) as world:
        world.publish("voice", call("a", "b", "c"))
        await world.until(lambda: world.read("crowd").people == 3)
        world.publish("voice", None)
        await world.until(lambda: world.read("crowd").people == 0)
        assert world.read("crowd").most == 3
        assert world.notices == [("crowd.filled", {"people": 3})]


def test_minutes_are_counted(tmp_path: Path) -> None:
    folder = write(tmp_path / "minutes", ["xcord_minutes.py", "test_xcord_minutes.py"])
    options = ["-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto", "-o", "pythonpath=."]
    assert "1 passed" in run("pytest", *options, cwd=folder)


async def test_minutes_end_when_they_are_switched_off(tmp_path: Path) -> None:
    async with as_file("xcord_minutes.py", tmp_path) as world:
        await world.supervisor.set("minutes", False)
        assert states(world) == {"minutes": "off"}
        assert world.faults == []


async def test_the_row_arranges_the_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xcord_layout.stage.DEADLINE", 5.0)  # a busy machine is not what this is about
    async with as_file("row.py", tmp_path, xcord_layout) as world:
        world.open_window()
        await world.resize(800, 600)
        world.publish("voice", call("a", "b"))
        await world.ask("stage.mode", SetMode("row"))
        await world.until(lambda: world.read("stage").mode == "row")
        await world.until(lambda: len(world.read("stage").windows["main"]) == 2)
        left, right = world.read("stage").windows["main"]
        assert (left.width, left.height, right.x) == (5000, 10_000, 5000)
        assert world.faults == []


def test_the_row_passes_its_test(tmp_path: Path) -> None:
    folder = write(tmp_path / "row", ["row.py", "test_row.py"])
    options = ["-q", "-p", "no:cacheprovider", "-o", "pythonpath=."]
    assert "1 passed" in run("pytest", *options, cwd=folder)


def test_the_row_is_drawn_and_checked_as_shown(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "plugins"
    folder.mkdir(parents=True)
    (folder / "row.py").write_text(FILES["row.py"])
    drawing, said, check, passed = CONSOLES[1].splitlines()
    for typed, shown in ((drawing, said), (check, passed)):
        _, program, *words = typed.split()
        printed = run(program, *words, cwd=tmp_path, XCORD_HOME=str(tmp_path))
        assert re.sub(r"[\d.]+ ms", "? ms", printed) == re.sub(r"[\d.]+ ms", "? ms", shown) + "\n"
    assert (tmp_path / "row.svg").read_text("utf-8") == (README.parent / "pictures" / "row.svg").read_text(
        "utf-8"
    ), "draw it again: the command stands in the README"


def test_the_command_says_hello(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "plugins"
    folder.mkdir(parents=True)
    (folder / "hello.py").write_text(FILES["xcord_hello.py"])
    assert run("xcord", "hello", "Ann", cwd=tmp_path, XCORD_HOME=str(tmp_path)) == "Hello, Ann.\n"


def test_the_config_file_leaves_a_plugin_out_and_a_flag_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XCORD_HOME", str(tmp_path))
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text(FILES["config.toml"])
    assert load_config().off == {"away"}
    assert load_config(("away",)).off == set()


def test_the_bounds_are_those_of_the_shell() -> None:
    for bound in (
        f"entering a life {supervisor.START_WITHIN:g} s, leaving it {supervisor.STOP_WITHIN:g} s",
        f"cancelled after {supervisor.STOP_WITHIN:g} s",
        f"a worker thread of your own | {watchers.WATCH_DEADLINE:g} s",
    ):
        assert bound in TEXT


@pytest.mark.parametrize("name", ["voice", "layout", "sync", "reconnection"])
async def test_what_a_replacement_must_claim_is_said(name: str) -> None:
    async with running(importlib.import_module(f"xcord_{name}")) as world:
        slices = [slice.name for slice in world.hub.slices.values() if slice.owner == name]
        commands = [command.name for command in world.hub.commands.values() if command.owner == name]
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}` |"))
    _, _, said_slices, said_commands, _ = row.split("|")
    assert set(re.findall(r"`(\w+)`", said_slices)) == set(slices)
    noun, said = "", set[str]()
    for its, verb in re.findall(r"`(\w*)\.(\w+)`", said_commands):
        noun = its or noun
        said.add(f"{noun}.{verb}")
    assert said == set(commands)

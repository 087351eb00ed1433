"""The example distribution, installed beside the app as a stranger's would be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.swap.install import install
from tests.swap.page import opened

from xcord import Person, Voice
from xcord.config import Config
from xcord.core import running
from xcord.door import Door, listen

EXAMPLE = Path(__file__).parents[2] / "plugins" / "example-spiral"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it is installed."""
    return install(EXAMPLE, tmp_path_factory.mktemp("site"))


def run(*command: str, site: Path, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(site), "XCORD_HOME": str(cwd / "home")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_wheel_holds_the_plugin_and_nothing_else(installed: Path) -> None:
    found = {path.name for path in installed.rglob("*.py")}
    assert found == {"xcord_spiral.py"}


def test_it_passes_its_own_tests(installed: Path, tmp_path: Path) -> None:
    test = tmp_path / "test_xcord_spiral.py"
    test.write_text((EXAMPLE / test.name).read_text("utf-8"), "utf-8")
    drawing = installed / "spiral.svg"  # beside the module, where its test looks for it
    drawing.write_bytes((EXAMPLE / drawing.name).read_bytes())
    printed = run("pytest", "-q", "-p", "no:cacheprovider", str(test), site=installed, cwd=tmp_path)
    assert " passed" in printed
    assert "skipped" not in printed


def test_it_is_drawn_and_checked_from_the_command_line(installed: Path, tmp_path: Path) -> None:
    call = ("--people", "9", "--speaking", "2", "--pinned", "9")
    assert run("xcord", "view", "spiral", *call, site=installed, cwd=tmp_path) == (
        EXAMPLE / "spiral.svg"
    ).read_text("utf-8")
    assert "for 100 people" in run("xcord", "view", "spiral", "--check", site=installed, cwd=tmp_path)


async def test_it_is_chosen_in_a_call_of_the_app(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(installed)
    monkeypatch.setattr("xcord_layout.stage.DEADLINE", 5.0)  # a busy machine is not what this is about
    config = Config(
        config_dir=tmp_path, data_dir=tmp_path, runtime_dir=tmp_path, off=frozenset({"voice", "sync"})
    )
    web = tmp_path / "web"
    web.mkdir()
    async with running(config, listen(), Door(), web=web) as core, opened(core) as page:
        (state,) = [each for each in page.slices["plugins"]["plugins"] if each["name"] == "spiral"]
        assert (state["state"], state["distribution"]) == ("on", "xcord-spiral")
        voice = core.hub.claim_slice("voice", "test", Voice, Voice())
        people = tuple(Person(user=user, name=user, me=user == "me") for user in ("me", "ann", "bob"))
        voice.set(Voice(status="connected", room="r", people=people))
        await page.ask("stage.mode", name="spiral")
        await page.until(lambda slices: slices["stage"]["mode"] == "spiral")
        shown = await page.until(lambda slices: slices["stage"]["windows"].get("main"))
        assert [tile["user"] for tile in shown] == ["ann", "me", "bob"]
        assert shown[0]["width"] * shown[0]["height"] > 0.55 * 10_000**2
        await page.ask("plugins.set", name="spiral", on=False)
        await page.until(lambda slices: slices["stage"]["mode"] == "gallery")

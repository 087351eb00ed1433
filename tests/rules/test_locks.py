"""What is installed is what was locked: whole versions with hashes, and no address of any registry."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "build" / "locks").glob("*.txt"))
ADDRESS = re.compile(r"https?://|--(extra-)?index-url|--find-links|--trusted-host|file:|git\+", re.IGNORECASE)


def pins(lock: Path) -> dict[str, str]:
    """Name -> version of a lock, both as written; the marker is left out."""
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", lock.read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_address(lock: Path) -> None:
    assert ADDRESS.findall(lock.read_text()) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pin_has_a_hash(lock: Path) -> None:
    entries = re.split(r"^(?=[a-z0-9])", lock.read_text(), flags=re.MULTILINE)[1:]
    assert entries
    assert [
        entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry or "==" not in entry
    ] == []


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    assert named(project["dependencies"]) <= set(pins(ROOT / "build/locks/app.txt"))
    everything = project["dependencies"] + [name for extra in extras.values() for name in extra]
    assert named(everything) <= set(pins(ROOT / "build/locks/dev.txt"))


def test_the_app_is_tested_with_what_it_ships() -> None:
    app, dev = pins(ROOT / "build/locks/app.txt"), pins(ROOT / "build/locks/dev.txt")
    assert {name: (version, dev.get(name)) for name, version in app.items() if dev.get(name) != version} == {}


def test_the_lock_of_the_pages_names_no_address() -> None:
    packages = json.loads((ROOT / "webui/package-lock.json").read_text())["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry and not entry.get("link")] == []
    assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []


def named(requirements: list[str]) -> set[str]:
    """The normalized names of requirements."""
    return {
        re.split(r"[\[=<>;~! ]", text)[0].lower().replace("_", "-").replace(".", "-") for text in requirements
    }

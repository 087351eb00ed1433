"""The house stays in order: small modules and known rooms."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {"build", "plugins", "shell", "tests", "webui"}
PAPERS = {"LICENSE", "README.md", "pyproject.toml"}
GENERATED = re.compile(r"(?i)do not edit")
MOST_LINES, MOST_LINES_OF_A_TEST = 300, 500


def files(*endings: str) -> Iterator[Path]:
    """What belongs to the repository, by its own list of what does not; also where git is not installed."""
    ignored = (ROOT / ".gitignore").read_text().split()
    folders = {line.rstrip("/") for line in ignored if line.endswith("/")} | {".git"}
    for name, below, found in os.walk(ROOT):
        here = Path(name).relative_to(ROOT)
        below[:] = [each for each in below if not {each, (here / each).as_posix()} & folders]
        for each in found:
            # In a further work tree ``.git`` is a file.
            if (
                each != ".git"
                and each.endswith(endings or ("",))
                and not any(fnmatch(each, line) for line in ignored)
            ):
                yield ROOT / here / each


def test_every_module_is_small() -> None:
    sizes = {
        str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines())
        for file in files(".py", ".ts", ".svelte")
        if not GENERATED.search(file.read_text(encoding="utf-8")[:300])
    }
    assert sizes, "no module was found"
    tests = re.compile(r"(^|/)test_[^/]*\.py$|\.test\.ts$")
    most = {name: MOST_LINES_OF_A_TEST if tests.search(name) else MOST_LINES for name in sizes}
    assert {name: lines for name, lines in sizes.items() if lines > most[name]} == {}


def test_the_top_level_has_only_the_agreed_folders() -> None:
    tops = {file.relative_to(ROOT).parts[0] for file in files()}
    assert tops >= ROOMS
    assert {name for name in tops if not name.startswith(".")} <= ROOMS | PAPERS
    assert {name for name in tops if name.startswith(".")} <= {
        ".ci",
        ".gitignore",
        ".gitattributes",
        ".git",  # a worktree has it as a file
    }


def test_a_source_root_is_no_package() -> None:
    assert [root for root in ("shell", "plugins", "build") if (ROOT / root / "__init__.py").exists()] == []


def test_every_module_of_the_shell_stands_in_its_readme_once() -> None:
    text = (ROOT / "shell" / "README.md").read_text(encoding="utf-8")
    table = text.partition("## Where things are")[2].partition("## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = Counter(re.findall(r"`([^`]+)`", " ".join(rows)))
    assert [name for name, times in named.items() if times > 1] == []
    modules = {path.name for path in (ROOT / "shell" / "xcord").glob("[a-z]*.py")}
    assert len(modules) > 50
    assert sorted(name for name in modules if not re.search(rf"\b{re.escape(name)}", text)) == []

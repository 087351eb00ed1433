"""The app with a plugin's overlay on a real desktop: beside the main window, and not above a locker."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.guests.stack import App, app_on
from tests.login import SESSION, logind, private_bus
from tests.screen import virtual_screen
from tests.shell.windows.real import renderers
from tests.waits import eventually

PLUGIN = """
from xcord import WindowSpec, hookimpl

@hookimpl
def xcord_windows():
    return [WindowSpec("glass", "main", title="the glass", overlay=True, open_at_start=False)]
"""
WITHIN = 60.0


async def test_an_overlay_lives_without_the_main_window_and_leaves_with_its_plugin(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "config" / "plugins").mkdir(parents=True)
    (home / "config" / "plugins" / "glass.py").write_text(PLUGIN)
    off = [word for name in ("voice", "layout", "sync", "reconnection") for word in ("-p", f"no:{name}")]
    with virtual_screen(900, 700, compositor=True) as screen:
        async with private_bus(tmp_path) as bus, logind(bus) as login:
            session = {"DBUS_SYSTEM_BUS_ADDRESS": bus, "XDG_SESSION_ID": "5"}
            with app_on({**screen.environ, **session}, tmp_path, "--measure", *off, home=home) as app:
                await asyncio.to_thread(app.wait_painted)
                place = {"x": 500, "y": 400, "width": 300, "height": 200}
                await ask(app, "window.place", name="glass", **place)
                await ask(app, "window.show", name="glass")
                await until(app, "the overlay", lambda glass: glass["connected"] and glass["visible"])
                await eventually(lambda: "300x200+500+400" in tree(screen.environ))

                await ask(app, "window.close", name="main")
                await asyncio.to_thread(app.wait, "a hidden window", ["windows"], main_is_hidden, WITHIN)
                killed = renderers(app.child.process.pid)
                assert killed
                for page in killed:
                    page.kill()

                def new(glass: dict[str, Any]) -> bool:
                    pages = renderers(app.child.process.pid)
                    return bool(pages and not set(pages) & set(killed) and glass["connected"])

                await until(app, "a new page", new)
                await eventually(lambda: "300x200+500+400" in tree(screen.environ))

                await login.say(SESSION, "Lock")
                await until(app, "a locked screen", lambda glass: glass["withdrawn"] == "locked")
                await until(app, "a hidden overlay", lambda glass: not glass["visible"])
                assert app.read("desktop")["desktop"]["locked"]
                await login.say(SESSION, "Unlock")
                await until(
                    app, "the overlay again", lambda glass: glass["visible"] and not glass["withdrawn"]
                )

                await ask(app, "plugins.set", name="glass", on=False)
                slices = await asyncio.to_thread(app.wait, "no overlay", ["windows"], no_glass, WITHIN)
                assert [each["name"] for each in slices["windows"]["windows"]] == ["main"]
                await ask(app, "plugins.set", name="glass", on=True)
                await ask(app, "window.show", name="glass")
                await until(app, "the overlay", lambda glass: glass["connected"] and glass["visible"])


async def ask(app: App, command: str, **args: Any) -> None:
    await asyncio.to_thread(app.ask, command, 30.0, **args)


async def until(app: App, what: str, true: Callable[[dict[str, Any]], object]) -> None:
    """Until it is so for what the shell says of the overlay."""

    def look(slices: dict[str, Any]) -> bool:
        found = [each for each in slices["windows"]["windows"] if each["name"] == "glass"]
        return bool(found and true(found[0]))

    await asyncio.to_thread(app.wait, what, ["windows"], look, WITHIN)


def main_is_hidden(slices: dict[str, Any]) -> bool:
    return not next(each["visible"] for each in slices["windows"]["windows"] if each["name"] == "main")


def no_glass(slices: dict[str, Any]) -> bool:
    return all(each["name"] != "glass" for each in slices["windows"]["windows"])


def tree(environ: dict[str, str]) -> str:
    command = ["xwininfo", "-root", "-tree"]
    return subprocess.run(command, env=environ, check=True, capture_output=True, text=True, timeout=20).stdout

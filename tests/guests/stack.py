"""The whole of xcord as processes: a server end, guests in a channel, the app in its windows.

Used by the demo, which tells a person what happens, and by the journeys, which ask whether it is right.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.screen import Screen

from xcord.errors import CommandError, SetupError
from xcord.instance import call

from . import account
from .children import Child, ChildError, start, stopping
from .telling import told

OWNER = "owner"
SERVE_WITHIN = 90.0
GUESTS_WITHIN = 60.0
WINDOW_WITHIN = 60.0
ANSWER_WITHIN = 30.0
STOP_WITHIN = 20.0

Slices = dict[str, Any]


@dataclass
class ServerEnd:
    """``xcord serve`` with a database, keys and a livekit-server of its own."""

    child: Child
    address: str
    livekit: str
    password: str = field(repr=False)
    data: Path

    def channels(self) -> list[dict[str, Any]]:
        """The channels of the first server, as the directory tells them."""
        with account.log_in(self.address, OWNER, self.password) as owner:
            return list(owner.directory()["servers"][0]["channels"])

    def remove(self, channel: str, user: str) -> None:
        """Take somebody out of a call, as the owner."""
        with account.log_in(self.address, OWNER, self.password) as owner:
            owner.remove(channel, user)

    def add_people(self, persons: Sequence[account.Credentials]) -> None:
        """Make accounts, as the owner."""
        with account.log_in(self.address, OWNER, self.password) as owner:
            for person in persons:
                owner.add_user(person)


@contextlib.contextmanager
def server_end(
    folder: Path, environ: Mapping[str, str] | None = None, before: ServerEnd | None = None
) -> Iterator[ServerEnd]:
    """A server end on a free port, its logs and data in ``folder``; stopped with the block.

    :param before: the one in this folder that has ended; its port and password are taken over.
    :raises ChildError: it did not start.
    """
    password = before.password if before else secrets.token_urlsafe(12)
    port = before.address.rpartition(":")[2] if before else "0"
    ready, data = folder / "server.json", folder / "server"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "xcord", "serve", "--port", port, "--drain", "1"]
    command += ["--data", str(data), "--ready-file", str(ready)]
    outside = ("DATABASE_URL", "LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")
    base = {name: value for name, value in os.environ.items() if name not in outside}
    environ = {
        **base,
        "XCORD_HOME": str(folder / "serve-home"),
        "XCORD_OWNER_PASSWORD": password,
        **(environ or {}),
    }
    child = start("server", command, folder, environ)
    with stopping(child, STOP_WITHIN):
        child.wait_until(ready.exists, "being ready", SERVE_WITHIN)
        told = json.loads(ready.read_text())
        yield ServerEnd(child, told["address"], told["livekit"], password, data)


@dataclass
class Guests:
    """A process of guests in one channel."""

    child: Child
    users: tuple[str, ...]
    persons: tuple[account.Credentials, ...]


@contextlib.contextmanager
def guests_in(
    server: ServerEnd, channel: str, count: int, folder: Path, *arguments: str, after: int = 0
) -> Iterator[Guests]:
    """Make accounts for guests and bring them into a channel; they leave with the block.

    :param after: how many guests this server end has had before.
    :param arguments: further options of ``python -m tests.guests``.
    """
    persons = account.people(count, after)
    server.add_people(persons)
    ready = folder / "guests.json"
    ready.unlink(missing_ok=True)
    lines = "".join(json.dumps({"login": p.login, "password": p.password}) + "\n" for p in persons)
    command = [sys.executable, "-m", "tests.guests", "--address", server.address, "--channel", channel]
    child = start("guests", [*command, "--ready-file", ready, *arguments], folder, os.environ, stdin=lines)
    with stopping(child, STOP_WITHIN):
        child.wait_until(ready.exists, "being in the channel", GUESTS_WITHIN)
        yield Guests(child, tuple(json.loads(ready.read_text())["users"]), persons)


def environ_on(screen: Screen) -> dict[str, str]:
    """The environment of programs on a virtual screen. It has no session bus, and says so: otherwise
    libraries start one, and nobody ends it."""
    return {**screen.environ, "DBUS_SESSION_BUS_ADDRESS": "disabled:"}


@dataclass
class App:
    """The app, reached through its control socket."""

    child: Child
    home: Path
    started: float  # seconds since the epoch, just before the process was made

    def ask(self, command: str, within: float = ANSWER_WITHIN, **args: Any) -> None:
        """Ask a command.

        :raises CommandError: it was refused.
        :raises SetupError: the app is not there or does not answer.
        """
        call(self.home / "run", {"ask": command, "args": args}, within)

    def read(self, *names: str) -> Slices:
        """The values of slices; those that nobody owns are left out."""
        return dict(call(self.home / "run", {"read": list(names)}, ANSWER_WITHIN)["slices"])

    def wait(
        self, what: str, names: Sequence[str], true: Callable[[Slices], Any], within: float = ANSWER_WITHIN
    ) -> Slices:
        """Read slices until a condition holds, and return them.

        :raises ChildError: the app ended, or it did not become true; the latest values are told.
        """
        found: Slices = {}

        def look() -> bool:
            nonlocal found
            try:
                found = self.read(*names)
            except SetupError as error:
                if error.code != "not_running":
                    raise
                return False
            except CommandError as error:
                if error.code not in ("starting", "ending"):
                    raise
                return False
            return bool(true(found))

        self.child.wait_until(look, what, within, lambda: told(found))
        return found

    def wait_painted(self) -> float:
        """Seconds from the start of the process to the painted main window (``--measure`` only)."""
        slices = self.wait("a painted window", ["measure"], _painted_at, WINDOW_WITHIN)
        return _painted_at(slices) / 1000 - self.started

    def log_in(self, server: ServerEnd, login: str = OWNER, password: str | None = None) -> None:
        """Log in at a server end and wait for its directory."""
        self.ask(
            "directory.login",
            30.0,
            address=server.address,
            login=login,
            password=server.password if password is None else password,
        )
        self.wait("the directory", ["directory"], lambda s: s["directory"]["status"] == "connected")

    def join(self, channel: str, within: float = 30.0) -> float:
        """Join a channel; seconds from the click to the connected call."""
        begin = time.monotonic()
        self.ask("voice.join", within, channel=channel)
        self.wait("the call", ["voice"], _connected, within)
        return time.monotonic() - begin

    def watch_address(self) -> str:
        """The address that ``--watch`` prints."""
        found = ""

        def look() -> bool:
            nonlocal found
            words = self.child.out.read_text(errors="replace").split()
            found = next((word for word in words if word.startswith("http://127.0.0.1:")), "")
            return bool(found)

        self.child.wait_until(look, "printing the address to watch at", ANSWER_WITHIN)
        return found

    def quit(self, within: float = STOP_WITHIN) -> bool:
        """Leave and end, as *Quit* does; whether it ended by itself in time."""
        with contextlib.suppress(SetupError, CommandError):
            self.ask("app.quit")
        until = time.monotonic() + within
        while self.child.process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        ended = self.child.process.poll() is not None
        self.child.stop(5.0)
        return ended


@contextlib.contextmanager
def app_on(
    screen: Mapping[str, str],
    folder: Path,
    *arguments: str,
    home: Path | None = None,
    name: str = "app",
    module: str = "xcord",
) -> Iterator[App]:
    """The app with its windows; quits with the block, whatever happened in it.

    :param screen: the environment with the screen and the sound server.
    :param arguments: further options of ``xcord run``.
    :param module: what is run; another one than ``xcord`` looks into the app from inside.
    """
    home = home or folder / f"{name}-home"
    home.mkdir(parents=True, exist_ok=True)
    environ = {**screen, "XCORD_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    started = time.time()
    child = start(name, [sys.executable, "-m", module, "run", *arguments], folder, environ)
    app = App(child, home, started)
    try:
        yield app
    finally:
        app.quit()


def _painted_at(slices: Slices) -> float:
    return float(slices.get("measure", {}).get("painted_at_ms", 0))


def _connected(slices: Slices) -> bool:
    voice = slices.get("voice", {})
    if voice.get("status") == "failed":
        raise ChildError(f"the call failed: {voice.get('reason') or 'no reason was given'}")
    return bool(voice.get("status") == "connected")

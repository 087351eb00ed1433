"""All of it together: the network, the ends, a peer who stays in the call, and the app."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.guests import account
from tests.journeys.secrets import leaks_below

from xcord import RunningApp
from xcord.errors import CommandError, SetupError

from .bus import SystemBus, system_bus
from .ends import ADDRESS, OWNER_PASSWORD, WITHIN, ServerEnd, Sfu, wait
from .namespaces import Namespace
from .network import Network, network
from .teller import Line, Teller

HEARD = -45.0  # dBFS of a tone of -12 dBFS: it is there
START = 40.0
PROCESSING = ("echo_cancellation", "noise_suppression", "gain_control", "high_pass")
"""Off: a steady tone is noise to a suppressor, which takes it out after a second."""


@dataclass
class Stage:
    """One per run. ``plugins`` are the flags of the app, ``extra`` a folder with a plugin file or none."""

    net: Network
    folder: Path
    sfu: Sfu
    server: ServerEnd
    channel: str = ""
    home: str = ""  # id of the server that holds the channel
    person: account.Credentials = field(default_factory=lambda: account.people(1)[0])
    user: str = ""
    peer_user: str = ""
    flags: tuple[str, ...] = ()
    hostile: bool = False
    bus: SystemBus = field(default_factory=SystemBus)
    broken_at: float | None = None  # when the first step of a variant broke something
    app: Teller | None = None
    peer: Teller | None = None
    others: list[Teller] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _passwords: set[str] = field(default_factory=lambda: {OWNER_PASSWORD})
    _leaked: list[str] = field(default_factory=list)

    def leaks(self) -> list[str]:
        """Secrets that stand in any log of the run, and did not when it was last asked: where, and of what
        kind."""
        known = self._passwords | {pair.secret for pair in self.sfu.keys}
        before, self._leaked = self._leaked, leaks_below(self.folder, known)
        return sorted(Counter(self._leaked) - Counter(before))

    # -- people ----------------------------------------------------------------------------------------

    def new_person(self) -> account.Credentials:
        """An account of its own."""
        number = next(self._numbers)
        made = account.Credentials(f"person{number}", account.people(1)[0].password, f"Person {number}")
        self._passwords.add(made.password)
        self.server.ask(
            "POST", "/v1/users", {"login": made.login, "name": made.name, "password": made.password}
        )
        return made

    def join_peer(self) -> None:
        """Somebody else is in the call, and tells what they hear of the app's person."""
        self.leave_peer()
        person = self.new_person()
        self.peer_user = self.server.user_of(person)
        self.peer = self._bare(person, "guest", self.user)

    def _bare(self, person: account.Credentials, device: str, me: str, *flags: str) -> Teller:
        return self.bare("peer", self.net.peer, person, device, {"me": me}, *flags)

    def bare(
        self, name: str, where: Namespace, person: account.Credentials, device: str, more: Line, *flags: str
    ) -> Teller:
        """Somebody by the SDK alone, with default options; ``more`` as in ``peer.py``."""
        ticket = self.server.ticket(person, self.channel, device)
        first = json.dumps({"url": ticket.url, "token": ticket.token, **more})
        command = [*where.prefix, sys.executable, "-m", "tests.faults.peer", *flags]
        return Teller(name, command, self.folder, os.environ, first)

    def join_elsewhere(self) -> None:
        """The app's person joins the same call on a second device."""
        self.others.append(self._bare(self.person, "second", "", "--mute"))

    def leave_peer(self) -> None:
        """Whoever is there by the SDK alone goes."""
        for each in (*self.others, *((self.peer,) if self.peer else ())):
            each.close()
        self.others, self.peer = [], None

    # -- the app -----------------------------------------------------------------------------------------

    @property
    def remote(self) -> RunningApp:
        """The app's control socket; a path, so that it reaches across namespaces."""
        return RunningApp(self.app_home / "run")

    @property
    def app_home(self) -> Path:
        """Of the app that runs now."""
        return self.folder / self.home_name

    home_name: str = "app"

    def start_app(self, person: account.Credentials | None = None) -> None:
        """A new app, logged in as the person (a new one by default)."""
        self.leave_peer()  # who listens to the app's person
        self.stop_app()
        self.person = person or self.new_person()
        self.home_name = f"app-{next(self._numbers)}"
        plugins = self.app_home / "config" / "plugins"
        plugins.mkdir(parents=True)
        if self.hostile:
            (plugins / "reconnection.py").write_text(HOSTILE)
        command = [
            *self.net.client.prefix,
            sys.executable,
            "-m",
            "tests.faults.client",
            "faults",
            *self.flags,
        ]
        environ = {**os.environ, "XCORD_HOME": str(self.app_home)}
        environ["DBUS_SYSTEM_BUS_ADDRESS"] = self.bus.address
        environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
        self.app = Teller("app", command, self.folder, environ)
        wait(self._answers, "the app's answer", START)
        for name in PROCESSING:
            self.remote.ask("settings.set", {"name": f"voice.{name}", "value": False})
        login = {"address": ADDRESS, "login": self.person.login, "password": self.person.password}
        self.remote.ask("directory.login", login)
        self.user = self.read("directory")["account"]["user"]

    def _answers(self) -> bool:
        if self.app is None or not self.app.running:
            raise RuntimeError(f"the app ended; see {self.folder / 'app.err'}")
        try:
            return bool(self.app.lines) and "faults" in self.remote.read("faults")
        except (SetupError, CommandError):
            return False

    def stop_app(self) -> None:
        """It leaves, and ends."""
        if self.app is not None:
            self.app.close()
            self.app = None

    def read(self, name: str) -> Any:
        """A slice."""
        return self.remote.read(name, within=10.0)[name]

    def join(self) -> None:
        """The app is in the call with the peer, and both hear and see each other."""
        if self.read("voice")["status"] != "connected":
            with contextlib.suppress(CommandError):
                self.remote.ask("voice.leave")
            self.remote.ask("voice.join", {"channel": self.channel})
        wait(lambda: self.read("voice")["status"] == "connected", "the call", WITHIN)
        if self.peer is None or not self.peer.running:
            self.join_peer()
        wait(self.all_flows, "sound and pictures", WITHIN)

    def all_flows(self) -> bool:
        """In the last half second everything came through."""
        now = time.monotonic()
        return not self.missing(now - 0.6, now)

    def missing(self, since: float, until: float) -> set[str]:
        """Of ``in`` (I hear), ``out`` (I am heard) and ``video``: what did not come between two moments."""
        app = [line for line in (self.app.since(since) if self.app else []) if line["t"] <= until]
        peer = [line for line in (self.peer.since(since) if self.peer else []) if line["t"] <= until]
        gone = set()
        if not app or any(line["heard"] < HEARD for line in app):
            gone.add("in")
        if not peer or any(line["tone"] < HEARD for line in peer):
            gone.add("out")
        if len(app) < 2 or app[-1]["frames"] <= app[0]["frames"]:
            gone.add("video")
        return gone


HOSTILE = '''"""In the place of the reconnection: asks for a take-over ten times a second."""

import asyncio
import contextlib

from xcord import CommandError, Rejoin, hookimpl


@contextlib.asynccontextmanager
async def life(hub):
    async def nag():
        while True:
            with contextlib.suppress(CommandError):
                await hub.ask("voice.rejoin", Rejoin(take_over=True))
            await asyncio.sleep(0.1)

    nagging = asyncio.ensure_future(nag())
    try:
        yield
    finally:
        nagging.cancel()


@hookimpl
def xcord_start(hub):
    return life(hub)
'''


@contextlib.contextmanager
def stage(folder: Path, environ: Mapping[str, str] | None = None) -> Iterator[Stage]:
    """Everything but the app and the peer, for as long as the block lasts.

    :param environ: further variables of the server end.
    """
    with network() as net, contextlib.ExitStack() as ends:
        sfu = Sfu(net.server, folder)
        ends.callback(sfu.kill)
        sfu.start()
        server = ServerEnd(net.server, folder, sfu, environ or {})
        ends.callback(server.stop)
        server.start()
        made = Stage(net, folder, sfu, server, bus=ends.enter_context(system_bus(folder)))
        ends.callback(made.leave_peer)
        ends.callback(made.stop_app)
        home = server.ask("GET", "/v1/directory")["servers"][0]
        made.home, made.channel = home["id"], home["channels"][0]["id"]
        yield made

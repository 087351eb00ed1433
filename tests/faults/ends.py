"""The SFU and the server end in their namespace: started, killed, frozen, given other keys, told to fail."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from tests.guests import account, children
from tests.parts import find_livekit, spawn

from xcord_sync.backend.livekit import Ports, configuration
from xcord_sync.backend.secrets import Keys, LiveKitKey

from .namespaces import Namespace
from .network import address
from .proof import answers

SIGNAL, MEDIA, WEB = 7980, 7982, 7800
OWNER_PASSWORD = secrets.token_urlsafe(12)
WITHIN = 60.0
HOST = address("server")
ADDRESS, LIVEKIT = f"http://{HOST}:{WEB}", f"ws://{HOST}:{SIGNAL}"


def new_key() -> LiveKitKey:
    """A pair that nobody had before."""
    return LiveKitKey(f"key{secrets.token_hex(4)}", secrets.token_hex(24))


@dataclass
class Sfu:
    """livekit-server on the server's address."""

    here: Namespace
    folder: Path
    keys: list[LiveKitKey] = field(default_factory=lambda: [new_key()])
    process: subprocess.Popen[bytes] | None = None

    @property
    def key(self) -> LiveKitKey:
        """The pair that it has from its next start on, the newest of all that it had."""
        return self.keys[-1]

    def start(self) -> None:
        """Starts it, or starts it again on the same ports; returns when it answers."""
        told = configuration(HOST, Ports(SIGNAL, MEDIA), Keys(self.key), f"{ADDRESS}/livekit/webhook")
        with (self.folder / "livekit.log").open("ab") as log:
            self.process = spawn(
                [*self.here.prefix, str(find_livekit())],
                env={**os.environ, "LIVEKIT_CONFIG": json.dumps(told)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait(lambda: self.here.call(answers, HOST, SIGNAL), "livekit-server's answer")

    def kill(self) -> None:
        """As a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(WITHIN)

    def signal(self, number: signal.Signals) -> None:
        """SIGTERM asks it to end once all have left, a second one ends it; SIGSTOP freezes it."""
        if self.process is not None:
            self.process.send_signal(number)


@dataclass
class ServerEnd:
    """``xcord serve --faults``. The owner's login is the stage's own."""

    here: Namespace
    folder: Path
    sfu: Sfu
    more: Mapping[str, str] = field(default_factory=dict)
    child: children.Child | None = None
    runs: int = 0

    def start(self) -> None:
        """Returns when it is ready; its data stays from run to run."""
        self.runs += 1
        ready = self.folder / "server.json"
        ready.unlink(missing_ok=True)
        command = [*self.here.prefix, sys.executable, "-m", "xcord", "serve", "--faults", "--host", HOST]
        command += ["--port", str(WEB), "--data", str(self.folder / "server"), "--ready-file", str(ready)]
        environ = {
            **os.environ,
            "XCORD_HOME": str(self.folder / "serve-home"),
            "XCORD_OWNER_PASSWORD": OWNER_PASSWORD,
            "XCORD_RECONCILE_EVERY": "5",
            "LIVEKIT_URL": LIVEKIT,
            "LIVEKIT_API_KEY": self.sfu.key.key,
            "LIVEKIT_API_SECRET": self.sfu.key.secret,
            **self.more,
        }
        environ.pop("DATABASE_URL", None)
        self.child = children.start(f"server{self.runs}", command, self.folder, environ)
        self.child.wait_until(ready.exists, "being ready", WITHIN)

    def stop(self) -> None:
        """In order; its database with it."""
        if self.child is not None:
            self.child.stop(20.0)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request as the owner."""

        def send() -> Any:
            with httpx.Client(base_url=ADDRESS, timeout=20, trust_env=False) as http:
                asked = {"login": "owner", "password": OWNER_PASSWORD, "device": "stage"}
                token = http.post("/v1/login", json=asked).raise_for_status().json()["token"]
                http.headers["Authorization"] = f"Bearer {token}"
                answer = http.request(method, path, json=body).raise_for_status()
                return answer.json() if answer.content else {}

        return self.here.call(send)

    def fault(self, kind: str, **more: Any) -> None:
        """See ``xcord_sync.backend.faults``."""
        self.ask("POST", "/v1/faults", {"kind": kind, **more})

    def user_of(self, person: account.Credentials) -> str:
        """The person's id."""

        def get() -> str:
            with account.log_in(ADDRESS, person.login, person.password) as them:
                return str(them.directory()["account"]["user"])

        return self.here.call(get)

    def ticket(self, person: account.Credentials, channel: str, device: str) -> account.Ticket:
        """A way into a call for a person."""

        def get() -> account.Ticket:
            with account.log_in(ADDRESS, person.login, person.password, device) as them:
                return them.join(channel, device)

        return self.here.call(get)


def wait(true: Any, what: str, within: float = WITHIN) -> None:
    """Until it is.

    :raises TimeoutError: it did not become true.
    """
    import time

    until = time.monotonic() + within
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} did not come within {within:g} s")
        time.sleep(0.05)

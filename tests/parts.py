"""The real parts that tests start: today livekit-server on loopback, each with ports of its own.

::

    with start_livekit(tmp_path) as livekit:
        token = livekit.token("ann:laptop", room="r1")
        await rtc.Room().connect(livekit.url, token)

Nothing here is skipped when a part is missing: it raises and names the command that gets it.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.waits import PATIENCE


def find_livekit() -> Path:
    """Where livekit-server is: ``LIVEKIT_SERVER``, ``PATH``, or the cache that ``build/dev.py`` fills.

    :raises FileNotFoundError: there is none; the message names the command that gets it.
    """
    named = os.environ.get("LIVEKIT_SERVER") or shutil.which("livekit-server")
    if named:
        return Path(named)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "xcord" / "bin"
    found = sorted(path for path in cache.glob("livekit-server-*") if os.access(path, os.X_OK))
    if not found:
        raise FileNotFoundError("livekit-server is missing. Run: python3 build/dev.py setup")
    return found[-1]


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def spawn(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a process that ends with this one, also when this one is killed (where the system can)."""
    if sys.platform == "linux" and (setpriv := shutil.which("setpriv")):
        command = [setpriv, "--pdeathsig", "KILL", *command]
    return subprocess.Popen(command, **options)


def end(process: subprocess.Popen[bytes], within: float = 5.0) -> None:
    """SIGTERM, then SIGKILL after ``within`` seconds; returns when the process is reaped."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(within)
        return
    process.kill()
    process.wait(PATIENCE)


@dataclass
class LiveKit:
    """One livekit-server of this test's own. ``url`` is for SDKs, ``http_url`` for the server API."""

    folder: Path
    port: int
    udp_port: int
    key: str
    secret: str
    webhook: str = ""
    room: dict[str, Any] = field(default_factory=dict)
    log_level: str = "error"
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def http_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / f"livekit-{self.port}.log"

    def token(
        self,
        identity: str,
        room: str,
        *,
        name: str = "",
        metadata: Mapping[str, str] | None = None,
        ttl: timedelta = timedelta(minutes=10),
        **grants: Any,
    ) -> str:
        """A join token as the server end would mint it."""
        from livekit import api

        token = api.AccessToken(self.key, self.secret).with_identity(identity).with_ttl(ttl)
        token = token.with_grants(api.VideoGrants(room_join=True, room=room, **grants))
        if name:
            token = token.with_name(name)
        if metadata is not None:
            token = token.with_metadata(json.dumps(dict(metadata)))
        return str(token.to_jwt())

    def start(self, within: float = 30.0) -> None:
        """Start it, or start it again on the same ports; returns when it answers."""
        config: dict[str, Any] = {
            "port": self.port,
            "bind_addresses": ["127.0.0.1"],
            "rtc": {
                "udp_port": self.udp_port,
                "tcp_port": 0,
                "use_external_ip": False,
                "node_ip": "127.0.0.1",
                "enable_loopback_candidate": True,
                "ips": {"includes": ["127.0.0.1/32"]},
                # Without an entry here, clients are told to ask public STUN servers. It must not be our
                # own UDP port: WebRTC takes every packet from a STUN server's address for its answers,
                # so the media connection would never come up.
                "stun_servers": ["127.0.0.1:9"],
            },
            "keys": {self.key: self.secret},
            "room": {"auto_create": True, "empty_timeout": 300, "departure_timeout": 60, **self.room},
            "logging": {"level": self.log_level},
        }
        if self.webhook:
            config["webhook"] = {"api_key": self.key, "urls": [self.webhook]}
        with self.log.open("ab") as log:
            self.process = spawn(
                [str(find_livekit())],
                env={**os.environ, "LIVEKIT_CONFIG": json.dumps(config)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + within
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"livekit-server did not start: {self.log.read_text()[-2000:]}")
            time.sleep(0.05)

    def answers(self) -> bool:
        """Whether its HTTP port says OK now."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1.0)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, for example SIGSTOP and SIGCONT to freeze and thaw it."""
        if self.process is not None:
            self.process.send_signal(number)

    def kill(self) -> None:
        """As a crash would: no leave is sent to anybody."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(PATIENCE)
            self.process = None

    def __enter__(self) -> LiveKit:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A polite SIGTERM waits for all participants to leave; a test has no time for that.
        self.kill()


def start_livekit(folder: Path, *, webhook: str = "", log_level: str = "error", **room: Any) -> LiveKit:
    """Start livekit-server with its log in ``folder``; use as a context manager, or call ``kill()``.

    :param webhook: address to which it posts webhooks, if any.
    :param room: settings of the ``room`` section that differ from the defaults.
    """
    livekit = LiveKit(
        folder=folder,
        port=free_port(),
        udp_port=free_port(socket.SOCK_DGRAM),
        key="testkey",
        secret=secrets.token_hex(32),
        webhook=webhook,
        room=room,
        log_level=log_level,
    )
    livekit.start()
    return livekit

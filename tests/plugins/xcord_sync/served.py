"""``xcord serve`` as a process of its own, for tests: started, asked, stopped, killed, looked for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

OWNER_PASSWORD = "correct horse battery"
SERVE = [sys.executable, "-m", "xcord", "serve"]


@dataclass
class Served:
    """A running server end. ``output`` is where its stdout and stderr go."""

    data: Path
    process: subprocess.Popen[bytes]
    address: str
    livekit: str
    output: Path

    def http(self, token: str = "") -> httpx.Client:
        """A client; close it."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.address, timeout=20, trust_env=False, headers=headers)

    def log_in(self, login: str = "owner", password: str = OWNER_PASSWORD, device: str = "test") -> str:
        """A login's token."""
        with self.http() as http:
            answer = http.post("/v1/login", json={"login": login, "password": password, "device": device})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    def ask(self, method: str, path: str, token: str = "", **body: Any) -> httpx.Response:
        """One request."""
        with self.http(token) as http:
            return http.request(method, path, json=body or None)

    def ask_sfu(self, path: str = "/", token: str = "") -> httpx.Response:
        """One request to the SFU."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        address = self.livekit.replace("ws:", "http:") + path
        return httpx.get(address, headers=headers, trust_env=False, timeout=30)

    def channels(self, token: str) -> list[str]:
        """The ids of the first server's channels."""
        servers = self.ask("GET", "/v1/directory", token).json()["servers"]
        return [channel["id"] for channel in servers[0]["channels"]]

    def stop(self, number: signal.Signals = signal.SIGTERM, within: float = 40) -> int:
        """An orderly end; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(within)

    def kill(self) -> None:
        """As a crash would."""
        self.process.kill()
        self.process.wait(10)


@dataclass
class Servers:
    """Starts server ends below a folder and ends them all."""

    folder: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, name: str = "data", *arguments: str, **environment: str) -> Served:
        """Starts one on its data folder and returns when it is ready."""
        data, ready = self.folder / name, self.folder / f"{name}.ready"
        ready.unlink(missing_ok=True)
        output = self.folder / f"{name}.{len(self.started)}.out"
        process = self._spawn(data, output, "--ready-file", str(ready), *arguments, **environment)
        deadline = time.monotonic() + 90
        while not ready.exists():
            assert process.poll() is None, f"it ended: {output.read_text()}"
            assert time.monotonic() < deadline, f"it is not ready: {output.read_text()}"
            time.sleep(0.05)
        told = json.loads(ready.read_text())
        return Served(data, process, told["address"], told["livekit"], output)

    def fail(self, name: str = "data", *arguments: str, **environment: str) -> tuple[int, str]:
        """Starts one that cannot run; its exit code and all that it wrote."""
        output = self.folder / f"{name}.{len(self.started)}.out"
        process = self._spawn(self.folder / name, output, *arguments, **environment)
        return process.wait(60), output.read_text()

    def _spawn(
        self, data: Path, output: Path, *arguments: str, **environment: str
    ) -> subprocess.Popen[bytes]:
        wanted = {
            "XCORD_HOME": str(self.folder / "home"),
            "XCORD_OWNER_PASSWORD": OWNER_PASSWORD,
            **environment,
        }
        dropped = ("DATABASE_URL", "LIVEKIT_URL", "XCORD_JOIN_TTL")
        env = {name: value for name, value in os.environ.items() if name not in dropped} | wanted
        with output.open("wb") as out:
            process = subprocess.Popen(
                [*SERVE, "--data", str(data), "--drain", "0.2", *(arguments if "--port" in arguments else
                 ("--port", "0", *arguments))],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env,
            )  # fmt: skip
        self.started.append(process)
        return process

    def end(self) -> None:
        """Ends what still runs."""
        for process in self.started:
            if process.poll() is None:
                process.terminate()
        for process in self.started:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(30)


def processes_of(data: Path) -> dict[int, str]:
    """The processes whose command line names a data folder."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if f"{data}/" in line or f"{data} " in f"{line} ":
            found[int(entry.name)] = line
    return found


def gone(data: Path, within: float = 15) -> dict[int, str]:
    """The processes of a data folder that are left after at most ``within`` seconds; hopefully none."""
    deadline = time.monotonic() + within
    while (left := processes_of(data)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left

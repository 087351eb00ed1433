"""A join token: xcord's join endpoint beside a bare endpoint with one indexed SELECT and one signed JWT.

Both are processes of their own with the same web server on the same PostgreSQL. Requests come evenly and go
to the two in turn, so that both meet the same moments of the machine, at a rate that leaves it air, over
connections that stay open; each counts from the moment at which it was due, so that a slow answer also counts
for those that waited behind it.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench import quantile, reporting

RATE = 20  # requests a second to each
CONNECTIONS = 4
SECONDS = 50.0  # a thousand requests to each: ten of them are slower than the p99
WARM = 3.0  # seconds before each run that do not count
PASSWORD = "the password of this bench"


def main() -> None:
    """See the module."""
    with (
        reporting("join", runs=5) as report,
        tempfile.TemporaryDirectory(prefix="xcord-bench-join-") as folder,
        _ours(Path(folder)) as ours,
        _peer(Path(folder)) as peer,
    ):
        for turn in report.turns():
            order = (ours, peer) if turn % 2 == 0 else (peer, ours)
            seen = dict(zip((id(each) for each in order), asyncio.run(_load(*order)), strict=True))
            report.figure("cpu_ms", ours.cpu * 1000, "ms")
            report.figure("bare_cpu_ms", peer.cpu * 1000, "ms")
            for part, words in ((0.5, "p50"), (0.99, "p99")):
                mine, theirs = quantile(seen[id(ours)], part), quantile(seen[id(peer)], part)
                report.ratio(f"{words}_vs_bare_endpoint", mine, theirs)
                report.figure(f"{words}_ms", mine * 1000, "ms")
                report.figure(f"bare_{words}_ms", theirs * 1000, "ms")


class Target:
    """A server, and the one request that it is asked again and again. ``cpu``: seconds of the CPU that its
    process took for one request of the last run."""

    def __init__(self, pid: int, port: int, path: str, token: str, body: dict[str, Any]) -> None:
        self.pid, self.port, self.cpu = pid, port, 0.0
        content = json.dumps(body).encode()
        self.request = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        ).encode() + content


async def _load(*targets: Target) -> list[list[float]]:
    """Seconds of each request to each target, the warm-up's left out."""
    begin = time.perf_counter() + 0.2
    all_seen: list[list[float]] = [[] for _ in targets]

    async def connection(at: int, number: int) -> None:
        target, seen = targets[at], all_seen[at]
        reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
        try:
            due = begin + (number + at / len(targets)) / RATE
            while due < begin + WARM + SECONDS:
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                writer.write(target.request)
                await asyncio.wait_for(_answer(reader), 30)
                if due >= begin + WARM:
                    seen.append(time.perf_counter() - due)
                due += CONNECTIONS / RATE
        finally:
            writer.close()

    before = [_cpu_of(target.pid) for target in targets]
    everybody = [connection(at, number) for at in range(len(targets)) for number in range(CONNECTIONS)]
    await asyncio.gather(*everybody)
    for target, used in zip(targets, before, strict=True):
        target.cpu = (_cpu_of(target.pid) - used) / (RATE * (WARM + SECONDS))
    return all_seen


def _cpu_of(pid: int) -> float:
    """Seconds of the CPU that a process has taken."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"refused: {head[:40]!r}")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    body = await reader.readexactly(int(length.partition(b":")[2]))
    assert b'"token"' in body


@contextmanager
def _ours(folder: Path) -> Iterator[Target]:
    ready = folder / "ready.json"
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "xcord",
            "serve",
            "--port",
            "0",
            "--data",
            folder / "data",
            "--ready-file",
            ready,
        ],
        env={**os.environ, "XCORD_OWNER_PASSWORD": PASSWORD, "XCORD_HOME": str(folder)},
        stdout=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 90
        while not ready.exists():
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"xcord serve is not ready (exit code {server.poll()})")
            time.sleep(0.1)
        address = json.loads(ready.read_text())["address"]
        login = {"login": "owner", "password": PASSWORD, "device": "bench"}
        token = _ask(f"{address}/v1/login", login)["token"]
        channel = _ask(f"{address}/v1/directory", None, token)["servers"][0]["channels"][0]["id"]
        port = int(address.rpartition(":")[2])
        yield Target(server.pid, port, f"/v1/channels/{channel}/join", token, {"device": "bench"})
    finally:
        _end(server)


@contextmanager
def _peer(folder: Path) -> Iterator[Target]:
    address = json.loads((folder / "data" / "serve.json").read_text())["address"]
    login = {"login": "owner", "password": PASSWORD, "device": "bench"}
    token = _ask(f"{address}/v1/login", login)["token"]
    sockets = folder / "data" / "postgres-18"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.join_peer", sockets], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            yield Target(server.pid, port, "/join", token, {"device": "bench"})
        finally:
            _end(server)


def _ask(url: str, body: dict[str, str] | None, token: str = "") -> Any:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    content = None if body is None else json.dumps(body).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, content, headers), timeout=30) as answer:
        return json.loads(answer.read())


def _end(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    try:
        process.wait(40)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()

"""The embedded SFU: finds livekit-server, writes its configuration, runs it, waits until it answers."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import os
import shutil
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .child import Child, Kept, Program, Stage, kept, locked
from .errors import CannotServe
from .secrets import Keys

VERSION = "1.13.5"
START_SECONDS = 30.0
NOWHERE = "127.0.0.1:9"  # a STUN server that no packet leaves the machine for


@dataclass(frozen=True)
class Ports:
    """Of the signal connection (TCP) and of all media (one UDP port)."""

    signal: int
    media: int


class Sfu:
    """A running livekit-server of our own. ``address`` is where clients connect to."""

    def __init__(self, address: str, file: Path, kept: Kept) -> None:
        self.address, self._file, self._kept = address, file, kept

    async def use(self, keys: Keys) -> None:
        """Has it take ``keys``. It reads them at its start alone, so it is started anew where that changes
        anything; calls are out for some seconds and the SDKs bring them back.

        :raises TimeoutError: it does not come back; it is still being tried.
        """
        before = json.loads(self._file.read_text("utf-8"))
        after = with_keys(before, keys)
        if before != after:
            _write(self._file, after)
            await self._kept.restart()


@contextlib.asynccontextmanager
async def embedded(
    data: Path, host: str, keys: Keys, webhook: str, drain: float, hurry: asyncio.Event
) -> AsyncIterator[Sfu]:
    """livekit-server as a child, listening on ``host`` alone; kept running, stopped on leaving.

    livekit-server answers a first SIGTERM by waiting for everybody to leave, and ends at the second.

    :param webhook: where it tells what happens in its rooms.
    :param drain: seconds between the two.
    :param hurry: set it to have no patience.
    :raises CannotServe: there is no livekit-server, or it does not start.
    """
    program = find(os.environ, Path.home())
    held = f"Another livekit-server still uses {data}; wait for the other xcord serve to end, or stop it."
    async with locked(data / "livekit.lock", 20, held) as lock:
        ports = _ports(data / "livekit-ports.json", host)
        file = data / "livekit.json"
        _write(file, configuration(host, ports, keys, webhook))
        run = Program(
            name="livekit-server",
            command=[program, "--config", file],
            stages=[Stage("SIGTERM", drain, 0), Stage("SIGTERM", 5, 1)],
            log=data / "livekit.log",
            keep=(lock,),
        )

        async def start() -> Child:
            return await _ready(await Child.start(run), host, ports.signal)

        async with kept(start, hurry) as running:
            yield Sfu(f"ws://{bracketed(host)}:{ports.signal}", file, running)


def configuration(host: str, ports: Ports, keys: Keys, webhook: str) -> dict[str, Any]:
    """livekit-server's configuration (JSON is YAML). Strict: an unknown word stops the server.

    ``stun_servers`` names a place where nobody answers: livekit-server takes an empty list for "not set"
    and then sends every client to public STUN servers (``len(STUNServers) > 0`` in roommanager.go).
    ``tcp_port`` 0 closes media over TCP, which would listen on all interfaces.
    """
    address = ipaddress.ip_address(host)
    settings = {
        "port": ports.signal,
        "bind_addresses": [host],
        "rtc": {
            "udp_port": ports.media,
            "tcp_port": 0,
            "use_external_ip": False,
            "node_ip": host,
            "enable_loopback_candidate": address.is_loopback,
            "ips": {"includes": [f"{host}/{address.max_prefixlen}"]},
            "stun_servers": [NOWHERE],
        },
        "room": {"auto_create": True, "empty_timeout": 300, "departure_timeout": 60},
        "webhook": {"urls": [webhook]},
        # As a warning it writes down every token that it refuses, whole (handleError in service/utils.go).
        "logging": {"level": "error", "pion_level": "error"},
    }
    return with_keys(settings, keys)


def with_keys(settings: dict[str, Any], keys: Keys) -> dict[str, Any]:
    """A configuration with these keys; webhooks are signed with the newest."""
    pairs = {pair.key: pair.secret for pair in keys.pairs}
    return {**settings, "keys": pairs, "webhook": {**settings["webhook"], "api_key": keys.newest.key}}


def find(environment: Mapping[str, str], home: Path) -> Path:
    """livekit-server's program: ``LIVEKIT_SERVER``, then PATH, then the cache that the set-up fills.

    :raises CannotServe: names the command that gets it.
    """
    if named := environment.get("LIVEKIT_SERVER"):
        if os.access(named, os.X_OK) and Path(named).is_file():
            return Path(named)
        raise CannotServe(f"LIVEKIT_SERVER names {named}, which is not a program; correct or unset it.")
    if found := shutil.which("livekit-server", path=environment.get("PATH", "")):
        return Path(found)
    cached = _cache(environment, home) / "xcord" / "bin" / f"livekit-server-{VERSION}"
    if os.access(cached, os.X_OK):
        return cached
    raise CannotServe(
        "livekit-server was not found; run `python3 build/dev.py setup`, which builds it, "
        "or set LIVEKIT_SERVER to the program or LIVEKIT_URL to a running one."
    )


def _cache(environment: Mapping[str, str], home: Path) -> Path:
    return Path(environment.get("XDG_CACHE_HOME") or home / ".cache")


def _ports(file: Path, host: str) -> Ports:
    """The ports of the last run while they are free, so that clients in a call find the SFU again."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        kept = Ports(**json.loads(file.read_text("utf-8")))
        if _free(host, kept.signal, socket.SOCK_STREAM) and _free(host, kept.media, socket.SOCK_DGRAM):
            return kept
    signal = _free(host, 0, socket.SOCK_STREAM)
    media = _free(host, 0, socket.SOCK_DGRAM)
    if not signal or not media:
        raise CannotServe(f"{host} is not an address of this machine; name one with --host.")
    _write(file, {"signal": signal, "media": media})
    return Ports(signal, media)


def _free(host: str, port: int, kind: socket.SocketKind) -> int:
    """The port when it can be bound (one that is free, for 0), else 0."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return 0
        return int(probe.getsockname()[1])


def _write(file: Path, content: dict[str, Any]) -> None:
    unfinished = file.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(content, out)
    unfinished.replace(file)


async def _ready(child: Child, host: str, port: int) -> Child:
    until = asyncio.get_running_loop().time() + START_SECONDS
    while asyncio.get_running_loop().time() < until and child.running:
        with contextlib.suppress(OSError, asyncio.TimeoutError):
            if await asyncio.wait_for(_answers(host, port), 2):
                return child
        await asyncio.sleep(0.03)
    hurry = asyncio.Event()
    hurry.set()
    await child.stop(hurry)
    raise CannotServe(
        f"livekit-server did not start: {child.last_words() or 'no message'}. Its log is {child.program.log}."
    )


async def _answers(host: str, port: int) -> bool:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        await writer.drain()
        return (await reader.readline()).startswith(b"HTTP/1.1 200")
    finally:
        writer.close()


def bracketed(host: str) -> str:
    """A host as it stands in an address."""
    return f"[{host}]" if ":" in host else host

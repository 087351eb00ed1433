"""What build/deploy ships for production is of one piece, and livekit-server takes its configuration."""

import asyncio
import contextlib
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import yaml
from tests.plugins.xcord_sync.callers import in_call, join, listening
from tests.plugins.xcord_sync.served import OWNER_PASSWORD, Served, Servers
from tests.plugins.xcord_sync.world import database

import xcord_sync
from xcord_sync.backend import livekit
from xcord_sync.command import EPILOG

DEPLOY = Path(__file__).parents[3] / "build" / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SFU: dict[str, Any] = yaml.safe_load((DEPLOY / "livekit.yaml").read_text("utf-8"))


BACKEND = Path(xcord_sync.__file__).parent / "backend"
KEY, SECRET = str(SFU["webhook"]["api_key"]), "s" * 40


def free(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def sfu(folder: Path, *webhooks: str) -> Iterator[int]:
    """livekit-server with the shipped file, ports, addresses and webhooks changed for here; its port."""
    settings = {**SFU, "port": free(socket.SOCK_STREAM), "bind_addresses": ["127.0.0.1"]}
    settings["prometheus"] = {"port": free(socket.SOCK_STREAM)}
    settings["webhook"] = {**SFU["webhook"], "urls": list(webhooks)}
    media = {"udp_port": free(socket.SOCK_DGRAM), "tcp_port": 0, "node_ip": "127.0.0.1",
             "enable_loopback_candidate": True, "ips": {"includes": ["127.0.0.1/32"]}}  # fmt: skip
    settings["rtc"] = {**SFU["rtc"], **media}
    file = folder / "livekit.yaml"
    file.write_text(yaml.safe_dump(settings), "utf-8")
    program = livekit.find(os.environ, Path.home())
    keys = {"LIVEKIT_KEYS": f"{KEY}: {SECRET}\nold: {'o' * 40}"}
    with (folder / "livekit.log").open("wb") as log:
        server = subprocess.Popen(
            [program, "--config", file], env={**os.environ, **keys}, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + 30
        answered = 0
        while answered != 200:
            assert server.poll() is None, (folder / "livekit.log").read_text()
            assert time.monotonic() < deadline
            try:
                answered = httpx.get(
                    f"http://127.0.0.1:{settings['port']}", trust_env=False, timeout=30
                ).status_code
            except httpx.TransportError:
                time.sleep(0.05)
        yield settings["port"]
    finally:
        server.kill()  # told politely it takes its time, although nobody is there
        server.wait(20)


def filled_in(**values: str) -> dict[str, str]:
    """The server end's environment as compose makes it of the settings in ``.env``."""
    found = {}
    for name, value in COMPOSE["services"]["xcord"]["environment"].items():
        text = f"${{{name}}}" if value is None else str(value)
        found[name] = re.sub(r"\$\{([A-Z_]+)(?::-([^}]*))?\}", lambda m: values.get(m[1]) or m[2] or "", text)
    return found


async def test_server_end_and_sfu_work_together_with_the_shipped_settings(
    served: Served, servers: Servers
) -> None:
    """All that compose starts, apart from containers and the proxy, whose names are replaced by addresses."""
    environment = filled_in(
        POSTGRES_PASSWORD="p", LIVEKIT_DOMAIN="calls.example.org", LIVEKIT_API_KEY=KEY,
        LIVEKIT_API_SECRET=SECRET, XCORD_OWNER_PASSWORD=OWNER_PASSWORD,
    )  # fmt: skip
    assert environment["DATABASE_URL"] == "postgresql://xcord:p@postgres:5432/xcord"
    assert environment["LIVEKIT_URL"] == "wss://calls.example.org"
    port = str(free(socket.SOCK_STREAM))
    webhook = f"http://127.0.0.1:{port}{urlsplit(SFU['webhook']['urls'][0]).path}"
    async with database(served) as url:
        with sfu(servers.folder, webhook) as calls:
            environment |= {
                "DATABASE_URL": url.replace("postgresql+asyncpg", "postgresql"),
                "LIVEKIT_URL": f"ws://127.0.0.1:{calls}",
            }
            command = COMPOSE["services"]["xcord"]["command"]
            assert command[0] == "serve"
            told = {"--host": "127.0.0.1", "--port": port, "--data": ""}
            rest = [
                each for at, each in enumerate(command[1:], 1) if {each, command[at - 1]}.isdisjoint(told)
            ]
            one = await asyncio.to_thread(servers.start, "data", "--port", port, *rest, **environment)
            assert one.ask("GET", "/readyz").json() == {"status": "ready", "calls": "ok"}
            token = await asyncio.to_thread(one.log_in)
            channel = one.channels(token)[0]
            user = one.ask("GET", "/v1/directory", token).json()["account"]["user"]
            async with listening(one, token) as ear, in_call(join(one, token, channel)):
                await ear.until("changed", channel=channel, user=user, here=True)  # a webhook came
            assert await asyncio.to_thread(one.stop) == 0
            assert SECRET not in one.output.read_text()


def test_a_client_is_sent_to_no_public_stun_server_and_finds_its_room_again() -> None:
    assert SFU["rtc"]["stun_servers"] == [livekit.NOWHERE]
    assert SFU["room"] == {"auto_create": True, "empty_timeout": 300, "departure_timeout": 60}
    assert [url.rpartition("/livekit/")[2] for url in SFU["webhook"]["urls"]] == ["webhook"]
    assert "keys" not in SFU
    assert SFU["logging"]["level"] == "error"  # else refused tokens stand in its log


def test_every_image_has_a_version_and_the_sfus_is_the_tested_one() -> None:
    images = {name: service["image"] for name, service in COMPOSE["services"].items() if "image" in service}
    assert images["livekit"].endswith(f":v{livekit.VERSION}")
    built_on = re.findall(r"^FROM (\S+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    floating = [
        each for each in (*images.values(), *built_on) if not re.search(r":v?\d+\.\d+(\.\d+)?(-slim)?$", each)
    ]
    assert floating == []


def test_every_setting_and_every_file_that_is_named_is_there() -> None:
    server = COMPOSE["services"]["xcord"]
    read = {
        name for file in BACKEND.rglob("*.py") for name in re.findall(r'"([A-Z]+_[A-Z_]+)"', file.read_text())
    }
    assert [name for name in server["environment"] if name not in EPILOG or name not in read] == []
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or (DEPLOY / source).is_file(), source
    wanted = {
        name
        for text in ((DEPLOY / "compose.yaml").read_text("utf-8"), (DEPLOY / "Caddyfile").read_text("utf-8"))
        for name in re.findall(r"\$\{?([A-Z_]+)\}", text)
    }
    given = dict(
        line.split("=", 1) for line in (DEPLOY / "example.env").read_text().splitlines() if "=" in line
    )
    assert wanted <= set(given), wanted - set(given)
    assert [name for name, value in given.items() if value and "DOMAIN" not in name] == []


def test_what_comes_into_the_image_is_there_and_is_not_the_folder_with_the_secrets() -> None:
    root = DEPLOY.parents[1]
    copied = re.findall(r"^COPY (.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    paths = sorted(path for line in copied for path in line.split())
    assert [path for path in paths if not (root / path).exists()] == []
    assert [path for path in paths if DEPLOY.is_relative_to(root / path)] == []
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert ignored.index("*") < min(at for at, line in enumerate(ignored) if line.startswith("!"))
    assert sorted(line[1:] for line in ignored if line.startswith("!")) == paths

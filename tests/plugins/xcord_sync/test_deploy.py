"""What build/deploy ships for production is of one piece, and livekit-server takes its configuration."""

import os
import re
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import yaml

from xcord_sync.backend import livekit
from xcord_sync.command import EPILOG

DEPLOY = Path(__file__).parents[3] / "build" / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SFU: dict[str, Any] = yaml.safe_load((DEPLOY / "livekit.yaml").read_text("utf-8"))


def free(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_livekit_server_takes_the_configuration(tmp_path: Path) -> None:
    settings = {**SFU, "port": free(socket.SOCK_STREAM), "bind_addresses": ["127.0.0.1"]}
    settings["prometheus"] = {"port": free(socket.SOCK_STREAM)}
    media = {"udp_port": free(socket.SOCK_DGRAM), "tcp_port": 0, "node_ip": "127.0.0.1",
             "enable_loopback_candidate": True, "ips": {"includes": ["127.0.0.1/32"]}}  # fmt: skip
    settings["rtc"] = {**SFU["rtc"], **media}
    file = tmp_path / "livekit.yaml"
    file.write_text(yaml.safe_dump(settings), "utf-8")
    program = livekit.find(os.environ, Path.home())
    keys = {"LIVEKIT_KEYS": f"{SFU['webhook']['api_key']}: {'s' * 40}\nold: {'o' * 40}"}
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [program, "--config", file], env={**os.environ, **keys}, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + 30
        answered = 0
        while answered != 200:
            assert server.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < deadline
            try:
                answered = httpx.get(f"http://127.0.0.1:{settings['port']}", trust_env=False).status_code
            except httpx.TransportError:
                time.sleep(0.05)
    finally:
        server.kill()  # told politely it takes its time, although nobody is there
        server.wait(20)


def test_a_client_is_sent_to_no_public_stun_server_and_finds_its_room_again() -> None:
    assert SFU["rtc"]["stun_servers"] == [livekit.NOWHERE]
    assert SFU["room"] == {"auto_create": True, "empty_timeout": 300, "departure_timeout": 60}
    assert [url.rpartition("/livekit/")[2] for url in SFU["webhook"]["urls"]] == ["webhook"]
    assert "keys" not in SFU


def test_every_image_has_a_version_and_the_sfus_is_the_tested_one() -> None:
    images = {name: service["image"] for name, service in COMPOSE["services"].items() if "image" in service}
    assert images["livekit"].endswith(f":v{livekit.VERSION}")
    assert all(re.search(r":v?\d", image) for image in images.values())


def test_every_setting_and_every_file_that_is_named_is_there() -> None:
    server = COMPOSE["services"]["xcord"]
    assert [name for name in server["environment"] if name not in EPILOG] == []
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
    copied = re.findall(r"^COPY (.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert all((DEPLOY.parents[1] / path).exists() for line in copied for path in line.split())

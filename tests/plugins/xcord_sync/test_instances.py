"""Several instances of the server end on one outside PostgreSQL and one outside SFU, as behind a balancer."""

import asyncio
import json
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import jwt
import pytest
from tests.plugins.xcord_sync.callers import ended, in_call, join, listening
from tests.plugins.xcord_sync.served import Served, Servers, gone, processes_of
from tests.plugins.xcord_sync.test_deploy import KEY, SECRET, free, sfu
from tests.plugins.xcord_sync.test_operations import until, xcord
from tests.plugins.xcord_sync.world import database as of_its_own
from tests.waits import line_of

from xcord_sync.backend import postgres

# A PostgreSQL of its own beside everything else, as somebody else's would be: over TCP, with a password.
OUTSIDE = """
import asyncio, sys
from pathlib import Path
from xcord_sync.backend import postgres
from xcord_sync.backend.ground import make_folder

async def main():
    data = Path(sys.argv[1])
    make_folder(data)
    postgres.SETTINGS["listen_addresses"] = "127.0.0.1"
    postgres.SETTINGS["port"] = sys.argv[2]
    async with postgres.embedded(data) as url:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


@pytest.fixture
def database(servers: Servers, free_port: int) -> Iterator[str]:
    """The address of an outside PostgreSQL that wants a password."""
    data = servers.folder / "elsewhere"
    cluster = data / f"postgres-{postgres.MAJOR}"
    psql = [
        postgres.programs() / "psql",
        "-h",
        cluster,
        "-p",
        str(free_port),
        "-U",
        "xcord",
        "-d",
        "postgres",
    ]
    with subprocess.Popen(
        [sys.executable, "-c", OUTSIDE, data, str(free_port)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            assert line_of(process.stdout) == "ready\n"
            (cluster / "pg_hba.conf").write_text(
                "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
            )
            for statement in (
                "CREATE ROLE someone LOGIN PASSWORD 'a p@ss/word'",
                "CREATE DATABASE calls OWNER someone",
                "SELECT pg_reload_conf()",
            ):
                subprocess.run([*psql, "-c", statement], check=True, capture_output=True, timeout=30)
            yield f"postgres://someone:a%20p%40ss%2Fword@127.0.0.1:{free_port}/calls"
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)
    assert gone(data, 15) == {}


@pytest.fixture
def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def outside(served: Served, database: str) -> dict[str, str]:
    kept = json.loads((served.data / "secrets.json").read_text())
    return {
        "DATABASE_URL": database,
        "LIVEKIT_URL": served.livekit,
        "LIVEKIT_API_KEY": kept["livekit_key"],
        "LIVEKIT_API_SECRET": kept["livekit_secret"],
    }


def start_at_once(
    servers: Servers, names: tuple[str, ...], environment: dict[str, str], ports: tuple[int, ...] = (0, 0)
) -> list[Served]:
    started: dict[str, Served] = {}

    def start(name: str, port: int) -> None:
        started[name] = servers.start(name, "--port", str(port), **environment)

    threads = [threading.Thread(target=start, args=each) for each in zip(names, ports, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return [started[name] for name in names]


def test_instances_that_start_at_once_on_an_empty_outside_database_are_one_system(
    served: Served, servers: Servers, database: str
) -> None:
    environment = outside(served, database)
    first, second = start_at_once(servers, ("first", "second"), environment)
    for one in (first, second):
        assert set(processes_of(one.data)) == {one.process.pid}  # nothing embedded
        assert not (one.data / "secrets.json").exists()
        assert one.ask("GET", "/readyz").json() == {"status": "ready", "calls": "ok"}
    owner = first.log_in()
    login = f"m{secrets.token_hex(4)}"
    made = first.ask("POST", "/v1/users", owner, login=login, name="Zoë", password="a long password")
    assert made.status_code == 201, made.text
    token = second.log_in(login, "a long password")  # an account of the one, a login of the other
    assert first.channels(token) == second.channels(token)
    assert len(first.channels(token)) == 3  # they did not both begin the system
    for one in (first, second):
        answer = one.ask("POST", f"/v1/channels/{one.channels(token)[0]}/join", token, device="d").json()
        valid = httpx.get(
            served.livekit.replace("ws:", "http:") + "/rtc/validate",
            headers={"Authorization": f"Bearer {answer['token']}"},
            trust_env=False,
            timeout=30,
        )
        assert valid.status_code == 200
    assert first.ask("POST", "/v1/logout", token).status_code == 204
    assert second.ask("GET", "/v1/directory", token).status_code == 401
    assert first.stop() == 0
    assert second.ask("GET", "/readyz").status_code == 200  # and goes on alone
    for one in (first, second):
        text = one.output.read_text()
        assert "Traceback" not in text
        assert "p@ss" not in text
        assert "p%40ss" not in text
        assert environment["LIVEKIT_API_SECRET"] not in text


def test_an_outside_database_is_backed_up_and_restored_with_its_password_unseen(
    served: Served, servers: Servers, database: str, tmp_path: Path
) -> None:
    environment = outside(served, database)
    one = servers.start("first", **environment)
    owner = one.log_in()
    channels = one.channels(owner)
    file = tmp_path / "backup"
    made = xcord("serve", "backup", file, "--data", one.data, DATABASE_URL=database)
    assert made.returncode == 0, made.stderr
    assert b"CREATE TABLE" in file.read_bytes()
    new = one.ask("POST", "/v1/users", owner, login="later", name="Later", password="a long password")
    assert new.status_code == 201, new.text
    assert one.stop() == 0
    done = xcord("serve", "restore", file, "--replace", "--data", one.data, DATABASE_URL=database)
    assert done.returncode == 0, done.stderr
    again = servers.start("first", **environment)
    assert again.channels(again.log_in()) == channels
    body = {"login": "later", "password": "a long password", "device": "d"}
    assert again.ask("POST", "/v1/login", **body).status_code == 401


def test_instances_share_a_secrets_file_and_take_a_new_key_without_a_restart(
    served: Served, servers: Servers, database: str
) -> None:
    kept = json.loads((served.data / "secrets.json").read_text())
    file = servers.folder / "keys.json"
    file.write_text(json.dumps(kept))
    file.chmod(0o600)
    environment = {"DATABASE_URL": database, "LIVEKIT_URL": served.livekit, "XCORD_SECRETS": str(file)}
    first, second = start_at_once(servers, ("first", "second"), environment)
    for _ in range(2):  # the SFU's people would give it the key in between
        done = xcord("keys", "rotate", "--data", first.data, **environment)
        assert done.returncode == 0, done.stderr
    new = json.loads(file.read_text())["livekit_key"]
    assert new != kept["livekit_key"]
    for one in (first, second):
        token = one.log_in()

        def signed_by(one: Served = one, token: str = token) -> str:
            path = f"/v1/channels/{one.channels(token)[0]}/join"
            answer = one.ask("POST", path, token, device="d").json()
            return str(jwt.decode(answer["token"], options={"verify_signature": False})["iss"])

        until(lambda signed_by=signed_by: signed_by() == new)  # type: ignore[misc]


@pytest.mark.parametrize("told", [(1,), (0, 1)], ids=["the other one is told", "both are told"])
async def test_a_second_device_takes_the_call_over_through_another_instance(
    served: Served, servers: Servers, told: tuple[int, ...]
) -> None:
    ports = free(socket.SOCK_STREAM), free(socket.SOCK_STREAM)
    webhooks = [f"http://127.0.0.1:{ports[at]}/livekit/webhook" for at in told]
    async with of_its_own(served) as url:
        with sfu(servers.folder, *webhooks) as calls:
            environment = {
                "DATABASE_URL": url.replace("postgresql+asyncpg", "postgresql"),
                "LIVEKIT_URL": f"ws://127.0.0.1:{calls}",
                "LIVEKIT_API_KEY": KEY,
                "LIVEKIT_API_SECRET": SECRET,
            }
            names = "first", "second"
            first, second = await asyncio.to_thread(start_at_once, servers, names, environment, ports)
            await moves_between(first, second)
            for one in (first, second):
                assert await asyncio.to_thread(one.stop) == 0
                assert "Traceback" not in one.output.read_text()


async def moves_between(first: Served, second: Served) -> None:
    """The owner joins by one instance, and on another device by the other."""
    token = await asyncio.to_thread(first.log_in, device="desk")
    phone_token = await asyncio.to_thread(second.log_in, device="phone")
    user = first.ask("GET", "/v1/directory", token).json()["account"]["user"]
    here, there = first.channels(token)[:2]
    async with listening(first, token) as desks, listening(second, phone_token) as phones:
        for ear in (desks, phones):
            assert (await ear.hear())["type"] == "snapshot"
        ticket = join(first, token, here, "desk")
        async with in_call(ticket) as desk:
            for ear in (desks, phones):
                await ear.sees(here, user)
            async with in_call(join(second, phone_token, there, "phone")) as phone:
                said = {
                    "type": "moved", "device": "desk", "channel": here,
                    "to_device": "phone", "to_channel": there,
                }  # fmt: skip
                for ear in (desks, phones):
                    assert await ear.until("moved") == said
                await ended(desk)
                assert (desk.packets, desk.reason) == (["xcord.moved"], "PARTICIPANT_REMOVED")
                for ear in (desks, phones):
                    await ear.sees(here)
                    await ear.sees(there, user)
                async with in_call(ticket) as stubborn:  # its token still opens the door, but not for long
                    await ended(stubborn)
                assert not phone.ended.is_set()
        for ear in (desks, phones):
            await ear.sees(there)
            moved = [each for each in ear.said if each["type"] == "moved"]
            assert moved in ([said], [said, said])  # the second by the stubborn one

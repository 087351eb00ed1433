"""The server end with its real PostgreSQL and its real livekit-server."""

import contextlib
import json
import os
import re
import secrets
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import jwt
import pytest
import websockets
import websockets.exceptions
import websockets.sync.client
from livekit.api import TokenVerifier
from livekit.protocol.rtc import SignalResponse
from tests.plugins.xcord_sync.relay import keys_of
from tests.plugins.xcord_sync.served import OWNER_PASSWORD, Served, Servers, gone, processes_of

from xcord_sync.backend import postgres

SECRET_FILES = ("secrets.json", "livekit.json")


def member(served: Served) -> tuple[str, str]:
    """A new account's login and its login token."""
    login = f"m{secrets.token_hex(6)}"
    made = served.ask(
        "POST", "/v1/users", served.log_in(), login=login, name="Zoë Öz", password="a long password"
    )
    assert made.status_code == 201, made.text
    return login, served.log_in(login, "a long password")


def code(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return str(problem["code"])


# -- what people may do ------------------------------------------------------------------------------


def test_about_and_health_answer_anybody(served: Served) -> None:
    about = served.ask("GET", "/v1/about").json()
    assert about["protocol"] >= about["oldest"] >= 1
    assert served.ask("GET", "/healthz").json() == {"status": "ok"}


def test_the_first_start_makes_an_owner_a_server_and_three_channels(served: Served) -> None:
    directory = served.ask("GET", "/v1/directory", served.log_in()).json()
    assert directory["account"]["role"] == "owner"
    assert [len(server["channels"]) for server in directory["servers"]] == [3]
    assert directory["account"]["user"] in [person["user"] for person in directory["people"]]


def test_a_wrong_password_and_an_unknown_login_are_told_apart_by_nobody(served: Served) -> None:
    answers = [
        served.ask("POST", "/v1/login", login=login, password="wrong", device="d")
        for login in ("owner", "nobody-" + secrets.token_hex(4))
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].content == answers[1].content
    assert code(answers[0]) == "wrong_login"


def test_five_wrong_passwords_close_the_door_for_that_login_alone(served: Served) -> None:
    login, _ = member(served)
    tries = [served.ask("POST", "/v1/login", login=login, password="wrong", device="d") for _ in range(5)]
    assert [code(answer) for answer in tries] == ["wrong_login"] * 5
    shut = served.ask("POST", "/v1/login", login=login, password="a long password", device="d")
    assert (shut.status_code, code(shut)) == (429, "rate_limited")
    assert 0 < int(shut.headers["Retry-After"]) <= 60
    assert served.log_in()


def test_a_join_token_opens_the_sfu_for_one_room_and_for_what_the_role_may(served: Served) -> None:
    _, token = member(served)
    channel = served.channels(token)[0]
    before = time.time()
    answer = served.ask("POST", f"/v1/channels/{channel}/join", token, device="laptop").json()
    valid = served.ask_sfu("/rtc/validate", answer["token"])
    assert valid.status_code == 200, valid.text
    kept = json.loads((served.data / "secrets.json").read_text())
    claims = TokenVerifier(kept["livekit_key"], kept["livekit_secret"]).verify(answer["token"])
    user = served.ask("GET", "/v1/directory", token).json()["account"]["user"]
    assert claims.identity == f"{user}:laptop"
    told = json.loads(claims.metadata)
    assert abs(told.pop("asked") / 1000 - time.time()) < 60
    assert told == {"name": "Zoë Öz", "avatar": ""}
    assert claims.video is not None
    assert claims.video.room == answer["room"] == f"vc_{channel}"
    assert claims.video.room_join
    assert not claims.video.can_update_own_metadata
    assert not claims.video.room_admin
    assert claims.room_config is not None
    assert claims.room_config.departure_timeout == 60
    assert 590 <= answer["expires_at"] - before <= 610


def test_the_sfu_refuses_a_token_of_another_key(served: Served) -> None:
    forged = jwt.encode(
        {"iss": "devkey", "sub": "x", "exp": time.time() + 60}, "secret" * 8, algorithm="HS256"
    )
    answer = served.ask_sfu("/rtc/validate", forged)
    assert answer.status_code == 401


@pytest.mark.parametrize(("off", "taken"), [(-55, True), (55, True), (-300, False), (300, False)])
def test_the_sfu_bears_with_a_clock_that_is_off_by_nearly_a_minute(
    served: Served, off: int, taken: bool
) -> None:
    key, secret = keys_of(served.data)
    now = int(time.time()) + off
    grants = {"roomJoin": True, "room": "vc_00000000-0000-4000-8000-000000000000"}
    claims = {"iss": key, "sub": "x", "nbf": now, "exp": now + (0 if off < 0 else 600), "video": grants}
    answer = served.ask_sfu("/rtc/validate", jwt.encode(claims, secret, algorithm="HS256"))
    assert (answer.status_code == 200) == taken, answer.text


def test_a_login_that_has_ended_opens_nothing(served: Served) -> None:
    _, token = member(served)
    channel = served.channels(token)[0]
    assert served.ask("POST", "/v1/logout", token).status_code == 204
    for method, path in (
        ("GET", "/v1/directory"),
        ("POST", f"/v1/channels/{channel}/join"),
        ("POST", "/v1/logout"),
        ("POST", "/v1/users"),
    ):
        answer = served.ask(method, path, token, device="d")
        assert (answer.status_code, code(answer)) == (401, "unauthorized"), path


def test_only_the_owner_makes_accounts_and_a_login_is_given_once(served: Served) -> None:
    login, token = member(served)
    new = {"login": "someone", "name": "Some One", "password": "a long password"}
    assert code(served.ask("POST", "/v1/users", token, **new)) == "forbidden"
    assert code(served.ask("POST", "/v1/users", served.log_in(), **{**new, "login": login})) == "login_taken"


@pytest.mark.parametrize(
    "channel",
    ["00000000-0000-0000-0000-000000000000", "x", "..%2f..%2fusers", "%00", "é", "{id}", "9" * 5000],
)
def test_a_channel_that_is_not_there_is_a_clean_404(served: Served, channel: str) -> None:
    answer = served.ask("POST", f"/v1/channels/{channel}/join", served.log_in(), device="d")
    assert (answer.status_code, code(answer)) in [(404, "no_such_channel"), (404, "not_found")]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "bad_request"),
        (b"{", "bad_request"),
        (b"\xff\xfe", "bad_request"),
        (b"[]", "invalid"),
        (b'{"login":"a","password":1,"device":"d"}', "invalid"),
        (b'{"login":"a","password":"b","device":"a b"}', "invalid"),
        (b'{"login":"a\\u0000b","password":"\\u0000","device":"d"}', "wrong_login"),
        (b'{"login":"\\ud800","password":"x","device":"d"}', "bad_request"),
        (b'{"login":"a\' OR 1=1 --","password":"x","device":"d"}', "wrong_login"),
        (b'{"login":"a","password":"' + b"x" * 70_000 + b'","device":"d"}', "too_large"),
    ],
)
def test_junk_at_the_door_is_a_problem_document(served: Served, content: bytes, expected: str) -> None:
    with served.http() as http:
        assert code(http.post("/v1/login", content=content)) == expected


@pytest.mark.parametrize(("said", "status"), [("1", 200), ("0", 426), ("-1", 426), ("new", 426), ("99", 200)])
def test_an_app_that_is_too_old_is_told_so(served: Served, said: str, status: int) -> None:
    with served.http() as http:
        answer = http.get("/v1/about", headers={"X-Xcord-Protocol": said})
    assert answer.status_code == status
    assert status == 200 or code(answer) == "client_too_old"


def test_no_public_stun_server_and_no_tcp_port_for_media_is_configured(served: Served) -> None:
    rtc = json.loads((served.data / "livekit.json").read_text())["rtc"]
    assert rtc["stun_servers"] == ["127.0.0.1:9"]
    assert rtc["tcp_port"] == 0


def test_the_sfu_sends_nobody_to_public_stun_servers(served: Served) -> None:
    token = served.log_in()
    answer = served.ask("POST", f"/v1/channels/{served.channels(token)[1]}/join", token, device="ice").json()
    with websockets.sync.client.connect(
        f"{served.livekit}/rtc?protocol=16&access_token={answer['token']}", proxy=None
    ) as call:
        welcome = SignalResponse.FromString(call.recv(20, decode=False))
    told = [url for server in welcome.join.ice_servers for url in server.urls]
    assert welcome.join.room.name == answer["room"]
    assert told == ["stun:127.0.0.1:9"]


def test_everything_listens_on_loopback_alone(served: Served) -> None:
    mine = processes_of(served.data)
    inodes = set()
    for pid in mine:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            if found := re.match(r"socket:\[(\d+)\]", str(link.readlink())):
                inodes.add(found[1])
    listening = []
    for name in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path("/proc/net", name).read_text().splitlines()[1:]:
            words = line.split()
            if words[9] in inodes and (words[3] == "0A" or name.startswith("udp")):
                listening.append((name, words[1].split(":")[0]))
    assert len(listening) >= 3, listening
    assert {address for _, address in listening} == {"0100007F"}, listening


def test_nothing_secret_stands_in_any_log(served: Served) -> None:
    _, token = member(served)
    join = served.ask("POST", f"/v1/channels/{served.channels(token)[0]}/join", token, device="d").json()[
        "token"
    ]
    served.ask("POST", "/v1/login", login="owner", password="hunter2-and-more", device="d")
    kept = json.loads((served.data / "secrets.json").read_text())
    over = {"iss": kept["livekit_key"], "sub": "x", "exp": int(time.time()) - 600, "name": "hunter2-and-more"}
    for each in (jwt.encode(over, kept["livekit_secret"]), jwt.encode(over, "another" * 8), "eyJ.eyJ.eyJ"):
        assert served.ask_sfu(f"/rtc/validate?access_token={each}").status_code == 401
    needles = [
        token,
        join,
        kept["livekit_secret"],
        OWNER_PASSWORD,
        "hunter2-and-more",
        "a long password",
        "eyJ",
        "xct_",
    ]
    logs = [served.output, *served.data.glob("*.log")]
    assert len(logs) >= 3
    for log in logs:
        text = log.read_text("utf-8", "replace")
        assert not [needle for needle in needles if needle in text], log


def test_secrets_are_readable_by_their_owner_alone(served: Served) -> None:
    for name in SECRET_FILES:
        assert stat.S_IMODE((served.data / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE((served.data / "postgres-18").stat().st_mode) == 0o700


# -- how it lives and ends ---------------------------------------------------------------------------


def test_killed_at_any_moment_it_leaves_no_process_and_starts_again_with_what_it_knew(
    servers: Servers,
) -> None:
    first = servers.start()
    token = first.log_in()
    channels = first.channels(token)
    assert len(processes_of(first.data)) >= 4
    first.kill()
    second = servers.start()  # at once: it waits for what is still ending
    assert second.livekit == first.livekit  # people in a call find the SFU again
    assert second.channels(token) == channels
    assert json.loads((second.data / "secrets.json").read_text())
    second.kill()
    assert gone(second.data) == {}


def test_killed_while_it_starts_it_leaves_no_process(servers: Servers) -> None:
    process = servers._spawn(servers.folder / "data", servers.folder / "out")
    deadline = time.monotonic() + 60
    while not any(
        "postgres" in line or "initdb" in line for line in processes_of(servers.folder / "data").values()
    ):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait(30)
    assert gone(servers.folder / "data", 30) == {}
    again = servers.start()
    assert again.log_in()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_in_order(servers: Servers, number: signal.Signals) -> None:
    one = servers.start()
    assert one.stop(number) == 0
    assert gone(one.data, 2) == {}
    assert "shut down" in (one.data / "postgres.log").read_text()
    assert "Traceback" not in one.output.read_text()


def test_people_in_a_call_may_stay_for_a_while_and_a_second_signal_ends_their_time(servers: Servers) -> None:
    one = servers.start("data", "--drain", "600")
    token = one.log_in()
    answer = one.ask("POST", f"/v1/channels/{one.channels(token)[0]}/join", token, device="d").json()
    with websockets.sync.client.connect(
        f"{one.livekit}/rtc?protocol=16&access_token={answer['token']}", proxy=None
    ) as call:
        assert call.recv(20)  # the SFU's word of welcome
        one.process.send_signal(signal.SIGTERM)
        wait_until(lambda: refuses(one.address))
        assert one.ask_sfu().status_code in (200, 406)
        assert one.process.poll() is None
        assert one.stop(signal.SIGTERM) == 0
    assert gone(one.data, 5) == {}


def test_people_who_stay_are_cut_off_when_their_time_is_over(servers: Servers) -> None:
    one = servers.start("data", "--drain", "1")
    token = one.log_in()
    answer = one.ask("POST", f"/v1/channels/{one.channels(token)[0]}/join", token, device="d").json()
    with websockets.sync.client.connect(
        f"{one.livekit}/rtc?protocol=16&access_token={answer['token']}", proxy=None
    ) as call:
        assert call.recv(20)
        assert one.stop() == 0  # one signal is enough
        with contextlib.suppress(websockets.exceptions.ConnectionClosedError):
            for _ in call:  # what was said until then
                continue
        assert call.state is websockets.State.CLOSED
    assert gone(one.data, 5) == {}


def wait_until(condition: Callable[[], bool], within: float = 30) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def refuses(address: str) -> bool:
    try:
        httpx.get(f"{address}/healthz", trust_env=False, timeout=5)
    except httpx.TransportError:
        return True
    return False


def test_a_killed_guardian_takes_its_child_along_and_both_come_back(servers: Servers) -> None:
    one = servers.start()
    for part in ("livekit-server", "postgres"):
        guardian = next(
            pid for pid, line in processes_of(one.data).items() if "guardian.py" in line and part in line
        )
        os.kill(guardian, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while not [
            pid
            for pid, line in processes_of(one.data).items()
            if "guardian.py" in line and part in line and pid != guardian
        ]:
            assert time.monotonic() < deadline, part
            time.sleep(0.05)
    token = ""
    deadline = time.monotonic() + 30
    while not token:
        answer = one.ask("POST", "/v1/login", login="owner", password=OWNER_PASSWORD, device="d")
        token = answer.json().get("token", "")
        assert token or time.monotonic() < deadline, answer.text
        time.sleep(0.1)
    assert one.ask_sfu().status_code == 200
    assert one.stop() == 0
    assert gone(one.data, 5) == {}


def test_with_a_database_and_an_sfu_of_ones_own_nothing_is_embedded(served: Served, servers: Servers) -> None:
    kept = json.loads((served.data / "secrets.json").read_text())
    name = f"outside{secrets.token_hex(4)}"
    sockets = served.data / "postgres-18"
    createdb = postgres.programs() / "psql"
    subprocess.run(
        [createdb, "-h", sockets, "-U", "xcord", "-d", "postgres", "-c", f"CREATE DATABASE {name}"],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    one = servers.start(
        DATABASE_URL=f"postgres://xcord@/{name}?host={sockets}",
        LIVEKIT_URL=served.livekit,
        LIVEKIT_API_KEY=kept["livekit_key"],
        LIVEKIT_API_SECRET=kept["livekit_secret"],
    )
    assert set(processes_of(one.data)) == {one.process.pid}
    assert not (one.data / "secrets.json").exists()
    token = one.log_in()
    answer = one.ask("POST", f"/v1/channels/{one.channels(token)[0]}/join", token, device="d").json()
    assert answer["url"] == served.livekit
    valid = served.ask_sfu("/rtc/validate", answer["token"])
    assert valid.status_code == 200
    assert one.stop() == 0
    assert kept["livekit_secret"] not in one.output.read_text()


def test_the_owners_password_is_printed_once_where_none_was_given(servers: Servers) -> None:
    first = servers.start(XCORD_OWNER_PASSWORD="")
    found = re.search(r"password `([^`]+)`", first.output.read_text())
    assert found
    assert first.log_in(password=found[1])
    first.stop()
    second = servers.start(XCORD_OWNER_PASSWORD="another password")
    assert "the password" not in second.output.read_text()
    assert second.log_in(password=found[1])


# -- what mends it -----------------------------------------------------------------------------------


def only_one_sentence(failed: tuple[int, str], *words: str) -> None:
    exit_code, output = failed
    assert exit_code == 2, output
    assert "Traceback" not in output
    assert len(output.strip().splitlines()) == 1, output
    for word in words:
        assert word in output, output


def test_a_taken_port_is_named(servers: Servers) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        only_one_sentence(servers.fail("data", "--port", port), port, "--port")


def test_a_second_server_end_on_the_same_data_is_refused(served: Served, servers: Servers) -> None:
    servers.folder = served.data.parent
    only_one_sentence(servers.fail(served.data.name), "Another xcord serve", str(served.data))
    assert served.log_in()


def test_a_missing_livekit_server_names_the_command_that_gets_it(servers: Servers) -> None:
    failed = servers.fail(
        PATH="/nonexistent", HOME=str(servers.folder), XDG_CACHE_HOME=str(servers.folder), LIVEKIT_SERVER=""
    )
    only_one_sentence(failed, "livekit-server", "build/dev.py setup")
    only_one_sentence(servers.fail(LIVEKIT_SERVER="/nonexistent/lk"), "/nonexistent/lk")


def test_a_data_folder_that_is_a_file_is_named(servers: Servers) -> None:
    (servers.folder / "data").write_text("")
    only_one_sentence(servers.fail(), str(servers.folder / "data"), "--data")


def test_broken_database_files_are_named_with_their_log(servers: Servers) -> None:
    cluster = servers.folder / "data" / "postgres-18"
    cluster.mkdir(parents=True, mode=0o700)
    (cluster / "PG_VERSION").write_text("18\n")
    only_one_sentence(servers.fail(), str(cluster), "postgres.log")
    assert gone(servers.folder / "data", 5) == {}


def test_secrets_that_others_may_read_are_refused_with_the_command_that_mends_it(servers: Servers) -> None:
    data = servers.folder / "data"
    data.mkdir()
    (data / "secrets.json").write_text("{}")
    (data / "secrets.json").chmod(0o644)
    only_one_sentence(servers.fail(), "chmod 600")
    (data / "secrets.json").chmod(0o600)
    only_one_sentence(servers.fail(), "damaged")


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"XCORD_JOIN_TTL": "5"}, "XCORD_JOIN_TTL"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://x:sesame@127.0.0.1:9/x"}, "DATABASE_URL"),
        ({"LIVEKIT_URL": "ws://127.0.0.1:9"}, "LIVEKIT_API_KEY"),
        ({"XCORD_OWNER_PASSWORD": "short"}, "XCORD_OWNER_PASSWORD"),
        ({"XCORD_REGISTRATION": "Open"}, "XCORD_REGISTRATION"),
    ],
)
def test_a_setting_that_cannot_be_is_named(servers: Servers, environment: dict[str, str], word: str) -> None:
    failed = servers.fail(**environment)
    only_one_sentence(failed, word)
    assert "sesame" not in failed[1]
    assert gone(servers.folder / "data", 5) == {}

"""What whoever runs the server end does with it: look, change keys, back up, restore, read its log."""

import contextlib
import json
import logging
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from tests.plugins.xcord_sync.served import OWNER_PASSWORD, Served, Servers, processes_of

from xcord_sync.backend.errors import CannotServe
from xcord_sync.backend.inforce import keys_from
from xcord_sync.backend.logs import AsJson, without_secrets
from xcord_sync.backend.status import counters


def xcord(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    dropped = ("DATABASE_URL", "LIVEKIT_URL", "XCORD_SECRETS", "XCORD_JOIN_TTL")
    env = {name: value for name, value in os.environ.items() if name not in dropped} | environment
    return subprocess.run(
        [sys.executable, "-m", "xcord", *map(str, words)],
        capture_output=True, text=True, timeout=180, check=False, env=env,
    )  # fmt: skip


def until(condition: Callable[[], bool], within: float = 30) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def new_member(served: Served, login: str) -> None:
    made = served.ask(
        "POST", "/v1/users", served.log_in(), login=login, name="Zoë Öz", password="a long password"
    )
    assert made.status_code == 201, made.text


def join_token(served: Served) -> str:
    token = served.log_in()
    answer = served.ask("POST", f"/v1/channels/{served.channels(token)[0]}/join", token, device="d")
    return str(answer.json()["token"])


def sfu_takes(served: Served, token: str) -> bool:
    """Whether the SFU would let a token's owner in."""
    answer = served.ask_sfu("/rtc/validate", token)
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200


def running(served: Served, part: str, *, guardians: bool = False) -> list[int]:
    """A child's processes, or those of its guardian."""
    found = processes_of(served.data).items()
    return [pid for pid, line in found if part in line and ("guardian.py" in line) == guardians]


def state_of(served: Served) -> str:
    """As ``xcord serve status`` says it."""
    return str(json.loads(xcord("serve", "status", "--json", "--data", served.data).stdout)["state"])


# -- looking -----------------------------------------------------------------------------------------


def test_a_load_balancer_is_told_when_the_database_is_gone_and_when_the_sfu_is(servers: Servers) -> None:
    one = servers.start()
    assert one.ask("GET", "/readyz").json() == {"status": "ready", "calls": "ok"}
    assert state_of(one) == "ready"

    def frozen(part: str, number: signal.Signals) -> None:
        for pid in running(one, part):
            os.kill(pid, number)

    frozen("livekit-server", signal.SIGSTOP)
    until(lambda: one.ask("GET", "/readyz").json().get("calls") == "unreachable", 60)
    until(lambda: state_of(one) == "degraded", 60)
    degraded = xcord("serve", "status", "--data", one.data)
    assert (degraded.returncode, "calls do not work" in degraded.stdout) == (1, True), degraded.stdout
    frozen("livekit-server", signal.SIGCONT)
    until(lambda: one.ask("GET", "/readyz").json().get("calls") == "ok", 60)
    (guardian,) = running(one, "postgres", guardians=True)
    # Held still, the old database keeps the next one away until it was asked: left alone, it may be over and
    # the next one there between two questions.
    database = psutil.Process(running(one, "postgres")[0])
    held = [database, *database.children(recursive=True)]
    for process in held:
        process.suspend()
    os.kill(guardian, signal.SIGKILL)
    seen = [one.ask("GET", "/readyz")]

    def answered(code: int) -> bool:
        seen.append(one.ask("GET", "/readyz"))
        return seen[-1].status_code == code

    until(lambda: answered(503), 60)
    for process in held:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.resume()
    # PostgreSQL writes everything out before it ends, and on a busy disk that takes its time.
    until(lambda: answered(200), 90)
    refused = [answer for answer in seen if answer.status_code != 200]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(503, "unavailable")}, (
        one.output.read_text()
    )
    assert one.ask("GET", "/healthz").status_code == 200


def test_status_tells_what_runs_without_a_secret_and_that_nothing_runs(
    served: Served, tmp_path: Path
) -> None:
    told = xcord("serve", "status", "--json", "--data", served.data)
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    kept = json.loads((served.data / "secrets.json").read_text())
    assert (found["state"], found["address"]) == ("ready", served.address)
    assert found["embedded"] == {"livekit": True, "postgres": True}
    assert found["keys"]["pairs"] == [{"key": kept["livekit_key"], "use": "signs"}]
    assert found["counters"]['xcord_webhook_events_total{result="healed"}'] >= 0
    assert kept["livekit_secret"] not in told.stdout + told.stderr
    assert served.address in xcord("serve", "status", "--data", served.data).stdout
    stopped = xcord("serve", "status", "--data", tmp_path / "none")
    assert (stopped.returncode, stopped.stderr) == (3, "")
    assert not (tmp_path / "none").exists()


def test_counters_are_read_by_their_own_token_alone(served: Served) -> None:
    token = json.loads((served.data / "serve.json").read_text())["metrics_token"]
    assert "xcord_changes_total" in served.ask("GET", "/metrics", token).text
    for wrong in ("", served.log_in(), token[:-1]):
        answer = served.ask("GET", "/metrics", wrong)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert "xcord_changes_total" not in answer.text


def test_a_token_of_the_operators_own_reads_counters(servers: Servers) -> None:
    assert servers.fail(XCORD_METRICS_TOKEN="short")[0] == 2
    one = servers.start(XCORD_METRICS_TOKEN="s" * 16)
    assert one.ask("GET", "/metrics", "s" * 16).status_code == 200


def test_counters_are_read_from_a_metrics_page() -> None:
    page = '# HELP xcord_a a\nxcord_a_total{kind="x y"} 3\nxcord_b 1.5\npython_gc 4\nxcord_bad x\n'
    assert counters(page) == {'xcord_a_total{kind="x y"}': 3.0, "xcord_b": 1.5}


# -- keys --------------------------------------------------------------------------------------------


def test_keys_change_while_all_runs_and_no_token_is_ever_unknown_to_the_sfu(servers: Servers) -> None:
    one = servers.start()
    secrets_file = one.data / "secrets.json"
    first = json.loads(secrets_file.read_text())
    before = join_token(one)
    rotated = xcord("keys", "rotate", "--data", one.data)
    assert rotated.returncode == 0, rotated.stderr
    second = json.loads(secrets_file.read_text())
    assert second["livekit_key"] != first["livekit_key"]
    assert second["also"] == {"key": first["livekit_key"], "secret": first["livekit_secret"]}
    assert stat.S_IMODE(secrets_file.stat().st_mode) == 0o600
    after = join_token(one)
    assert sfu_takes(one, before)
    assert sfu_takes(one, after)
    config = json.loads((one.data / "livekit.json").read_text())
    assert config["webhook"]["api_key"] == second["livekit_key"]
    assert config["webhook"]["urls"] == [f"{one.address}/livekit/webhook"]
    early = xcord("keys", "rotate", "--data", one.data)
    assert (early.returncode, len(early.stderr.splitlines())) == (2, 1)
    assert "--now" in early.stderr
    shown = json.loads(xcord("keys", "show", "--json", "--data", one.data).stdout)
    assert (shown["stage"], shown["in_force"], len(shown["keys"])) == ("switched", True, 2)
    assert 1000 < shown["retire_in"] <= 1200
    done = xcord("keys", "rotate", "--now", "--data", one.data)
    assert done.returncode == 0, done.stderr
    assert not sfu_takes(one, before)
    assert sfu_takes(one, after)
    assert "also" not in json.loads(secrets_file.read_text())
    said = "".join(text for run in (rotated, early, done) for text in (run.stdout, run.stderr))
    said += one.output.read_text()
    for secret in (first["livekit_secret"], second["livekit_secret"]):
        assert secret not in said
    assert "Traceback" not in said
    assert one.stop() == 0
    assert not (one.data / "serve.json").exists()


def test_keys_change_while_nothing_runs_and_the_next_start_has_them(servers: Servers) -> None:
    one = servers.start()
    one.stop()
    assert xcord("keys", "rotate", "--data", one.data).returncode == 0
    assert xcord("keys", "rotate", "--now", "--data", one.data).returncode == 0
    again = servers.start()
    assert sfu_takes(again, join_token(again))


def test_a_damaged_secrets_file_changes_nothing_while_running(servers: Servers) -> None:
    one = servers.start()
    (one.data / "secrets.json").write_text("{}")
    until(lambda: "the keys stay as they are" in one.output.read_text())
    assert sfu_takes(one, join_token(one))


def test_secrets_are_shown_on_request_alone_in_the_words_of_livekit(servers: Servers, tmp_path: Path) -> None:
    secret = "s" * 40
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"livekit_key": "mine", "livekit_secret": secret}))
    file.chmod(0o600)
    plain = xcord("keys", "show", "--data", tmp_path, XCORD_SECRETS=str(file))
    assert (plain.stdout, plain.returncode) == ("mine: signs\n", 0)
    shown = xcord("keys", "show", "--secrets", "--data", tmp_path, XCORD_SECRETS=str(file))
    assert shown.stdout == f"keys:\n  mine: {secret}\nwebhook:\n  api_key: mine\n"
    outside = {"XCORD_SECRETS": str(file), "LIVEKIT_URL": "wss://sfu.example"}
    added = xcord("keys", "rotate", "--data", tmp_path, **outside)
    assert "every livekit-server" in added.stdout
    assert json.loads(file.read_text())["stage"] == "added"
    assert (
        json.loads(file.read_text())["livekit_key"] == "mine"
    )  # nobody signs with what the SFU may not know
    switched = xcord("keys", "rotate", "--data", tmp_path, **outside)
    assert "signs from now on" in switched.stdout
    assert json.loads(file.read_text())["also"]["key"] == "mine"


def test_no_keys_and_keys_of_the_environment_are_named(tmp_path: Path) -> None:
    none = xcord("keys", "show", "--data", tmp_path)
    assert (none.returncode, "xcord serve" in none.stderr) == (2, True)
    mine = {"LIVEKIT_URL": "ws://x", "LIVEKIT_API_KEY": "k", "LIVEKIT_API_SECRET": "s" * 40}
    refused = xcord("keys", "rotate", "--data", tmp_path, **mine)
    assert (refused.returncode, "LIVEKIT_ALSO_KEY" in refused.stderr) == (2, True)
    second = {"LIVEKIT_ALSO_KEY": "old", "LIVEKIT_ALSO_SECRET": "o" * 40}
    keys, file = keys_from({**mine, **second}, tmp_path)
    assert ([pair.key for pair in keys.pairs], file) == (["k", "old"], None)
    with pytest.raises(CannotServe, match="XCORD_SECRETS"):
        keys_from({"LIVEKIT_URL": "ws://x"}, tmp_path)


# -- backup and restore ------------------------------------------------------------------------------


def test_a_backup_made_while_it_runs_brings_everything_back_elsewhere(servers: Servers) -> None:
    one = servers.start("one")
    new_member(one, "zoe")
    channels = one.channels(one.log_in("zoe", "a long password"))
    file = servers.folder / "backup.xcord"
    made = xcord("serve", "backup", file, "--data", one.data)
    assert made.returncode == 0, made.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"livekit_secret" not in file.read_bytes()
    new_member(one, "later")
    refused = xcord("serve", "restore", file, "--data", one.data)
    assert (refused.returncode, "stop it first" in refused.stderr) == (2, True)
    one.stop()
    careful = xcord("serve", "restore", file, "--data", one.data)
    assert (careful.returncode, "--replace" in careful.stderr) == (2, True)
    elsewhere = xcord("serve", "restore", file, "--data", servers.folder / "two")
    assert elsewhere.returncode == 0, elsewhere.stderr
    two = servers.start("two")
    assert two.channels(two.log_in("zoe", "a long password")) == channels
    replaced = xcord("serve", "restore", file, "--replace", "--data", one.data)
    assert replaced.returncode == 0, replaced.stderr
    again = servers.start("one")
    assert again.channels(again.log_in("zoe", "a long password")) == channels
    body = {"login": "later", "password": "a long password", "device": "d"}
    assert again.ask("POST", "/v1/login", **body).status_code == 401
    assert OWNER_PASSWORD not in file.read_bytes().decode("latin-1")


def test_what_is_no_backup_changes_nothing(servers: Servers) -> None:
    one = servers.start()
    one.stop()
    junk = servers.folder / "junk"
    for content in (b"", b"junk", b"PGDMP" + bytes(400)):
        junk.write_bytes(content)
        refused = xcord("serve", "restore", junk, "--replace", "--data", one.data)
        assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1), refused.stderr
        assert "no backup" in refused.stderr
    missing = xcord("serve", "restore", servers.folder / "missing", "--data", one.data)
    assert (missing.returncode, "no backup" in missing.stderr) == (2, True)
    nowhere = xcord("serve", "backup", servers.folder / "none" / "file", "--data", one.data)
    assert (nowhere.returncode, len(nowhere.stderr.splitlines())) == (2, 1), nowhere.stderr
    nothing = xcord("serve", "backup", servers.folder / "file", "--data", servers.folder / "empty")
    assert (nothing.returncode, "no database" in nothing.stderr) == (2, True)
    assert servers.start().log_in()


# -- behind a proxy ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("proxies", "believed"), [("127.0.0.0/8", True), ("192.0.2.1", False), ("", False)])
def test_only_a_named_proxy_is_believed_about_where_somebody_calls_from(
    servers: Servers, proxies: str, believed: bool
) -> None:
    one = servers.start(XCORD_PROXIES=proxies)
    wrong = {"login": "owner", "password": "wrong", "device": "d"}
    with one.http() as http:
        for _ in range(5):
            tried = http.post("/v1/login", json=wrong, headers={"X-Forwarded-For": "198.51.100.7"})
            assert tried.status_code == 401
        right = {**wrong, "password": OWNER_PASSWORD}
        other = http.post("/v1/login", json=right, headers={"X-Forwarded-For": "198.51.100.8"})
        same = http.post("/v1/login", json=right, headers={"X-Forwarded-For": "198.51.100.7"})
    assert (other.status_code, same.status_code) == ((200, 429) if believed else (429, 429))


# -- the log -----------------------------------------------------------------------------------------


def test_the_json_log_has_a_line_for_each_request_and_says_nothing_of_who(servers: Servers) -> None:
    one = servers.start("data", "--log-json")
    new_member(one, "zoe-log")
    token = one.log_in("zoe-log", "a long password")
    channel = one.channels(token)[0]
    joined = one.ask("POST", f"/v1/channels/{channel}/join", token, device="laptop").json()
    user = one.ask("GET", "/v1/directory", token).json()["account"]["user"]
    one.ask("POST", "/v1/login", login="zoe-log", password="hunter2-and-more", device="d")
    one.ask("GET", "/somewhere?name=zoe-log", token)
    one.stop()
    text = one.output.read_text()
    lines = [json.loads(line) for line in text.splitlines() if not line.startswith("xcord serve:")]
    requests = [line for line in lines if line["message"] == "request"]
    assert {line["route"] for line in requests} >= {"/v1/login", "/v1/channels/{channel}/join", ""}
    assert all({"at", "level", "logger", "message"} <= set(line) for line in lines)
    assert all(line["ms"] >= 0 and line["status"] in (200, 201, 401, 404) for line in requests)
    for needle in (
        "zoe-log", "Zoë", "a long password", "hunter2", token, joined["token"], user, channel, "127.0.0.1",
    ):  # fmt: skip
        assert needle not in "".join(json.dumps(line, ensure_ascii=False) for line in lines), needle


@pytest.mark.parametrize(
    "text",
    [
        "401 - invalid token: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
        "Authorization: Bearer hunter2hunter2",
        "login xct_hunter2hunter2",
        "postgresql://me:hunter2hunter2@host/name",
        "(UniqueViolation)\nDETAIL:  Key (login)=(hunter2hunter2) already exists.",
        "[SQL: INSERT ...]\n[parameters: ('hunter2hunter2', 1)]\n(Background)",
    ],
)
def test_what_looks_like_a_secret_is_struck_out_of_the_log(text: str) -> None:
    struck = without_secrets(text)
    assert "***" in struck
    assert not any(word in struck for word in ("hunter2", "eyJ", "c2lnbmF0dXJl"))


def test_an_exceptions_text_is_not_logged_as_json() -> None:
    try:
        raise ValueError("hunter2")
    except ValueError:
        record = logging.LogRecord("xcord", logging.ERROR, __file__, 1, "it failed", None, sys.exc_info())
    line = json.loads(AsJson().format(record))
    assert (line["error"], line["message"]) == ("ValueError", "it failed")
    assert "test_operations.py" in line["where"][0]
    assert "hunter2" not in json.dumps(line)

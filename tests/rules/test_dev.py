"""`build/dev.py`: nothing twice, and one sentence for every failure that a person can mend."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from steps import (
    alone,
    benches,
    commands,
    door,
    environment,
    pages,
    places,
    sfu,
    stamps,
    suites,
    system,
    tools,
)
from steps.say import MendableError

BUILD = places.ROOT / "build"


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("npm error code ENOSPC", "disk is full"),
        ("Temporary failure in name resolution", "registry cannot be reached"),
        ("npm error code EAI_AGAIN", "registry cannot be reached"),
        ("dial tcp: lookup example.org: no such host", "registry cannot be reached"),
        ("error: Request failed after 3 retries\n  Caused by: dns error", "registry cannot be reached"),
        ("SSL: CERTIFICATE_VERIFY_FAILED certificate verify failed", "certificate"),
        ("npm error code EINTEGRITY", "not the one that was locked"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM",
            "not the one that was locked",
        ),
        ("EACCES: permission denied, mkdir", "cannot be written"),
    ],
)
def test_a_failed_step_names_the_cause(output: str, cause: str) -> None:
    assert cause in (commands.diagnose(output) or "")


NOWHERE = "http://127.0.0.1:9"  # nobody listens there


@pytest.mark.parametrize(
    ("program", "own"), [("go", "Go 1.26 or newer"), ("node", "Node 20.19 or newer, with npm,")]
)
def test_without_it_and_without_a_network_both_ways_out_are_named(
    program: str, own: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("XDG_CACHE_HOME", "UV_CACHE_DIR", "PATH"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("UV_INDEX_URL", "UV_DEFAULT_INDEX"):
        monkeypatch.setenv(name, f"{NOWHERE}/simple")
    for name in ("UV_EXTRA_INDEX_URL", "UV_INDEX", "UV_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(places, "STATE", tmp_path)
    with pytest.raises(MendableError) as told:
        getattr(tools, program)()
    assert "the registry cannot be reached; check the network" in str(told.value)
    assert str(told.value).endswith(f". Or install {own} yourself")


def test_npm_without_a_network_is_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(places, "STATE", tmp_path)
    env = pages.node_environment() | {"NO_PROXY": "127.0.0.1", "npm_config_cache": str(tmp_path / "cache")}
    words = ["npm", "install", "--registry", NOWHERE, "--fetch-retries", "0", "xcord-no-such-package"]
    with pytest.raises(MendableError, match="npm failed: the registry cannot be reached"):
        commands.quiet("npm", words, cwd=tmp_path, env=env, limit=120)


def test_an_unknown_failure_quotes_the_telling_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(places, "STATE", tmp_path)
    script = "echo begin; echo 'Error: no such colour'; echo 'see the log'; exit 3"
    with pytest.raises(MendableError, match=r"^painting failed .* 3: Error: no such colour; see .*log$"):
        commands.quiet("painting", ["sh", "-c", script], limit=30)


def test_a_missing_program_is_a_sentence() -> None:
    with pytest.raises(MendableError, match=r"painting cannot start: .*No such file"):
        commands.call(["/nowhere/brush"], what="painting", limit=30)


def test_a_step_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    noted = tmp_path / "pid"
    script = f"sleep 600 & echo $! > {noted}.new; mv {noted}.new {noted}; wait"
    with pytest.raises(MendableError, match="was not done after"):
        commands.call(["sh", "-c", script], what="sleeping", limit=3)
    assert ends(int(noted.read_text()))


def test_output_is_not_waited_for_when_the_program_has_ended(capsys: pytest.CaptureFixture[str]) -> None:
    script = "sleep 600 & echo $!; echo last line"
    start = time.monotonic()
    code, last = commands.stream(
        ["sh", "-c", script], what="x", limit=30, cwd=Path.cwd(), env=dict(os.environ)
    )
    assert (code, last) == (0, "last line")
    assert time.monotonic() - start < 60
    os.kill(int(capsys.readouterr().out.split()[0]), signal.SIGKILL)


def test_a_stamp_fits_the_same_inputs_only(tmp_path: Path) -> None:
    source, stamp = tmp_path / "source", tmp_path / "deep" / "stamp"
    source.write_text("one")
    stamps.put(stamp, stamps.fingerprint([source], "3.11"))
    assert stamps.is_current(stamp, stamps.fingerprint([source], "3.11"))
    assert not stamps.is_current(stamp, stamps.fingerprint([source], "3.12"))
    source.write_text("two")
    assert not stamps.is_current(stamp, stamps.fingerprint([source], "3.11"))
    source.unlink()
    assert not stamps.is_current(stamp, stamps.fingerprint([source], "3.11"))


def test_whoever_is_not_root_is_told_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "PACKAGES", ["xcord-no-such-package"])
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(MendableError, match=r"sudo apt-get install -y .* xcord-no-such-package\n"):
        system.ensure()


@pytest.mark.parametrize(
    "content", [b"", b"\x7fELF half of", b"#!/bin/sh\necho livekit-server version 1.0.0\n"]
)
def test_a_half_made_or_other_livekit_server_is_built_anew(
    content: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.delenv("LIVEKIT_SERVER", raising=False)
    asked: list[str] = []
    monkeypatch.setattr(sfu, "_build", lambda: asked.append("build"))
    sfu.path().parent.mkdir(parents=True)
    sfu.path().write_bytes(content)
    sfu.path().chmod(0o755)
    assert sfu.ensure() == sfu.path()
    assert asked == ["build"]


def test_a_half_made_environment_is_made_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = tmp_path / ".venv"
    for module in (places, environment):
        monkeypatch.setattr(module, "VENV", made)
    monkeypatch.setattr(places, "STATE", tmp_path)
    places.script("python").parent.mkdir(parents=True)
    places.script("python").write_text("half of it")
    places.script("python").chmod(0o755)
    assert environment._version() == ""
    assert environment._make().startswith(platform.python_version())
    assert environment._version() != ""


def test_two_checkouts_build_livekit_server_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.delenv("LIVEKIT_SERVER", raising=False)
    building, built = threading.Event(), threading.Event()
    asked: list[str] = []

    def build() -> None:
        asked.append("build")
        building.set()
        assert built.wait(30)
        sfu.path().parent.mkdir(parents=True)
        sfu.path().write_text(f"#!/bin/sh\necho livekit-server version {sfu.VERSION}\n")
        sfu.path().chmod(0o755)

    monkeypatch.setattr(sfu, "_build", build)
    monkeypatch.setattr(alone, "line", lambda *_: built.set())
    with ThreadPoolExecutor() as checkouts:
        first = checkouts.submit(sfu.ensure)
        assert building.wait(30)
        second = checkouts.submit(sfu.ensure)
        assert first.result(30) == second.result(30) == sfu.path()
    assert asked == ["build"]


def test_an_empty_home_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert places.home().is_absolute()
    assert places.environment()["HOME"] == str(places.home())


def test_a_file_that_cannot_be_written_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(places, "STATE", tmp_path / "file" / "state")
    assert door.main(["setup"]) == 1
    assert capsys.readouterr().err.startswith("dev.py: Not a directory (")


@pytest.mark.parametrize("command", ["setup", "demo", "test", "check", "bench", "faults", "lock"])
@pytest.mark.parametrize("word", ["-h", "--help"])
def test_help_is_printed_before_anything_is_set_up(command: str, word: str) -> None:
    """By a Python that has nothing installed, in a place where nothing is."""
    script = (
        "from steps import door; door.setup = lambda: sys.exit('it was set up');"
        f"sys.exit(door.main([{command!r}, {word!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(BUILD)!r}); {script}"],
        capture_output=True, text=True, timeout=60, check=False, cwd="/",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert f"usage: python3 build/dev.py {command} [-h]" in done.stdout


@pytest.mark.parametrize("command", ["demo", "faults"])
def test_an_option_that_a_command_does_not_know_is_refused_before_anything_is_set_up(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(door, "setup", lambda: pytest.fail("it was set up"))
    with pytest.raises(SystemExit) as end:
        door.main([command, "--loud"])
    assert end.value.code == 2
    assert "it does not know --loud" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["tests/x.py", "-k", "a or b", "-x"], ["--", "--help"], ["--long", "-s"]])
def test_pytest_gets_all_words_but_help(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(door, "setup", lambda: Path("sfu"))
    monkeypatch.setattr(suites, "run", lambda rest, sfu: asked.extend(rest) or 0)
    assert door.main(["test", *words]) == 0
    assert asked == [word for word in words if word != "--"]


def test_an_older_python_is_told_to_go() -> None:
    lines = (places.ROOT / "build" / "dev.py").read_text().replace("LEAST = (3, 11)", "LEAST = (9, 1)")
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("dev.py: xcord needs Python 9.1 or newer")


def test_a_bench_is_a_module_with_a_main(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "hub.py").write_text('"""Hub beside BroadcastChannel.\n\nMore."""\ndef main() -> None: ...\n')
    (tmp_path / "helper.py").write_text("def help() -> None: ...\n")
    monkeypatch.setattr(benches, "FOLDER", tmp_path)
    assert benches.names() == {"hub": "Hub beside BroadcastChannel."}
    with pytest.raises(MendableError, match="no bench 'stage'; there are: hub"):
        benches.run("stage", None, None, tmp_path)


REPORT = """<testsuites><testsuite>
  <testcase name="a"/>
  <testcase name="b"><skipped type="pytest.skip" message="no screen"/></testcase>
  <testcase name="c"><skipped type="pytest.xfail" message="known"/></testcase>
  <testcase name="d"><failure message="x"/></testcase>
</testsuite></testsuites>"""


def test_skips_are_counted_and_expected_failures_are_none(tmp_path: Path) -> None:
    report = tmp_path / "pytest.xml"
    report.write_text(REPORT)
    assert suites._counted(report, 1) == suites.Count("pytest", 2, 1, 1, False)


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_only_ci_refuses_a_skip(
    ci: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    closing = "=== 1 passed, 1 skipped in 0.1s ==="
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(suites, "_pytest", lambda *_: (suites.Count("pytest", 1, 0, 1, True), closing))
    assert suites.run(["tests/x"], Path("sfu")) == code
    assert capsys.readouterr().out.splitlines()[-1] == closing


@pytest.mark.parametrize(
    ("failed", "second", "code", "told"),
    [
        (2, (2, 0), 0, "failed in the whole run, passed alone: mend it: tests.x::d"),
        (2, (1, 1), 1, "failed in the whole run: tests.x::d"),
        (suites.AGAIN + 1, None, 1, ""),
    ],
    ids=["passed alone", "failed again", "too many"],
)
def test_what_fails_in_a_whole_run_is_looked_at_once_more_and_named(
    failed: int,
    second: tuple[int, int] | None,
    code: int,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    asked = []

    def run(arguments: Sequence[str], sfu: Path) -> tuple[suites.Count, str]:
        asked.append(tuple(arguments))
        if len(asked) == 1:
            return suites.Count("pytest", 10, failed, 0, False), "first"
        assert second is not None, "nobody looks again"
        return suites.Count("pytest", *second, 0, second[1] == 0), "second"

    report = tmp_path / "pytest.xml"
    report.write_text(REPORT.replace('name="d"', 'classname="tests.x" name="d"'))
    monkeypatch.setattr(suites, "REPORT", report)
    monkeypatch.setattr(suites, "_pytest", run)
    monkeypatch.setattr(suites, "_pages", lambda: suites.Count("page tests", 1, 0, 0, True))
    monkeypatch.setattr(suites.checks, "run", list)
    assert suites.run([], Path("sfu")) == code
    assert asked[0] == suites.LANES
    assert told in capsys.readouterr().out


def ends(pid: int) -> bool:
    """Whether the process is gone, or only waits to be reaped, within 10 s."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False

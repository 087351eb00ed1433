"""Runs other programs: bounded, logged, and with a failure told as a sentence."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from steps import places
from steps.say import MendableError

_CAUSES = (
    (
        r"No space left on device|ENOSPC|os error 28|Disk quota exceeded",
        "the disk is full; free some room and run the same command again",
    ),
    (
        r"(?i)certificate verify failed|UnknownIssuer|unable to get (local )?issuer|self[- _]signed cert|"
        r"x509:",
        "the registry's certificate is not trusted here; install `ca-certificates`, or name your authority's "
        "file in SSL_CERT_FILE, PIP_CERT and NODE_EXTRA_CA_CERTS",
    ),
    (
        r"(?i)hash mismatch|DO NOT MATCH THE HASHES|EINTEGRITY|checksum mismatch",
        "a download is not the one that was locked; try again, and if it stays so, do not use it",
    ),
    (
        r"(?i)name resolution|name or service not known|could not resolve|temporary failure resolving|"
        r"dns error|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|no such host|dial tcp|"
        r"network is unreachable|connection refused|connection timed out|newconnectionerror|"
        r"error sending request|failed to fetch",
        "the registry cannot be reached; check the network and proxy settings and try again",
    ),
    (
        r"Permission denied|EACCES|EPERM|Read-only file system|EROFS",
        "a folder cannot be written; see whose it is",
    ),
)


def diagnose(output: str) -> str | None:
    """The cause and the remedy that a program's output points to, or None."""
    return next((words for pattern, words in _CAUSES if re.search(pattern, output)), None)


def quiet(
    what: str,
    command: Sequence[str | Path],
    *,
    cwd: Path = places.ROOT,
    env: Mapping[str, str] | None = None,
    limit: float,
) -> None:
    """Runs `command` with its output in a log file only; `what` names it when it fails.

    Raises MendableError when it cannot start, fails, or is not done after `limit` seconds.
    """
    places.STATE.mkdir(parents=True, exist_ok=True)
    log = places.STATE / f"{re.sub(r'[^a-z0-9]+', '-', what.lower()).strip('-')}.log"
    with log.open("wb") as sink:
        code = call(command, cwd=cwd, env=env, limit=limit, what=what, stdout=sink)
    if code == 0:
        return
    output = log.read_text(errors="replace")
    cause = diagnose(output)
    if cause:
        raise MendableError(f"{what} failed: {cause} (its output: {log})")
    raise MendableError(f"{what} failed with exit code {code}: {_telling(output)}; see {log}")


def _telling(output: str) -> str:
    """The line that most likely says why: the first that speaks of an error, else the last."""
    lines = [text.strip() for text in output.splitlines() if text.strip()]
    named = [
        text for text in lines if re.search(r"(?i)\b(\w*error|fatal)(: | (?!during|code|A complete))", text)
    ]
    return (named or lines[-1:] or ["it said nothing"])[0][:300]


def call(
    command: Sequence[str | Path],
    *,
    what: str,
    limit: float,
    cwd: Path = places.ROOT,
    env: Mapping[str, str] | None = None,
    stdout: object = None,
) -> int:
    """Runs `command` and returns its exit code; when too slow or interrupted its whole group ends."""
    try:
        child = subprocess.Popen(
            [str(word) for word in command],
            cwd=cwd,
            env=dict(env) if env is not None else places.environment(),
            stdin=subprocess.DEVNULL,
            stdout=stdout,  # type: ignore[call-overload]
            stderr=subprocess.STDOUT if stdout is not None else None,
            start_new_session=True,
        )
    except OSError as error:
        raise MendableError(f"{what} cannot start: {error}") from None
    try:
        return int(child.wait(limit))
    except subprocess.TimeoutExpired:
        raise MendableError(f"{what} was not done after {limit / 60:.0f} minutes and was ended") from None
    finally:
        end_group(child)


def end_group(child: subprocess.Popen[bytes]) -> None:
    """Ends a child that still runs, with all that it started in its session."""
    if child.poll() is not None:
        return
    for strength in ("SIGTERM", "SIGKILL"):
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, getattr(signal, strength))
        try:
            child.wait(10)
            return
        except subprocess.TimeoutExpired:
            continue


def answer(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> str:
    """What a short command prints, or "" when it is missing, fails or takes longer than a minute."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            env=dict(env) if env is not None else places.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""


def answer_all(
    command: Sequence[str | Path], *, what: str, limit: float, cwd: Path, env: Mapping[str, str]
) -> tuple[int, str]:
    """Runs `command` and returns its exit code and all that it printed."""
    with tempfile.TemporaryFile() as sink:
        code = call(command, what=what, limit=limit, cwd=cwd, env=env, stdout=sink)
        sink.seek(0)
        return code, sink.read().decode(errors="replace")


def stream(
    command: Sequence[str | Path], *, what: str, limit: float, cwd: Path, env: Mapping[str, str]
) -> tuple[int, str]:
    """Runs `command`, showing its output as it comes; returns its exit code and its last line.

    A process that it leaves behind with the pipe open is waited for 5 s and no longer.
    """
    reading, writing = os.pipe()
    last = [""]

    def show() -> None:
        with open(reading, encoding="utf-8", errors="replace") as lines:
            for text in lines:
                print(text, end="", flush=True)
                last[0] = text.strip() or last[0]

    shower = threading.Thread(target=show, daemon=True)
    shower.start()
    try:
        code = call(command, what=what, limit=limit, cwd=cwd, env=env, stdout=writing)
    finally:
        os.close(writing)
        shower.join(5)
    return code, last[0]

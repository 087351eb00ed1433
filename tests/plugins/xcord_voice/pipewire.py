"""A PipeWire of this test's own, as a normal user: PulseAudio's protocol, another server behind it.

PipeWire belongs to a user's session, so where root runs the tests, a user is made for it and removed again.
It has a runtime directory and a session bus of its own. Everything that is waited for is bounded.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.parts import end, spawn
from tests.plugins.xcord_voice.pulse import MODULES, Pulse

WITHIN = 20.0  # seconds for each of its parts
COMMAND = 30.0  # seconds for a program that makes or removes a user


@contextlib.contextmanager
def start_pipewire() -> Iterator[Pulse]:
    """The server with the same loudspeaker and microphone as ``start_pulse``."""
    with _user() as as_user, tempfile.TemporaryDirectory(prefix="xcord-pipewire-") as name:
        folder = Path(name)
        if "user" in as_user:
            os.chown(folder, as_user["user"], as_user["group"])
        pulse = Pulse(
            {
                **os.environ,
                "XDG_RUNTIME_DIR": name,
                "PULSE_RUNTIME_PATH": name,
                "PULSE_SERVER": f"unix:{folder}/pulse/native",
                "HOME": name,
            }
        )
        with _session(folder, as_user):
            _until(folder / "wireplumber.log", lambda: _answers(pulse), "pipewire-pulse does not answer")
            for module in MODULES:
                # Of two channels PipeWire would make one that is 3 dB louder.
                pulse.load(f"{module} channels=1")
            _until(
                folder / "wireplumber.log",
                lambda: "mic" in pulse.control("list", "short", "sources"),
                "the microphone does not come",
            )
            pulse.control("set-default-sink", "speakers")
            pulse.control("set-default-source", "mic")
            yield pulse


@contextlib.contextmanager
def _user() -> Iterator[dict[str, Any]]:
    """Whose processes they are, as options of ``Popen``: whoever runs this, or a user made for it."""
    if os.geteuid() != 0:
        yield {}
        return
    name = f"xcord-test-{os.getpid()}"
    made = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
    subprocess.run(made, check=True, timeout=COMMAND, capture_output=True)
    try:
        user = pwd.getpwnam(name)
        yield {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    finally:
        subprocess.run(["userdel", name], check=True, timeout=COMMAND, capture_output=True)


@contextlib.contextmanager
def _session(folder: Path, as_user: dict[str, Any]) -> Iterator[None]:
    """A session bus, the server, its session manager, and the one who speaks PulseAudio's protocol."""
    bus = folder / "bus"
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "XDG_STATE_HOME": str(folder),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={bus}",
        "LC_ALL": "C.UTF-8",
    }
    address = f"--address=unix:path={bus}"
    commands = (
        (["dbus-daemon", "--session", "--nofork", "--nopidfile", address], bus),
        (["pipewire"], folder / "pipewire-0"),
        (["wireplumber"], None),
        (["pipewire-pulse"], folder / "pulse" / "native"),
    )
    with contextlib.ExitStack() as running:
        for command, socket in commands:
            if shutil.which(command[0]) is None:
                raise FileNotFoundError(f"{command[0]} is missing. Run: python3 build/dev.py setup")
            log = folder / f"{command[0]}.log"
            with log.open("wb") as output:
                process = spawn(command, env=environment, cwd=folder, stdout=output, stderr=output, **as_user)
            running.callback(end, process)
            if socket is not None:
                _until(log, socket.exists, f"{command[0]} did not start")
        yield


def _answers(pulse: Pulse) -> bool:
    with contextlib.suppress(subprocess.SubprocessError):
        return "PipeWire" in pulse.control("info")
    return False


def _until(log: Path, true: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + WITHIN
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{otherwise}: {log.read_text(errors='replace')}")
        time.sleep(0.05)

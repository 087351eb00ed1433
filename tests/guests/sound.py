"""A sound server of our own for a machine that has none: loudspeakers that nobody hears, and a microphone
in a room where nothing sounds unless somebody plays into it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tests.parts import end, spawn

from . import children

SPEAKERS, ROOM, MICROPHONE = "xcord_speakers", "xcord_room", "xcord_microphone"
PATIENCE = 30.0


@dataclass(frozen=True)
class Sound:
    """``environ`` makes a program use this server; ``kind`` is ``present``, ``own`` or ``none``."""

    kind: str
    environ: Mapping[str, str]

    def listen(self, seconds: float) -> float:
        """The loudness of what was played in the next ``seconds``: dBFS, root mean square.

        :raises RuntimeError: the sink's monitor cannot be recorded.
        """
        rate = 48_000
        command = ["parec", "--raw", "--format=s16le", f"--rate={rate}", "--channels=1", "--latency-msec=50"]
        with subprocess.Popen(
            [*command, f"--device={SPEAKERS}.monitor"],
            env={**os.environ, **self.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as recorder:
            assert recorder.stdout is not None
            assert recorder.stderr is not None
            heard = recorder.stdout.read(int(seconds * rate) * 2)
            recorder.terminate()
            said = recorder.stderr.read().decode(errors="replace").strip()
        if not heard:
            raise RuntimeError(f"the sink cannot be heard: {said or 'parec recorded nothing'}")
        samples = np.frombuffer(heard[: len(heard) // 2 * 2], np.int16).astype(np.float64) / 32768
        return float(10 * np.log10(max(float(np.mean(samples**2)), 1e-12)))

    @contextlib.contextmanager
    def saying(self, samples: NDArray[np.int16]) -> Iterator[None]:
        """Say something into the microphone's room, over and over, for as long as the block lasts."""
        command = ["pacat", "--playback", "--raw", "--format=s16le", "--rate=48000", "--channels=1"]
        with tempfile.NamedTemporaryFile() as file:
            file.write(samples.tobytes() * max(1, 48_000 * 300 // len(samples)))
            file.flush()
            with open(file.name, "rb") as speech:
                player = spawn(
                    [*command, f"--device={ROOM}"], env={**os.environ, **self.environ}, stdin=speech
                )
            try:
                yield
            finally:
                end(player)


@contextlib.contextmanager
def sound_server(folder: Path, *, use_present: bool = True) -> Iterator[Sound]:
    """The server that is there (when ``use_present``), else a PulseAudio with a silent sink, else none."""
    if use_present and _present():
        yield Sound("present", {})
        return
    if shutil.which("pulseaudio") is None:
        yield Sound("none", {"PULSE_SERVER": "unix:/nonexistent"})
        return
    home = folder / "sound"
    home.mkdir(mode=0o700)
    address = home / "native"
    environ = {
        **os.environ,
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "XDG_CONFIG_HOME": str(home),
        "PULSE_RUNTIME_PATH": str(home),
    }
    environ.pop("PULSE_SERVER", None)
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
    for module in (
        f"module-null-sink sink_name={SPEAKERS} sink_properties=device.description=Speakers",
        f"module-null-sink sink_name={ROOM} sink_properties=device.description=Room",
        f"module-remap-source source_name={MICROPHONE} master={ROOM}.monitor "
        "source_properties=device.description=Microphone",
    ):
        command += ["-L", module]
    command += ["-L", f"module-native-protocol-unix socket={address} auth-anonymous=1"]
    child = children.start("pulseaudio", command, folder, environ)
    with children.stopping(child, 3.0):
        child.wait_until(lambda: _answers(address), "answering", PATIENCE)
        server = {"PULSE_SERVER": f"unix:{address}"}
        # Otherwise the default source is the monitor of the loudspeakers, and everybody hears an echo.
        for what in (("set-default-sink", SPEAKERS), ("set-default-source", MICROPHONE)):
            subprocess.run(["pactl", *what], env={**environ, **server}, check=True, timeout=PATIENCE)
        yield Sound("own", server)


def _present() -> bool:
    if os.environ.get("PULSE_SERVER"):
        return True
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return runtime is not None and _answers(Path(runtime) / "pulse" / "native")


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
        probe.settimeout(1.0)
        probe.connect(str(address))
        return True
    return False

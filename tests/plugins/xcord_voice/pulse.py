"""A PulseAudio of this test's own, with a loudspeaker and a microphone that are wires."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tests.parts import end, spawn

RATE = 48_000
MODULES = (
    "module-null-sink sink_name=speakers rate=48000 sink_properties=device.description=Speakers",
    "module-null-sink sink_name=wire rate=48000 sink_properties=device.description=Wire",
    "module-remap-source master=wire.monitor source_name=mic source_properties=device.description=Microphone",
)


@dataclass
class Pulse:
    """The running server. ``environment`` is what clients need to find it; ``server`` is its process, where
    it is one."""

    environment: dict[str, str] = field(repr=False)
    server: subprocess.Popen[bytes] | None = None

    def load(self, module: str) -> str:
        """Loads a module; returns its number for ``unload``."""
        return self.control("load-module", *module.split(" ")).strip()

    def unload(self, number: str) -> None:
        self.control("unload-module", number)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """It answers nobody for a while."""
        assert self.server is not None
        self.server.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.server.send_signal(signal.SIGCONT)

    def mute(self, on: bool) -> None:
        """The system mutes the microphone."""
        self.control("set-source-mute", "mic", "1" if on else "0")

    def control(self, *arguments: str) -> str:
        command = ["pactl", *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True, timeout=10
        )
        return done.stdout

    @contextlib.contextmanager
    def speaking(self, samples: NDArray[np.int16], wire: str = "wire") -> Iterator[None]:
        """Somebody speaks into the microphone behind a wire: the samples again and again."""
        command = [
            "pacat",
            "--raw",
            f"--device={wire}",
            "--format=s16le",
            "--channels=1",
            "--latency-msec=50",
        ]
        player = spawn(
            [*command, f"--rate={RATE}", "--latency-msec=50"],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        pipe = player.stdin
        assert pipe is not None

        def feed() -> None:
            with contextlib.suppress(BrokenPipeError):
                while True:
                    pipe.write(samples.tobytes())

        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        try:
            yield
        finally:
            end(player)
            feeder.join(10)
            with contextlib.suppress(BrokenPipeError):
                pipe.close()

    def record(self, seconds: float, sink: str = "speakers") -> NDArray[np.int16]:
        """What a loudspeaker plays from now on."""
        command = ["parec", "--raw", f"--device={sink}.monitor", "--format=s16le", "--channels=1"]
        recorder = spawn(
            [*command, f"--rate={RATE}", "--latency-msec=20"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert recorder.stdout is not None
        try:
            data = recorder.stdout.read(int(seconds * RATE) * 2)
        finally:
            end(recorder)
            recorder.stdout.close()
        return np.frombuffer(data, np.int16)


@contextlib.contextmanager
def start_pulse(folder: Path) -> Iterator[Pulse]:
    """Starts it; root may run it too."""
    socket = folder / "pulse.socket"
    environment = {
        **os.environ,
        "XDG_RUNTIME_DIR": str(folder),
        "PULSE_RUNTIME_PATH": str(folder),
        "PULSE_STATE_PATH": str(folder),
        "PULSE_SERVER": f"unix:{socket}",
        "HOME": str(folder),
    }
    command = [
        "pulseaudio",
        "-n",
        "--daemonize=no",
        "--system=no",
        "--exit-idle-time=-1",
        "--use-pid-file=no",
    ]
    modules = (f"module-native-protocol-unix socket={socket} auth-anonymous=1", *MODULES)
    log = folder / "pulse.log"
    with log.open("wb") as output:
        server = spawn(
            [*command, "--use-pid-file=no", "--disable-shm=yes", *(f"--load={module}" for module in modules)],
            env={key: value for key, value in environment.items() if key != "PULSE_SERVER"},
            stdout=output,
            stderr=output,
        )
    pulse = Pulse(environment, server)
    try:
        deadline = time.monotonic() + 15
        while True:
            with contextlib.suppress(subprocess.SubprocessError):
                if "mic" in pulse.control("list", "short", "sources"):
                    break
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"pulseaudio did not start: {log.read_text()}")
            time.sleep(0.1)
        yield pulse
    finally:
        end(server)

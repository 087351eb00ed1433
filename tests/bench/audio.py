"""The audio engine: what ten people cost beside `rtc.PlatformAudio`, what it delays, and whether it is exact.

All of it over a real SFU and a PulseAudio of the bench's own, whose monitors are the ears. Each member of a
call is a process of its own. The delay from mouth to ear is compared with that of two members made of
`rtc.PlatformAudio`, the SDK's own microphone, processing and loudspeaker; and with what the SDK takes from a
frame given to an `AudioSource` to the same frame from an `AudioStream`, with neither device nor processing.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench import Report, echo, exactness, reporting
from tests.bench.canary import Canary
from tests.bench.monitor import BURST_EVERY, RATE, burst, delays, listening
from tests.parts import LiveKit, start_livekit
from tests.plugins.xcord_voice.callers import level
from tests.plugins.xcord_voice.clicks import clicks
from tests.plugins.xcord_voice.pulse import Pulse, start_pulse

PEOPLE = 10
SETTLE = 6.0  # seconds that do not count: an idle sink wakes after 2
CPU_FOR = 15.0
LATENCY_FOR = 20.0
CLEAN_FOR = 30.0
HEARD_AFTER = 0.2  # seconds after a burst in which it is heard, and in which the machine has to be at rest
LEAST_BURSTS = 8


def main() -> None:
    """See the module."""
    with (
        reporting("audio", runs=3) as report,
        tempfile.TemporaryDirectory(prefix="xcord-bench-audio-") as name,
        start_livekit(Path(name)) as livekit,
        start_pulse(Path(name)) as pulse,
    ):
        bench = Bench(livekit, pulse, report)
        for turn in report.turns():
            bench.cost(ours_first=turn % 2 == 0)
            bench.added("normal", "added_latency_p50_ms")
            bench.added("low", "added_latency_low_p50_ms")
            bench.mouth_to_ear(ours_first=turn % 2 == 0)
            bench.mouth_to_ear_low()
            bench.cleanness(ours_first=turn % 2 == 0)
            for what, value in exactness.measure(pulse).items():
                report.figure(what, value, "db")
            bench.echo()


class Process:
    """A child that is asked and answers by lines of JSON."""

    def __init__(self, module: str, environment: dict[str, str], **asked: Any) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", f"tests.bench.{module}"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._module = module
        if asked:
            self.ask(**asked)

    def ask(self, **asked: Any) -> dict[str, Any]:
        stdin, stdout = self._child.stdin, self._child.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(asked) + "\n")
        stdin.flush()
        while line := stdout.readline():
            with contextlib.suppress(ValueError):
                told = json.loads(line)
                if isinstance(told, dict):
                    return told
        raise RuntimeError(f"{self._module} ended without an answer")

    @property
    def pid(self) -> int:
        return self._child.pid

    def close(self) -> None:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.close()
        try:
            self._child.wait(20)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._child.stdout.close()


class Bench:
    """Rooms are numbered, so that nobody of an earlier one is met again."""

    def __init__(self, livekit: LiveKit, pulse: Pulse, report: Report) -> None:
        self._livekit, self._pulse, self._report = livekit, pulse, report
        self._environment = {**os.environ, **pulse.environment, "HOME": os.environ.get("HOME", "/")}
        self._rooms = 0
        pulse.control("set-default-sink", "speakers")
        pulse.control("set-default-source", "mic")

    @contextlib.contextmanager
    def _speakers(self, say: str, people: int) -> Iterator[str]:
        self._rooms += 1
        room = f"r{self._rooms}"
        tokens = [self._livekit.token(f"u{number}:x", room) for number in range(people)]
        child = Process("audio_speakers", self._environment, url=self._livekit.url, tokens=tokens, say=say)
        try:
            yield room
        finally:
            child.close()

    @contextlib.contextmanager
    def _member(
        self, kind: str, room: str, others: int, *, speaks: bool = False, bursts: bool = False, **options: Any
    ) -> Iterator[Process]:
        options = {f"voice.{name}": value for name, value in options.items()} | {"voice.sounds.volume": 0}
        token = self._livekit.token(f"{kind}{speaks}:x", room, can_publish=speaks)
        asked = {"kind": kind, "url": self._livekit.url, "token": token, "others": others}
        child = Process(
            "audio_member", self._environment, **asked, speaks=speaks, bursts=bursts, options=options
        )
        try:
            yield child
        finally:
            child.close()

    def cost(self, ours_first: bool) -> None:
        """CPU time of a member who hears ten people speak at once."""
        seen: dict[str, float] = {}
        for kind in ("ours", "platform") if ours_first else ("platform", "ours"):
            with self._speakers("words", PEOPLE) as room, self._member(kind, room, PEOPLE) as member:
                time.sleep(SETTLE)
                before, start = member.ask(), time.monotonic()
                time.sleep(CPU_FOR)
                after, seconds = member.ask(), time.monotonic() - start
                seen[kind] = 100 * (after["cpu"] - before["cpu"]) / seconds
            self._report.figure(f"{kind}_cpu_percent", seen[kind], "percent")
        self._report.ratio("cpu_vs_platformaudio", seen["ours"], seen["platform"])

    def added(self, latency: str, what: str) -> None:
        """From the frame that the SDK hands out to the sink's monitor."""
        with (
            self._speakers("bursts", 1) as room,
            self._member("ours", room, 1, bursts=True, latency=latency) as member,
            listening(self._pulse, "speakers") as monitor,
        ):
            time.sleep(SETTLE + LATENCY_FOR)
            arrivals = member.ask()["arrivals"]
        since = arrivals[-1] - LATENCY_FOR if arrivals else 0.0
        found = delays([at for at in arrivals if at > since], monitor.onsets.times)
        self._report.figure(what, 1000 * self._middle(found), "ms")

    def mouth_to_ear(self, ours_first: bool) -> None:
        """From the microphone's wire to the other member's loudspeaker: ours, less what the SDK's own devices
        take; and each less what frames take in the SDK alone beside it, for both wait as long as the packets
        of that time make them."""
        seen: dict[str, float] = {}
        for kind in ("ours", "platform") if ours_first else ("platform", "ours"):
            seen[kind], sdk = self._said_to_heard(kind)
            whose = "" if kind == "ours" else "platform_"
            self._report.figure(f"{kind}_mouth_to_ear_p50_ms", seen[kind], "ms")
            self._report.figure(f"{kind}_sdk_frame_to_frame_p50_ms", sdk, "ms")
            self._report.figure(f"{whose}mouth_to_ear_over_sdk_p50_ms", seen[kind] - sdk, "ms")
        self._report.figure("mouth_to_ear_over_platform_p50_ms", seen["ours"] - seen["platform"], "ms")

    def mouth_to_ear_low(self) -> None:
        """The same in the low profile, of both."""
        found, sdk = self._said_to_heard("ours", latency="low")
        self._report.figure("mouth_to_ear_low_over_sdk_p50_ms", found - sdk, "ms")

    def _said_to_heard(self, kind: str, **options: Any) -> tuple[float, float]:
        """Milliseconds: of two members, and of the SDK alone in the same seconds."""
        self._rooms += 1
        room = f"r{self._rooms}"
        with (
            self._member(kind, room, 0, speaks=True, **options),
            self._member(kind, room, 1, **options),
            self._minimal() as minimal,
            listening(self._pulse, "wire") as mouth,
            listening(self._pulse, "speakers") as ear,
            self._pulse.speaking(bursts()),
        ):
            time.sleep(SETTLE)
            with Canary() as canary:
                begin = time.monotonic()
                for _ in canary.wait(LATENCY_FOR):
                    pass
            told = minimal.ask()

        def middle(said: list[float], heard: list[float]) -> float:
            at_rest = [at for at in said if at > begin and canary.at_rest(at, at + HEARD_AFTER)]
            return 1000 * self._middle(delays(at_rest, heard))

        return middle(mouth.onsets.times, ear.onsets.times), middle(told["said"], told["heard"])

    @contextlib.contextmanager
    def _minimal(self) -> Iterator[Process]:
        self._rooms += 1
        tokens = [self._livekit.token(f"minimal{number}:x", f"r{self._rooms}") for number in range(2)]
        child = Process("audio_minimal", self._environment, url=self._livekit.url, tokens=tokens)
        try:
            yield child
        finally:
            child.close()

    def cleanness(self, ours_first: bool) -> None:
        """A steady tone through the whole call: every gap and every jump of it is a click.

        Asked is for a machine at rest, so what is heard while it stood still (`canary`) is told apart.
        """
        for kind in ("ours", "platform") if ours_first else ("platform", "ours"):
            with self._speakers("tone", 1) as room, self._member(kind, room, 1) as member:
                time.sleep(SETTLE)
                with Canary() as canary, listening(self._pulse, "speakers") as monitor:
                    underruns, counted = self._listen(member, canary)
            heard = monitor.samples[: -RATE // 2]
            if level(heard) < -20:
                raise RuntimeError("the tone was not heard, so nothing is said about clicks")
            moments = [monitor.moment(at) for at in clicks(heard) if at > RATE // 2]
            counting = [moment for moment in moments if canary.at_rest(moment, moment)]
            whose = "" if kind == "ours" else "platform_"
            self._report.figure(f"{whose}clicks", float(len(counting)), "")
            self._report.figure(f"{whose}clicks_held_up", float(len(moments) - len(counting)), "")
            self._report.figure(f"{whose}counted_s", counted, "s")
            if kind == "ours":
                self._report.figure("underruns_per_minute", underruns * 60 / counted, "")

    @staticmethod
    def _listen(member: Process, canary: Canary) -> tuple[int, float]:
        """Until `CLEAN_FOR` seconds count: the underruns in them, and how long they are."""
        begin, before, underruns = time.monotonic(), member.ask()["underruns"], 0
        for start, end in canary.wait(CLEAN_FOR):
            seen = member.ask()["underruns"]
            if canary.at_rest(start, end):
                underruns += seen - before
            before = seen
        return underruns, canary.rest(begin, time.monotonic())

    def echo(self) -> None:
        """Ours beside LiveKit's processing alone, on the same signals."""
        for whose, make in (("", echo.ours), ("apm_alone_", echo.bare)):
            found = echo.measure(make=make)
            self._report.figure(f"{whose}erle_db", found.erle_db, "db")
            self._report.figure(f"{whose}near_speech_db", found.near_speech_db, "db")
            for dbfs, kept in found.kept_db.items():
                self._report.figure(f"{whose}near_speech_at_{-dbfs:.0f}_db", kept, "db")

    @staticmethod
    def _middle(found: list[float]) -> float:
        if len(found) < LEAST_BURSTS:
            raise RuntimeError(f"only {len(found)} bursts were heard at both ends")
        return median(found)


def bursts() -> Any:
    """One burst and its pause, as 16 bits."""
    import numpy as np

    samples = np.zeros(int(RATE * BURST_EVERY))
    samples[: len(burst())] = burst()
    return (samples * 32767).astype(np.int16)


if __name__ == "__main__":
    main()

"""One variant: brings everybody into the call, breaks it, waits for the way back, and measures it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from xcord import CommandError, SetupError

from .ends import HOST, SIGNAL
from .flow import STEADY, Flow, flow
from .matrix import Variant
from .proof import answers
from .result import QUIET_BYTES, SILENT, Result, judge, note_events
from .sockets import Sockets
from .stage import HEARD, Stage
from .steps import carry_out

AWAY = 8.0  # seconds for which a call that has to stay away is watched
BEFORE = 3.0  # seconds before a check in which a stream that began is known to be fresh in it
SHUT = 3.0  # seconds of the check that muted is silent; the first one is the gate's
PROBE_WITHIN = 30.0
UP_FOR = 20.0  # seconds after the fault in which the hostile plugin is watched

Say = Callable[[str], None]
MODES: dict[str, tuple[tuple[str, ...], bool]] = {
    "on": ((), False),
    "off": (("no:reconnection",), False),
    "hostile": ((), True),
}


def run(stage: Stage, variant: Variant, mode: str, say: Say) -> Result:
    """Runs it once; what the fault changed is mended afterwards.

    :raises CannotBreak: the fault could not be made.
    :raises TimeoutError: the call could not even be brought up before it.
    """
    result = Result(variant.name, mode)
    begun = time.monotonic()
    _prepare(stage, variant, mode)
    remote = stage.remote
    remote.ask("voice.mute", {"on": variant.muted})
    time.sleep(1.5 if variant.muted else 0.0)
    assert stage.app is not None
    before = list(stage.app.lines)[-1]
    remote.ask("faults.forget")
    forgot, wall = time.monotonic(), time.time()
    stage.broken_at = None
    try:
        with Sockets(stage.net, stage.app.process.pid) as sockets:
            carry_out(stage, variant.steps, say)
            probed = result.probed = _probe(stage)
            say(f"the SFU answers after {probed - forgot:.1f} s")
            _await(stage, variant, mode, result, probed)
            if variant.muted:
                result.muted_bytes = _judge_silence(stage, result, forgot, time.monotonic())
            if result.recovered:
                _mute(stage, variant, result, probed)
        result.sockets = sockets.most
        _collect(stage, result, forgot, wall, before)
        if mode == "hostile" and variant.back is not None:
            result.up_percent = _up(stage, forgot, probed, time.monotonic())
    finally:
        _mend(stage, variant)
    result.seconds = time.monotonic() - begun
    result.broken = judge(variant, result)
    return result


def _prepare(stage: Stage, variant: Variant, mode: str) -> None:
    flags, hostile = MODES[mode]
    if (
        stage.app is None
        or not stage.app.running
        or (stage.flags, stage.hostile) != (flags, hostile)
        or variant.fresh
    ):
        stage.flags, stage.hostile = flags, hostile
        stage.start_app()
    stage.remote.ask("voice.mute", {"on": False})
    stage.join()


def _probe(stage: Stage) -> float:
    """The moment at which the client reaches the SFU again."""
    until = time.monotonic() + PROBE_WITHIN
    while not stage.net.client.call(answers, HOST, SIGNAL, 0.5):
        if time.monotonic() > until:
            return time.monotonic()
        time.sleep(0.05)
    return time.monotonic()


def _await(stage: Stage, variant: Variant, mode: str, result: Result, probed: float) -> None:
    """Until everything that is wanted flows steadily, or the time is over."""
    wanted = {"in", "video"} if variant.muted else {"in", "out", "video"}
    limit = variant.back if variant.back is not None else AWAY
    if mode == "hostile":
        limit = UP_FOR
    if mode == "off":  # what the SDK cannot save is lost, and nothing is waited for
        limit = min(limit, UP_FOR)
    until, flows = max(probed, time.monotonic()) + limit, False
    while time.monotonic() < until:
        now = time.monotonic()
        steady = now - probed >= STEADY and not stage.missing(now - STEADY, now) & wanted
        flows = steady and _status(stage) == "connected"
        if flows and mode != "hostile" and variant.back is not None:
            break
        if stage.peer is not None and not stage.peer.running and variant.back is not None:
            stage.join_peer()  # the fault ended their connection for good, and the SDK alone does not rejoin
        time.sleep(0.1)
    voice = _voice(stage)
    result.reason = str(voice.get("reason", ""))
    if voice.get("status") == "idle":  # the call ended with the login that it stands by, which says why
        result.reason = str(stage.read("directory")["reason"])
    now = time.monotonic()
    if not flows:
        missing = sorted(stage.missing(now - 1.0, now) & wanted)
        result.note = f"{voice.get('status')} {result.reason}, missing: {' '.join(missing)}"
    result.recovered = voice.get("status") == "connected" and (flows or variant.back is None)
    if result.recovered:
        lines = stage.app.since(probed) if stage.app else []
        heard = flow([(line["t"], line["heard"] >= HEARD) for line in lines], probed)
        result.sound_in = heard.back
        result.video = _pictures_since(stage, probed)
        if not variant.muted:
            tone = _tone(stage, probed)
            result.sound_out = tone.back
            result.breaks = tone.breaks
        result.breaks += heard.breaks


def _tone(stage: Stage, since: float) -> Flow:
    """What the peer hears of the app's person."""
    lines = stage.peer.since(since) if stage.peer else []
    return flow([(line["t"], line["tone"] >= HEARD) for line in lines], since)


def _pictures_since(stage: Stage, probed: float, gap: float = 1.0) -> float:
    """The same for pictures: the end of the last second in which none came."""
    back, last, count = probed, probed, -1
    for line in stage.app.since(probed) if stage.app else ():
        if line["frames"] != count:
            if line["t"] - last > gap:
                back = line["t"]
            last, count = line["t"], line["frames"]
    return float(max(0.0, back - probed))


def _mute(stage: Stage, variant: Variant, result: Result, probed: float) -> None:
    """After the way back: shut means silent, and open means heard."""
    if variant.muted:
        opened = time.monotonic()
        stage.remote.ask("voice.mute", {"on": False})
        until = opened + 10
        while time.monotonic() < until and "out" in stage.missing(time.monotonic() - 0.5, time.monotonic()):
            time.sleep(0.05)
        result.sound_out = _tone(stage, opened).last
    stage.remote.ask("voice.mute", {"on": True})
    shut = time.monotonic()
    time.sleep(1.0 + SHUT)
    sent = _judge_silence(stage, result, shut + 1.0, time.monotonic())
    if sent > QUIET_BYTES:  # a starved machine sends late what was said before; a leak would go on
        again = time.monotonic()
        time.sleep(SHUT)
        sent = _judge_silence(stage, result, again, time.monotonic())
    result.muted_bytes = max(result.muted_bytes, sent)


def _judge_silence(stage: Stage, result: Result, since: float, until: float) -> float:
    """Notes what was heard between two moments; payload bytes a second that were sent."""
    lines = [line for line in (stage.peer.since(since) if stage.peer else []) if line["t"] <= until]
    result.muted_db = max([result.muted_db, *(line["level"] for line in lines)])
    result.leaked += sum(line["level"] >= SILENT for line in lines)
    mine = stage.app.since(since - BEFORE) if stage.app else []
    return quiet_bytes(
        [line["sent"] for line in mine if "sent" in line and line["sent"]["t"] <= until], since
    )


def quiet_bytes(counted: list[dict[str, float]], since: float) -> float:
    """Bytes a second between the samples from a moment on, leaving out the first second in which a stream
    sends: its encoder says silence ten times before it believes it. A stream may be listed long before that,
    while its connection is still made."""
    more = took = 0.0
    fresh = float("-inf")
    for before, sample in pairwise(counted):
        if sample["stream"] != before["stream"] or not before["bytes"]:
            fresh = sample["t"]
        elif before["t"] >= since and sample["t"] - fresh > 1.0:
            more += sample["bytes"] - before["bytes"]
            took += sample["t"] - before["t"]
    return more / took if took > 1 else 0.0


def _collect(stage: Stage, result: Result, forgot: float, wall: float, before: dict[str, Any]) -> None:
    told = stage.app.since(forgot) if stage.app else []
    result.rooms = max((line["rooms"] for line in told), default=0)
    if told and told[-1]["most"] > before.get("most", 1):
        result.rooms = max(result.rooms, told[-1]["most"])
    end = time.monotonic()
    late = [line["differs"] for line in told if line["t"] >= end - 2.5]
    result.differs = late[-1] - late[0] if late else 0
    events = stage.remote.read("faults")["faults"]["events"]
    note_events(result, events, 1000 * ((stage.broken_at or forgot) - forgot))
    if result.mode == "on":
        timeline = stage.read("reconnection")["timeline"]
        result.said = [line["what"] for line in timeline if line["at"] >= 1000 * wall]


def _up(stage: Stage, forgot: float, probed: float, until: float) -> float:
    """Percent of the time after the fault in which the call was connected."""
    events = stage.remote.read("faults")["faults"]["events"]
    status, since, up = "connected", forgot, 0.0
    changes = [(forgot + e["at"] / 1000, e["detail"].split()[0]) for e in events if e["what"] == "status"]
    for at, to in [*changes, (until, "")]:
        if status == "connected":
            up += max(0.0, min(at, until) - max(since, probed))
        status, since = to, at
    return 100 * up / max(0.1, until - probed)


def _status(stage: Stage) -> str:
    return str(_voice(stage).get("status", ""))


def _voice(stage: Stage) -> dict[str, Any]:
    try:
        return dict(stage.read("voice"))
    except (SetupError, CommandError, KeyError):
        return {}


def _mend(stage: Stage, variant: Variant) -> None:
    """Everything is whole again, whatever the variant left."""
    stage.net.heal()
    if stage.peer is not None and stage.peer.running:
        stage.peer.tell("speak")
    if "server" in variant.steps:
        with contextlib.suppress(Exception):  # it may be down; the next line sees
            stage.server.fault("none")
    if stage.server.child is not None and stage.server.child.process.poll() is not None:
        stage.server.start()
    if stage.sfu.process is not None and stage.sfu.process.poll() is not None:
        stage.sfu.start()
    if variant.back is None or variant.fresh:
        stage.leave_peer()
        stage.stop_app()

"""What the words of the matrix do."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Sequence

from .namespaces import CannotBreak
from .network import address
from .proof import Way, echo, measure
from .stage import Stage

Say = Callable[[str], None]
HARMLESS = ("wait", "peer", "bus")


def carry_out(stage: Stage, steps: str, say: Say) -> None:
    """All steps of a variant, in order.

    :raises CannotBreak: a fault is not what was asked for.
    """
    for step in steps.split(";"):
        words = step.split()
        say(" ".join(words))
        if stage.broken_at is None and words[0] not in HARMLESS:
            stage.broken_at = time.monotonic()
        WORDS[words[0]](stage, words[1:])


def _flap(stage: Stage, words: Sequence[str]) -> None:
    every, whole = map(float, words)
    until, down = time.monotonic() + whole, False
    while time.monotonic() < until:
        down = not down
        (stage.net.cut if down else stage.net.heal)()
        time.sleep(every)


def measured(stage: Stage) -> Way:
    """What the network does to packets between app and server now."""

    def look() -> Way:
        return measure(address("server"), patience=2.5)

    with contextlib.ExitStack() as ends:

        def answer() -> None:
            ends.enter_context(echo(address("server")))

        stage.net.server.call(answer)
        return stage.net.client.call(look)


def _proof(stage: Stage, words: Sequence[str]) -> None:
    """The fault is measured before anything is blamed on it."""
    way = measured(stage)
    made = 0.35 < way.lost < 0.65 if words[0] == "loss" else way.took > 0.9 and way.overtaken > 5
    if not made:
        raise CannotBreak(f"the network does not do what was asked ({words[0]}): {way}")


def _sfu(stage: Stage, words: Sequence[str]) -> None:
    sfu = stage.sfu
    acts: dict[str, Callable[[], None]] = {
        "kill": sfu.kill,
        "start": sfu.start,
        "term": lambda: sfu.signal(signal.SIGTERM),
        "stop": lambda: sfu.signal(signal.SIGSTOP),
        "go": lambda: sfu.signal(signal.SIGCONT),
    }
    acts[words[0]]()


def _rekey(stage: Stage, words: Sequence[str]) -> None:
    from .ends import new_key

    stage.sfu.keys.append(new_key())


def _server(stage: Stage, words: Sequence[str]) -> None:
    server = stage.server
    match words:
        case ["start"]:
            server.start()
        case ["stop"]:
            server.stop()
        case ["restart"]:
            server.stop()
            server.start()
        case ["slow", seconds]:
            server.fault("slow", milliseconds=4000, seconds=int(seconds))
        case ["expired", seconds]:
            server.fault("expired_token", seconds=int(seconds))
        case ["status", status, seconds]:
            server.fault("status", status=int(status), seconds=int(seconds))


def _app(stage: Stage, words: Sequence[str]) -> None:
    if stage.app is not None:
        stage.app.process.send_signal(signal.SIGSTOP if words[0] == "stop" else signal.SIGCONT)


def _person(stage: Stage, words: Sequence[str]) -> None:
    stage.server.ask("POST", f"/v1/channels/{stage.channel}/people/{stage.user}/remove")


def _delete(stage: Stage, words: Sequence[str]) -> None:
    """By the SFU's own API: the channel stays."""
    import asyncio

    from livekit import api

    from .ends import HOST, SIGNAL

    async def delete() -> None:
        client = api.LiveKitAPI(f"http://{HOST}:{SIGNAL}", stage.sfu.key.key, stage.sfu.key.secret)
        try:
            await client.room.delete_room(api.DeleteRoomRequest(room=f"vc_{stage.channel}"))
        finally:
            await client.aclose()

    stage.net.server.call(lambda: asyncio.run(delete()))


def _clock(stage: Stage, words: Sequence[str]) -> None:
    """The clock that goes on in sleep is so many seconds further; see ``client.Sleep``."""
    if stage.app is not None:
        (stage.app_home / "slept").write_text(words[0])
        stage.app.process.send_signal(signal.SIGUSR1)


def _peer(stage: Stage, words: Sequence[str]) -> None:
    if stage.peer is not None:
        stage.peer.tell(words[0])


def _block(stage: Stage, words: Sequence[str]) -> None:
    loop, seconds = words
    stage.remote.ask("faults.block", {"loop": loop, "milliseconds": int(seconds) * 1000})


WORDS: dict[str, Callable[[Stage, Sequence[str]], None]] = {
    "wait": lambda stage, words: time.sleep(float(words[0])),
    "cut": lambda stage, words: stage.net.cut(),
    "unplug": lambda stage, words: stage.net.unplug(),
    "heal": lambda stage, words: stage.net.heal(),
    "flap": _flap,
    "lose": lambda stage, words: stage.net.lose(int(words[0])),
    "delay": lambda stage, words: stage.net.delay(int(words[0]), int(words[1])),
    "readdress": lambda stage, words: stage.net.readdress(),
    "proof": _proof,
    "sfu": _sfu,
    "rekey": _rekey,
    "server": _server,
    "app": _app,
    "simulate": lambda stage, words: stage.remote.ask("voice.simulate", {"kind": words[0]}),
    "window": lambda stage, words: stage.remote.ask("hub.fault", {"kind": words[0]}),
    "block": _block,
    "bus": lambda stage, words: stage.bus.tell_of_sleep(words[0] == "sleep"),
    "clock": _clock,
    "peer": _peer,
    "remove": _person,
    "ban": lambda stage, words: stage.server.ask(
        "POST", f"/v1/servers/{stage.home}/bans/{stage.user}", {"reason": "x"}
    ),
    "delete": _delete,
    "join": lambda stage, words: stage.join_elsewhere(),
}

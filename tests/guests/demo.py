"""A whole call: ``python3 build/dev.py demo``.

Starts a server end, brings guests into a channel, opens the app, logs in and joins; tells what it sees; ends
every process that it started.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from tests.screen import NoScreenError, Screen, virtual_screen

from xcord.errors import CommandError, SetupError

from . import account, loop, picture, seen, sound, stack
from .children import ChildError
from .options import arguments

FIRST_FRAME_WITHIN = 30.0
REPORT_WITHIN = 20.0
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
SOUNDS = {
    "present": "on your sound server",
    "own": "there is no sound server here: a silent one was started",
    "none": "none: this machine has no PulseAudio",
}


class Stopped(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal."""


def say(topic: str, text: str) -> None:
    print(f"{topic:<10} {text}", flush=True)


def main() -> int:
    options = arguments().parse_args()
    _check(options)
    for number in SIGNALS:
        signal.signal(number, _stop)
    folder = Path(tempfile.mkdtemp(prefix="xcord-demo-"))
    kept = True
    try:
        with contextlib.ExitStack() as ends:
            try:
                run(options, folder, ends)
            finally:
                say("end", "ending what was started ...")
        kept = False
    except Stopped:
        kept = False
    except (ChildError, NoScreenError, account.AccountError, SetupError, CommandError, OSError) as error:
        print(f"demo: {error} (logs: {folder})", file=sys.stderr, flush=True)
        return 1
    finally:
        if not kept:
            _remove(folder)
    say("end", "everything has ended")
    return 0


def run(options: argparse.Namespace, folder: Path, ends: contextlib.ExitStack) -> None:
    """The demo itself; whatever it starts is ended by ``ends``, the last first."""
    say("server", "starting the server end: accounts, PostgreSQL, livekit-server ...")
    server = ends.enter_context(stack.server_end(folder))
    say("server", f"ready at {server.address}, calls at {server.livekit}")
    channel = server.channels()[0]

    say("guests", f"bringing {options.guests} guests into {channel['name']!r} ...")
    for spec in loop.spread(min(options.guests, loop.DIFFERENT)):
        loop.load(spec)
    guests = ends.enter_context(stack.guests_in(server, channel["id"], options.guests, folder))
    say("guests", "in the channel: " + ", ".join(person.name for person in guests.persons))

    heard = ends.enter_context(sound.sound_server(folder))
    say(
        "sound",
        {"present": "your sound server", "own": "a silent sound server of our own"}.get(heard.kind, "none"),
    )
    screen = _screen(ends)
    environ = {**(stack.environ_on(screen) if screen else os.environ), **heard.environ}

    app = ends.enter_context(stack.app_on(environ, folder, "--measure", "--watch"))
    to_window = app.wait_painted()
    say("app", f"window painted {to_window:.2f} s after the start")
    app.log_in(server)
    to_joined = app.join(channel["id"])
    say("app", f"logged in and joined {channel['name']!r} in {to_joined:.2f} s")
    say("watch", f"open this in a browser on this machine to see the same page: {app.watch_address()}")

    watching = seen.Seen(app, to_window, to_joined)
    watching.wait_first_frame(FIRST_FRAME_WITHIN)
    say("app", "the first picture is drawn" + ("" if options.seconds else "; Ctrl-C ends the demo"))
    try:
        _watch(options, watching, screen)
    finally:
        if options.json:
            _write(options.json, watching.figures())
            say("json", f"wrote {options.json}")


def _watch(options: argparse.Namespace, watching: seen.Seen, screen: Screen | None) -> None:
    """Look until the time is over or somebody stops us; a picture is taken early and again at the end."""
    told, shot_at = 0.0, min(5.0, (options.seconds or 10.0) / 2)
    while options.seconds is None or watching.elapsed < options.seconds:
        if watching.app.child.process.poll() == 0:
            say("app", "it was quit")
            return
        watching.look()
        if options.seconds and watching.silent > REPORT_WITHIN:
            raise ChildError(f"the page has not reported anything for {REPORT_WITHIN:g} s")
        if screen and not watching.screenshots and watching.elapsed >= shot_at:
            _shoot(options, watching, screen)
        if watching.elapsed >= told + 10:
            told = watching.elapsed
            say("seen", watching.line())
        time.sleep(0.1)
    if screen:
        _shoot(options, watching, screen)
    say("seen", watching.line())


def _shoot(options: argparse.Namespace, watching: seen.Seen, screen: Screen) -> None:
    path = options.screenshot.resolve()
    picture.shoot_window(screen, path)
    if not watching.screenshots:
        say("picture", f"wrote {path}")
    watching.screenshots = [str(path)]


def _screen(ends: contextlib.ExitStack) -> Screen | None:
    """A virtual screen where there is none; ``None`` means the person's own."""
    if sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        say("screen", "the windows open on your screen")
        return None
    screen = ends.enter_context(virtual_screen(compositor=True))
    say("screen", f"there is none here: a virtual one was made, DISPLAY={screen.display}")
    return screen


def _check(options: argparse.Namespace) -> None:
    """Refuse what would only fail at the end."""
    if options.seconds is not None and options.seconds <= 0:
        raise SystemExit("demo: --seconds must be more than 0")
    if not 0 <= options.guests <= 50:
        raise SystemExit("demo: --guests must be 0 to 50")
    for path in filter(None, (options.json, options.screenshot)):
        if not path.resolve().parent.is_dir():
            raise SystemExit(f"demo: the folder {path.resolve().parent} does not exist; make it first")


def _write(path: Path, figures: dict[str, object]) -> None:
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")
    temporary.replace(path)


def _stop(number: int, frame: FrameType | None) -> None:
    """The first signal ends the demo in order; while that happens, further ones change nothing."""
    for ignored in SIGNALS:
        signal.signal(ignored, signal.SIG_IGN)
    raise Stopped


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

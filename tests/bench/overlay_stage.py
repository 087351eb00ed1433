"""The call of bench `overlay`: a real SFU, a sound server and a screen, other people, and the app."""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from tests.flood.web import probed
from tests.guests.stack import App, app_on, environ_on
from tests.parts import LiveKit, start_livekit
from tests.plugins.xcord_voice.pulse import Pulse, start_pulse
from tests.screen import Screen, virtual_screen

from xcord.errors import CommandError

from .audio import Process

WINDOW = "overlay"
ME = "me:bench"
PATIENCE = 60.0


class MissingError(RuntimeError):
    """A part of the app that is measured is not there; says which."""


@dataclass
class Stage:
    """What all parts share. Rooms and apps are numbered, so that nobody of an earlier one is met again."""

    folder: Path
    livekit: LiveKit
    pulse: Pulse
    screen: Screen
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def room(self) -> str:
        """A new one."""
        return f"room{next(self._numbers)}"

    @contextlib.contextmanager
    def app(self, room: str, probe: Path | None = None, port: int = 0) -> Iterator[App]:
        """The app in that room's call.

        :param probe: a script in front of that of each page, which tells loopback's ``port``; without it they
            are as shipped. With it the app itself writes into :meth:`legs`, too.
        """
        name = f"app{next(self._numbers)}"
        environ = {**environ_on(self.screen), **sound_of(self.pulse)}
        module = "xcord"
        if probe is not None:
            web = probed(self.folder / f"{name}-web", port, probe)
            environ |= {"XCORD_TEST_WEB": str(web), "XCORD_TEST_ORDERS": str(port)}
            environ["XCORD_TEST_LEGS"] = str(self.legs(room))
            module = "tests.bench.overlay_legs"
        # Without --measure: pages that report every second change the state, and cost something.
        with app_on(environ, self.folder, name=name, module=module) as app:
            app.wait("the first picture", ["app"], lambda s: s["app"], PATIENCE)
            app.ask("settings.set", name="voice.sounds.volume", value=0)
            app.ask("voice.join", 30.0, url=self.livekit.url, token=self.livekit.token(ME, room))
            app.wait("the call", ["voice"], lambda s: s["voice"]["status"] == "connected", PATIENCE)
            yield app

    def legs(self, room: str) -> Path:
        """See `overlay_legs`; of the probed app in that room."""
        return self.folder / f"{room}-legs"

    @contextlib.contextmanager
    def talkers(self, room: str, count: int) -> Iterator[Process]:
        """So many others, silent until they are told to talk."""
        tokens = [self.livekit.token(f"u{number}:bench", room) for number in range(count)]
        child = Process("overlay_talkers", dict(os.environ), url=self.livekit.url, tokens=tokens)
        try:
            yield child
        finally:
            child.close()

    @contextlib.contextmanager
    def listener(self, room: str, hear: str = "") -> Iterator[Process]:
        """Another subscriber, made of the SDK alone."""
        token = self.livekit.token("listener:bench", room, can_publish=False)
        child = Process("overlay_listener", dict(os.environ), url=self.livekit.url, token=token, hear=hear)
        try:
            yield child
        finally:
            child.close()


def sound_of(pulse: Pulse) -> dict[str, str]:
    """What makes a program use that server, without its home folder."""
    return {"PULSE_SERVER": pulse.environment["PULSE_SERVER"]}


def process_of(app: App) -> psutil.Process:
    """The app's own process; the pages' are its children."""
    return psutil.Process(app.child.process.pid)


def show_overlay(app: App, on: bool) -> None:
    """Until it is there, or gone.

    :raises MissingError: this app has no overlay.
    """
    try:
        app.ask("overlay.show", on=on)
    except CommandError as error:
        if error.code == "unknown_command":
            raise MissingError("no plugin answers overlay.show") from error
        raise
    app.wait("the overlay", ["windows"], lambda s: _there(s) == on, PATIENCE)


def _there(slices: dict[str, dict[str, list[dict[str, object]]]]) -> bool:
    return any(each["page"] == WINDOW and each["connected"] for each in slices["windows"]["windows"])


@contextlib.contextmanager
def staged() -> Iterator[Stage]:
    """See :class:`Stage`."""
    with (
        tempfile.TemporaryDirectory(prefix="xcord-bench-overlay-") as name,
        start_livekit(Path(name)) as livekit,
        start_pulse(Path(name)) as pulse,
        virtual_screen(1400, 900, compositor=True) as screen,
    ):
        pulse.control("set-default-sink", "speakers")
        pulse.control("set-default-source", "mic")
        yield Stage(Path(name), livekit, pulse, screen)

"""One stack for all journeys: a server end, guests in its first channel, a screen and a sound server."""

from __future__ import annotations

import contextlib
import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.guests import account, stack
from tests.guests.sound import Sound, sound_server
from tests.journeys.secrets import logs_below
from tests.screen import Screen, virtual_screen

GUESTS = 3


@dataclass
class World:
    """What a journey happens in. ``folder`` holds every log."""

    folder: Path
    server: stack.ServerEnd
    screen: Screen
    sound: Sound
    guests: stack.Guests
    channel: str  # with guests in it
    quiet_channel: str  # with nobody in it
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a program that shows windows and makes sound."""
        return {**self.screen.environ, **self.sound.environ}

    def home(self) -> Path:
        """A new folder for one app; it may be prepared before the app starts."""
        home = self.folder / f"app{next(self._numbers)}-home"
        (home / "config").mkdir(parents=True)
        return home

    @contextlib.contextmanager
    def app(
        self, *arguments: str, home: Path | None = None, module: str = "xcord", **environ: str
    ) -> Iterator[stack.App]:
        """An app on this world's screen; it quits with the block.

        :param module: see ``stack.app_on``; ``environ`` is for it.
        """
        home = home or self.home()
        name = f"{home.name.removesuffix('-home')}-run{next(self._numbers)}"
        environ = {**self.environ, **environ}
        with stack.app_on(environ, self.folder, *arguments, home=home, name=name, module=module) as app:
            yield app

    @contextlib.contextmanager
    def call(self, *arguments: str, home: Path | None = None, channel: str = "") -> Iterator[stack.App]:
        """An app in the guests' channel."""
        with self.app("--measure", *arguments, home=home) as app:
            app.wait_painted()
            app.log_in(self.server)
            app.join(channel or self.channel)
            yield app

    def person(self) -> account.Credentials:
        """A new account."""
        number = next(self._numbers)
        person = account.Credentials(f"person{number}", account.people(1)[0].password, f"Person {number}")
        self.server.add_people([person])
        self.persons.append(person)
        return person

    persons: list[account.Credentials] = field(default_factory=list)

    def secrets(self) -> set[str]:
        """Every password, key and login token that this world knows of."""
        known = {self.server.password}
        known |= {person.password for person in (*self.guests.persons, *self.persons)}
        keys = json.loads((self.server.data / "secrets.json").read_text())
        known |= {value for value in keys.values() if isinstance(value, str)}
        for kept in self.folder.glob("*-home/data/login.json"):
            known.add(str(json.loads(kept.read_text()).get("token", "")))
        return {secret for secret in known if len(secret) >= 8}

    def logs(self) -> list[Path]:
        """Everything that was written by any process, also by the native libraries."""
        return logs_below(self.folder)


@contextlib.contextmanager
def whole_world(folder: Path) -> Iterator[World]:
    """Everything but the app, for as long as the block lasts."""
    with contextlib.ExitStack() as ends:
        server = ends.enter_context(stack.server_end(folder))
        first, second = (channel["id"] for channel in server.channels()[:2])
        screen = ends.enter_context(virtual_screen(compositor=True))
        sound = ends.enter_context(sound_server(folder, use_present=False))
        if sound.kind != "own":
            raise RuntimeError("these journeys listen to a sound server. Run: apt-get install pulseaudio")
        guests = ends.enter_context(stack.guests_in(server, first, GUESTS, folder))
        yield World(folder, server, screen, sound, guests, first, second)


def until(true: Callable[[], object], what: str, within: float = 30.0) -> None:
    """Wait for an event that can only be looked for.

    :raises AssertionError: it did not come.
    """
    limit = time.monotonic() + within
    while not true():
        assert time.monotonic() < limit, f"{what} did not happen within {within:g} s"
        time.sleep(0.05)

"""Keeps slice ``overlay`` and the windows to it: listens, computes when something changed, asks the shell.

Who speaks is lit by the pages, straight from slice ``speaking``; here it matters only for who is listed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress

from xcord import (
    CommandError,
    Desktop,
    Directory,
    Handle,
    Overlay,
    Settings,
    Speaking,
    Voice,
    Windows,
    WindowState,
)

from . import wishes
from .people import Listed, People
from .place import Place
from .rules import Rule, is_shown, lately, rule_for
from .scene import Known, in_call, overlay_of, wanted
from .window import Wanted, Window

SETTLES = 0.3
"""Seconds for which an application must be in front before its rule counts: whoever switches passes many."""


class Keeper:
    """One life of the plugin, on the hub loop."""

    def __init__(self, hub: Handle, names: Collection[str]) -> None:
        self.hub = hub
        self.slice = hub.slice("overlay", Overlay, Overlay())
        self.windows = {name: Window(hub, name) for name in names}
        self.wishes = wishes.DEFAULT
        self.voice, self.desktop = Voice(), Desktop()
        self.states: dict[str, WindowState] = {}
        self.people = People()
        self.names: dict[str, str] = {}
        self.editing = False
        self.taken: set[str] = set()  # overlays that were given input, and are away until asked for again
        self.dragged: dict[str, tuple[Place, tuple[bool, bool]]] = {}
        self.application = ""
        self.recent: tuple[str, ...] = ()
        self.key = ""
        self.rule: Rule | None = None
        self.said: bool | None = None  # what was asked for since that rule is in force
        self.changed, self.timed = asyncio.Event(), asyncio.Event()
        self.unwanted = False  # somebody closed an overlay
        self._front_since: float | None = None  # since when another application has been in front
        self._due: float | None = None
        self.known = Known()
        self._living = False

    @asynccontextmanager
    async def life(self) -> AsyncIterator[None]:
        """Watch, publish and ask until left; then every overlay is closed."""
        self._living = True
        for name, callback in (
            ("settings", self.on_settings),
            ("voice", self.on_voice),
            ("speaking", self.on_speaking),
            ("directory", self.on_directory),
            ("desktop", self.on_desktop),
            ("windows", self.on_windows),
        ):
            self.hub.watch(callback, name)
        async with asyncio.TaskGroup() as tasks:
            works = (tasks.create_task(self.keep()), tasks.create_task(self.wake()))
            try:
                yield
            finally:
                for work in works:
                    work.cancel()
        self._living = False
        for window in self.windows.values():
            await window.bring(Wanted())

    # -- what happens ------------------------------------------------------------------------------

    def on_settings(self, _name: str, _settings: Settings | None) -> None:
        """The user may have changed a wish."""
        now = wishes.read(self.hub)
        if now != self.wishes:
            self.wishes = now
            self.look()

    def on_voice(self, _name: str, voice: Voice | None) -> None:
        """The call, or who is in it, changed."""
        self.voice = voice or Voice()
        self.people.keep({person.user for person in self.voice.people})
        self.look()

    def on_speaking(self, _name: str, speaking: Speaking | None) -> None:
        """Somebody begins or ends to speak."""
        users = speaking.users if speaking is not None else ()
        self.people.hear(self.hub.clock.now(), users, self.wishes.grace)
        if self.wishes.people.hears(len(self.voice.people)):
            self.look()

    def on_directory(self, _name: str, directory: Directory | None) -> None:
        """People may be called otherwise."""
        people = directory.people.values() if directory is not None else ()
        self.names = {profile.user: profile.name for profile in people}
        if self.wishes.order == "name":
            self.look()

    def on_desktop(self, _name: str, desktop: Desktop | None) -> None:
        """Screens came or went, or another application is in front."""
        self.desktop = desktop or Desktop()
        if self.desktop.locked:
            self.editing = False
        if self.desktop.application == self.application:
            self._front_since = None
        elif self._front_since is None:
            self._front_since = self.hub.clock.now()
        self.look()

    def on_windows(self, _name: str, windows: Windows | None) -> None:
        """A window came or went. Who closes an overlay does not want it back."""
        before, self.states = self.states, {state.name: state for state in (windows or Windows()).windows}
        for name, window in self.windows.items():
            if window.see(name in self.states):
                self.editing, self.unwanted = False, True
            if _took(self.states, name) and not _took(before, name):
                self.taken.add(name)
                self.editing = False
        self.look()

    # -- what is wished ----------------------------------------------------------------------------

    async def want(self, on: bool) -> None:
        """The overlay is wanted or not: as long as a rule decides about it, else for good."""
        if on:
            self.taken.clear()
        if self.rule is not None and self.rule.does != "place":
            self.said = on
        else:
            await self.hub.set_option("on", on)
        self.look()

    # -- what is shown -----------------------------------------------------------------------------

    def look(self, at: float = 0.0) -> None:
        """Computes everything anew, for this moment or for a later one that was awaited; an equal result goes
        nowhere."""
        if not self._living:
            return
        now = max(self.hub.clock.now(), at)
        self.judge(now)
        shown = is_shown(self.wishes.on, self.rule, self.said) and not self.windows.keys() <= self.taken
        listed, ends = Listed(), None
        if (shown or self.editing) and in_call(self.voice):
            wish = self.wishes.people
            listed = self.people.listed(now, self.voice.people, self.names, wish)
            ends = self.people.due(now, self.voice.people, wish)
        settles = self._front_since + SETTLES if self._front_since is not None else None
        self._due = min((due for due in (ends, settles) if due is not None), default=None)
        self.known = Known(
            wishes=self.wishes,
            voice=self.voice,
            desktop=self.desktop,
            shown=shown,
            editing=self.editing,
            listed=listed,
            key=self.key,
            rule=self.rule,
            recent=self.recent,
            dragged=dict(self.dragged),
            taken=frozenset(self.taken),
            states=self.states,
            problems={name: window.problem for name, window in self.windows.items()},
        )
        self.slice.set(overlay_of(self.known, self.windows))
        self.changed.set()
        self.timed.set()

    def judge(self, now: float) -> None:
        """Which application counts as being in front, and what its rule says."""
        if self._front_since is not None and now >= self._front_since + SETTLES:
            self.application, self._front_since = self.desktop.application, None
            self.recent = lately(self.application, self.recent)
        key, rule = rule_for(self.application, self.wishes.rules)
        if key != self.key:
            self.said = None
        self.key, self.rule = key, rule

    async def keep(self) -> None:
        """Brings the windows to what the slice says; changes meanwhile make one further round."""
        while True:
            await self.changed.wait()
            self.changed.clear()
            if self.unwanted:
                self.unwanted = False
                with suppress(CommandError):  # the disk is full: it counts for this run
                    await self.want(False)
            known, overlay = self.known, self.slice.value
            for name, window in self.windows.items():
                await window.bring(wanted(overlay, name, known))
            if {name: window.problem for name, window in self.windows.items()} != known.problems:
                self.look()

    async def wake(self) -> None:
        """Looks again when time changes what is shown, and sleeps without end when it does not."""
        while True:
            self.timed.clear()
            if (due := self._due) is None:
                await self.timed.wait()
                continue
            news = asyncio.ensure_future(self.timed.wait())
            time = asyncio.ensure_future(self.hub.clock.sleep(due - self.hub.clock.now()))
            try:
                await asyncio.wait({news, time}, return_when=asyncio.FIRST_COMPLETED)
                passed = time.done()
            finally:
                news.cancel()
                time.cancel()
            if passed:
                self.look(due)


def _took(states: Mapping[str, WindowState], name: str) -> bool:
    return name in states and states[name].withdrawn == "took_input"

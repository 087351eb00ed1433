"""Runs a scenario on the app that runs, from outside, and tells how it went."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from xcord import CommandError, SetupError

from .scenario import Scenario, Step, flat, matches
from .verdict import Broken, Event, judge

LOOK_EVERY = 0.1  # seconds between two looks at a slice that is waited for
SETTLE = 2.5  # seconds at the end: the last check of a window comes 2 s after the last change


class Remote(Protocol):
    """The running app: ``RunningApp``, or a test's own."""

    def ask(self, command: str, args: dict[str, Any] | None = None, within: float = 40.0) -> None: ...

    def read(self, *names: str, within: float = 40.0) -> dict[str, Any]: ...


@dataclass
class Outcome:
    """What came of it."""

    broken: list[Broken] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Nothing is broken."""
        return not self.broken


def run(
    scenario: Scenario,
    app: Remote,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Acts it out; faults of the scenario that are still there at its end are ended.

    :raises SetupError: no app runs, faults are off, or no call is up where one is needed.
    """
    voice = _look(scenario, app)
    outcome, begun = Outcome(), clock()

    def note(what: str, detail: str) -> None:
        outcome.events.append(Event(clock() - begun, what, detail))

    app.ask("faults.forget")
    started = clock()
    try:
        for step in scenario.step:
            note("step", step.words)
            if (broken := _take(step, app, clock, sleep)) is not None:
                outcome.broken.append(broken)
                break
        else:
            sleep(SETTLE)
    finally:
        _end(app)
    told = app.read("faults").get("faults", {}).get("events", ())
    note("end", "")
    outcome.events = _merge(outcome.events, told, started - begun)
    outcome.broken += judge(scenario.expect, outcome.events, bool(voice.get("muted")))
    return outcome


def _look(scenario: Scenario, app: Remote) -> dict[str, Any]:
    slices = app.read("faults", "voice")
    if "faults" not in slices:
        raise SetupError(
            "faults_off", "This xcord makes no faults.", "Start it with -p faults, or switch the plugin on."
        )
    voice: dict[str, Any] = slices.get("voice", {})
    if scenario.in_call and voice.get("status") != "connected":
        raise SetupError("not_in_channel", "This scenario needs a call that is up.", "Join a channel first.")
    return voice


def _take(
    step: Step, app: Remote, clock: Callable[[], float], sleep: Callable[[float], None]
) -> Broken | None:
    if step.pause:
        sleep(step.pause)
    elif step.wait:
        until = clock() + step.within
        while not matches(step.wait, found := app.read(*step.wait)):
            if clock() > until:
                seen = flat({name: _part(found.get(name), value) for name, value in step.wait.items()})
                return Broken(
                    "wait", f"{flat(step.wait)} did not come within {step.within:g} s; it is {seen}"
                )
            sleep(LOOK_EVERY)
    else:
        try:
            app.ask(step.ask, step.args)
        except CommandError as error:
            if error.code != step.refused:
                return Broken("ask", f"{step.words} was refused: {error.code}")
        else:
            if step.refused:
                return Broken("ask", f"{step.words} was done and should have been refused: {step.refused}")
    return None


def _part(found: Any, wanted: Any) -> Any:
    """Of what was found, as much as was asked about."""
    if isinstance(wanted, dict):
        there = found if isinstance(found, dict) else {}
        return {name: _part(there.get(name), value) for name, value in wanted.items()}
    return found


def _end(app: Remote) -> None:
    try:
        app.ask("faults.end")
    except (CommandError, SetupError) as error:
        raise SetupError(
            "faults_left", f"What the scenario broke could not be mended ({error}).", "Restart xcord."
        ) from error


def _merge(mine: list[Event], told: Any, began: float) -> list[Event]:
    """The app's timeline, which it began anew when we asked it to, in ours."""
    return sorted([*mine, *(Event(e["at"] / 1000 + began, e["what"], e["detail"]) for e in told)], key=_at)


def _at(event: Event) -> float:
    return event.at

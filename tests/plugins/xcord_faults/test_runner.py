"""A scenario on an app that is acted: what is asked, what is told, and that a failure has a name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from xcord import CommandError, SetupError
from xcord_faults.command import lines, plain
from xcord_faults.runner import run
from xcord_faults.scenario import Expect, Scenario, Step

LEAVE = Step(ask="voice.simulate", args={"kind": "server_leave"})


@dataclass
class Acted:
    """An app that does what ``script`` says after so many seconds, and its clock."""

    script: dict[float, tuple[str, str]] = field(default_factory=dict)
    refuse: dict[str, str] = field(default_factory=dict)
    status: str = "connected"
    faults: bool = True
    now: float = 100.0
    began: float = 100.0
    asked: list[str] = field(default_factory=list)

    def ask(self, command: str, args: dict[str, Any] | None = None, within: float = 40.0) -> None:
        self.asked.append(command)
        if command == "faults.forget":
            self.began = self.now
        if code := self.refuse.get(command):
            raise CommandError(code)

    def read(self, *names: str, within: float = 40.0) -> dict[str, Any]:
        passed = self.now - self.began
        due = [(at, what, detail) for at, (what, detail) in self.script.items() if at <= passed]
        for _, what, detail in due:
            if what == "status":
                self.status = detail
        events = [{"at": int(at * 1000), "what": what, "detail": detail} for at, what, detail in due]
        slices: dict[str, Any] = {"voice": {"status": self.status, "muted": False}}
        return {**slices, "faults": {"events": events}} if self.faults else slices

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def run(self, *steps: Step, **expect: Any) -> Any:
        scenario = Scenario("acted", steps, Expect(**expect))
        return run(scenario, self, lambda: self.now, self.sleep)


def test_a_call_that_comes_back_passes_and_the_timeline_has_both_sides() -> None:
    app = Acted({1.0: ("status", "lost"), 3.0: ("status", "connected")})
    outcome = app.run(LEAVE, Step(pause=5), connected_within=4)
    assert outcome.passed
    assert [(event.what, event.at) for event in outcome.events] == [
        ("step", 0), ("step", 0), ("status", 1), ("status", 3), ("end", 7.5)
    ]  # fmt: skip
    assert lines("acted", outcome)[-1] == "all holds"
    assert app.asked == ["faults.forget", "voice.simulate", "faults.end"]


def test_a_call_that_stays_away_fails_with_the_name_of_what_is_broken() -> None:
    outcome = Acted({1.0: ("status", "lost")}).run(LEAVE, Step(pause=5), connected_within=4)
    assert [each.invariant for each in outcome.broken] == ["connected_within"]
    assert "BROKEN  connected_within: the call is lost at the end" in lines("acted", outcome)
    assert plain("x", "acted", outcome)["broken"][0]["invariant"] == "connected_within"


def test_what_is_waited_for_in_vain_is_told_with_what_was_there_instead() -> None:
    app = Acted({1.0: ("status", "lost")})
    outcome = app.run(LEAVE, Step(pause=2), Step(wait={"voice": {"status": "connected"}}, within=3))
    assert [(each.invariant, each.why) for each in outcome.broken] == [
        ("wait", "voice.status = connected did not come within 3 s; it is voice.status = lost")
    ]
    assert app.asked[-1] == "faults.end", "what was broken is mended all the same"


def test_a_refusal_is_a_failure_unless_it_was_expected() -> None:
    app = Acted(refuse={"voice.simulate": "timed_out"})
    assert [each.invariant for each in app.run(LEAVE).broken] == ["ask"]
    expected = Step(ask="voice.simulate", args=LEAVE.args, refused="timed_out")
    assert app.run(expected).passed
    assert [each.invariant for each in Acted().run(expected).broken] == ["ask"]


@pytest.mark.parametrize(
    ("app", "code"), [(Acted(faults=False), "faults_off"), (Acted(status="idle"), "not_in_channel")]
)
def test_a_scenario_that_cannot_begin_says_what_is_missing(app: Acted, code: str) -> None:
    with pytest.raises(SetupError) as caught:
        app.run(LEAVE)
    assert caught.value.code == code
    assert app.asked == []

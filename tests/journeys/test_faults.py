"""``xcord faults`` on a real app in a real call: what holds passes, what does not fails by its name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.guests.stack import App
from tests.journeys.world import World

from xcord.errors import CommandError

WITHIN = 120.0


@pytest.fixture(scope="module")
def call(world: World) -> Iterator[App]:
    with world.call("-p", "faults") as app:
        yield app


def act(app: App, scenario: str | Path) -> tuple[int, dict[str, Any]]:
    """The exit code and what was printed."""
    done = subprocess.run(
        [sys.executable, "-m", "xcord", "faults", "run", str(scenario), "--json"],
        env={**os.environ, "XCORD_HOME": str(app.home)},
        capture_output=True,
        text=True,
        timeout=WITHIN,
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else {"said": done.stderr}


@pytest.mark.parametrize("name", ["signal-lost", "window-dropped", "window-troubled", "hub-blocked"])
def test_a_scenario_that_xcord_must_bear_passes(call: App, name: str) -> None:
    code, told = act(call, name)
    assert (code, told["broken"]) == (0, []), told
    assert [each["what"] for each in told["timeline"]].count("step") >= 2


def test_a_scenario_that_must_fail_fails_with_the_invariant_named(call: App, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(
        'title = "A resume is no status at all, which is not so"\n'
        '[[step]]\nask = "voice.simulate"\nwith = { kind = "signal_reconnect" }\n'
        "[[step]]\npause = 6\n"
        '[expect]\nnever = ["reconnecting"]\nconnections_at_most = 0\n'
    )
    code, told = act(call, wrong)
    assert (code, told["passed"]) == (1, False)
    assert [each["invariant"] for each in told["broken"]] == ["never"], told


def test_a_server_end_without_faults_says_so(call: App) -> None:
    with pytest.raises(CommandError) as caught:
        call.ask("directory.fault", kind="status")
    assert caught.value.code == "server_faults_off"


def test_an_app_without_the_plugin_makes_no_faults(world: World) -> None:
    with world.app("--measure") as app:
        app.wait_painted()
        states = {each["name"]: each["state"] for each in app.read("plugins")["plugins"]["plugins"]}
        assert states["faults"] == "off"
        assert app.read("faults") == {}
        for name, args in (("hub.fault", {"kind": "drop"}), ("voice.simulate", {"kind": "speaker"})):
            with pytest.raises(CommandError) as caught:
                app.ask(name, **args)
            assert caught.value.code == "faults_off"
        code, told = act(app, "signal-lost")
        assert code == 2
        assert "Start it with -p faults" in told["said"]
        app.ask("plugins.set", name="faults", on=True)
        app.ask("hub.fault", kind="drop")
        app.ask("plugins.set", name="faults", on=False)
        assert app.read("faults") == {}

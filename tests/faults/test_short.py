"""The part of the matrix that every test run has, and what 30 % loss leaves of a call. The whole matrix:
``build/dev.py faults``."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from tests.journeys.secrets import own_folder

from .matrix import SHORT, Variant
from .stage import HEARD, Stage, stage
from .steps import measured
from .trial import run

LOSSY = 10.0  # seconds
MOSTLY = 0.7  # of the looks, ten a second


@pytest.fixture(scope="module")
def here() -> Iterator[Stage]:
    with own_folder() as folder, stage(folder) as made:
        yield made


@pytest.mark.parametrize("variant", SHORT, ids=lambda variant: variant.name)
def test_no_promise_is_broken(here: Stage, variant: Variant) -> None:
    told: list[str] = []
    result = run(here, variant, "on", told.append)
    assert result.broken == [], (result, told)
    assert here.leaks() == []


def test_both_hear_each_other_through_30_percent_loss(here: Stage) -> None:
    if here.app is None or not here.app.running:
        here.start_app()
    here.remote.ask("voice.mute", {"on": False})
    here.join()
    assert here.app is not None
    assert here.peer is not None
    try:
        here.net.lose(30)
        assert measured(here).lost > 0.35  # to and fro; a starved machine loses more
        since = time.monotonic()
        time.sleep(LOSSY)
        heard = [line["heard"] >= HEARD for line in here.app.since(since)]
        said = [line["tone"] >= HEARD for line in here.peer.since(since)]
        assert here.read("voice")["status"] == "connected"
    finally:
        here.net.heal()
    for looks in (heard, said):
        assert sum(looks) >= MOSTLY * len(looks) > 0, (heard, said)

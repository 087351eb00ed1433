"""The part of the matrix that every test run has. The whole of it: ``build/dev.py faults``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.journeys.secrets import own_folder

from .matrix import SHORT, Variant
from .stage import Stage, stage
from .trial import run


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

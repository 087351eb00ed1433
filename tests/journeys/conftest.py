"""One world for the whole session; after every journey all logs are searched for secrets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.journeys.secrets import leaks
from tests.journeys.world import World, whole_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """See :class:`World`."""
    with whole_world(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(autouse=True)
def _no_secret_in_any_log(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "world" in request.fixturenames:
        world: World = request.getfixturevalue("world")
        assert not leaks(world.logs(), world.secrets())

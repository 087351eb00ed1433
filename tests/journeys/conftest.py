"""One world for the whole session; after every journey all logs are searched for secrets."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journeys.secrets import leaks
from tests.journeys.world import World, whole_world


@contextlib.contextmanager
def own_folder() -> Iterator[Path]:
    """Not pytest's: each start of pytest shuts its folders to other users, thus to a running PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="xcord-journey-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that also PostgreSQL's user may enter."""
    with own_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """See :class:`World`."""
    with own_folder() as folder, whole_world(folder) as world:
        yield world


@pytest.fixture(autouse=True)
def _no_secret_in_any_log(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "world" in request.fixturenames:
        world: World = request.getfixturevalue("world")
        assert not leaks(world.logs(), world.secrets())

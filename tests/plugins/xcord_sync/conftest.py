import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.plugins.xcord_sync.served import Served, Servers
from tests.plugins.xcord_sync.world import World, a_world, database

# Not below pytest's own temporary folder: each pytest that starts on the machine shuts that folder
# for everybody but its owner, and as root PostgreSQL runs as another user.


@pytest.fixture
def servers() -> Iterator[Servers]:
    """Starts server ends of this test's own."""
    with tempfile.TemporaryDirectory(prefix="xcord-serve-") as folder:
        found = Servers(Path(folder))
        try:
            yield found
        finally:
            found.end()


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """One server end for all tests that leave it as it was, apart from accounts of their own."""
    with tempfile.TemporaryDirectory(prefix="xcord-serve-") as folder:
        found = Servers(Path(folder))
        try:
            yield found.start()
        finally:
            found.end()


@pytest.fixture
async def url(served: Served) -> AsyncIterator[str]:
    """An empty database of this test's own."""
    async with database(served) as address:
        yield address


@pytest.fixture
async def world(url: str) -> AsyncIterator[World]:
    """The web application in this process, on a database of this test's own; anybody may register."""
    async with a_world(url) as found:
        yield found

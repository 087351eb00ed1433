import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.plugins.xcord_sync.served import Served, Servers
from tests.plugins.xcord_sync.world import World, make_world

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
    name = f"t{uuid.uuid4().hex}"
    address = f"postgresql+asyncpg://xcord@/{{}}?host={quote(str(served.data / 'postgres-18'))}"
    keeper = create_async_engine(address.format("postgres"), isolation_level="AUTOCOMMIT")
    async with keeper.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    yield address.format(name)
    async with keeper.connect() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await keeper.dispose()


@pytest.fixture
async def world(url: str) -> AsyncIterator[World]:
    """The web application in this process, on a database of this test's own; anybody may register."""
    found = await make_world(url)
    try:
        yield found
    finally:
        await found.http.aclose()
        await found.parts.store.close()

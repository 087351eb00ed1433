from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from tests.journeys.secrets import leaks, logs_below, own_folder
from tests.plugins.xcord_sync.served import OWNER_PASSWORD, Served, Servers
from tests.plugins.xcord_sync.world import World, a_world, database

from xcord_sync.backend.app import make_app
from xcord_sync.backend.store import Store

PASSWORDS = OWNER_PASSWORD, "a long password", "a long enough one", "a password of this test"


@pytest.fixture
def servers() -> Iterator[Servers]:
    """Starts server ends of this test's own."""
    with own_folder(*PASSWORDS) as folder:
        found = Servers(folder)
        try:
            yield found
        finally:
            found.end()


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """One server end for all tests that leave it as it was, apart from accounts of their own."""
    with own_folder(*PASSWORDS) as folder:
        found = Servers(folder)
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


@pytest.fixture
async def other(world: World, url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A second instance on the same database."""
    store = await Store.open(url)
    app = make_app(replace(world.parts, store=store))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as http:
        yield http
    await store.close()


@pytest.fixture
def silence_about_secrets(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> Iterator[None]:
    """For apps that run in this process: they, and the SDK's native half, write to its stderr. No secret
    stands there, nor in any log below ``tmp_path``."""
    yield
    said = tmp_path / "captured.err"
    said.write_text("".join([*capfd.readouterr(), caplog.text]))
    assert not leaks(logs_below(tmp_path), PASSWORDS)

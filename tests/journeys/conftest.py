"""One world for all journeys; after every journey all logs are searched for secrets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect
from tests.journeys.secrets import leaks, own_folder
from tests.journeys.stage import Stage, staged
from tests.journeys.world import World, whole_world

expect.set_options(timeout=60_000)  # for all: what a page shows comes late on a busy machine


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that also PostgreSQL's user may enter."""
    with own_folder() as folder:
        yield folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def stage(tmp_path: Path, browser: Browser) -> AsyncIterator[Stage]:
    """See :class:`Stage`."""
    async with staged(tmp_path, browser) as stage:
        yield stage


@pytest.fixture(scope="package")
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

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.plugins.xcord_sync.served import Served, Servers


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    """Starts server ends of this test's own."""
    found = Servers(tmp_path)
    yield found
    found.end()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server end for all tests that leave it as it was, apart from accounts of their own."""
    found = Servers(tmp_path_factory.mktemp("served"))
    try:
        yield found.start()
    finally:
        found.end()

"""No test waits for ever: one that did let a whole run stand still."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.rules.waits import endless

TESTS = Path(__file__).resolve().parents[1]
PROGRAMS = {
    "faults/browser.py",
    "faults/client.py",
    "faults/peer.py",
    "guests/demo.py",
    "waits.py",  # its thread reads, and whoever asked waits for that with a bound
}
"""What runs until whoever started it ends it. Benches, which no run of the tests starts, are left out too."""


def test_every_wait_of_a_test_has_a_bound() -> None:
    found, files = [], [file for file in TESTS.rglob("*.py") if "bench" not in file.parts]
    assert len(files) > 200
    for file in files:
        name = file.relative_to(TESTS).as_posix()
        if name not in PROGRAMS:
            found += [f"{name}:{line}: {text}" for line, text in endless(file.read_text("utf-8"))]
    assert found == [], "put asyncio.timeout around it, or soon, eventually or line_of of tests/waits.py"


@pytest.mark.parametrize(
    "source",
    [
        "async def f():\n    while told.empty():\n        await asyncio.sleep(0.05)",
        "def f():\n    while not file.exists():\n        time.sleep(0.05)",
        "def f():\n    while not ready():\n        pass",
        "async def f():\n    while True:\n        if done:\n            return\n        await sleep(1)",
        "async def f():\n    while (await next()) == 1:\n        pass",
        "async def f():\n    await gone.wait()",
        "async def f():\n    said = await told.get()",
        "def f():\n    process.wait()",
        "def f():\n    thread.join()",
        "def f():\n    out = process.communicate()",
        "def f():\n    line = process.stdout.readline()",
        # The bound of the test around it does not reach into a function that is called elsewhere.
        "async def f():\n    async with timeout(5):\n        async def g():\n            await gone.wait()",
    ],
)
def test_a_wait_without_a_bound_is_found(source: str) -> None:
    assert len(list(endless(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "async def f():\n    async with timeout(5):\n        while told.empty():\n            await x()",
        "def f():\n    while not there():\n        assert time.monotonic() < until\n        time.sleep(0.05)",
        "async def f():\n    async with started() as x, asyncio.timeout(5):\n        await gone.wait()",
        "async def f():\n    await asyncio.wait_for(gone.wait(), 5)",
        "async def f():\n    await soon(told.get())",
        "async def f():\n    await asyncio.Event().wait()",
        "async def f():\n    while True:\n        told.append(await link.receive())",
        "async def f():\n    while data := await reader.read(100):\n        await write(data)",
        "def f():\n    process.wait(5)\n    thread.join(timeout=5)\n    told.get(timeout=5)",
        "def f():\n    while left:\n        left -= 1",
        "def f():\n    return ', '.join(words), found.get('x')",
    ],
)
def test_what_has_a_bound_or_no_need_of_one_is_left_alone(source: str) -> None:
    assert list(endless(source)) == []

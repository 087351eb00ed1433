"""A saved file is seen once, when it is at rest; without a folder nobody looks."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest_asyncio
from tests.waits import PATIENCE, soon

from xcord.plugin_files import LOOK_EVERY, PluginFiles


class Steps:
    """A clock on which one sleep ends at a time."""

    def __init__(self) -> None:
        self._asleep, self._ends = asyncio.Event(), asyncio.Semaphore(0)

    def now(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        assert seconds == LOOK_EVERY
        self._asleep.set()
        await soon(self._ends.acquire())

    async def step(self) -> None:
        """Ends the sleep that is or comes, and returns when the next one begins."""
        async with asyncio.timeout(PATIENCE):
            await self._asleep.wait()
            self._asleep.clear()
            self._ends.release()
            await self._asleep.wait()


class Watched:
    """A folder that is watched; ``taken`` names what was taken."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.taken = folder, Steps(), list[str]()
        self.files = PluginFiles(folder)

    def save(self, name: str, text: str, stamp: int = 0) -> None:
        path = self.folder / name
        path.write_text(text)
        os.utime(path, ns=(stamp, stamp))

    async def look(self, times: int = 2) -> list[str]:
        """What was taken at the next looks."""
        self.taken.clear()
        for _ in range(times):
            await self.clock.step()
        return list(self.taken)

    async def take(self, path: Path) -> None:
        self.taken.append(path.name)


@pytest_asyncio.fixture
async def watched(tmp_path: Path) -> Watched:
    (tmp_path / "old.py").write_text("")
    return Watched(tmp_path)


async def test_what_was_there_is_left_alone_and_what_is_saved_is_taken_once(watched: Watched) -> None:
    async with watched.files.watched(watched.clock, watched.take):
        assert await watched.look() == []
        watched.save("old.py", "1", stamp=1)
        watched.save("new.py", "1", stamp=1)
        watched.save("notes.txt", "1")
        assert sorted(await watched.look(3)) == ["new.py", "old.py"]
        assert await watched.look(3) == []


async def test_a_file_that_is_still_being_written_is_left_for_the_next_look(watched: Watched) -> None:
    async with watched.files.watched(watched.clock, watched.take):
        await watched.look()
        for stamp in range(1, 4):
            watched.save("old.py", "x" * stamp, stamp)
            assert await watched.look(1) == []
        assert await watched.look(2) == ["old.py"]


async def test_what_was_saved_before_the_first_look_is_taken(watched: Watched) -> None:
    watched.save("old.py", "1", stamp=1)
    async with watched.files.watched(watched.clock, watched.take):
        assert await watched.look() == ["old.py"]


async def test_a_file_and_a_folder_that_go_harm_nobody(watched: Watched) -> None:
    async with watched.files.watched(watched.clock, watched.take):
        (watched.folder / "old.py").unlink()
        assert await watched.look() == []
        watched.folder.rmdir()
        assert await watched.look() == []
        watched.folder.mkdir()
        watched.save("old.py", "1", stamp=7)
        assert await watched.look(3) == ["old.py"]


def test_a_folder_that_nobody_made_is_not_there(tmp_path: Path) -> None:
    assert not PluginFiles(tmp_path / "plugins").there
    assert PluginFiles(tmp_path).there

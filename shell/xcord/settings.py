"""Settings on disk: one JSON file, versioned, written atomically, on disk before anyone is answered.

A file of a newer xcord is left where it is and never written: this version then keeps its own file
beside it, so that going back and forth between versions loses nothing. A file that cannot be read is
moved aside, not overwritten. Values of plugins that are not loaded today are kept as they are.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

import msgspec

from .errors import CommandError, SetupError
from .options import OptionTable

VERSION = 1


class Settings:
    """The values of all options. ``problem`` is a notice's (name, params) if the file had to be left.

    :raises SetupError: the file is there and cannot be read.
    """

    def __init__(self, folder: Path, table: OptionTable) -> None:
        self._table = table
        self._folder = folder
        self._stored: dict[str, Any] = {}
        self._writing = asyncio.Lock()
        self._version = 0
        self._written = 0
        self.problem: tuple[str, dict[str, Any]] | None = None
        self.path = folder / "settings.json"
        self._load()

    def _load(self) -> None:
        stored = self._read(self.path)
        if stored is not None and stored.get("version", 0) > VERSION:
            self.problem = ("settings.newer", {"file": self.path.name})
            self.path = self._folder / f"settings.v{VERSION}.json"
            stored = self._read(self.path)
        if stored is not None:
            self._stored = stored["values"]

    def _read(self, path: Path) -> dict[str, Any] | None:
        try:
            document = json.loads(path.read_bytes())
            if not isinstance(document, dict) or not isinstance(document.get("version"), int):
                raise ValueError("no version")
            if document["version"] <= VERSION and not isinstance(document.get("values"), dict):
                raise ValueError("no values")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SetupError(
                "settings_unreadable",
                f"{path} cannot be read: {error.strerror}.",
                f"Run: chmod u+rw {path}",
                file=str(path),
            ) from error
        except (ValueError, UnicodeDecodeError):
            aside = path.with_name(f"{path.stem}.broken-{int(time.time())}.json")
            os.replace(path, aside)
            self.problem = ("settings.broken", {"file": aside.name})
            return None
        return document

    def get(self, name: str) -> Any:
        """The value of an option, its default if it was never set or no longer fits its type."""
        option = self._table.get(name)
        if name not in self._stored:
            return option.default
        try:
            return option.check(self._stored[name])
        except CommandError:
            return option.default

    def values(self) -> dict[str, Any]:
        """All declared options with their present values, in plain JSON types."""
        return {option.name: msgspec.to_builtins(self.get(option.name)) for option in self._table}

    async def set(self, name: str, value: Any) -> None:
        """Sets one option and returns when it is on disk.

        :raises CommandError: ``unknown_setting``, ``bad_arguments`` or ``settings_not_written``.
        """
        checked = msgspec.to_builtins(self._table.get(name).check(value))
        if name not in self._stored or self._stored[name] != checked:
            self._stored[name] = checked
            self._version += 1
        mine = self._version
        if self._written == mine:
            return
        async with self._writing:
            if self._written >= mine:
                return  # a later write took this value along
            version, text = self._version, json.dumps({"version": VERSION, "values": self._stored}, indent=1)
            try:
                await asyncio.to_thread(write_atomically, self.path, text.encode())
            except OSError as error:
                raise CommandError(
                    "settings_not_written", f"{self.path}: {error}", cause=str(error)
                ) from error
            self._written = version


def write_atomically(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Writes all or nothing, also when the machine stops in the middle.

    :raises OSError: as the file system says.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

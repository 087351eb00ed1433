"""Nothing is done twice: a stamp holds the fingerprint of what a finished step was made from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path


def fingerprint(files: Iterable[Path], *words: str) -> str:
    """A hash over the names and bytes of `files` and over `words`; a missing file counts as such."""
    digest = hashlib.sha256()
    for word in words:
        digest.update(f"word {len(word)} {word}\n".encode())
    for file in sorted(files):
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            digest.update(f"missing {file.name}\n".encode())
            continue
        digest.update(f"file {file.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def is_current(stamp: Path, key: str) -> bool:
    """Whether the step of this stamp was finished from the same inputs."""
    try:
        return stamp.read_text() == key
    except (OSError, UnicodeDecodeError):
        return False


def put(stamp: Path, key: str) -> None:
    """Notes a finished step; whole or not at all."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    fresh = stamp.with_name(f"{stamp.name}.{os.getpid()}")
    fresh.write_text(key)
    fresh.replace(stamp)

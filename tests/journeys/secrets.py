"""Looks for what must never be in a log."""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

JOIN_TOKEN = re.compile(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}")
BEARER = re.compile(r"(?i)bearer\s+[\w.~+/-]{8,}")
LOGIN_TOKEN = re.compile(r"\bxct_[\w-]{16,}")
WINDOW_TOKEN = re.compile(r"[#?&]t=[\w-]{16,}")


def leaks(logs: Iterable[Path], known: Iterable[str]) -> list[str]:
    """One line for each finding: where, and what kind of thing it is; never the thing itself."""
    found = []
    for path in logs:
        text = path.read_bytes().decode(errors="replace")
        found += [f"{path.name}: a known secret" for secret in known if secret in text]
        found += [f"{path.name}: a join token" for _ in JOIN_TOKEN.finditer(text)]
        found += [
            f"{path.name}: a login token" for each in (BEARER, LOGIN_TOKEN) for _ in each.finditer(text)
        ]
        printed_for_people = path.suffix == ".out" and "Watch at " in text
        if not printed_for_people:
            found += [f"{path.name}: a window's token" for _ in WINDOW_TOKEN.finditer(text)]
    return found


def logs_below(folder: Path) -> list[Path]:
    """Everything that a process wrote there, also its native libraries."""
    return [path for end in ("out", "err", "log") for path in folder.rglob(f"*.{end}") if path.is_file()]


def kept_below(folder: Path) -> set[str]:
    """The LiveKit secrets in the secrets files there, old ones too while they are kept."""
    found: set[str] = set()
    for file in folder.rglob("secrets.json"):
        with contextlib.suppress(ValueError):  # some are broken on purpose
            kept = json.loads(file.read_text())
            found |= {kept.get("livekit_secret", ""), (kept.get("also") or {}).get("secret", "")}
    return {secret for secret in found if len(secret) >= 8}


def leaks_below(folder: Path, known: Iterable[str] = ()) -> list[str]:
    """What no log there should have. :param known: passwords and keys that were used there."""
    return leaks(logs_below(folder), {*known, *kept_below(folder)})


@contextlib.contextmanager
def own_folder(*known: str) -> Iterator[Path]:
    """A folder for processes, in whose logs no secret stands when they have ended.

    Not pytest's: each start of pytest shuts its folders to other users, thus to a running PostgreSQL.

    :param known: passwords that were used there.
    """
    with tempfile.TemporaryDirectory(prefix="xcord-test-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        yield folder
        found = leaks_below(folder, known)
        assert not found, found

"""Looks for what must never be in a log."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

JOIN_TOKEN = re.compile(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}")
BEARER = re.compile(r"(?i)bearer\s+[\w.~+/-]{8,}")
WINDOW_TOKEN = re.compile(r"[#?&]t=[\w-]{16,}")


def leaks(logs: Iterable[Path], known: Iterable[str]) -> list[str]:
    """One line for each finding: where, and what kind of thing it is; never the thing itself."""
    found = []
    for path in logs:
        text = path.read_bytes().decode(errors="replace")
        found += [f"{path.name}: a known secret" for secret in known if secret in text]
        found += [f"{path.name}: a join token" for _ in JOIN_TOKEN.finditer(text)]
        found += [f"{path.name}: a login token" for _ in BEARER.finditer(text)]
        printed_for_people = path.suffix == ".out" and "Watch at " in text
        if not printed_for_people:
            found += [f"{path.name}: a window's token" for _ in WINDOW_TOKEN.finditer(text)]
    return found

"""The values of slices in words, for a test's failure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

MOST = 4000  # characters of one slice
HIDDEN = frozenset({"link", "token", "secret", "password", "key"})
TOKEN = re.compile(r"eyJ[\w-]+(?:\.[\w-]*)*|(?<=[#?&][kt]=)[\w-]+")


def told(slices: Mapping[str, Any]) -> str:
    """A line for each slice, beginning with a new line; without what opens a door."""
    return "".join(f"\n  {name}: {_short(json.dumps(_safe(value)))}" for name, value in slices.items())


def _safe(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: "..." if name in HIDDEN and each else _safe(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_safe(each) for each in value]
    return TOKEN.sub("...", value) if isinstance(value, str) else value


def _short(text: str) -> str:
    return text if len(text) <= MOST else f"{text[:MOST]} and {len(text) - MOST} characters more"

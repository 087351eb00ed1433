"""Refuses to build a wheel without the web pages, so that no packaged app opens an empty window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    """hatchling finds this class by its name."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Checks before a wheel is made; an editable install needs no pages yet."""
        if version == "editable":
            return
        page = Path(self.root) / "shell" / "xcord" / "web" / "main.html"
        if not page.is_file():
            raise SystemExit(
                f"{page} is missing: run `python3 build/dev.py setup` first, it builds the pages"
            )

"""The committed protocol is the one that the built-in plugins speak."""

from __future__ import annotations

from pathlib import Path

from xcord.schema import print_schema

COMMITTED = Path(__file__).resolve().parents[2] / "webui" / "protocol.schema.json"


def test_the_schema_of_the_pages_is_current() -> None:
    assert print_schema() == COMMITTED.read_text(encoding="utf-8"), (
        "run: xcord schema > webui/protocol.schema.json, then in webui: npm run protocol"
    )

"""The envelope between the hub and a page: JSON text frames on one WebSocket.

``webui/README.md`` has the same for people. Raw values are canonical JSON (sorted keys, no spaces), so
that both ends can hash what they hold.
"""

from __future__ import annotations

from typing import Any

import msgspec

PROTOCOL = 1


class Hello(msgspec.Struct, tag_field="type", tag="hello", frozen=True):
    """First message of a page: a one-use ``token`` from the shell, or the ``secret`` of its last snapshot."""

    page: str
    protocol: int
    token: str = ""
    secret: str = ""

    def __repr__(self) -> str:
        return f"Hello(page={self.page!r})"


class Ask(msgspec.Struct, tag_field="type", tag="command", frozen=True):
    """A command. ``id`` is the page's own; a repeated one gets its first answer again."""

    id: int
    name: str
    args: Any = None


class Resync(msgspec.Struct, tag_field="type", tag="resync", frozen=True):
    """The page's state differs, or a frame is missing: it asks for a new snapshot."""

    frame: int


FromPage = Ask | Resync


class MediaDoor(msgspec.Struct, frozen=True):
    """Where this window's pictures come from; the ticket is the media socket's first message."""

    port: int
    ticket: str


class Snapshot(msgspec.Struct, tag_field="type", tag="snapshot", frozen=True, kw_only=True):
    """All slices; always frame 0. ``secret`` lets the page come back after a reload."""

    frame: int = 0
    protocol: int = PROTOCOL
    window: str
    secret: str
    watch_only: bool
    media: MediaDoor | None
    slices: dict[str, msgspec.Raw]


class Change(msgspec.Struct, tag_field="type", tag="change", frozen=True, kw_only=True):
    """The newest value of each slice that changed, and the slices that are gone."""

    frame: int
    slices: dict[str, msgspec.Raw] = {}
    gone: list[str] = []


class Notice(msgspec.Struct, tag_field="type", tag="notice", frozen=True):
    """Something happened; for toasts and sounds, never state."""

    frame: int
    name: str
    params: dict[str, Any]


class Check(msgspec.Struct, tag_field="type", tag="check", frozen=True):
    """``hash``: crc32, eight hex digits, over canonical JSON of what this window should hold."""

    frame: int
    hash: str


class Failure(msgspec.Struct, frozen=True):
    """Why a command was not done; pages translate ``error_<code>``."""

    code: str
    params: dict[str, Any] = {}


class Result(msgspec.Struct, tag_field="type", tag="result", frozen=True, omit_defaults=True):
    """The one answer to a command."""

    id: int
    ok: bool
    error: Failure | None = None


encode = msgspec.json.Encoder(order="sorted").encode

"""The LiveKit key of the embedded SFU: made on first run, kept in a 0600 file of the data folder."""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from .errors import CannotServe


@dataclass(frozen=True)
class LiveKitKey:
    """A key pair; tokens are signed with ``secret``, which never leaves the server end."""

    key: str
    secret: str = field(repr=False)


class _File(msgspec.Struct, frozen=True, kw_only=True):
    version: int = 1
    livekit_key: str
    livekit_secret: str


def load_or_make(path: Path) -> LiveKitKey:
    """The key pair in ``path``; a new one is written there when the file does not exist.

    :raises CannotServe: others may read the file, it cannot be read, or it holds something else.
    """
    if not path.exists():
        return _make(path)
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read(65536)
    except OSError as error:
        raise CannotServe(f"The secrets file {path} cannot be read ({error.strerror}).") from None
    if mode & 0o077:
        raise CannotServe(f"Others may read the secrets file {path}; run `chmod 600 {path}` and start again.")
    try:
        kept = msgspec.json.decode(content, type=_File)
    except msgspec.MsgspecError:
        raise CannotServe(f"The secrets file {path} is damaged; restore it, or remove it.") from None
    if len(kept.livekit_secret) < 32:
        raise CannotServe(f"The LiveKit secret in {path} is shorter than 32 characters; remove the file.")
    return LiveKitKey(kept.livekit_key, kept.livekit_secret)


def _make(path: Path) -> LiveKitKey:
    made = LiveKitKey("xcord" + secrets.token_hex(6), secrets.token_urlsafe(36))
    content = msgspec.json.encode(_File(livekit_key=made.key, livekit_secret=made.secret))
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return made

"""The LiveKit keys: made on first run, kept in a 0600 file of the data folder, changed while we run.

LiveKit reads its keys once, at its start, and each token names the key that signed it. So a key is changed
in three steps (``xcord keys rotate`` takes one at a time), between which two keys are good:

- ``added``: the SFU gets a second key. The old one still signs join tokens, the new one signs webhooks,
  and webhooks signed by either are taken.
- ``switched``: the new one signs everything. Tokens that the old one signed are still good at the SFU.
- retired, when the last of those has ended: the old one is forgotten, the SFU starts without it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from .errors import CannotServe

Stage = Literal["", "added", "switched"]


@dataclass(frozen=True)
class LiveKitKey:
    """A key pair; tokens are signed with ``secret``, which never leaves the server end."""

    key: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Keys:
    """What is in force. ``also`` is the second pair of a change that goes on, which is at ``stage`` since
    ``since`` (seconds since the epoch)."""

    signing: LiveKitKey
    also: LiveKitKey | None = None
    stage: Stage = ""
    since: float = 0.0

    @property
    def pairs(self) -> tuple[LiveKitKey, ...]:
        """All that are good, the signing one first."""
        return (self.signing,) if self.also is None else (self.signing, self.also)

    @property
    def newest(self) -> LiveKitKey:
        """The one that is here to stay."""
        return self.also if self.also is not None and self.stage == "added" else self.signing

    @property
    def mark(self) -> str:
        """Tells two states apart, and says nothing of the secrets."""
        words = [self.stage, *(f"{pair.key}:{pair.secret}" for pair in self.pairs)]
        return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


class _Pair(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    secret: str


class _File(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    version: int = 1
    livekit_key: str
    livekit_secret: str
    also: _Pair | None = None
    stage: Stage = ""
    since: float = 0.0


def new_key() -> LiveKitKey:
    """A pair that nobody has seen."""
    return LiveKitKey("xcord" + secrets.token_hex(6), secrets.token_urlsafe(36))


def load_or_make(path: Path) -> Keys:
    """The keys in ``path``; a new one is written there when the file does not exist.

    :raises CannotServe: others may read the file, it cannot be read, or it holds something else.
    """
    if not path.exists():
        made = Keys(new_key())
        save(path, made)
        return made
    return load(path)


def load(path: Path) -> Keys:
    """The keys in ``path``.

    :raises CannotServe: as ``load_or_make``, and when there is no such file.
    """
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
    if (kept.also is None) != (kept.stage == ""):
        raise CannotServe(f"The secrets file {path} is damaged; restore it, or remove it.")
    also = LiveKitKey(kept.also.key, kept.also.secret) if kept.also else None
    keys = Keys(LiveKitKey(kept.livekit_key, kept.livekit_secret), also, kept.stage, kept.since)
    if any(len(pair.secret) < 32 for pair in keys.pairs):
        raise CannotServe(f"The LiveKit secret in {path} is shorter than 32 characters; remove the file.")
    return keys


def save(path: Path, keys: Keys) -> None:
    """Writes them, all or nothing, for their owner alone."""
    also = _Pair(key=keys.also.key, secret=keys.also.secret) if keys.also else None
    kept = _File(
        livekit_key=keys.signing.key,
        livekit_secret=keys.signing.secret,
        also=also,
        stage=keys.stage,
        since=keys.since,
    )
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(kept))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def next_step(keys: Keys, now: float) -> Keys:
    """The keys after one more step of their change."""
    if keys.also is None:
        return Keys(keys.signing, new_key(), "added", now)
    if keys.stage == "added":
        return Keys(keys.also, keys.signing, "switched", now)
    return Keys(keys.signing)


def wait_left(keys: Keys, now: float, lifetime: float) -> float:
    """Seconds until the old key may be forgotten, 0 when it may.

    :param lifetime: of a join token, in seconds. The SFU renews the tokens of connected people for
        ten minutes at least, so that much comes on top.
    """
    return max(0.0, keys.since + lifetime + 600 - now) if keys.stage == "switched" else 0.0

"""Keeps a running server end on the keys of its secrets file, and writes down what it runs on."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from .errors import CannotServe
from .secrets import Keys, LiveKitKey, load, load_or_make

log = logging.getLogger("xcord.server")

LOOK_EVERY = 1.0
TOLD = "serve.json"


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """What a running server end says of itself, in its data folder, to the commands of the same machine.

    ``keys`` is the mark of the keys that are in force; ``metrics_token`` reads ``/metrics``; ``embedded_*``
    say what it runs by itself.
    """

    pid: int
    address: str
    livekit: str
    join_ttl: int
    keys: str
    embedded_livekit: bool
    embedded_postgres: bool
    metrics_token: str = ""


class Signing(Protocol):
    """The part of the web application that signs, and that knows who may sign webhooks."""

    key: LiveKitKey
    also: LiveKitKey | None


class Sfu(Protocol):
    """An SFU of our own."""

    async def use(self, keys: Keys) -> None:
        """Has it take the keys."""


def secrets_file(environment: Mapping[str, str], data: Path) -> Path:
    """Where the keys are kept: ``XCORD_SECRETS``, else in the data folder."""
    named = environment.get("XCORD_SECRETS", "")
    return Path(named).expanduser().absolute() if named else data / "secrets.json"


def keys_from(environment: Mapping[str, str], data: Path) -> tuple[Keys, Path | None]:
    """The keys, and the file that they may change in: ``None`` where the environment holds them.

    :raises CannotServe: an outside SFU without its keys, or a file that cannot be trusted.
    """
    file = secrets_file(environment, data)
    if not environment.get("LIVEKIT_URL"):
        return load_or_make(file), file
    pair = _pair(environment, "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")
    if pair is not None:
        also = _pair(environment, "LIVEKIT_ALSO_KEY", "LIVEKIT_ALSO_SECRET")
        return Keys(pair, also, "switched" if also else ""), None
    if environment.get("XCORD_SECRETS"):
        return load(file), file
    raise CannotServe(
        "LIVEKIT_URL also needs LIVEKIT_API_KEY and LIVEKIT_API_SECRET, or XCORD_SECRETS, a file with them."
    )


def _pair(environment: Mapping[str, str], key: str, secret: str) -> LiveKitKey | None:
    pair = environment.get(key, ""), environment.get(secret, "")
    return LiveKitKey(*pair) if all(pair) else None


class InForce:
    """Takes what the secrets file says while we run.

    :param sfu: ``None`` for an outside one, which its own people give the keys to.
    """

    def __init__(self, file: Path, keys: Keys, signing: Signing, sfu: Sfu | None, told: Path) -> None:
        self._file, self._signing, self._sfu, self._told = file, signing, sfu, told
        self.keys = keys
        self._seen = _stamp(file)

    async def watch(self) -> None:
        """Runs until it is cancelled. A file that cannot be used changes nothing and is told once."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            stamp = _stamp(self._file)
            if stamp == self._seen or stamp is None:
                continue
            self._seen = stamp
            try:
                await self.take(load(self._file))
            except CannotServe as error:
                log.error("the keys stay as they are: %s", error)
            except (OSError, TimeoutError) as error:
                log.error("the SFU could not take the new keys (%s)", type(error).__name__)

    async def take(self, keys: Keys) -> None:
        """Puts them in force: first both are good with us, then with the SFU, and only then the new one
        signs, so that nobody is ever given a token that the SFU does not know."""
        if keys == self.keys:
            return
        if keys.also is not None:
            self._signing.also = next(pair for pair in keys.pairs if pair != self._signing.key)
        if self._sfu is not None:
            await self._sfu.use(keys)
        self._signing.key, self._signing.also = keys.signing, keys.also
        self.keys = keys
        log.info("keys in force: %s", ", ".join(pair.key for pair in keys.pairs))
        running = told_by(self._told.parent)
        if running is not None:
            tell(self._told, msgspec.structs.replace(running, keys=keys.mark))


def tell(file: Path, running: Running) -> None:
    """Writes what we run on, for our own user alone."""
    unfinished = file.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(msgspec.json.encode(running))
    unfinished.replace(file)


def told_by(data: Path) -> Running | None:
    """What the server end that runs on a data folder says of itself; ``None`` when none runs, or is not
    ready yet."""
    if not is_held(data / "serve.lock"):
        return None
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode((data / TOLD).read_bytes(), type=Running)
    return None


def is_held(lock: Path) -> bool:
    """Whether somebody holds a lock file."""
    try:
        descriptor = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _stamp(file: Path) -> tuple[int, int] | None:
    with contextlib.suppress(OSError):
        found = file.stat()
        return found.st_ino, found.st_mtime_ns
    return None

"""The login that outlives the app: in the system's keyring, or where there is none in a file of mode 0600.

The file always names the installation and the server; the login's token stands in it only if no keyring
took it, and in no other place on disk.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from pathlib import Path
from typing import Literal

import msgspec

from xcord import write_atomically

from . import vault

log = logging.getLogger("xcord.sync")

VERSION = 1


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """``device`` names this installation, and stays when the login goes.

    ``where`` the token is: ``file``, ``keyring``, or nowhere (signed out). ``token`` is empty in a file
    whose token is in the keyring, until ``unlock``.
    """

    version: int = VERSION
    device: str
    address: str = ""
    token: str = ""
    where: Literal["", "file", "keyring"] = ""

    def __repr__(self) -> str:
        return "Kept(...)"


def path_in(data: Path) -> Path:
    """Where the file is."""
    return data / "login.json"


def load(path: Path) -> Kept:
    """What is kept; a new device without a login where there is no file, or none that can be read."""
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Kept)
        if kept.version <= VERSION and kept.device:
            where: Literal["", "file"] = "file" if kept.token else ""
            return kept if kept.where == "keyring" else msgspec.structs.replace(kept, where=where)
        log.warning("%s was written by a newer xcord; sign in again", path.name)
    except FileNotFoundError:
        pass
    except (OSError, msgspec.MsgspecError) as error:
        log.warning("%s cannot be read (%s); sign in again", path.name, type(error).__name__)
    return Kept(device=secrets.token_hex(8))


async def unlock(kept: Kept) -> Kept:
    """The same with its token, fetched from the keyring if it is there; without one where it has gone.

    :raises vault.VaultError: the keyring does not give it now.
    """
    if kept.where != "keyring" or kept.token:
        return kept
    return msgspec.structs.replace(kept, token=await vault.read(kept.device))


async def store(path: Path, kept: Kept) -> Kept:
    """Keeps a login, in the keyring if that takes it; returns it with the place where its token is.

    :raises OSError: as the file system says.
    """
    where: Literal["file", "keyring"] = "file"
    if vault.wanted():
        try:
            await vault.write(kept.device, kept.token)
            where = "keyring"
        except vault.VaultError as error:
            log.info("the login is kept in a file: %s", error)
    kept = msgspec.structs.replace(kept, where=where)
    written = msgspec.structs.replace(kept, token="") if where == "keyring" else kept
    await asyncio.to_thread(save, path, written)
    return kept


async def clear(path: Path, kept: Kept) -> Kept:
    """Forgets the login; the installation keeps its name and its server.

    :raises OSError: as the file system says.
    """
    if kept.where == "keyring":
        try:
            await vault.forget(kept.device)
        except vault.VaultError as error:
            log.info("the keyring did not forget the login: %s", error)  # it has ended on the server
    kept = msgspec.structs.replace(kept, token="", where="")
    await asyncio.to_thread(save, path, kept)
    return kept


def save(path: Path, kept: Kept) -> None:
    """Writes the file, for its owner alone.

    :raises OSError: as the file system says.
    """
    write_atomically(path, msgspec.json.encode(kept), 0o600)

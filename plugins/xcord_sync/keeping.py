"""The login that outlives the app: a file that only its owner may read.

It is a file of mode 0600 in the data folder, on every system; the system's own keyring takes its place in
a later version. The login's token stands in no other place on disk.
"""

from __future__ import annotations

import logging
import secrets
from pathlib import Path

import msgspec

from xcord import write_atomically

log = logging.getLogger("xcord.sync")

VERSION = 1


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """``device`` names this installation, and stays when the login goes; no ``token``: signed out."""

    version: int = VERSION
    device: str
    address: str = ""
    token: str = ""

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
            return kept
        log.warning("%s was written by a newer xcord; sign in again", path.name)
    except FileNotFoundError:
        pass
    except (OSError, msgspec.MsgspecError) as error:
        log.warning("%s cannot be read (%s); sign in again", path.name, type(error).__name__)
    return Kept(device=secrets.token_hex(8))


def save(path: Path, kept: Kept) -> None:
    """Writes it, for its owner alone.

    :raises OSError: as the file system says.
    """
    write_atomically(path, msgspec.json.encode(kept), 0o600)

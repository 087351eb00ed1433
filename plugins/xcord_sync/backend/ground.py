"""What must be in order before anything is started: the port, the data folder, the settings."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from ..kinds import Registration
from .errors import CannotServe

DEFAULT_TTL = 600
LONGEST_TTL = 24 * 3600


@contextlib.contextmanager
def bind(host: str, port: int) -> Iterator[socket.socket]:
    """A listening TCP socket.

    :raises CannotServe: the port is taken, or is not ours to take.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named: asyncio sets TCP_NODELAY on such connections alone, and without it each
    # answer waits 40 ms for the client's delayed acknowledgement.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            listening.listen(512)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotServe(
                    f"Port {port} of {host} is taken by another program; choose another with --port."
                ) from None
            raise CannotServe(
                f"{host}, port {port}, cannot be listened on ({error.strerror}); see --host and --port."
            ) from None
        yield listening


def ttl_from(environment: Mapping[str, str]) -> int:
    """``XCORD_JOIN_TTL`` in seconds.

    :raises CannotServe: not a number of seconds from 60 to 24 hours.
    """
    value = environment.get("XCORD_JOIN_TTL", "") or str(DEFAULT_TTL)
    if not value.isascii() or not value.isdigit() or not 60 <= int(value) <= LONGEST_TTL:
        raise CannotServe(f"XCORD_JOIN_TTL must be seconds from 60 to {LONGEST_TTL}, not {value!r}.")
    return int(value)


def reconcile_from(environment: Mapping[str, str]) -> float:
    """``XCORD_RECONCILE_EVERY``: seconds between comparisons of who is in which call with the SFU.

    :raises CannotServe: not a number of seconds from 1 to 300.
    """
    value = environment.get("XCORD_RECONCILE_EVERY", "") or "30"
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 300:
        raise CannotServe(f"XCORD_RECONCILE_EVERY must be seconds from 1 to 300, not {value!r}.")
    return float(value)


def registration_from(environment: Mapping[str, str]) -> Registration:
    """``XCORD_REGISTRATION``: who may make an account.

    :raises CannotServe: it is none of the three words.
    """
    value = environment.get("XCORD_REGISTRATION", "") or "invite"
    try:
        found: Registration = msgspec.convert(value, Registration)
    except msgspec.ValidationError:
        raise CannotServe(f"XCORD_REGISTRATION must be open, invite or closed, not {value!r}.") from None
    return found


def metrics_token_from(environment: Mapping[str, str]) -> str:
    """``XCORD_METRICS_TOKEN``, by which ``/metrics`` is read; else one of this run's own.

    :raises CannotServe: it is easy to guess.
    """
    value = environment.get("XCORD_METRICS_TOKEN", "") or secrets.token_urlsafe(32)
    if len(value) < 16 or not value.isascii() or not value.isprintable():
        raise CannotServe("XCORD_METRICS_TOKEN must have at least 16 characters of ASCII.")
    return value


def make_folder(data: Path) -> None:
    """The data folder, for its owner alone (root's is passed through by PostgreSQL's user).

    :raises CannotServe: it cannot be made or written to.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        data.chmod(0o711 if os.geteuid() == 0 else 0o700)
        probe = data / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotServe(
            f"The data folder {data} cannot be used ({error.strerror}); name another with --data."
        ) from None


def write_ready(file: Path, content: dict[str, object]) -> None:
    """Tells whoever waits for the file that everything is up; all or nothing.

    :raises CannotServe: it cannot be written.
    """
    unfinished = file.with_name(file.name + ".new")
    try:
        unfinished.write_text(json.dumps(content), "utf-8")
        unfinished.replace(file)
    except OSError as error:
        raise CannotServe(f"The ready file {file} cannot be written ({error.strerror}).") from None

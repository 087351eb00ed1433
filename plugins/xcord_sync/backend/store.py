"""The database: opened, brought up to date, asked. What is asked stands in ``queries``."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

from sqlalchemy import insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from . import migrations
from .errors import CannotServe
from .tables import Channel, Member, Server, User

FIRST_SERVER = "xcord"
FIRST_CHANNELS = ("Lobby", "Lounge", "Workshop")


class Store:
    """One per process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._quick = engine.execution_options(isolation_level="AUTOCOMMIT")

    @classmethod
    async def open(cls, url: str) -> Store:
        """Connects and brings the schema up to date.

        :raises CannotServe: the database does not answer, or has a schema that this version does not know.
        """
        engine = create_async_engine(
            driver_url(url),
            pool_size=10,
            max_overflow=10,
            pool_timeout=5,
            pool_pre_ping=True,
            connect_args={"timeout": 5, "command_timeout": 15},
        )
        store = cls(engine)
        try:
            async with asyncio.timeout(60):
                await store.migrate()
        except (OSError, TimeoutError, SQLAlchemyError) as error:
            await store.close()
            cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
            raise CannotServe(
                f"The database cannot be used ({type(cause).__name__}: {_one_line(cause)}); "
                "see that it runs and that DATABASE_URL is right."
            ) from None
        except Exception as error:
            await store.close()
            if type(error).__module__.startswith("alembic"):
                raise CannotServe(
                    f"The database's schema is not one that this version knows ({_one_line(error)}); "
                    "it was made by a newer xcord: update this one."
                ) from None
            raise
        return store

    async def migrate(self, revision: str = "head") -> None:
        """Brings the schema up to a revision."""
        async with self._engine.begin() as connection:
            await connection.run_sync(migrations.upgrade, revision)

    async def close(self) -> None:
        """Closes all connections."""
        async with asyncio.timeout(5):
            await self._engine.dispose()

    def change(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction, kept at the end of the block and undone by an error in it."""
        return self._engine.begin()

    def look(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """For single statements, each kept by itself, without the two round trips of a transaction."""
        return self._quick.connect()

    # -- the first start ---------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """One instance at a time is in here; the others wait."""
        async with self._engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": migrations.LOCK})
            yield

    async def is_new(self) -> bool:
        """Whether nobody has an account yet."""
        async with self._engine.connect() as connection:
            return (await connection.execute(select(User.id).limit(1))).first() is None

    async def begin(self, password_hash: str) -> None:
        """The owner, one server and its channels, all or nothing."""
        owner, server = uuid.uuid4(), uuid.uuid4()
        async with self._engine.begin() as connection:
            await connection.execute(
                insert(User).values(
                    id=owner, login="owner", name="Owner", role="owner", password_hash=password_hash
                )
            )
            await connection.execute(insert(Server).values(id=server, name=FIRST_SERVER))
            await connection.execute(insert(Member).values(server_id=server, user_id=owner, role="owner"))
            await connection.execute(
                insert(Channel),
                [
                    {"id": uuid.uuid4(), "server_id": server, "name": name, "position": position}
                    for position, name in enumerate(FIRST_CHANNELS)
                ],
            )

    async def ping(self) -> None:
        """Returns when the database answers."""
        async with self._engine.connect() as connection:
            await connection.execute(text("SELECT 1"))


def driver_url(url: str) -> str:
    """``DATABASE_URL`` as SQLAlchemy wants it: asyncpg's name in it, and its word for ``sslmode``.

    :raises CannotServe: not the address of a PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except SQLAlchemyError:
        parsed = None
    if parsed is None or parsed.drivername.split("+")[0] not in ("postgres", "postgresql"):
        raise CannotServe("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    query = dict(parsed.query)
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    return parsed.set(drivername="postgresql+asyncpg", query=query).render_as_string(hide_password=False)


def is_outage(error: Exception) -> bool:
    """Whether the database is out of reach at the moment, rather than something wrong with the request."""
    if isinstance(error, DBAPIError):
        # Classes of SQLSTATE: the connection failed, too few resources, the server is starting or stopping.
        state = str(getattr(error.orig, "sqlstate", None) or "")
        if error.connection_invalidated or state[:2] in ("08", "53", "57"):
            return True
    return isinstance(error, OSError | TimeoutError | NoConnectionFree | OperationalError)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]

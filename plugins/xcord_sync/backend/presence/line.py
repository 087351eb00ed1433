"""A connection to PostgreSQL that is made again when it is lost, for what is asked all the time.

Not from SQLAlchemy's pool, whose check-out, ping and begin cost as much as a whole presence change.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

ANSWER_SECONDS = 10.0
CONNECT_SECONDS = 5.0
FROZEN_SECONDS = 5.0  # after which a transaction that nobody goes on with is undone

#: What a lost or refusing database looks like, asked within ``told_apart``.
OUTAGE = (OSError, TimeoutError, asyncpg.PostgresConnectionError,
          asyncpg.OperatorInterventionError, asyncpg.InsufficientResourcesError,
          asyncpg.IdleInTransactionSessionTimeoutError)  # fmt: skip


class Line:
    """One connection, used by one task at a time.

    :param patience: seconds that a statement waits for another writer's lock.
    """

    def __init__(self, url: str, patience: float = ANSWER_SECONDS) -> None:
        self._dsn, self._patience = dsn(url), patience
        self._turn = asyncio.Lock()
        self._connection: asyncpg.Connection[Any] | None = None

    @contextlib.asynccontextmanager
    async def use(self) -> AsyncIterator[asyncpg.Connection[Any]]:
        """The connection, alive when it was last used.

        :raises OUTAGE: the database does not answer; also from what is asked over it.
        """
        async with self._turn:
            if self._connection is None or self._connection.is_closed():
                self._connection = await self._connect()
            try:
                with told_apart(self._connection):
                    yield self._connection
            except BaseException:
                # Whatever state it is in (also when we were cancelled), the next one is clean.
                broken, self._connection = self._connection, None
                if broken is not None:
                    broken.terminate()
                raise

    async def _connect(self) -> asyncpg.Connection[Any]:
        connection = await connect(self._dsn)
        try:
            # Not at the start-up: PgBouncer refuses what it does not know there. Planning anew would take as
            # long as most statements here, and no plan is better for knowing the values. But one that was
            # made for a table with few rows would read all of it until the next ANALYZE, whatever its size.
            await connection.execute(
                f"SET lock_timeout = {self._patience * 1000:.0f};"
                "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off;"
                f"SET idle_in_transaction_session_timeout = {FROZEN_SECONDS * 1000:.0f}"
            )
        except BaseException:
            connection.terminate()
            raise
        return connection

    async def close(self) -> None:
        """Hangs up."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


@contextlib.contextmanager
def told_apart(connection: asyncpg.Connection[Any]) -> Iterator[None]:
    """asyncpg has one exception for a connection that is closed and for what was asked wrongly (a value of
    the wrong type, two statements at once). Only the first is an outage: it becomes a ``ConnectionError``, as
    does a connection whose state asyncpg does not know."""
    try:
        yield
    except asyncpg.InterfaceError as error:
        if connection.is_closed():
            raise ConnectionError("the connection to the database was closed") from error
        raise
    except asyncpg.InternalClientError as error:
        # Seen when the server's last words, that it ends the connection, were being read at that moment.
        raise ConnectionError("the connection to the database is of no use any more") from error


async def connect(address: str) -> asyncpg.Connection[Any]:
    """A new connection to a DSN."""
    connection: asyncpg.Connection[Any] = await asyncpg.connect(
        address, timeout=CONNECT_SECONDS, command_timeout=ANSWER_SECONDS
    )
    return connection


def dsn(url: str) -> str:
    """SQLAlchemy's address as asyncpg wants it."""
    parsed = make_url(url)
    query = dict(parsed.query)
    if "ssl" in query:
        query["sslmode"] = query.pop("ssl")
    return parsed.set(drivername="postgresql", query=query).render_as_string(hide_password=False)

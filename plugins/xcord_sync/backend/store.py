"""What the server end keeps, in PostgreSQL: every query there is."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from . import migrations
from .errors import CannotServe, Refused
from .tables import Channel, LoginToken, Member, Server, User
from .tokens import Guest

LOGIN_LIVES = timedelta(days=60)  # without use
USE_NOTED_EVERY = timedelta(hours=1)
FIRST_SERVER = "xcord"
FIRST_CHANNELS = ("Lobby", "Lounge", "Workshop")


@dataclass(frozen=True)
class Account:
    """A user's row, without the hash."""

    id: uuid.UUID
    login: str
    name: str
    avatar: str
    role: str


@dataclass(frozen=True)
class Login:
    """Whose request it is, and by which login."""

    account: Account
    token_hash: bytes


_ACCOUNT = (User.id, User.login, User.name, User.avatar, User.role)


class Store:
    """One per process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

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

    # -- the first start ---------------------------------------------------------------------------

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

    # -- accounts ----------------------------------------------------------------------------------

    async def password_of(self, login: str) -> tuple[Account, str] | None:
        """The account of a login, with the hash of its password."""
        query = select(*_ACCOUNT, User.password_hash).where(User.login == login)
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else (Account(*row[:5]), row[5])

    async def set_password(self, user: uuid.UUID, password_hash: str) -> None:
        """Replaces the hash (the same password under newer parameters)."""
        async with self._engine.begin() as connection:
            await connection.execute(update(User).where(User.id == user).values(password_hash=password_hash))

    async def add_user(self, login: str, name: str, password_hash: str) -> Account:
        """A new account, a member of every server.

        :raises Refused: ``login_taken``.
        """
        account = Account(uuid.uuid4(), login, name, "", "member")
        try:
            async with self._engine.begin() as connection:
                await connection.execute(
                    insert(User).values(
                        id=account.id, login=login, name=name, role=account.role, password_hash=password_hash
                    )
                )
                servers = (await connection.execute(select(Server.id))).scalars().all()
                for server in servers:
                    await connection.execute(
                        insert(Member).values(server_id=server, user_id=account.id, role=account.role)
                    )
        except IntegrityError:
            raise Refused("login_taken") from None
        return account

    async def add_login(self, user: uuid.UUID, token_hash: bytes, device: str) -> None:
        """Keeps a login, and forgets those that nobody has used for long."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(LoginToken).where(LoginToken.used_at < _now() - LOGIN_LIVES))
            new = insert(LoginToken).values(token_hash=token_hash, user_id=user, device=device)
            await connection.execute(new)

    async def login_of(self, token_hash: bytes) -> Login | None:
        """The account that a token stands for."""
        query = (
            select(*_ACCOUNT, LoginToken.used_at)
            .join_from(LoginToken, User, LoginToken.user_id == User.id)
            .where(LoginToken.token_hash == token_hash)
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).first()
            if row is None or row.used_at < _now() - LOGIN_LIVES:
                return None
            if row.used_at < _now() - USE_NOTED_EVERY:
                await connection.execute(
                    update(LoginToken).where(LoginToken.token_hash == token_hash).values(used_at=func.now())
                )
                await connection.commit()
        return Login(Account(*row[:5]), token_hash)

    async def end_login(self, token_hash: bytes) -> None:
        """The token is worth nothing from now on."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(LoginToken).where(LoginToken.token_hash == token_hash))

    # -- servers and channels ------------------------------------------------------------------------

    async def servers_of(self, user: uuid.UUID) -> list[tuple[Server, Sequence[Channel]]]:
        """The servers that a user belongs to, with their channels."""
        query = (
            select(Server.id, Server.name, Channel.id, Channel.name)
            .join_from(Member, Server, Member.server_id == Server.id)
            .outerjoin(Channel, Channel.server_id == Server.id)
            .where(Member.user_id == user)
            .order_by(Server.created_at, Server.id, Channel.position, Channel.id)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        found: dict[uuid.UUID, tuple[Server, list[Channel]]] = {}
        for server, server_name, channel, channel_name in rows:
            channels = found.setdefault(server, (Server(id=server, name=server_name), []))[1]
            if channel is not None:
                channels.append(Channel(id=channel, name=channel_name))
        return list(found.values())

    async def people_near(self, user: uuid.UUID) -> list[Account]:
        """Everybody who shares a server with a user, and the user."""
        mine = select(Member.server_id).where(Member.user_id == user)
        near = select(Member.user_id).where(Member.server_id.in_(mine))
        query = select(*_ACCOUNT).where(User.id.in_(near)).order_by(User.name, User.id)
        async with self._engine.connect() as connection:
            return [Account(*row) for row in (await connection.execute(query)).all()]

    async def guest(self, account: Account, channel: uuid.UUID, device: str) -> Guest | None:
        """The account as a guest of a channel; ``None`` where it is no member or there is no channel."""
        query = (
            select(Member.role)
            .join_from(Channel, Member, Member.server_id == Channel.server_id)
            .where(Channel.id == channel, Member.user_id == account.id)
        )
        async with self._engine.connect() as connection:
            role = (await connection.execute(query)).scalar_one_or_none()
        return None if role is None else Guest(account.id, device, account.name, account.avatar, role)

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
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OSError | TimeoutError | NoConnectionFree | OperationalError | InterfaceError)


def _now() -> datetime:
    return datetime.now(UTC)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]

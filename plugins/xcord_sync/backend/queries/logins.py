"""Accounts and their logins."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..errors import Refused
from ..tables import LoginToken, Member, User

LOGIN_LIVES = timedelta(days=60)  # without use
USE_NOTED_EVERY = timedelta(hours=1)


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


async def password_of(db: AsyncConnection, login: str) -> tuple[Account, str] | None:
    """The account of a login, with the hash of its password."""
    row = (await db.execute(select(*_ACCOUNT, User.password_hash).where(User.login == login))).first()
    return None if row is None else (Account(*row[:5]), row[5])


async def set_password(db: AsyncConnection, user: uuid.UUID, password_hash: str) -> None:
    """Replaces the hash."""
    await db.execute(update(User).where(User.id == user).values(password_hash=password_hash))


async def create(db: AsyncConnection, login: str, name: str, password_hash: str) -> Account:
    """A new account, in no server yet.

    :raises Refused: ``login_taken``; the transaction is of no more use.
    """
    account = Account(uuid.uuid4(), login, name, "", "member")
    row = {"id": account.id, "login": login, "name": name, "role": account.role}
    try:
        await db.execute(insert(User).values(**row, password_hash=password_hash))
    except IntegrityError:
        raise Refused("login_taken") from None
    return account


async def set_name(db: AsyncConnection, user: uuid.UUID, name: str) -> None:
    """The name that others see."""
    await db.execute(update(User).where(User.id == user).values(name=name))


async def add(db: AsyncConnection, user: uuid.UUID, token_hash: bytes, device: str) -> None:
    """Keeps a login, and forgets those that nobody has used for long."""
    await db.execute(delete(LoginToken).where(LoginToken.used_at < _now() - LOGIN_LIVES))
    await db.execute(insert(LoginToken).values(token_hash=token_hash, user_id=user, device=device))


async def find(db: AsyncConnection, token_hash: bytes) -> Login | None:
    """The account that a token stands for; notes, once an hour, that it is in use."""
    query = (
        select(*_ACCOUNT, LoginToken.used_at)
        .join_from(LoginToken, User, LoginToken.user_id == User.id)
        .where(LoginToken.token_hash == token_hash)
    )
    row = (await db.execute(query)).first()
    if row is None or row.used_at < _now() - LOGIN_LIVES:
        return None
    if row.used_at < _now() - USE_NOTED_EVERY:
        await note_use(db, token_hash)
    return Login(Account(*row[:5]), token_hash)


async def note_use(db: AsyncConnection, token_hash: bytes) -> None:
    """The login lives on."""
    used = update(LoginToken).where(LoginToken.token_hash == token_hash).values(used_at=func.now())
    await db.execute(used)


async def end(db: AsyncConnection, token_hash: bytes) -> None:
    """The token is worth nothing from now on."""
    await db.execute(delete(LoginToken).where(LoginToken.token_hash == token_hash))


async def end_all(db: AsyncConnection, user: uuid.UUID, but: bytes = b"") -> None:
    """Ends every login of an account, or every other one."""
    theirs = (LoginToken.user_id == user, LoginToken.token_hash != but)
    await db.execute(delete(LoginToken).where(*theirs))


async def near(db: AsyncConnection, user: uuid.UUID) -> Sequence[Account]:
    """Everybody who shares a server with a user, and the user."""
    mine = select(Member.server_id).where(Member.user_id == user)
    theirs = select(Member.user_id).where(Member.server_id.in_(mine))
    query = select(*_ACCOUNT).where(User.id.in_(theirs) | (User.id == user)).order_by(User.name, User.id)
    return [Account(*row) for row in (await db.execute(query)).all()]


def _now() -> datetime:
    return datetime.now(UTC)

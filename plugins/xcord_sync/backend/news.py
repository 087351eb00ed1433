"""What other instances and their clients must hear of: notices on ``TOPIC``, sent when the change is kept.

One JSON object each: ``{"server": id, "users": [ids]}`` (something of the server changed; the users are
those whom it also concerns: their sockets did not see the server until now, or see it no longer),
``{"account": id}`` (how the person is shown changed), ``{"logins": id}`` (logins of the person have ended),
``{"to": id, "say": text}`` (a message for the person's sockets) or ``{"of": server, "but": id, "say": text}``
(one for all who see the server but that person).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from .. import contract

TOPIC = "xcord_directory"


async def of_server(db: AsyncConnection, server: uuid.UUID, users: Sequence[uuid.UUID] = ()) -> None:
    """The server's name, channels, members, roles or invites."""
    await _tell(db, {"server": str(server), "users": [str(user) for user in users]})


async def of_account(db: AsyncConnection, user: uuid.UUID) -> None:
    """A name or picture."""
    await _tell(db, {"account": str(user)})


async def of_logins(db: AsyncConnection, user: uuid.UUID) -> None:
    """What is open with a login that has ended is to be closed."""
    await _tell(db, {"logins": str(user)})


async def of_expulsion(
    db: AsyncConnection, server: uuid.UUID, name: str, reason: str, *,
    user: uuid.UUID | None = None, by: uuid.UUID | None = None,
) -> None:  # fmt: skip
    """Tells a person, or all but ``by``, that they are out of a server, and why; before the news of it."""
    word = msgspec.json.encode(contract.Expelled(server=str(server), name=name, reason=reason)).decode()
    await _tell(
        db, {"to": str(user), "say": word} if user else {"of": str(server), "but": str(by), "say": word}
    )


async def of_person(db: AsyncConnection, user: uuid.UUID, word: contract.Happening) -> None:
    """Tells one person something, on all their devices."""
    await _tell(db, {"to": str(user), "say": msgspec.json.encode(word).decode()})


async def _tell(db: AsyncConnection, what: dict[str, Any]) -> None:
    await db.execute(text("SELECT pg_notify(:topic, :what)"), {"topic": TOPIC, "what": json.dumps(what)})

"""What other instances and their clients must hear of: notices on ``TOPIC``, sent when the change is kept.

One JSON object each: ``{"server": id, "users": [ids]}`` (something of the server changed; the users are
those whom it also concerns: their sockets did not see the server until now, or see it no longer),
``{"account": id}`` (how the person is shown changed) or ``{"logins": id}`` (logins of the person have ended).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

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


async def _tell(db: AsyncConnection, what: dict[str, Any]) -> None:
    await db.execute(text("SELECT pg_notify(:topic, :what)"), {"topic": TOPIC, "what": json.dumps(what)})

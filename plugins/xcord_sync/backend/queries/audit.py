"""Who did what, for those who keep order."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from ..tables import Audit


async def note(
    db: AsyncConnection, actor: uuid.UUID, action: str, server: uuid.UUID | None = None, subject: object = "",
    **detail: Any,
) -> None:  # fmt: skip
    """Writes an action down, together with what it changes."""
    row = {"actor": actor, "action": action, "server_id": server, "subject": str(subject), "detail": detail}
    await db.execute(insert(Audit).values(**row))

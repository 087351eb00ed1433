"""Run by Alembic; it is given a connection whose transaction the caller holds."""

from __future__ import annotations

from alembic import context

from xcord_sync.backend.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    compare_server_default=True,
)
context.run_migrations()

"""What anybody may ask."""

from __future__ import annotations

from fastapi import FastAPI

from ... import contract
from ..asking import Ask, route
from ..parts import Parts, own_version


def add(app: FastAPI, parts: Parts) -> None:
    """``/healthz`` and ``/v1/about``."""

    @route(app, parts, "GET /healthz", login=False, holds_db=False)
    async def health(ask: Ask[None]) -> contract.Health:
        """The process answers."""
        return contract.Health()

    @route(app, parts, "GET /v1/about", login=False, holds_db=False)
    async def about(ask: Ask[None]) -> contract.About:
        """Who this is, and which protocols it speaks."""
        return contract.About(
            name=parts.name,
            version=own_version(),
            protocol=contract.PROTOCOL,
            oldest=contract.OLDEST_CLIENT,
            registration=parts.registration,
        )

"""The server end's web application, put together from its parts and routes."""

from __future__ import annotations

from fastapi import FastAPI

from . import wire
from .parts import Parts, own_version
from .routes import (
    accounts,
    channels,
    events,
    faults,
    invites,
    me,
    members,
    moderation,
    open,
    operations,
    servers,
    webhooks,
)

__all__ = ["Parts", "make_app"]

ROUTES = (
    open,
    operations,
    accounts,
    me,
    servers,
    members,
    invites,
    channels,
    moderation,
    events,
    webhooks,
    faults,
)


def make_app(parts: Parts) -> FastAPI:
    """The application, ready for uvicorn. ``app.state.needs``: (method, path) -> action of ``rules``."""
    app = FastAPI(
        title="xcord", version=own_version(), docs_url=None, redoc_url=None, openapi_url="/v1/openapi.json"
    )
    app.state.needs = {}
    wire.install(app)
    wire.complete_openapi(app)
    for each in ROUTES:
        each.add(app, parts)
    return app

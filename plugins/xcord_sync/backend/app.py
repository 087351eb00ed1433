"""The server end's web application, put together from its parts and routes."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from fastapi import FastAPI

from . import openapi, routes, wire
from .parts import Parts, own_version

__all__ = ["Parts", "make_app"]


def make_app(parts: Parts) -> FastAPI:
    """The application, ready for uvicorn."""
    app = FastAPI(
        title="xcord", version=own_version(), docs_url=None, redoc_url=None, openapi_url="/v1/openapi.json"
    )
    wire.install(app)
    openapi.complete(app)
    for each in iter_modules(routes.__path__, f"{routes.__name__}."):
        import_module(each.name).add(app, parts)
    return app

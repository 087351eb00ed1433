"""HTTP as the contract wants it: msgspec in and out, and problem documents."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .. import contract
from .errors import Refused
from .store import is_outage

log = logging.getLogger("xcord.server")

Endpoint = Callable[[Request], Awaitable[Response]]

_BY_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


async def read(request: Request, limit: int) -> bytes:
    """The request's body.

    :raises Refused: ``too_large``.
    """
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > limit:
            raise Refused("too_large")
    return bytes(content)


def decode(content: bytes, kind: type[Any] | None) -> Any:
    """JSON as ``kind``; nothing for ``None``, and for ``bytes`` the content as it is.

    :raises Refused: ``bad_request`` (no JSON) or ``invalid`` (names the field).
    """
    if kind is None or kind is bytes:
        return content if kind is bytes else None
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        raise Refused("invalid", detail=str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused("bad_request") from None


def answer(value: msgspec.Struct, status: int = 200) -> Response:
    """A JSON answer that nobody on the way may keep."""
    return Response(
        msgspec.json.encode(value), status, {"Cache-Control": "no-store"}, media_type="application/json"
    )


def refusal(code: str, headers: dict[str, str] | None = None, **params: Any) -> Response:
    """A problem document."""
    document = contract.problem(code, **params)
    return Response(
        msgspec.json.encode(document),
        document.status,
        {"Cache-Control": "no-store", **(headers or {})},
        media_type=contract.PROBLEM_TYPE,
    )


def install(app: FastAPI) -> None:
    """Makes every failure of ``app`` a problem document, and refuses apps that are too old."""

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> Response:
        return refusal(error.code, error.headers, **error.params)

    @app.exception_handler(HTTPException)
    async def unroutable(_: Request, error: HTTPException) -> Response:
        code = _BY_STATUS.get(error.status_code, "bad_request")
        return refusal(code, dict(error.headers or {}))

    app.state.direct = {}
    app.add_middleware(_Gate, direct=app.state.direct)


def direct(app: FastAPI, method: str, path: str, endpoint: Endpoint) -> None:
    """Has a path without parameters answered before any routing, which costs more than a short answer.
    The route itself stays, for OpenAPI."""
    app.state.direct[method, path] = endpoint


class _Gate:
    """Before any routing: the protocol's version, and what is answered at once; around all: what nobody
    foresaw becomes a 500."""

    def __init__(self, app: ASGIApp, direct: Mapping[tuple[str, str], Endpoint]) -> None:
        self._app, self._direct = app, direct

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        if too_old(dict(scope["headers"]).get(contract.PROTOCOL_HEADER.lower().encode())):
            await refusal("client_too_old")(scope, receive, send)
            return
        try:
            endpoint = self._direct.get((scope["method"], scope["path"]))
            if endpoint is None:
                await self._app(scope, receive, watch)
            else:
                await (await endpoint(Request(scope, receive)))(scope, receive, watch)
        except Refused as error:
            await refusal(error.code, error.headers, **error.params)(scope, receive, send)
        except Exception as error:
            log.error("%s failed: %s at %s", scope["method"], type(error).__name__, _where(error))
            if begun:
                raise
            outage = is_outage(error)
            answered = refusal("unavailable", {"Retry-After": "2"}) if outage else refusal("server_error")
            await answered(scope, receive, send)


def too_old(header: bytes | None) -> bool:
    """Whether an app says that it is too old; one that says nothing is not refused."""
    if header is None:
        return False
    return not header.isdigit() or int(header[:9]) < contract.OLDEST_CLIENT


def _where(error: BaseException) -> str:
    """File and line, without the message: it may hold what a person typed."""
    trace = error.__traceback__
    places = []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " < ".join(reversed(places[-4:]))

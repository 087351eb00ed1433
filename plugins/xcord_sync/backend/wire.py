"""HTTP as the contract wants it: msgspec in and out, problem documents, and OpenAPI made from both."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
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


# -- OpenAPI -----------------------------------------------------------------------------------------


def described(
    *, takes: type[Any] | None, gives: type[Any] | None, status: int, login: bool, refuses: Sequence[str],
    path: Sequence[str], takes_content: Sequence[str] = (), gives_content: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """The arguments of a route by which OpenAPI knows what our own decoding hides from FastAPI."""
    extra: dict[str, Any] = {"parameters": [_parameter(name) for name in path]}
    if takes is not None:
        extra["requestBody"] = {"required": True, "content": _content(takes, takes_content)}
        refuses = (*refuses, "too_large", *(() if takes is bytes else ("bad_request", "invalid")))
    if login:
        extra["security"] = [{"login": []}]
        refuses = (*refuses, "unauthorized")
    responses: dict[int | str, dict[str, Any]] = {}
    for code in (*refuses, "client_too_old", "unavailable"):
        known = contract.PROBLEMS[code]
        text = f"{responses[known[0]]['description']} or `{code}`" if known[0] in responses else f"`{code}`"
        responses[known[0]] = {
            "description": text,
            "content": {contract.PROBLEM_TYPE: {"schema": _ref(contract.Problem)}},
        }
    responses[status] = {"description": HTTPStatus(status).phrase}
    if gives is not None:
        responses[status]["content"] = _content(gives, gives_content)
    return {"status_code": status, "responses": responses, "openapi_extra": extra, "response_class": Response}


def _content(kind: type[Any], types: Sequence[str]) -> dict[str, Any]:
    if types:
        return {each: {"schema": {"type": "string", "format": "binary"}} for each in types}
    return {"application/json": {"schema": _ref(kind)}}


def _parameter(name: str) -> dict[str, Any]:
    kind = (
        {"type": "string", "format": "uuid"} if name in ("server", "channel", "user") else {"type": "string"}
    )
    return {"name": name, "in": "path", "required": True, "schema": kind}


def complete_openapi(app: FastAPI) -> None:
    """Adds the contract's schemas and the bearer scheme to what FastAPI makes of the routes."""
    make = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = make()
            kinds = [kind for kind in vars(contract).values() if isinstance(kind, type) and _is_struct(kind)]
            schemas = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")[1]
            parts = document.setdefault("components", {})
            parts.setdefault("schemas", {}).update(schemas)
            parts["securitySchemes"] = {"login": {"type": "http", "scheme": "bearer"}}
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _is_struct(kind: type[Any]) -> bool:
    return issubclass(kind, msgspec.Struct) and kind is not msgspec.Struct


def _ref(kind: type[Any]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}

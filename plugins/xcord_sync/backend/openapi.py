"""The OpenAPI document, made from the contract's types and from what routes say of themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Response

from .. import contract

_REF = "#/components/schemas/{name}"
_PROTOCOL = {
    "name": contract.PROTOCOL_HEADER,
    "in": "header",
    "description": "The protocol that the app speaks. Too old a one is refused; who tells none is not.",
    "schema": {"type": "integer", "minimum": contract.OLDEST_CLIENT},
}
# RFC 6455, section 4: what a client asks with, and what the answer to it is.
_ASKED = {
    "Connection": {"enum": ["Upgrade"]},
    "Upgrade": {"enum": ["websocket"]},
    "Sec-WebSocket-Version": {"enum": ["13"]},
    "Sec-WebSocket-Key": {"type": "string", "pattern": "^[A-Za-z0-9+/]{21}[AQgw]==$"},
}
_ACCEPTED = {
    "Connection": {"enum": ["Upgrade"]},
    "Upgrade": {"enum": ["websocket"]},
    "Sec-WebSocket-Accept": {"type": "string", "pattern": "^[A-Za-z0-9+/]{27}=$"},
}


def described(
    *, takes: type[Any] | None, gives: type[Any] | None, status: int, login: bool, refuses: Sequence[str],
    path: Sequence[str], takes_content: Sequence[str] = (), gives_content: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """The arguments of a route by which OpenAPI knows what our own decoding hides from FastAPI."""
    told = {"$ref": "#/components/parameters/Protocol"}
    extra: dict[str, Any] = {"parameters": [*map(_parameter, path), told]}
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
            "content": {contract.PROBLEM_TYPE: {"schema": _ref(contract.Problem.__name__)}},
        }
    responses[status] = {"description": HTTPStatus(status).phrase}
    if gives is not None:
        responses[status]["content"] = _content(gives, gives_content)
    return {"status_code": status, "responses": responses, "openapi_extra": extra, "response_class": Response}


def of_socket(hears: type[Any], tells: str, closes: Mapping[int, str]) -> dict[str, Any]:
    """The same for the upgrade to a WebSocket. OpenAPI 3.1 has no words for what goes over one: that stands
    in ``x-websocket``, by schemas.

    :param hears: the struct that the client says.
    :param tells: the name of the schema of whatever the server end says.
    """
    about = described(takes=None, gives=None, status=101, login=False, refuses=("upgrade_needed",), path=())
    upgraded, extra = about["responses"][101], about["openapi_extra"]
    upgraded["headers"] = {name: {"schema": schema} for name, schema in _ACCEPTED.items()}
    about["responses"][400] = {
        "description": "A handshake that is none (RFC 6455)",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
    extra["parameters"] += [
        {"name": name, "in": "header", "required": True, "schema": schema} for name, schema in _ASKED.items()
    ]
    extra["security"] = [{"login": []}, {}]  # or by the first message
    extra["x-websocket"] = {
        "client": _ref(hears.__name__),
        "server": _ref(tells),
        "closes": {str(code): meaning for code, meaning in closes.items()},
    }
    return about


def complete(app: FastAPI) -> None:
    """Adds schemas, the protocol's header and the login to what FastAPI makes of the routes."""
    make = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = make()
            parts = document.setdefault("components", {})
            parts.setdefault("schemas", {}).update(_schemas())
            parts["parameters"] = {"Protocol": _PROTOCOL}
            parts["securitySchemes"] = {"login": {"type": "http", "scheme": "bearer"}}
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _schemas() -> dict[str, Any]:
    kinds = [kind for kind in vars(contract).values() if isinstance(kind, type) and _is_struct(kind)]
    (happening, *_), found = msgspec.json.schema_components([contract.Happening, *kinds], ref_template=_REF)
    about = "What the server end tells over ``/v1/events``."
    return {**found, "Happening": {"title": "Happening", "description": about, **happening}}


def _content(kind: type[Any], types: Sequence[str]) -> dict[str, Any]:
    if types:
        binary = {"type": "string", "format": "binary"}
        return {each: {"schema": {"type": "object"} if each.endswith("+json") else binary} for each in types}
    return {"application/json": {"schema": _ref(kind.__name__)}}


def _parameter(name: str) -> dict[str, Any]:
    kind = (
        {"type": "string", "format": "uuid"} if name in ("server", "channel", "user") else {"type": "string"}
    )
    return {"name": name, "in": "path", "required": True, "schema": kind}


def _is_struct(kind: type[Any]) -> bool:
    return issubclass(kind, msgspec.Struct) and kind is not msgspec.Struct


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _REF.format(name=name)}

"""The OpenAPI document: good enough for a client to be made from, and true, as Schemathesis finds out."""

import asyncio
import json
import re
import socket
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.plugins.xcord_sync.served import Served
from tests.plugins.xcord_sync.world import KEY, PASSWORD, a_world, database

from xcord_sync import contract
from xcord_sync.backend.app import Parts, make_app

DOCUMENT = make_app(Parts(store=None, key=KEY, livekit_url="ws://x", join_ttl=600)).openapi()  # type: ignore[arg-type]
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
schema = schemathesis.openapi.from_dict(DOCUMENT)


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_operation_has_a_name_of_its_own_words_and_what_its_path_holds() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(names) == len(set(names)) > 25
    assert [name for name in names if not re.fullmatch("[a-z_]+", name)] == []
    for address, operation in operations():
        assert operation["description"].endswith((".", ";", "`")), address
        named = [each["name"] for each in operation.get("parameters", []) if each["in"] == "path"]
        assert named == re.findall(r"{(\w+)}", address), address


def test_every_refusal_is_a_problem_document_and_every_login_is_named() -> None:
    problem = {contract.PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for address, operation in operations():
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert response["content"] == problem, (address, status)
        assert ("401" in operation["responses"]) >= ("security" in operation), address
    assert DOCUMENT["components"]["securitySchemes"]["login"]["scheme"] == "bearer"


def test_every_body_and_answer_has_a_schema_that_is_there() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    text = json.dumps(DOCUMENT)
    assert {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]} <= set(schemas)
    for address, operation in operations():
        method = address.partition(" ")[0]
        assert ("requestBody" in operation) <= (method in ("POST", "PUT", "PATCH")), address
        for status, response in operation["responses"].items():
            empty = status == "204" or address == "POST /livekit/webhook"
            assert empty != bool(response.get("content")) or int(status) >= 400, (address, status)


class Ground:
    """The application on a port of its own, and a login with a server, which are made anew when an operation
    has ended them. Nobody watches over calls here."""

    def __init__(self, served: Served) -> None:
        self.address, self.ids, self._token = "", {"hash": "a" * 64}, ""
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(served)))
        self._thread.start()
        assert self._up.wait(60)
        self.http = httpx.Client(base_url=self.address, trust_env=False, timeout=20)

    def headers(self) -> dict[str, str]:
        """With a login that is good, whose ``ids`` are there."""
        answer = self._ask("GET", "/v1/directory")
        if answer.status_code == 401:
            body = {"login": "owner", "password": PASSWORD, "device": "d"}
            self._token = self._ask("POST", "/v1/login", body).json()["token"]
            answer = self._ask("GET", "/v1/directory")
        seen = answer.json()
        channels = {channel["id"]: each["id"] for each in seen["servers"] for channel in each["channels"]}
        if channels.get(self.ids.get("channel", "")) is None:
            made = self._ask("POST", "/v1/servers", {"name": "S"}).json()
            self.ids |= {"server": made["id"], "channel": made["channels"][0]["id"]}
        self.ids["user"] = seen["account"]["user"]
        return {"Authorization": f"Bearer {self._token}"}

    def end(self) -> None:
        """Stops serving."""
        self.http.close()
        self._server.should_exit = True
        self._thread.join(30)

    def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> httpx.Response:
        return self.http.request(
            method, path, json=body, headers={"Authorization": f"Bearer {self._token or 'none'}"}
        )

    async def _serve(self, served: Served) -> None:
        async with database(served) as url, a_world(url) as world:
            with socket.create_server(("127.0.0.1", 0)) as listening:
                self.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
                config = uvicorn.Config(world.app, log_config=None, lifespan="off", ws="websockets-sansio")
                self._server = uvicorn.Server(config)
                serving = asyncio.ensure_future(self._server.serve([listening]))
                self._up.set()  # the socket listens already
                await serving


@pytest.fixture(scope="module")
def ground(served: Served) -> Iterator[Ground]:
    """One for all operations."""
    found = Ground(served)
    yield found
    found.end()


def real(name: str, value: object, ids: dict[str, str]) -> object:
    """Something that is there, where the document's own idea of an id was followed; else the value."""
    try:
        uuid.UUID(str(value))
    except ValueError:
        return value
    return ids[name]


@schema.parametrize()
@settings(
    max_examples=5, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
def test_nothing_that_the_document_allows_or_forbids_makes_the_server_fail(
    case: schemathesis.Case[Any], ground: Ground
) -> None:
    headers = ground.headers()
    for name, value in (case.path_parameters or {}).items():
        case.path_parameters[name] = real(name, value, ground.ids)
    answer = case.call(base_url=ground.address, headers=headers)
    case.validate_response(answer, checks=CHECKS)
    unwatched = "/people/" in case.path or case.path in ("/livekit/webhook", "/metrics")
    assert answer.status_code < 500 or (unwatched and answer.status_code == 503), answer.text

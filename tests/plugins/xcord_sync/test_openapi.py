"""The OpenAPI document: good enough for a client to be made from, and true, as Schemathesis finds out."""

import asyncio
import copy
import json
import re
import socket
import threading
import uuid
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from unittest.mock import ANY

import httpx
import jsonschema_rs
import msgspec
import pytest
import requests
import schemathesis
import uvicorn
import websockets
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.plugins.xcord_sync.presence import body_of, event, signed
from tests.plugins.xcord_sync.relay import keys_of
from tests.plugins.xcord_sync.served import Served
from tests.plugins.xcord_sync.world import DOCUMENT, KEY, PASSWORD, a_world, database

from xcord_sync import contract
from xcord_sync.backend.app import Parts, make_app
from xcord_sync.backend.presence.life import presence
from xcord_sync.backend.presence.told import Told
from xcord_sync.backend.secrets import LiveKitKey

EVENTS = DOCUMENT["paths"]["/v1/events"]["get"]
METRICS = "m" * 16
#: What Schemathesis has to have got at least once: where all is refused, nothing behind it was reached.
REACHED = {
    "GET /v1/directory": 200,
    "GET /metrics": 200,
    "POST /livekit/webhook": 200,
    "POST /v1/channels/{channel}/people/{user}/mute": 204,
    "POST /v1/channels/{channel}/people/{user}/move": 204,
    "POST /v1/channels/{channel}/people/{user}/remove": 204,
    "GET /v1/events": 426,
}
ANSWERED: dict[str, set[int]] = defaultdict(set)
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


def operations(document: dict[str, Any] = DOCUMENT) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def to_be_asked() -> dict[str, Any]:
    """The document for Schemathesis: with what is read of a webhook, and without headers. A protocol that is
    too old is refused before all else is looked at, and what was upgraded is HTTP no more; both have tests
    of their own."""
    document = copy.deepcopy(DOCUMENT)
    (told,), parts = msgspec.json.schema_components([Told], ref_template="#/components/schemas/{name}")
    document["components"]["schemas"].update(parts)
    body = document["paths"]["/livekit/webhook"]["post"]["requestBody"]
    body["content"]["application/webhook+json"]["schema"] = told
    for _, operation in operations(document):
        operation["parameters"] = [each for each in operation["parameters"] if each.get("in") == "path"]
    return document


schema = schemathesis.openapi.from_dict(to_be_asked())


def test_every_operation_has_a_name_of_its_own_words_and_what_its_path_holds() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(names) == len(set(names)) > 25
    assert [name for name in names if not re.fullmatch("[a-z_]+", name)] == []
    for address, operation in operations():
        assert operation["description"].endswith((".", ";", "`")), address
        named = [each["name"] for each in operation["parameters"] if each.get("in") == "path"]
        assert named == re.findall(r"{(\w+)}", address), address


def test_every_refusal_is_a_problem_document_and_every_login_is_named() -> None:
    problem = {contract.PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for address, operation in operations():
        for status, response in operation["responses"].items():
            if int(status) >= 400 and (address, status) != ("GET /v1/events", "400"):
                assert response["content"] == problem, (address, status)
        assert ("401" in operation["responses"]) >= (operation.get("security") == [{"login": []}]), address
    assert DOCUMENT["components"]["securitySchemes"]["login"]["scheme"] == "bearer"


def test_every_body_and_answer_has_a_schema_that_is_there() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    text = json.dumps(DOCUMENT)
    assert {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]} <= set(schemas)
    for address, operation in operations():
        method = address.partition(" ")[0]
        assert ("requestBody" in operation) <= (method in ("POST", "PUT", "PATCH")), address
        for status, response in operation["responses"].items():
            empty = status in ("101", "204") or address == "POST /livekit/webhook"
            assert empty != bool(response.get("content")) or int(status) >= 400, (address, status)


async def test_every_operation_tells_of_the_protocols_header_and_reads_it() -> None:
    header = DOCUMENT["components"]["parameters"]["Protocol"]
    app = make_app(Parts(store=None, key=KEY, livekit_url="ws://x", join_ttl=600))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as http:
        for address, operation in operations():
            assert {"$ref": "#/components/parameters/Protocol"} in operation["parameters"], address
            too_old = {header["name"]: str(header["schema"]["minimum"] - 1)}
            answer = await http.request(*address.split(" "), headers=too_old)
            assert (answer.status_code, answer.json()["code"]) == (426, "client_too_old"), address
        oldest = {header["name"]: str(header["schema"]["minimum"])}
        assert (await http.get("/v1/openapi.json", headers=oldest)).status_code == 200


class Ground:
    """The application on a port of its own, and a login with a server, which are made anew when an operation
    has ended them. Presence is watched as ever, at the SFU of ``served``."""

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

    def bring_in(self) -> None:
        """Has the login's person be in a call, as a webhook tells it."""
        ids = {name: uuid.UUID(self.ids[name]) for name in ("user", "channel")}
        body = body_of(event("participant_joined", f"PA_{uuid.uuid4().hex}", room_sid="RM_o", **ids))
        headers = {"Authorization": signed(body, KEY.key, KEY.secret)}
        assert self.http.post("/livekit/webhook", content=body, headers=headers).status_code == 200

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
        key = LiveKitKey(*keys_of(served.data))
        async with (
            database(served) as url,
            a_world(url) as world,
            presence(url, served.livekit, lambda: key, world.parts.issuers, every=3600) as watched,
        ):
            world.parts.presence, world.parts.metrics_token = watched, METRICS
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


def sign(asked: requests.PreparedRequest) -> requests.PreparedRequest:
    """As the SFU does, whatever the body is."""
    body = asked.body or b""
    asked.headers["Authorization"] = signed(
        body if isinstance(body, bytes) else body.encode(), KEY.key, KEY.secret
    )
    return asked


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
    if "/people/" in case.path:
        ground.bring_in()
        if isinstance(case.body, dict) and "to" in case.body:
            case.body["to"] = real("channel", case.body["to"], ground.ids) or ground.ids["channel"]
    elif case.path == "/metrics":
        headers["Authorization"] = f"Bearer {METRICS}"
    auth = sign if case.path == "/livekit/webhook" else None
    answer = case.call(base_url=ground.address, headers=headers, auth=auth)
    case.validate_response(answer, checks=CHECKS)
    assert answer.status_code < 500, answer.text
    ANSWERED[f"{case.method} {case.path}"].add(answer.status_code)


def test_what_needs_a_signature_a_token_or_a_person_in_a_call_was_reached() -> None:
    missed = {
        address: ANSWERED[address] for address, status in REACHED.items() if status not in ANSWERED[address]
    }
    assert missed == {}


async def test_the_socket_is_opened_by_the_headers_that_the_document_names(ground: Ground) -> None:
    asked = {each["name"]: each["schema"] for each in EVENTS["parameters"] if each.get("in") == "header"}
    given = {name: each["schema"] for name, each in EVENTS["responses"]["101"]["headers"].items()}
    closes = EVENTS["x-websocket"]["closes"]
    address = ground.address.replace("http", "ws", 1) + "/v1/events"
    async with websockets.connect(address, additional_headers=ground.headers(), proxy=None) as socket:
        assert socket.request is not None
        assert socket.response is not None
        for schemas, headers in ((asked, socket.request.headers), (given, socket.response.headers)):
            assert len(schemas) >= 3
            for name, schema in schemas.items():
                jsonschema_rs.validate(schema, headers[name])
        await socket.send("no hello")
        await socket.wait_closed()
        assert closes[str(socket.close_code)] == socket.close_reason == "bad_request"
    wrong = {**dict.fromkeys(asked, ""), "Connection": "Upgrade", "Upgrade": "websocket"}
    refused = ground.http.get("/v1/events", headers=wrong)
    kind = refused.headers["Content-Type"].partition(";")[0]
    assert kind in EVENTS["responses"][str(refused.status_code)]["content"] == {"text/plain": ANY}
    plain = ground.http.get("/v1/events")
    assert (plain.status_code, plain.json()["code"], plain.headers["Upgrade"]) == (
        426,
        "upgrade_needed",
        "websocket",
    )

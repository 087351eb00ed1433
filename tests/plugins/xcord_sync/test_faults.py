"""Faults of the server end: only with ``--faults``, only by the owner, and each does what it says."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from tests.journeys.secrets import own_folder
from tests.plugins.xcord_sync.served import Served, Servers
from tests.plugins.xcord_sync.world import KEY

from xcord_sync.backend.faults import EXPIRED, Faults
from xcord_sync.contract import FaultRequest


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with own_folder() as folder:
        servers = Servers(folder)
        try:
            yield servers.start("data", "--faults")
        finally:
            servers.end()


@pytest.fixture
async def owner(served: Served) -> AsyncIterator[str]:
    token = served.log_in()
    yield token
    assert set_fault(served, token, kind="none").status_code == 204


def set_fault(served: Served, token: str, **fault: Any) -> httpx.Response:
    return served.ask("POST", "/v1/faults", token, **fault)


def join(served: Served, token: str) -> httpx.Response:
    channel = served.channels(token)[0]
    return served.ask("POST", f"/v1/channels/{channel}/join", token, device="d")


async def test_nobody_but_the_owner_may_make_it_fail(served: Served, owner: str) -> None:
    person = {"login": "bo", "name": "Bo", "password": "a long password"}
    assert served.ask("POST", "/v1/users", owner, **person).status_code == 201
    bo = served.log_in("bo", person["password"])
    assert set_fault(served, bo, kind="status").status_code == 403
    assert set_fault(served, "", kind="status").status_code == 401
    assert set_fault(served, owner, kind="fire").status_code == 422
    assert served.ask("GET", "/v1/about").status_code == 200


@pytest.mark.parametrize("status", [401, 403, 429, 500, 418])
async def test_every_request_is_answered_with_the_status_until_it_ends(
    served: Served, owner: str, status: int
) -> None:
    channel = served.channels(owner)[0]
    assert set_fault(served, owner, kind="status", status=status).status_code == 204
    answer = served.ask("POST", f"/v1/channels/{channel}/join", owner, device="d")
    assert answer.status_code == status
    assert set_fault(served, owner, kind="none").status_code == 204
    assert join(served, owner).status_code == 200


@pytest.mark.parametrize(
    ("kind", "problem"),
    [("expired_token", jwt.ExpiredSignatureError), ("refused_token", jwt.InvalidSignatureError)],
)
async def test_join_tokens_are_bad_in_the_way_that_was_asked(
    served: Served, owner: str, kind: str, problem: type[Exception]
) -> None:
    keys = json.loads((served.data / "secrets.json").read_text())
    set_fault(served, owner, kind=kind)
    bad = join(served, owner).json()["token"]
    with pytest.raises(problem):
        jwt.decode(bad, keys["livekit_secret"], algorithms=["HS256"])
    set_fault(served, owner, kind="none")
    jwt.decode(join(served, owner).json()["token"], keys["livekit_secret"], algorithms=["HS256"])


async def test_a_lost_webhook_is_answered_and_not_even_looked_at(served: Served, owner: str) -> None:
    assert served.ask("POST", "/livekit/webhook").status_code == 401
    set_fault(served, owner, kind="lose_webhooks")
    assert served.ask("POST", "/livekit/webhook").status_code == 200


def test_a_fault_ends_by_itself() -> None:
    now = 0.0
    faults = Faults(lambda: now)
    faults.set(FaultRequest(kind="expired_token", seconds=10))
    assert faults.spoil(KEY, 600) == (KEY, EXPIRED)
    now = 10.0
    assert faults.active is None
    assert faults.spoil(KEY, 600) == (KEY, 600)


async def test_without_the_option_there_is_no_such_address(tmp_path: Path) -> None:
    from xcord_sync.backend.app import Parts, make_app

    app = make_app(Parts(store=None, key=KEY, livekit_url="ws://x", join_ttl=600))  # type: ignore[arg-type]
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        assert (await http.post("/v1/faults", json={"kind": "status"})).status_code == 404
        assert (await http.get("/v1/openapi.json")).status_code == 200

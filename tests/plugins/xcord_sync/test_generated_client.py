"""A client that a kept generator makes from the OpenAPI document, and that has nothing else of ours."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import websockets
from tests.plugins.xcord_sync.served import OWNER_PASSWORD, Served
from tests.waits import soon

NAME = "made_of_openapi"
PICTURES = "image/png", "image/jpeg", "image/webp"


@pytest.fixture
def client(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where modules of the client are found: nothing of the document was left out of it."""
    document, config = tmp_path / "openapi.json", tmp_path / "config.json"
    document.write_bytes(served.ask("GET", "/v1/openapi.json").content)
    raw = dict.fromkeys(PICTURES, "application/octet-stream")
    config.write_text(json.dumps({"content_type_overrides": raw, "post_hooks": []}))
    made = subprocess.run(
        [
            sys.executable, "-m", "openapi_python_client", "generate", "--path", document, "--config", config,
            "--meta", "none", "--output-path", tmp_path / NAME, "--fail-on-warning",
        ],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / NAME
    for name in [each for each in sys.modules if each.partition(".")[0] == NAME]:
        del sys.modules[name]


async def test_a_client_made_of_the_document_logs_in_joins_and_understands_events(
    served: Served, client: Path
) -> None:
    def of(name: str) -> Any:
        return importlib.import_module(f"{NAME}.{name}")

    models, api = of("models"), "api.default."
    asked = models.LoginRequest(login="owner", password=OWNER_PASSWORD, device="made")
    plain = {"trust_env": False}
    async with of("client").Client(base_url=served.address, httpx_args=plain) as anybody:
        too_old = await of(f"{api}login").asyncio(client=anybody, body=asked, x_xcord_protocol=0)
        assert (too_old.status, too_old.code) == (426, "client_too_old")
        logged_in = await of(f"{api}login").asyncio(client=anybody, body=asked, x_xcord_protocol=1)
        assert logged_in.account.login == "owner"

    address = served.address.replace("http", "ws", 1) + "/v1/events"
    async with websockets.connect(address, proxy=None) as socket:
        hello = models.Hello(type_=models.HelloType.HELLO, protocol=1, token=logged_in.token)
        await socket.send(json.dumps(hello.to_dict()))
        told = models.Snapshot.from_dict(json.loads(await soon(socket.recv())))
        assert (told.type_, told.additional_properties) == (models.SnapshotType.SNAPSHOT, {})

    login = of("client").AuthenticatedClient(served.address, logged_in.token, httpx_args=plain)
    async with login as owner:
        shown = await of(f"{api}directory").asyncio(client=owner)
        channel = shown.servers[0].channels[0]
        device = models.JoinRequest(device="made")
        ticket = await of(f"{api}join_channel").asyncio(channel.id, client=owner, body=device)
        assert ticket.room == f"vc_{channel.id}"
        await of(f"{api}logout").asyncio_detailed(client=owner)
        ended = await of(f"{api}directory").asyncio(client=owner)
        assert (ended.status, ended.code) == (401, "unauthorized")

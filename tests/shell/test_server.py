"""The pages' door over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.waits import PATIENCE
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from xcord.config import Config
from xcord.core import Core, running
from xcord.door import Door, listen
from xcord.messages import PROTOCOL
from xcord.session import MAX_MESSAGE


@contextlib.asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Core]:
    """A core without plugins and with one tiny page."""
    web = folder / "web"
    web.mkdir()
    (web / "main.html").write_text("<title>page</title>")
    config = Config(config_dir=folder / "config", data_dir=folder / "data", runtime_dir=folder / "run")
    async with running(config, listen(), Door(), [], web) as core:
        yield core


class Page:
    """A page's socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def hear(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            while True:
                message: dict[str, Any] = json.loads(await self.socket.recv())
                if message["type"] == kind:
                    return message

    async def hello(self, **fields: Any) -> dict[str, Any]:
        await self.say(**{"type": "hello", "page": "main", "protocol": PROTOCOL, **fields})
        return await self.hear("snapshot")

    async def closing(self) -> tuple[int, str]:
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await self.socket.recv()
        return self.socket.close_code or 0, self.socket.close_reason or ""


@contextlib.asynccontextmanager
async def page_of(core: Core, **options: Any) -> AsyncIterator[Page]:
    origin = options.pop("origin", f"http://127.0.0.1:{core.port}")
    name = options.pop("name", "127.0.0.1")
    async with connect(f"ws://{name}:{core.port}/ws", host="127.0.0.1", origin=origin, **options) as socket:
        yield Page(socket)


async def test_a_page_gets_its_snapshot_and_sees_a_setting_change(tmp_path: Path) -> None:
    async with served(tmp_path) as core, page_of(core) as page:
        snapshot = await page.hello(token=core.door.issue("main", "main"))
        assert snapshot["window"] == "main"
        assert snapshot["slices"]["plugins"] == {"plugins": []}
        assert snapshot["media"]["port"] > 0
        await page.say(
            type="command", id=1, name="settings.set", args={"name": "app.theme", "value": "light"}
        )
        change = await page.hear("change")
        assert change["slices"]["settings"]["values"]["app.theme"] == "light"
        assert await page.hear("result") == {"type": "result", "id": 1, "ok": True}


@pytest.mark.parametrize(
    ("hello", "closing"),
    [
        ({"token": "wrong"}, (4001, "bad_token")),
        ({}, (4001, "bad_token")),
        ({"token": "TOKEN", "page": "overlay"}, (4001, "bad_token")),
        ({"token": "TOKEN", "protocol": 99}, (4002, "protocol")),
        ({"token": 5}, (4003, "bad_hello")),
        ({"type": "command", "id": 1, "name": "app.quit"}, (4003, "bad_hello")),
    ],
)
async def test_whoever_does_not_say_hello_rightly_is_shut_out_with_the_reason(
    tmp_path: Path, hello: dict[str, Any], closing: tuple[int, str]
) -> None:
    async with served(tmp_path) as core, page_of(core) as page:
        token = core.door.issue("main", "main")
        fields = {key: token if value == "TOKEN" else value for key, value in hello.items()}
        await page.say(**{"type": "hello", "page": "main", "protocol": PROTOCOL, **fields})
        assert await page.closing() == closing
        assert sum(core.door.counters.values()) == 1


async def test_a_used_token_is_refused_and_the_secret_comes_back_after_a_reload(tmp_path: Path) -> None:
    async with served(tmp_path) as core:
        token = core.door.issue("main", "main")
        async with page_of(core) as page:
            secret = (await page.hello(token=token))["secret"]
        async with page_of(core) as page:
            await page.say(type="hello", page="main", protocol=PROTOCOL, token=token)
            assert await page.closing() == (4001, "bad_token")
        async with page_of(core) as page:
            assert (await page.hello(token=token, secret=secret))["window"] == "main"


@pytest.mark.parametrize("origin", ["http://evil.example", "null", None, "http://127.0.0.1:1"])
async def test_a_foreign_origin_is_refused_before_anything_is_said(
    tmp_path: Path, origin: str | None
) -> None:
    async with served(tmp_path) as core:
        with pytest.raises(InvalidStatus):
            async with page_of(core, origin=origin):
                pass
        assert core.door.counters["foreign_origin"] == 1


async def test_a_foreign_host_gets_neither_page_nor_socket(tmp_path: Path) -> None:
    async with served(tmp_path) as core, httpx.AsyncClient() as client:
        address = f"http://127.0.0.1:{core.port}/main.html"
        assert (await client.get(address)).status_code == 200
        assert (await client.get(address, headers={"Host": f"evil.example:{core.port}"})).status_code == 421
        with pytest.raises(InvalidStatus):
            async with page_of(core, name="evil.example"):
                pass
        assert core.door.counters["foreign_host"] == 2


async def test_pages_may_load_nothing_from_elsewhere(tmp_path: Path) -> None:
    async with served(tmp_path) as core, httpx.AsyncClient() as client:
        headers = (await client.get(f"http://127.0.0.1:{core.port}/main.html")).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")


async def test_a_frame_that_is_too_large_is_answered_and_one_far_too_large_closes_only_that_window(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as core, page_of(core) as page, page_of(core) as other:
        await page.hello(token=core.door.issue("main", "main"))
        await other.hello(token=core.door.issue("overlay", "main"))
        await page.socket.send("x" * (MAX_MESSAGE + 1))
        assert (await page.hear("result"))["error"]["code"] == "too_large"
        await page.socket.send("x" * (17 * MAX_MESSAGE))
        assert (await page.closing())[0] == 1009
        await other.say(
            type="command", id=1, name="settings.set", args={"name": "app.theme", "value": "dark"}
        )
        assert (await other.hear("result"))["ok"] is True


async def test_ten_thousand_commands_at_once_do_not_hold_up_another_window(tmp_path: Path) -> None:
    async with served(tmp_path) as core, page_of(core) as page, page_of(core) as other:
        await page.hello(token=core.door.issue("main", "main"))
        await other.hello(token=core.door.issue("overlay", "main"))

        async def flood() -> None:
            for id in range(10_000):
                await page.say(type="command", id=id, name="no.such")

        async def drain() -> int:
            refused = 0
            for _ in range(10_000):
                refused += (await page.hear("result"))["error"]["code"] == "rate_limited"
            return refused

        flooding, draining = asyncio.ensure_future(flood()), asyncio.ensure_future(drain())
        before_me: list[int] = []
        for id in range(20):
            seen = core.door.counters["rate_limited"]
            size = {"width": 800 + id, "height": 600}
            await other.say(type="command", id=id, name="stage.viewport", args=size)
            assert (await other.hear("result"))["ok"] is True
            before_me.append(core.door.counters["rate_limited"] - seen)
        assert not draining.done(), "the flood was over before the other window had asked 20 times"
        assert max(before_me) < 1000, f"so many of the flood were served before one of mine: {before_me}"
        await flooding
        refused = await draining
        assert refused > 9_000
        assert core.door.counters["rate_limited"] == refused


async def test_a_watching_page_sees_and_may_not_ask(tmp_path: Path) -> None:
    async with served(tmp_path) as core:
        token = core.door.issue("watch", "main", watch_only=True)
        for number in (1, 2):
            async with page_of(core) as page:
                snapshot = await page.hello(token=token)
                assert (snapshot["window"], snapshot["watch_only"]) == (f"watch:{number}", True)
                await page.say(type="command", id=1, name="app.quit")
                assert (await page.hear("result"))["error"]["code"] == "watch_only"


async def test_a_page_that_goes_shows_nothing_any_more(tmp_path: Path) -> None:
    async with served(tmp_path) as core:
        gone = asyncio.Event()

        def look(name: str, value: Any) -> None:
            if name == "windows" and not value.windows[0].connected:
                gone.set()

        core.hub.listen(look)
        async with page_of(core) as page:
            await page.hello(token=core.door.issue("main", "main"))
            await page.say(type="command", id=1, name="stage.viewport", args={"width": 800, "height": 600})
            await page.hear("result")
            assert core.hub.read("windows").windows[0].viewport.width == 800
        await asyncio.wait_for(gone.wait(), PATIENCE)
        assert core.hub.read("windows").windows[0].viewport is None


async def test_a_message_in_pieces_is_one_message(tmp_path: Path) -> None:
    async with served(tmp_path) as core, page_of(core) as page:
        await page.hello(token=core.door.issue("main", "main"))
        text = json.dumps({"type": "command", "id": 4, "name": "no.such"})
        await page.socket.send([text[:5], text[5:20], text[20:]])
        assert (await page.hear("result"))["error"]["code"] == "unknown_command"
        await (await page.socket.ping())


async def test_a_page_that_says_no_hello_is_closed_and_not_heard_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xcord.server.HELLO_WITHIN", 0.05)
    async with served(tmp_path) as core, page_of(core) as page:
        assert await page.closing() == (4003, "bad_hello")
        assert core.door.counters["bad_hello"] == 1


async def test_no_other_path_has_a_socket(tmp_path: Path) -> None:
    async with served(tmp_path) as core:
        with pytest.raises(InvalidStatus) as caught:
            async with connect(
                f"ws://127.0.0.1:{core.port}/other", origin=Origin(f"http://127.0.0.1:{core.port}")
            ):
                pass
        assert caught.value.response.status_code == 404

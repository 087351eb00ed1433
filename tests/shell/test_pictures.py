"""Pictures that a plugin gives and pages load from the app."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from xcord import Asker, CommandError, Handle, hookimpl
from xcord.config import Config
from xcord.core import running
from xcord.door import Door, listen
from xcord.pictures import LARGEST, Pictures, kind_of
from xcord.plugins import Candidate

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20
WEBP = b"RIFF\0\0\0\0WEBP" + b"\0" * 20
NONE = {
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "html": b"<!doctype html><script>alert(1)</script>",
    "gif": b"GIF89a" + b"\0" * 20,
    "wave": b"RIFF\0\0\0\0WAVE" + b"\0" * 20,
    "empty": b"",
}


class Painter:
    """Gives what ``gives`` holds, raises what is an exception."""

    def __init__(self, **gives: bytes | Exception) -> None:
        self.gives = gives
        self.asked: list[str] = []

    @hookimpl
    def xcord_start(self, hub: Handle) -> None:
        self.address = hub.pictures(self.fetch)

    async def fetch(self, name: str) -> bytes:
        self.asked.append(name)
        given = self.gives.get(name, CommandError("not_found"))
        if isinstance(given, Exception):
            raise given
        return given


@pytest.mark.parametrize(
    ("content", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg"), (WEBP, "image/webp")]
)
def test_the_kind_is_seen_by_the_first_bytes(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize("name", NONE)
def test_what_is_no_picture_has_no_kind(name: str) -> None:
    assert kind_of(NONE[name]) == ""


async def test_pages_load_pictures_that_a_plugin_gives_until_it_is_switched_off(tmp_path: Path) -> None:
    painter = Painter(
        face=PNG, big=PNG + b"\0" * LARGEST, broken=ZeroDivisionError("secret text"), **NONE,
    )  # fmt: skip
    config = Config(config_dir=tmp_path, data_dir=tmp_path, runtime_dir=tmp_path)
    candidates = [Candidate("painter", "xcord", "0", lambda: painter)]
    async with (
        running(config, listen(), Door(), candidates, tmp_path) as core,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{core.port}", trust_env=False) as http,
    ):
        address = painter.address("face")
        found = await http.get(address)
        assert (found.status_code, found.content, found.headers["content-type"]) == (200, PNG, "image/png")
        assert found.headers["x-content-type-options"] == "nosniff"
        assert found.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert found.headers["cross-origin-resource-policy"] == "same-origin"
        assert "immutable" in found.headers["cache-control"]
        assert (await http.get(address, headers={"Host": "evil.example"})).status_code == 421

        faults: list[Any] = []
        core.hub.listen_to_faults(faults.append)
        for name in ("big", "broken", "no_such", *NONE):
            answer = await http.get(painter.address(name))
            assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")
        assert [fault.code for fault in faults] == ["picture_failed"]

        await core.hub.ask("plugins.set", {"name": "painter", "on": False}, asker=Asker("shell", "test"))
        assert (await http.get(address)).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "wrong/painter/face", "{s}/layout/face", "{s}/painter/", "{s}/painter/../face",
        "{s}/painter/..%2Fface", "{s}/painter/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "{s}/painter/face%00",
        "{s}/painter/f%C3%A4ce",
        "{s}/painter/" + "x" * 129, "{s}/painter/face.png", "%C3%A9/painter/face",
    ],
)  # fmt: skip
async def test_any_other_address_reaches_no_plugin(tmp_path: Path, path: str) -> None:
    painter = Painter(face=PNG)
    config = Config(config_dir=tmp_path, data_dir=tmp_path, runtime_dir=tmp_path)
    candidates = [Candidate("painter", "xcord", "0", lambda: painter)]
    async with (
        running(config, listen(), Door(), candidates, tmp_path) as core,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{core.port}", trust_env=False) as http,
    ):
        secret = painter.address("face").split("/")[2]
        assert (await http.get("/pictures/" + path.replace("{s}", secret))).status_code == 404
        assert painter.asked == []


def test_a_name_that_is_none_has_no_address() -> None:
    pictures = Pictures()
    assert pictures.address("sync", "ab_C-9").endswith("/sync/ab_C-9")
    assert [pictures.address("sync", name) for name in ("", "../x", "a/b", "a b", "ä")] == [""] * 5

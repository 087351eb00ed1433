"""Other people's pictures: fetched once, kept bounded, and never taken for what they are not."""

import hashlib
import os
import stat
from pathlib import Path

import msgspec
import pytest
from tests.plugins.xcord_sync.fake_server import TOKEN, faking
from tests.plugins.xcord_sync.test_keeper import log_in, shown, signed_in

from xcord import CommandError
from xcord_sync import contract
from xcord_sync.album import Album

PNG = b"\x89PNG\r\n\x1a\n"


def picture(text: str, size: int = 100) -> tuple[str, bytes]:
    content = (PNG + text.encode()).ljust(size, b"\0")
    return hashlib.sha256(content).hexdigest(), content


class Source:
    """Counts how often it was asked."""

    def __init__(self, content: bytes) -> None:
        self.content, self.asked = content, 0

    async def __call__(self) -> bytes:
        self.asked += 1
        return self.content


async def test_a_picture_is_fetched_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    name, content = picture("ann")
    source = Source(content)
    for _ in range(2):
        assert await Album(tmp_path / "a").get(name, source) == content
    assert source.asked == 1
    assert stat.S_IMODE((tmp_path / "a" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


async def test_what_was_not_looked_at_for_longest_goes_first(tmp_path: Path) -> None:
    album = Album(tmp_path, most=250)
    names = []
    for age, text in enumerate(("old", "older", "new")):
        name, content = picture(text)
        names.append(name)
        await album.get(name, Source(content))
        os.utime(tmp_path / name, (1000 + age, 1000 + age))
        if text == "older":
            await album.get(names[0], Source(b""))  # looked at again
    assert set(os.listdir(tmp_path)) == {names[0], names[2]}


async def test_a_file_that_is_broken_is_fetched_again(tmp_path: Path) -> None:
    name, content = picture("ann")
    (tmp_path / name).write_bytes(b"<svg/>")
    assert await Album(tmp_path).get(name, Source(content)) == content
    assert (tmp_path / name).read_bytes() == content


async def test_another_content_than_its_hash_says_is_refused(tmp_path: Path) -> None:
    name, _ = picture("ann")
    with pytest.raises(CommandError) as caught:
        await Album(tmp_path / "a").get(name, Source(PNG))
    assert caught.value.code == "server_error"
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("name", ["", "..", "../x", "a" * 63, "A" * 64, "/etc/passwd", "a" * 64 + "\n"])
async def test_what_is_no_hash_is_not_even_looked_for(tmp_path: Path, name: str) -> None:
    source = Source(PNG)
    with pytest.raises(CommandError):
        await Album(tmp_path).get(name, source)
    assert source.asked == 0


async def test_a_folder_that_cannot_be_written_still_shows_pictures(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a file is in the way")
    name, content = picture("ann")
    assert await Album(tmp_path / "a").get(name, Source(content)) == content


async def test_pages_get_people_s_pictures_from_the_app_and_signing_out_forgets_them(tmp_path: Path) -> None:
    name, content = picture("bo")
    async with faking() as server:
        people = (
            contract.PersonInfo(user="u2", name="Bo", avatar=name),
            contract.PersonInfo(user="u3", name="Cy", avatar="../../etc/passwd"),
            contract.PersonInfo(user="u4", name="Di", avatar="https://evil.example/x.png"),
        )
        server.directory = msgspec.structs.replace(server.directory, people=people)
        server.raw[f"/v1/avatars/{name}"] = (200, content)
        async with signed_in(tmp_path, server) as world:
            known = shown(world).people
            assert [known[user].avatar for user in ("u1", "u3", "u4")] == ["", "", ""]
            address = known["u2"].avatar
            for _ in range(2):
                assert await world.picture(address) == ("image/png", content)
            assert server.asked.count(f"GET /v1/avatars/{name}") == 1
            assert TOKEN not in address

            server.raw[f"/v1/avatars/{name}"] = (200, content + b"\0" * contract.PICTURE_LIMIT)
            (tmp_path / "avatars" / name).unlink()
            assert await world.picture(address) is None

            server.raw[f"/v1/avatars/{name}"] = (200, content)
            assert await world.picture(address) is not None
            await world.ask("directory.logout")
            assert not (tmp_path / "avatars").exists()
            assert await world.picture(address) is None
            # The goodbye goes in the background, and this server's logins all have the same token.
            await world.until(lambda: "POST /v1/logout" in server.asked, timeout=30)
            server.logins.add(TOKEN)
            await log_in(world, server)
            assert await world.picture(address) is not None

import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import keyring.backend
import pytest

from xcord_sync import vault
from xcord_sync.keeping import Kept, clear, load, path_in, save, store, unlock


def test_a_login_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    path = path_in(tmp_path)
    kept = Kept(device="d", address="http://127.0.0.1:1", token="xct_secret", where="file")
    save(path, kept)
    assert load(path) == kept
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "secret" not in repr(kept)


def test_every_installation_has_a_device_of_its_own(tmp_path: Path) -> None:
    one, other = load(tmp_path / "a"), load(tmp_path / "b")
    assert one.token == other.token == ""
    assert one.device != other.device


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[]", b'{"device":""}', b'{"device":"d","version":99,"token":"t"}']
)
def test_a_file_that_cannot_be_understood_is_no_login(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "login.json").write_bytes(content)
    assert load(tmp_path / "login.json").token == ""
    if content != b'{"device":""}':
        assert "sign in again" in caplog.text


class Ring(keyring.backend.KeyringBackend):
    """A system's keyring. ``stuck`` waits for a person who never comes."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held: dict[tuple[str, str], str] = {}
        self.stuck: threading.Event | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self._wait()
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._wait()
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._wait()
        del self.held[service, username]

    def _wait(self) -> None:
        if self.stuck is not None:
            self.stuck.wait(20)


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ring]:
    monkeypatch.delenv("XCORD_HOME", raising=False)
    before, ring = keyring.get_keyring(), Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


KEPT = Kept(device="d", address="http://127.0.0.1:1", token="xct_secret")


async def test_where_there_is_a_keyring_the_token_is_in_it_and_not_in_the_file(
    tmp_path: Path, ring: Ring
) -> None:
    path = path_in(tmp_path)
    kept = await store(path, KEPT)
    assert (kept.where, kept.token, list(ring.held.values())) == ("keyring", "xct_secret", ["xct_secret"])
    assert "xct_secret" not in path.read_text()
    assert await unlock(load(path)) == kept
    gone = await clear(path, kept)
    assert (gone.where, gone.token, ring.held, load(path)) == ("", "", {}, gone)


@pytest.mark.parametrize("priority", [0, 0.5])
async def test_without_a_keyring_the_token_is_in_the_file(
    tmp_path: Path, ring: Ring, priority: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ring, "priority", priority)
    kept = await store(path_in(tmp_path), KEPT)
    assert (kept.where, ring.held, load(path_in(tmp_path))) == ("file", {}, kept)


async def test_a_folder_of_its_own_leaves_the_keyring_alone(
    tmp_path: Path, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XCORD_HOME", str(tmp_path))
    assert (await store(path_in(tmp_path), KEPT)).where == "file"
    assert ring.held == {}


async def test_a_keyring_that_hangs_is_given_up(
    tmp_path: Path, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await store(path_in(tmp_path), KEPT)
    ring.stuck = threading.Event()
    monkeypatch.setattr(vault, "PATIENCE", 0.1)
    assert (await store(path_in(tmp_path), KEPT)).where == "file"
    with pytest.raises(vault.VaultError):
        await unlock(Kept(device="d", where="keyring"))
    assert (await clear(path_in(tmp_path), kept)).where == ""
    ring.stuck.set()

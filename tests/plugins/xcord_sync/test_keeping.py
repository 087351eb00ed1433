import stat
from pathlib import Path

import pytest

from xcord_sync.keeping import Kept, load, path_in, save


def test_a_login_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    path = path_in(tmp_path)
    kept = Kept(device="d", address="http://127.0.0.1:1", token="xct_secret")
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

import pytest

from xcord import CommandError
from xcord_sync.address import is_loopback, tidy


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("http://127.0.0.1:7800", "http://127.0.0.1:7800"),
        (" http://127.0.0.1:7800/ ", "http://127.0.0.1:7800"),
        ("127.0.0.1:7800", "http://127.0.0.1:7800"),
        ("localhost", "http://localhost"),
        ("[::1]:7800", "http://[::1]:7800"),
        ("voice.example.org", "https://voice.example.org"),
        ("https://Voice.Example.org:8443", "https://voice.example.org:8443"),
        ("http://192.168.1.4:7800", "http://192.168.1.4:7800"),
        ("http://studio:7800", "http://studio:7800"),
        ("http://studio.local", "http://studio.local"),
        ("çağrı.example", "https://çağrı.example"),
    ],
)
def test_an_address_is_tidied(typed: str, address: str) -> None:
    assert tidy(typed) == address


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "bad_address"),
        ("http://", "bad_address"),
        ("ftp://host", "bad_address"),
        ("javascript:alert(1)", "bad_address"),
        ("https://user:secret@host", "bad_address"),
        ("https://host/path", "bad_address"),
        ("https://host?x=1", "bad_address"),
        ("https://host#x", "bad_address"),
        ("https://host:99999", "bad_address"),
        ("https://ho st", "bad_address"),
        ("https://[::1", "bad_address"),
        ("https://" + "a" * 600, "bad_address"),
        ("http://voice.example.org", "insecure_address"),
        ("http://8.8.8.8", "insecure_address"),
    ],
)
def test_what_is_no_address_is_refused(typed: str, code: str) -> None:
    with pytest.raises(CommandError) as caught:
        tidy(typed)
    assert caught.value.code == code


def test_loopback_is_known_by_name_and_number() -> None:
    assert all(map(is_loopback, ("localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "::1")))
    assert not any(map(is_loopback, ("", "example.org", "10.0.0.1", "localhost.example.org")))

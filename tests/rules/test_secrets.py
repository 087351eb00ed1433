"""No secret stands in the repository, nor ever stood in its history (detect-secrets)."""

import contextlib
import json
import subprocess
from pathlib import Path, PurePosixPath

import pytest
from detect_secrets import SecretsCollection
from detect_secrets.settings import default_settings
from tests.journeys.secrets import kept_below, leaks, logs_below, own_folder

from xcord_sync.backend.accounts import new_token
from xcord_sync.backend.secrets import new_key

ROOT = Path(__file__).parents[2]
HASHES_OF_PACKAGES = ("build/locks/", "webui/package-lock.json")
# Tests log in with passwords of their own making, and the pages' words speak of passwords.
MADE_UP = ("tests/", "webui/messages/", "webui/src/testing/")
MADE_UP_KINDS = {"Secret Keyword", "Basic Auth Credentials"}
HARMLESS = {
    r"Terminal=false\nX-GNOME-Autostart-Delay=5\n": "two lines of a desktop entry, in a test of autostart",
    "abcdefghjkmnpqrstuvwxyz23456789": "the letters of a generated password",
    "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789": "the letters of an invite's code",
    "xcordexample": "the name of a key in build/deploy/livekit.yaml",
    "password": "in an error's sentence: postgresql://user:password@host",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.": "a token for nobody, in a test of the log",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.": "a token for nobody, in a test of errors",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.": "a token for nobody, in a test of the SDK's errors",
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02": "a picture of one point",
    "0000000b4944415478da63fcff1f0003030200efbfa7db0000000049454e44ae426082": "the rest of that picture",
}


def git(*words: str, given: bytes = b"") -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, input=given, capture_output=True, check=True).stdout


def ever_written() -> dict[str, list[str]]:
    """Every line that a file ever had, in any commit of any branch and in the work tree, by path; and the
    commits' own words."""
    paths: dict[str, str] = {}
    for line in git("rev-list", "--objects", "--all").decode().splitlines():
        name, _, path = line.partition(" ")
        if path:
            paths.setdefault(name, path)
    stream, found = git("cat-file", "--batch", given="\n".join(paths).encode()), dict[str, dict[str, None]]()
    at = 0
    while at < len(stream):
        end = stream.index(b"\n", at)
        name, kind, size = stream[at:end].decode().split()
        content, at = stream[end + 1 : end + 1 + int(size)], end + 2 + int(size)
        if kind == "blob":
            _note(found, paths[name], content)
    for path in git("ls-files", "-z", "--cached", "--others", "--exclude-standard").decode().split("\0"):
        if path and (ROOT / path).is_file():
            _note(found, path, (ROOT / path).read_bytes())
    _note(found, "commits.txt", git("log", "--all", "--format=%B"))
    return {path: list(lines) for path, lines in found.items()}


def _note(found: dict[str, dict[str, None]], path: str, content: bytes) -> None:
    if b"\0" not in content and not path.startswith(HASHES_OF_PACKAGES):
        lines = content.decode("utf-8", "replace").splitlines()
        found.setdefault(path, {}).update(dict.fromkeys(lines))


def secrets_in(files: dict[str, list[str]], folder: Path) -> list[str]:
    """One line for each finding: where, and what kind of thing it is; never the thing itself."""
    found = []
    with default_settings():
        for number, (path, lines) in enumerate(files.items()):
            file = folder / str(number) / PurePosixPath(path).name
            file.parent.mkdir()
            file.write_text("\n".join(lines), "utf-8")
            secrets = SecretsCollection()
            secrets.scan_file(str(file))
            for _, secret in secrets:
                made_up = secret.type in MADE_UP_KINDS and (path.startswith(MADE_UP) or ".test." in path)
                if not made_up and secret.secret_value not in HARMLESS:
                    found.append(f"{path}: {secret.type}")
    return found


def test_no_secret_stands_in_the_repository_or_in_its_history(tmp_path: Path) -> None:
    assert git("rev-parse", "--is-shallow-repository") == b"false\n", "the history is not all here"
    files = ever_written()
    assert len(files) > 100
    assert secrets_in(files, tmp_path) == []


@pytest.mark.parametrize("path", ["config.json", "plugins/x.py", "tests/test_x.py", "commits.txt"])
def test_the_scanner_finds_the_secrets_that_we_have(tmp_path: Path, path: str) -> None:
    key = "-----BEGIN " + "PRIVATE KEY-----"
    for line in (
        json.dumps({"livekit_secret": new_key().secret}),
        f'token = "{new_token()}"',
        f'KEY = """{key}',
    ):
        folder = tmp_path / str(abs(hash(line)))
        folder.mkdir()
        assert secrets_in({path: ["first", line]}, folder), line[:12]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (
            "ConnectError: 401 access_token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl",
            "a join token",
        ),
        ("Authorization: Bearer 0123456789", "a login token"),
        (f"login {new_token()} ended", "a login token"),
        ("http://127.0.0.1:1/main#t=0123456789abcdef", "a window's token"),
        ("the password is a known one", "a known secret"),
    ],
    ids=["join token", "bearer", "login token", "window token", "known"],  # lanes want the same names in each
)
def test_the_search_of_logs_finds_each_kind_of_secret(tmp_path: Path, words: str, kind: str) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "native.err").write_bytes(b"\xff\n" + words.encode())
    assert leaks(logs_below(tmp_path), ["a known one"]) == [f"native.err: {kind}"]


def test_a_folder_in_whose_logs_a_kept_key_stands_is_told_of() -> None:
    secret, old = new_key().secret, new_key().secret
    kept = {"livekit_key": "k", "livekit_secret": secret, "also": {"key": "o", "secret": old}}
    folder = contextlib.ExitStack()
    path = folder.enter_context(own_folder())
    (path / "secrets.json").write_text(json.dumps(kept))
    assert kept_below(path) == {secret, old}
    (path / "x.log").write_text(f"it was {old}")
    with pytest.raises(AssertionError, match="a known secret"):
        folder.close()

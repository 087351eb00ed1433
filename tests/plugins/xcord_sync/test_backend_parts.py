"""The server end's parts, each alone."""

import json
import stat
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from livekit.api import TokenVerifier

from xcord_sync import contract
from xcord_sync.backend import livekit
from xcord_sync.backend.accounts import Passwords, hash_of, new_password, new_token
from xcord_sync.backend.app import Parts, make_app
from xcord_sync.backend.errors import CannotServe
from xcord_sync.backend.ground import ttl_from
from xcord_sync.backend.livekit import Ports, configuration
from xcord_sync.backend.secrets import Keys, LiveKitKey, load_or_make, next_step, save, wait_left
from xcord_sync.backend.store import driver_url
from xcord_sync.backend.tokens import Guest, mint

KEY = LiveKitKey("key", "s" * 40)
CHANNEL = uuid.UUID("7f3c1c0a-6f0c-4a37-8f57-0d8d5a3f0001")
NOW = datetime.fromtimestamp(1_800_000_000.5, UTC)


# -- credentials -------------------------------------------------------------------------------------


async def test_a_password_fits_its_hash_and_nothing_else() -> None:
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    hashed = await passwords.hash("s3same")
    assert hashed.startswith("$argon2id$")
    assert await passwords.fits(hashed, "s3same")
    assert not await passwords.fits(hashed, "S3same")
    assert not await passwords.fits("", "s3same")
    assert not await passwords.fits(None, "s3same")
    assert passwords.outdated(hashed) is False
    assert Passwords().outdated(hashed)


def test_tokens_and_passwords_are_long_and_new_each_time() -> None:
    assert len({new_token() for _ in range(100)} | {new_password() for _ in range(100)}) == 200
    assert len(new_token()) >= 43
    assert len(new_password().replace("-", "")) == 20
    assert hash_of("a") != hash_of("b")
    assert hash_of("\ud800")  # what a header may hold once decoded


# -- join tokens -------------------------------------------------------------------------------------


def test_a_join_token_holds_who_and_where() -> None:
    user = uuid.uuid4()
    minted = mint(KEY, Guest(user, "phone", 'Ö "x"', "a.png", "member"), CHANNEL, 600, NOW)
    claims = TokenVerifier(KEY.key, KEY.secret).verify(minted.token)
    assert claims.identity == f"{user}:phone"
    assert json.loads(claims.metadata) == {"name": 'Ö "x"', "avatar": "a.png", "asked": 1_800_000_000_500}
    assert claims.name == 'Ö "x"'
    video = claims.video
    assert video is not None
    assert video.room == minted.room == f"vc_{CHANNEL}"


@pytest.mark.parametrize(("value", "seconds"), [("", 600), ("60", 60), ("86400", 86400)])
def test_the_ttl_is_ten_minutes_or_what_is_asked_up_to_a_day(value: str, seconds: int) -> None:
    import jwt

    assert ttl_from({"XCORD_JOIN_TTL": value}) == seconds
    minted = mint(KEY, Guest(uuid.uuid4(), "d", "n", "", "member"), CHANNEL, seconds, NOW)
    claims = jwt.decode(minted.token, KEY.secret, algorithms=["HS256"])
    assert claims["exp"] - claims["nbf"] == seconds
    assert abs(minted.expires_at - claims["exp"]) <= 1


@pytest.mark.parametrize("value", ["0", "59", "86401", "-5", "ten", "1e3", " 600", "٦٠٠"])
def test_a_ttl_that_cannot_be_is_refused(value: str) -> None:
    with pytest.raises(CannotServe, match="XCORD_JOIN_TTL"):
        ttl_from({"XCORD_JOIN_TTL": value})


# -- secrets -----------------------------------------------------------------------------------------


def test_secrets_are_made_once_and_kept_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    made = load_or_make(path)
    assert load_or_make(path) == made
    assert len(made.signing.secret) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert made.signing.secret not in repr(made)
    assert load_or_make(tmp_path / "others.json") != made


@pytest.mark.parametrize(
    ("content", "mode", "word"),
    [
        ("{}", 0o600, "damaged"),
        ("", 0o600, "damaged"),
        ('{"livekit_key":"k","livekit_secret":"short"}', 0o600, "32"),
        ('{"livekit_key":"k","livekit_secret":"%s","stage":"added"}' % ("s" * 40), 0o600, "damaged"),
        ("{}", 0o640, "chmod 600"),
        ("{}", 0o604, "chmod 600"),
    ],
)
def test_secrets_that_cannot_be_trusted_are_refused(
    tmp_path: Path, content: str, mode: int, word: str
) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(content)
    path.chmod(mode)
    with pytest.raises(CannotServe, match=word):
        load_or_make(path)


def test_a_key_is_changed_in_three_steps_and_two_keys_are_good_in_between(tmp_path: Path) -> None:
    old = Keys(KEY)
    added = next_step(old, 1000.0)
    assert (added.signing, added.stage) == (KEY, "added")
    assert added.also is not None
    assert added.newest == added.also
    switched = next_step(added, 2000.0)
    assert (switched.signing, switched.also, switched.stage) == (added.also, KEY, "switched")
    assert switched.newest == switched.signing
    assert set(switched.pairs) == set(added.pairs)
    retired = next_step(switched, 3000.0)
    assert retired == Keys(added.also)
    assert len({keys.mark for keys in (old, added, switched, retired)}) == 4
    for keys in (old, added, switched, retired):
        save(tmp_path / "secrets.json", keys)
        assert load_or_make(tmp_path / "secrets.json") == keys
        assert all(pair.secret not in repr(keys) for pair in keys.pairs)


def test_an_old_key_is_kept_until_no_token_that_it_signed_can_be_good() -> None:
    switched = next_step(next_step(Keys(KEY), 0.0), 1000.0)
    assert wait_left(switched, 1000.0, 600) == 1200
    assert wait_left(switched, 2199.0, 600) == 1
    assert wait_left(switched, 2200.0, 600) == 0
    assert wait_left(Keys(KEY), 0.0, 600) == 0


def test_the_sfu_takes_the_same_configuration_before_and_after_the_switch() -> None:
    added = next_step(Keys(KEY), 0.0)
    both = configuration("127.0.0.1", Ports(1, 2), added, "http://127.0.0.1:1/w")
    assert both["webhook"]["api_key"] == added.newest.key
    assert livekit.with_keys(both, next_step(added, 1.0)) == both
    assert livekit.with_keys(both, next_step(next_step(added, 1.0), 2.0)) != both


# -- livekit-server ----------------------------------------------------------------------------------


def test_the_sfu_stays_on_its_host_and_sends_nobody_to_public_stun_servers() -> None:
    loopback = configuration("127.0.0.1", Ports(1, 2), Keys(KEY), "http://127.0.0.1:1/w")
    assert loopback["bind_addresses"] == ["127.0.0.1"]
    assert loopback["rtc"]["ips"] == {"includes": ["127.0.0.1/32"]}
    assert loopback["rtc"]["enable_loopback_candidate"] is True
    assert loopback["rtc"]["tcp_port"] == 0
    assert loopback["rtc"]["stun_servers"]  # an empty list would mean the public ones
    assert all(server.startswith("127.0.0.1:") for server in loopback["rtc"]["stun_servers"])
    assert loopback["room"] == {"auto_create": True, "empty_timeout": 300, "departure_timeout": 60}
    assert loopback["webhook"] == {"urls": ["http://127.0.0.1:1/w"], "api_key": "key"}
    outside = configuration("fd00::5", Ports(1, 2), Keys(KEY), "http://[fd00::5]:1/w")
    assert outside["rtc"]["ips"] == {"includes": ["fd00::5/128"]}
    assert outside["rtc"]["enable_loopback_candidate"] is False


def test_livekit_server_is_found_by_name_then_on_the_path_then_in_the_cache(tmp_path: Path) -> None:
    named, on_path = tmp_path / "mine", tmp_path / "bin" / "livekit-server"
    cached = tmp_path / ".cache" / "xcord" / "bin" / f"livekit-server-{livekit.VERSION}"
    for program in (named, on_path, cached):
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    path = {"PATH": str(on_path.parent)}
    assert livekit.find({**path, "LIVEKIT_SERVER": str(named)}, tmp_path) == named
    assert livekit.find(path, tmp_path) == on_path
    assert livekit.find({"PATH": "/nonexistent"}, tmp_path) == cached
    for environment in ({"PATH": ""}, {"LIVEKIT_SERVER": str(tmp_path)}):
        with pytest.raises(CannotServe):
            livekit.find(environment, tmp_path / "empty")


# -- the database's address --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u:p@h:5/d", "postgresql+asyncpg://u:p@h:5/d"),
        ("postgres://u@h/d?sslmode=require", "postgresql+asyncpg://u@h/d?ssl=require"),
        ("postgresql+asyncpg://x@/d?host=/run", "postgresql+asyncpg://x@/d?host=%2Frun"),
    ],
)
def test_any_usual_address_of_a_postgresql_is_understood(given: str, used: str) -> None:
    assert driver_url(given) == used


@pytest.mark.parametrize(
    "given", ["", "x", "mysql://u:sesame@h/d", "sqlite:///x", "postgresql:/", "http://h"]
)
def test_another_databases_address_is_refused_without_being_repeated(given: str) -> None:
    with pytest.raises(CannotServe) as caught:
        driver_url(given)
    assert "sesame" not in str(caught.value)


# -- the contract ------------------------------------------------------------------------------------


class NoStore:
    """A store that fails in a way that nobody foresaw."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def change(self) -> None:
        raise self.error


def client(error: Exception) -> httpx.AsyncClient:
    app = make_app(Parts(store=NoStore(error), key=KEY, livekit_url="ws://x", join_ttl=600))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ValueError("hush"), 500, "server_error"),
        (ConnectionRefusedError("hush"), 503, "unavailable"),
        (TimeoutError("hush"), 503, "unavailable"),
    ],
)
async def test_what_nobody_foresaw_is_a_problem_document_and_a_place_in_the_log(
    error: Exception, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with client(error) as http:
        answer = await http.get("/v1/directory", headers={"Authorization": "Bearer xct_x"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "test_backend_parts.py" in caplog.text
    assert "hush" not in caplog.text + answer.text
    assert "xct_x" not in caplog.text


async def test_openapi_names_every_struct_and_refusal_of_the_contract() -> None:
    async with client(ValueError()) as http:
        document = (await http.get("/v1/openapi.json")).json()
    schemas = document["components"]["schemas"]
    used = json.dumps(document["paths"])
    for kind in (
        "LoginRequest",
        "LoggedIn",
        "DirectoryAnswer",
        "JoinRequest",
        "JoinAnswer",
        "NewUser",
        "Problem",
    ):
        assert kind in schemas
        assert f"#/components/schemas/{kind}" in used
    assert set(document["paths"]["/v1/channels/{channel}/join"]["post"]["responses"]) == {
        "200", "400", "401", "403", "404", "409", "413", "422", "426", "503"
    }  # fmt: skip
    assert document["paths"]["/v1/directory"]["get"]["security"] == [{"login": []}]
    refs = {part.split('"')[0] for part in json.dumps(document).split("#/components/schemas/")[1:]}
    assert refs <= set(schemas)


def test_every_problem_has_a_client_or_server_error_status() -> None:
    for code, (status, title) in contract.PROBLEMS.items():
        assert 400 <= status < 600
        assert title.endswith("."), code
        assert contract.problem(code).type == f"urn:xcord:problem:{code}"


# -- what the app loads ------------------------------------------------------------------------------


def test_the_app_imports_nothing_of_the_server_end() -> None:
    script = (
        "import sys, xcord_sync, xcord_sync.keeper, xcord_sync.client, xcord_sync.command\n"
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('fastapi', 'sqlalchemy', 'asyncpg', 'alembic', 'argon2', 'livekit') or 'backend' in m.split('.')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip().endswith("[]"), done.stdout

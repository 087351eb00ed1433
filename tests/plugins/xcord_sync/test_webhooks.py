"""What is a genuine webhook, and what it tells."""

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from google.protobuf.json_format import MessageToJson
from hypothesis import given
from hypothesis import strategies as st
from livekit.protocol.webhook import WebhookEvent
from tests.plugins.xcord_sync.presence import CHANNEL, KEY, SECRET, USER, body_of, event, signed

from xcord_sync.backend.presence.signals import channel_of, signal_of
from xcord_sync.backend.presence.told import read
from xcord_sync.backend.presence.webhooks import NotGenuine, hash_claim, receive

KEYS = {KEY: SECRET, "newer": "n" * 40}


BODY = b"{}"
HASH = base64.b64encode(hashlib.sha256(BODY).digest()).decode()


WHILE = 7200  # seconds; tokens are made when the tests are collected


def token(**claims: object) -> str:
    """Good for ``BODY``, but for the given claims, and for longer than a whole test run."""
    now = int(time.time())
    return jwt.encode({"iss": KEY, "nbf": now, "exp": now + WHILE, "sha256": HASH} | claims, SECRET)


def test_a_signed_body_is_received_from_either_of_two_issuers() -> None:
    body = body_of(event("participant_joined", id="EV_1", at=1_700_000_000))
    for key, secret in KEYS.items():
        received = receive(body, hash_claim(signed(body, key, secret), KEYS))
        assert (received.id, received.kind, received.body) == ("EV_1", "participant_joined", body)
        assert received.created_at == datetime.fromtimestamp(1_700_000_000, UTC)


def test_a_changed_body_is_not_the_one_that_was_signed() -> None:
    body = body_of(event("participant_joined"))
    with pytest.raises(NotGenuine):
        receive(body + b" ", hash_claim(signed(body), KEYS))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        "Bearer " + token(),
        token(iss="stranger"),
        token(exp=int(time.time()) - WHILE),
        token(nbf=int(time.time()) + WHILE),
        token(iat=int(time.time()) + WHILE),
        token(sha256="%%%"),
        token(sha256=7),
        token(iss="newer"),
        token(sha256=""),
        jwt.encode({"iss": KEY, "sha256": HASH, "exp": time.time() + WHILE}, "x" * 40),
        jwt.encode({"iss": KEY, "sha256": HASH}, SECRET),
        jwt.encode({"iss": KEY, "sha256": HASH, "exp": time.time() + WHILE}, "", algorithm="none"),
    ],
    ids=range(14),  # a token in the name would be another one in each of the test run's lanes
)
def test_a_header_that_is_not_genuine_is_refused(header: str) -> None:
    with pytest.raises(NotGenuine):
        receive(BODY, hash_claim(header, KEYS))


def test_what_is_refused_of_a_header_is_that_alone() -> None:
    assert receive(BODY, hash_claim(token(), KEYS)).body == BODY


LONG = {**KEYS, "long": "l" * 64}
CLAIMS = st.fixed_dictionaries(
    {},
    optional={
        "iss": st.sampled_from([KEY, "newer", "long", "stranger", "", 7, None]),
        "exp": st.sampled_from([-1000, -76, -74, 300, 10**12, "soon", True, None, 1.5]),
        "nbf": st.sampled_from([-300, 74, 76, "now", None]),
        "iat": st.sampled_from([-300, 74, 76, "now"]),
        "sha256": st.sampled_from([base64.b64encode(b"x" * 32).decode(), "", "%", "eA", 7]),
        "sub": st.just("anybody"),
    },
)


def judged(header: str, read: Callable[[str], bytes]) -> bytes | None:
    try:
        return read(header)
    except NotGenuine:
        return None


def by_pyjwt(header: str) -> bytes:
    """What ``hash_claim`` means, in the words of a library."""
    for issuer, secret in LONG.items():
        try:
            claims = jwt.decode(
                header, secret, algorithms=["HS256"], issuer=issuer, leeway=75,
                options={"require": ["exp", "iss"]},
            )  # fmt: skip
            return base64.b64decode(claims.get("sha256") or "", validate=True)
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
    raise NotGenuine


@given(
    CLAIMS,
    st.sampled_from([SECRET, "n" * 40, "l" * 64, "x" * 64]),
    st.sampled_from(["HS256", "HS384", "none"]),
    st.integers(0, 400),
    st.sampled_from(["", "A", ".", "=", " ", "é"]),
)
def test_a_token_is_judged_as_a_library_judges_it(
    claims: dict[str, Any], secret: str, algorithm: str, at: int, put: str
) -> None:
    now = time.time()
    moved = {
        name: now + value if name in ("exp", "nbf", "iat") and type(value) is int else value
        for name, value in claims.items()
    }
    if algorithm == "HS384":
        secret = "l" * 64  # it warns of shorter ones
    made = jwt.api_jws.encode(json.dumps(moved).encode(), None if algorithm == "none" else secret, algorithm)
    header = made[:at] + put + made[at:]
    ours, theirs = judged(header, lambda each: hash_claim(each, LONG)), judged(header, by_pyjwt)
    # Ours may be the stricter one about odd types and odd base64, and never takes what the other refuses.
    assert ours == theirs or ours is None
    plain = put == "" and all(type(value) in (int, float, str) for value in claims.values())
    if plain and not {"soon", "now"} & set(map(str, claims.values())):
        assert ours == theirs


def test_a_clock_that_is_off_by_a_minute_is_borne_with() -> None:
    now = int(time.time())
    assert hash_claim(token(exp=now - 60), KEYS)
    assert hash_claim(token(nbf=now + 60, iat=now + 60), KEYS)


@given(
    st.sampled_from(["participant_joined", "track_published", "room_finished", "egress_started", ""]),
    st.text(max_size=8),
    st.integers(0, 2**63 - 1),
)
def test_bodies_read_as_protobuf_reads_them(kind: str, text: str, number: int) -> None:
    made = event(kind, text, device="desk", room_sid=text, id=text, at=number, metadata=text)
    if not kind.startswith("room_"):
        made.participant.joined_at_ms = number
    body = MessageToJson(made).encode()
    told = read(body.replace(b"{", b'{"later":[1],', 1))
    assert told is not None
    assert (told.event, told.id, told.created_at) == (made.event, made.id, made.created_at)
    assert (told.room.sid, told.room.name) == (made.room.sid, made.room.name)
    assert signal_of(told) == signal_of(made)


def test_what_json_of_protobuf_may_look_like_is_read_too() -> None:
    body = b'{"event": "participant_left", "id": null, "room": null, "createdAt": 17e8}'
    told = read(body)
    assert told is not None
    assert (told.event, told.id, told.room.sid, told.created_at) == (
        "participant_left",
        "",
        "",
        1_700_000_000,
    )


@pytest.mark.parametrize(
    "body", [b"", b"[7]", b"7", b"\xff", b'{"room":7}', b'{"id":"a\\u0000"}', b"[" * 9000]
)
def test_what_is_genuine_and_cannot_be_read_is_kept_by_its_hash(body: bytes) -> None:
    received = receive(body, hash_claim(signed(body), KEYS))
    assert received.id.startswith("sha256:")
    assert (received.event, received.kind, received.body) == (None, "", body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.dictionaries(
            st.sampled_from(["event", "id", "room", "name", "sid", "participant", "createdAt", "identity"]),
            inner,
        ),
    )
)
def test_no_genuine_body_is_refused_or_breaks_anything(content: object) -> None:  # fmt: skip
    body = json.dumps(content).encode()
    received = receive(body, hash_claim(signed(body), KEYS))
    assert "\0" not in received.id + received.kind
    if received.event is not None:
        signal_of(received.event)


def test_a_joined_tells_who_where_and_since_when_they_asked() -> None:
    told = signal_of(event("participant_joined", "PA_7", device="phone", joined_ms=1_700_000_000_500))
    assert told is not None
    assert told.person is not None
    assert (told.channel, told.room_sid, told.person.user, told.person.device) == (
        CHANNEL, "RM_1", USER, "phone",
    )  # fmt: skip
    assert told.person.since == datetime.fromtimestamp(1_700_000_000.5, UTC)
    asked = signal_of(event("participant_joined", metadata='{"asked": 1600000000000}'))
    assert asked is not None
    assert asked.person is not None
    assert asked.person.since == datetime.fromtimestamp(1_600_000_000, UTC)


@pytest.mark.parametrize("metadata", ["{", "7", '{"asked": "x"}', '{"asked": 1e400}', '{"asked": -5}'])
def test_odd_metadata_does_not_stop_it(metadata: str) -> None:
    assert signal_of(event("participant_joined", metadata=metadata)) is not None


@pytest.mark.parametrize(
    "name", ["", "vc_", "test", f"x{CHANNEL}", f"vc_{CHANNEL}\n", f"vc_{str(CHANNEL).upper()}"]
)
def test_a_room_of_somebody_else_tells_nothing(name: str) -> None:
    assert channel_of(name) is None
    made = event("participant_joined")
    made.room.name = name
    assert signal_of(made) is None


@pytest.mark.parametrize("identity", ["", "recorder", f"{USER}", f"{USER}:", f"{USER}:a b", f"{USER}:x:y"])
def test_a_participant_that_is_nobody_of_ours_tells_nothing(identity: str) -> None:
    made = event("participant_joined")
    made.participant.identity = identity
    assert signal_of(made) is None


def test_other_kinds_tell_nothing_about_presence() -> None:
    for kind in ("room_started", "egress_started", "something_new", ""):
        assert signal_of(event(kind)) is None
    assert signal_of(WebhookEvent()) is None
    assert signal_of(event("room_finished")) is not None
    assert uuid.UUID(int=0) != USER

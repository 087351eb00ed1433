"""Whether a webhook is genuine: its JWT, signed by the key that its issuer names, holds the body's hash."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import msgspec

from .told import Told, read

BODY_LIMIT = 2 * 1024 * 1024  # bytes; metadata alone may have 512 KiB
LEEWAY = 75  # seconds that the two clocks may differ; a webhook's token is good from now to in 5 minutes


class NotGenuine(Exception):
    """Nobody who has a key of ours sent this, or not this body, or not now."""


@dataclass(frozen=True)
class Received:
    """A genuine webhook. ``id`` is unique: the SFU's, or the body's hash where it gave none (a replay of
    either is known by it). ``event`` is ``None`` when it cannot be read; it is kept all the same."""

    id: str
    kind: str
    body: bytes
    created_at: datetime | None
    event: Told | None


def hash_claim(token: str, keys: Mapping[str, str]) -> bytes:
    """The body's SHA-256 as the sender signed it. ``token`` is the whole header ``Authorization``: the SFU
    puts no ``Bearer`` before it. A clock that is off by a minute is borne with.
    The key is the one whose name is its issuer.

    Read here and not by PyJWT, which takes many times as long, nearly a tenth of a change's whole way to the
    apps. The tests hold the two against each other.

    :param keys: secrets by issuer; two while keys are being changed.
    :raises NotGenuine: for whatever is wrong with it.
    """
    signed, _, signature = token.rpartition(".")
    header, _, payload = signed.partition(".")
    try:
        if _HEADER.decode(_bytes(header)).crit is not None:
            raise NotGenuine("its token asks for what we do not know")
        claims = _CLAIMS.decode(_bytes(payload))
        given, claimed = _bytes(signature), base64.b64decode(claims.sha256, validate=True)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise NotGenuine(f"its token is not valid ({type(error).__name__})") from None
    secret = keys.get(claims.iss)
    if not secret or not hmac.compare_digest(hmac.digest(secret.encode(), signed.encode(), "sha256"), given):
        raise NotGenuine("no key of ours signed it")
    now = time.time()
    if not now < claims.exp + LEEWAY or now + LEEWAY < max(claims.nbf, claims.iat):
        raise NotGenuine("its token is not good at this time")
    return claimed


class _Header(msgspec.Struct):
    """Of a JWT. Nothing but HS256 is taken, whatever else the token names."""

    alg: Literal["HS256"]
    crit: list[str] | None = None


class _Claims(msgspec.Struct):
    iss: str
    exp: float
    nbf: float = 0
    iat: float = 0
    sha256: str = ""


_HEADER, _CLAIMS = msgspec.json.Decoder(_Header), msgspec.json.Decoder(_Claims)


def _bytes(part: str) -> bytes:
    """base64url without padding.

    :raises ValueError: it is none.
    """
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def receive(body: bytes, claimed: bytes) -> Received:
    """The webhook in a body whose hash was claimed.

    :raises NotGenuine: it is another body.
    """
    found = hashlib.sha256(body).digest()
    if not hmac.compare_digest(found, claimed):
        raise NotGenuine("its body is not the one that was signed")
    event = read(body)
    if event is None or "\0" in event.id + event.event:
        return Received(f"sha256:{found.hex()}", "", body, None, None)
    seconds = min(max(event.created_at, 0), 4_000_000_000)
    created = datetime.fromtimestamp(seconds, UTC) if seconds else None
    return Received(event.id or f"sha256:{found.hex()}", event.event, body, created, event)

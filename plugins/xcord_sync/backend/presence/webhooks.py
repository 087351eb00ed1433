"""Whether a webhook is genuine: its JWT, signed by the key that its issuer names, holds the body's hash."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import jwt

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

    :param keys: secrets by issuer; two while keys are being changed.
    :raises NotGenuine: for whatever is wrong with it.
    """
    for issuer, secret in keys.items():
        try:
            claims = jwt.decode(
                token,
                _key(secret),
                algorithms=["HS256"],
                issuer=issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss"]},
            )
            return base64.b64decode(claims.get("sha256") or "", validate=True)
        except (jwt.InvalidSignatureError, jwt.InvalidIssuerError):
            continue
        except (jwt.PyJWTError, binascii.Error, ValueError, TypeError) as error:
            raise NotGenuine(f"its token is not valid ({type(error).__name__})") from None
    raise NotGenuine("no key of ours signed it")


@lru_cache(4)
def _key(secret: str) -> jwt.PyJWK:
    """Prepared once: as text, PyJWT looks at each use whether it is a PEM, and decoding takes three times as
    long."""
    k = base64.urlsafe_b64encode(secret.encode()).rstrip(b"=").decode()
    return jwt.PyJWK.from_dict({"kty": "oct", "alg": "HS256", "k": k})


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

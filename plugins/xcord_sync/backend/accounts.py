"""Credentials: passwords (Argon2id) and the opaque tokens of logins."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

TOKEN_PREFIX = "xct_"  # so that a scanner for leaked secrets can know it


class Passwords:
    """Hashing in threads, a few at a time: each takes 64 MiB and some 50 ms of a core."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(max(1, min(4, os.cpu_count() or 1)))

    async def hash(self, password: str) -> str:
        """A new salted hash, with its parameters in it."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the one; for ``None`` (nobody has that login) it takes as long."""
        async with self._turns:
            return await asyncio.to_thread(self._fits, password_hash, password)

    def outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def _fits(self, password_hash: str | None, password: str) -> bool:
        try:
            self._hasher.verify(password_hash or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe(16))


def new_token() -> str:
    """256 random bits, for the app to keep."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """What the database keeps. A plain hash will do: the token is random and long."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def new_password() -> str:
    """For the owner's account at first start: 100 random bits, easy to type."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))
    return "-".join(groups)

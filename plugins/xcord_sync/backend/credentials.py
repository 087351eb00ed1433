"""Login and password, with the limits that keep guessing slow."""

from __future__ import annotations

from .accounts import hash_of, new_token
from .asking import too_often
from .errors import Refused
from .parts import Parts
from .queries import logins
from .queries.logins import Account


async def check(parts: Parts, address: str, login: str, password: str) -> Account:
    """The account, if the password is right.

    :raises Refused: ``wrong_login`` or ``rate_limited``.
    """
    who = f"{login} {address}"
    too_often(parts.attempts.begin(address) or parts.failures.begin(who))
    wrong = False
    try:
        found = await _find(parts, login) if "\0" not in login else None
        wrong = not await parts.passwords.fits(found[1] if found else None, password)
    finally:
        if not wrong:
            parts.failures.forgive(who)  # also when it was our own trouble
    if wrong or found is None:
        raise Refused("wrong_login", {"WWW-Authenticate": "Bearer"})
    if parts.passwords.outdated(found[1]):
        newer = await parts.passwords.hash(password)
        async with parts.store.change() as db:
            await logins.set_password(db, found[0].id, newer)
    return found[0]


async def begin(parts: Parts, account: Account, device: str) -> str:
    """A login's new token."""
    token = new_token()
    async with parts.store.change() as db:
        await logins.add(db, account.id, hash_of(token), device)
    return token


async def _find(parts: Parts, login: str) -> tuple[Account, str] | None:
    async with parts.store.change() as db:
        return await logins.password_of(db, login)

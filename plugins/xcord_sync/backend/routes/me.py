"""A person's own account."""

from __future__ import annotations

import dataclasses
import re

from fastapi import FastAPI, Response

from ... import contract
from .. import credentials, news
from ..asking import Ask, route
from ..errors import Refused
from ..parts import Parts
from ..queries import avatars, logins
from .accounts import info

PICTURES = ("image/png", "image/jpeg", "image/webp")
# A picture never changes under its hash; whatever it really is, a browser runs nothing of it.
_HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def add(app: FastAPI, parts: Parts) -> None:
    """Password, name, picture."""
    _words(app, parts)
    _pictures(app, parts)


def _words(app: FastAPI, parts: Parts) -> None:
    @route(app, parts, "POST /v1/me/password", holds_db=False, refuses=("wrong_login", "rate_limited"))
    async def change_password(ask: Ask[contract.PasswordChange]) -> None:
        """Sets a new password and ends the account's other logins."""
        await credentials.check(parts, ask.address, ask.login.account.login, ask.body.old)
        hashed = await parts.passwords.hash(ask.body.new)
        async with parts.store.change() as db:
            await logins.set_password(db, ask.me, hashed)
            await logins.end_all(db, ask.me, but=ask.login.token_hash)
            await news.of_logins(db, ask.me)

    @route(app, parts, "PATCH /v1/me")
    async def change_profile(ask: Ask[contract.ProfileChange]) -> contract.AccountInfo:
        """Sets the name that others see; a call that goes on keeps the old one."""
        await logins.set_name(ask.db, ask.me, ask.body.name)
        await news.of_account(ask.db, ask.me)
        return info(dataclasses.replace(ask.login.account, name=ask.body.name))


def _pictures(app: FastAPI, parts: Parts) -> None:
    @route(
        app, parts, "PUT /v1/me/avatar", limit=contract.PICTURE_LIMIT, takes_content=PICTURES,
        refuses=("not_a_picture",),
    )  # fmt: skip
    async def set_avatar(ask: Ask[bytes]) -> contract.AccountInfo:
        """Sets the picture that others see: PNG, JPEG or WebP, up to 256 KiB."""
        hash = await avatars.put(ask.db, ask.me, ask.body)
        await news.of_account(ask.db, ask.me)
        return info(dataclasses.replace(ask.login.account, avatar=hash))

    @route(app, parts, "DELETE /v1/me/avatar")
    async def remove_avatar(ask: Ask[None]) -> None:
        """Takes the picture away."""
        await avatars.drop(ask.db, ask.me)
        await news.of_account(ask.db, ask.me)

    @route(app, parts, "GET /v1/avatars/{hash}", gives_content=PICTURES, refuses=("not_found",))
    async def avatar(ask: Ask[None]) -> Response:
        """Somebody's picture, by the hash that the directory tells."""
        hash = ask.request.path_params["hash"]
        if not re.fullmatch("[0-9a-f]{64}", hash):
            raise Refused("not_found")
        kind, content = await avatars.find(ask.db, hash)
        return Response(content, headers=_HEADERS, media_type=f"image/{kind}")

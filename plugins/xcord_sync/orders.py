"""The part of the contract by which people look after accounts, servers, members, invites and channels.

Whoever is no member of a server is told that there is none (404); a member whose role may not do a thing is
told so (403). ``rules.py`` of the server end has who may do what.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .kinds import (
    Code,
    Device,
    DisplayName,
    Lasting,
    LoginName,
    NewPassword,
    Password,
    PlaceName,
    Position,
    Role,
    UserLimit,
    Uses,
)

WEEK = 7 * 24 * 3600


class Registering(msgspec.Struct, frozen=True, kw_only=True):
    """A new account and its first login. ``invite`` is needed where registration is by invite; the account
    becomes a member of the invite's server."""

    login: LoginName
    name: DisplayName
    password: NewPassword
    device: Device
    invite: Code | None = None

    def __repr__(self) -> str:
        return "Registering(...)"


class PasswordChange(msgspec.Struct, frozen=True, kw_only=True):
    """``old`` is the one until now. Every other login of the account ends."""

    old: Password
    new: NewPassword

    def __repr__(self) -> str:
        return "PasswordChange(...)"


class ProfileChange(msgspec.Struct, frozen=True, kw_only=True):
    """How others see the account's person from now on."""

    name: DisplayName


class ServerName(msgspec.Struct, frozen=True, kw_only=True):
    """A new server's name, or a server's new name."""

    name: PlaceName


class MemberInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A person with their role on a server; ``avatar`` is a hash for ``GET /v1/avatars/{hash}``, or empty."""

    user: str
    name: str
    role: Role
    avatar: str = ""


class MemberList(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody on a server."""

    members: tuple[MemberInfo, ...]


class RoleChange(msgspec.Struct, frozen=True, kw_only=True):
    """A server may have several owners and keeps at least one."""

    role: Role


class NewInvite(msgspec.Struct, frozen=True, kw_only=True):
    """``lasts`` in seconds and ``uses`` in people; ``null`` is without end."""

    lasts: Lasting | None = WEEK
    uses: Uses | None = None


class InviteInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An invite that can still be accepted. ``expires_at`` in seconds since the epoch, ``null`` never."""

    code: str
    server: str
    created_by: str
    expires_at: int | None
    uses_left: int | None

    def __repr__(self) -> str:
        return f"InviteInfo(server={self.server!r}, code=...)"


class InviteList(msgspec.Struct, frozen=True, kw_only=True):
    """A server's invites that can still be accepted, the newest first."""

    invites: tuple[InviteInfo, ...]


class InviteCode(msgspec.Struct, frozen=True, kw_only=True):
    """Which invite: in a body, for addresses end up in the logs of proxies."""

    code: Code

    def __repr__(self) -> str:
        return "InviteCode(...)"


class FaultRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a server end that was started with ``--faults`` does wrong for ``seconds``; see
    ``backend/faults.py``."""

    kind: Literal["status", "slow", "expired_token", "refused_token", "lose_webhooks", "none"]
    status: Annotated[int, Meta(ge=400, le=599)] = 500
    milliseconds: Annotated[int, Meta(ge=0, le=60_000)] = 3000
    seconds: Annotated[int, Meta(ge=0, le=600)] = 30


class NewChannel(msgspec.Struct, frozen=True, kw_only=True):
    """It becomes the last. ``user_limit`` 0 is none."""

    name: PlaceName
    user_limit: UserLimit = 0


class ChannelChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is ``null`` or left out stays; ``position`` counts from 0 and the others make room."""

    name: PlaceName | None = None
    user_limit: UserLimit | None = None
    position: Position | None = None

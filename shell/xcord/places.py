"""The words about the server end: account, servers, channels and people. Frozen, without behaviour."""

from __future__ import annotations

from typing import Literal

import msgspec

Role = Literal["owner", "moderator", "member"]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Who is logged in. ``role`` is the role on the server end as a whole."""

    user: str
    login: str
    name: str
    role: Role = "member"


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A voice channel. ``people`` are the users known to be in it (empty until presence is known), also
    on other devices; ``limit`` is how many it takes, 0 for any number."""

    id: str
    name: str
    people: tuple[str, ...] = ()
    limit: int = 0


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Who belongs to a server, and what they may do there."""

    user: str
    role: Role = "member"


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """A community with its channels. ``role`` is mine in it."""

    id: str
    name: str
    role: Role = "member"
    channels: tuple[Channel, ...] = ()
    members: tuple[Member, ...] = ()


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A person as the server end knows them; wins over what LiveKit's metadata says. ``avatar`` is an address
    that ``hub.pictures`` made, or empty."""

    user: str
    name: str
    avatar: str = ""


class Invite(msgspec.Struct, frozen=True, kw_only=True):
    """An invite that can be accepted. Its ``code`` lets people in: it is shown and never logged.

    ``expires_at`` is in seconds since the epoch, 0 never; ``uses`` are left, 0 means any number; ``by``
    is the user who made it.
    """

    server: str
    code: str
    link: str
    expires_at: int = 0
    uses: int = 0
    by: str = ""

    def __repr__(self) -> str:
        return f"Invite(server={self.server!r}, code=...)"


class Banned(msgspec.Struct, frozen=True, kw_only=True):
    """Who may not come back to a server; ``at`` in seconds since the epoch."""

    user: str
    name: str
    reason: str = ""
    at: int = 0


class Upkeep(msgspec.Struct, frozen=True, kw_only=True):
    """What those who look after a server see of it while they do, the newest first."""

    server: str
    invites: tuple[Invite, ...] = ()
    bans: tuple[Banned, ...] = ()


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """Slice ``directory``. ``status``: ``signed_out``, ``connecting``, ``connected``, ``stale`` (what
    is shown may be old; ``reason`` tells why). ``kept``: where the login is kept on this machine.
    ``invite`` is the one that was made last, until it is put away; ``upkeep`` is of the server that is
    looked after."""

    status: Literal["signed_out", "connecting", "connected", "stale"] = "signed_out"
    reason: str = ""
    address: str = ""
    account: Account | None = None
    servers: tuple[Server, ...] = ()
    people: dict[str, Profile] = {}
    kept: Literal["", "keyring", "file"] = ""
    invite: Invite | None = None
    upkeep: Upkeep | None = None


class JoinToken(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to ``directory.join_token``: what a connection needs. Never published, never stored.

    ``expires_at`` is in seconds since the epoch.
    """

    url: str
    token: str
    room: str
    channel: str = ""
    expires_at: int = 0

    def __repr__(self) -> str:
        return f"JoinToken(room={self.room!r}, token=...)"

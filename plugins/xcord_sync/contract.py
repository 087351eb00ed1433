"""What the app and the server end say to each other: HTTP with JSON, under ``/v1``.

Both ends import this module and nothing else of each other. Requests carry ``X-Xcord-Protocol``; the
server end tells its own number and the oldest that it still speaks in ``GET /v1/about``. Whatever is
refused is answered with a problem document (RFC 9457) whose ``code`` is one of ``PROBLEMS``.

======================================  ===================  =======================================
``GET  /v1/about``                      anybody              ``About``
``POST /v1/login``                      anybody              ``LoginRequest`` -> ``LoggedIn``
``POST /v1/logout``                     a login              ends that login
``GET  /v1/directory``                  a login              ``DirectoryAnswer``
``POST /v1/logout-everywhere``          a login              ends every login of the account, and its calls
``POST /v1/register``                   by the setting       ``Registering`` -> ``LoggedIn``
``POST /v1/users``                      the owner            ``NewUser`` -> ``PersonInfo``
``POST /v1/me/password``                a login              ``PasswordChange``
``PATCH /v1/me``                        a login              ``ProfileChange`` -> ``AccountInfo``
``PUT, DELETE /v1/me/avatar``           a login              PNG, JPEG, WebP -> ``AccountInfo``
``GET  /v1/avatars/{hash}``             a login              the picture
``POST /v1/servers``                    a login              ``ServerName`` -> ``ServerInfo``
``PATCH, DELETE /v1/servers/{server}``  an owner             ``ServerName`` -> ``ServerInfo``
``GET  /v1/servers/{server}/members``   a member             ``MemberList``
``PATCH .../members/{user}``            an owner             ``RoleChange`` -> ``MemberInfo``
``DELETE .../members/{user}``           above them, or self  removes from the server
``GET, POST .../invites``               a moderator          ``InviteList``, ``NewInvite`` -> ``InviteInfo``
``POST .../invites/revoke``             a moderator          ``InviteCode``
``POST /v1/invites/accept``             a login              ``InviteCode`` -> ``ServerInfo``
``POST /v1/servers/{server}/channels``  a moderator          ``NewChannel`` -> ``ChannelInfo``
``PATCH /v1/channels/{channel}``        a moderator          ``ChannelChange`` -> ``ChannelInfo``
``DELETE /v1/channels/{channel}``       a moderator          with everybody's call in it
``POST /v1/channels/{channel}/join``    a member             ``JoinRequest`` -> ``JoinAnswer``
``POST .../people/{user}/mute``         a moderator          ``MuteRequest``, of a channel's people
``POST .../people/{user}/move``         a moderator          ``MoveRequest``
``POST .../people/{user}/remove``       a moderator          ends the call, not the membership
``POST .../people/{user}/ring``         a member in a call   calls somebody into it -> ``RingAnswer``
``DELETE .../people/{user}/ring``       who calls, is called ends that
``GET  /v1/servers/{server}/bans``      a moderator          ``BanList``
``POST, DELETE .../bans/{user}``        a moderator          ``BanRequest``
``POST /v1/faults``                     the owner            ``FaultRequest``, with ``--faults`` alone
``GET  /healthz``                       anybody              ``Health``
``GET  /readyz``                        anybody              ``Readiness``
``GET  /v1/events`` (WebSocket)         a login              ``Hello`` -> ``Snapshot``, ``Changed``, ...
======================================  ===================  =======================================
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .happenings import CLOSES as CLOSES
from .happenings import BanInfo as BanInfo
from .happenings import BanList as BanList
from .happenings import BanRequest as BanRequest
from .happenings import Called as Called
from .happenings import Changed as Changed
from .happenings import ChannelPeople as ChannelPeople
from .happenings import DirectoryChanged as DirectoryChanged
from .happenings import Expelled as Expelled
from .happenings import Happening as Happening
from .happenings import Hello as Hello
from .happenings import Moved as Moved
from .happenings import MoveRequest as MoveRequest
from .happenings import Muted as Muted
from .happenings import MuteRequest as MuteRequest
from .happenings import Removed as Removed
from .happenings import Resumed as Resumed
from .happenings import RingAnswer as RingAnswer
from .happenings import RingBegun as RingBegun
from .happenings import RingOver as RingOver
from .happenings import Snapshot as Snapshot
from .kinds import Device as Device
from .kinds import DisplayName as DisplayName
from .kinds import LoginName as LoginName
from .kinds import NewPassword as NewPassword
from .kinds import Registration as Registration
from .kinds import Role as Role
from .orders import ChannelChange as ChannelChange
from .orders import FaultRequest as FaultRequest
from .orders import InviteCode as InviteCode
from .orders import InviteInfo as InviteInfo
from .orders import InviteList as InviteList
from .orders import MemberInfo as MemberInfo
from .orders import MemberList as MemberList
from .orders import NewChannel as NewChannel
from .orders import NewInvite as NewInvite
from .orders import PasswordChange as PasswordChange
from .orders import ProfileChange as ProfileChange
from .orders import Registering as Registering
from .orders import RoleChange as RoleChange
from .orders import ServerName as ServerName

PROTOCOL = 1
OLDEST_CLIENT = 1
OLDEST_SERVER = 1
PROTOCOL_HEADER = "X-Xcord-Protocol"
PROBLEM_TYPE = "application/problem+json"
BODY_LIMIT = 64 * 1024  # bytes of a request
PICTURE_LIMIT = 256 * 1024  # bytes of an avatar
ANSWER_LIMIT = 4 * 1024 * 1024  # bytes of an answer

#: Code -> (HTTP status, English title).
PROBLEMS: dict[str, tuple[int, str]] = {
    "bad_request": (400, "The request cannot be read."),
    "unauthorized": (401, "The login is missing, unknown or has ended."),
    "wrong_login": (401, "The login or the password is wrong."),
    "forbidden": (403, "This account may not do that."),
    "registration_closed": (403, "Accounts are made by the owner of this server end alone."),
    "invite_needed": (403, "An account is made with an invite here."),
    "banned": (403, "This account is banned from that server."),
    "no_such_channel": (404, "There is no such channel."),
    "no_such_server": (404, "There is no such server."),
    "no_such_member": (404, "There is no such member."),
    "no_such_invite": (404, "There is no such invite, or no longer."),
    "no_such_ring": (404, "Nobody is called there by this account, nor is it called, or no longer."),
    "not_found": (404, "There is nothing at this address."),
    "method_not_allowed": (405, "This address does not take that method."),
    "login_taken": (409, "That login belongs to somebody already."),
    "channel_full": (409, "The channel is full."),
    "not_in_call": (409, "Who calls others into a channel has to be in its call."),
    "already_in_call": (409, "They are in that call already."),
    "being_called": (409, "Somebody else is calling them into that channel."),
    "last_owner": (409, "A server needs an owner; make somebody else one first."),
    "limit_reached": (409, "There are as many as there may be."),
    "too_large": (413, "The request is too large."),
    "not_a_picture": (415, "That is no PNG, JPEG or WebP picture."),
    "invalid": (422, "A field of the request is not valid."),
    "client_too_old": (426, "This app is too old for the server; update it."),
    "upgrade_needed": (
        426,
        "This address is a WebSocket's; something on the way may have dropped the upgrade.",
    ),
    "rate_limited": (429, "Too many attempts; wait before the next."),
    "server_error": (500, "The server failed; its log says why."),
    "unavailable": (503, "The server cannot do this at the moment."),
}


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers. ``oldest`` is the oldest protocol of an app that is still understood; ``registration``
    says who may make an account for themselves."""

    name: str
    version: str
    protocol: int
    oldest: int
    registration: Registration = "closed"


class LoginRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``device`` names the app's installation, so that a person can tell logins apart."""

    login: Annotated[str, Meta(min_length=1, max_length=64)]
    password: Annotated[str, Meta(min_length=1, max_length=1024)]
    device: Device

    def __repr__(self) -> str:
        return "LoginRequest(...)"


class AccountInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The account of a login; ``role`` is the one on the server end as a whole."""

    user: str
    login: str
    name: str
    role: Role
    avatar: str = ""


class LoggedIn(msgspec.Struct, frozen=True, kw_only=True):
    """``token`` is opaque; send it as ``Authorization: Bearer``."""

    token: str
    account: AccountInfo

    def __repr__(self) -> str:
        return "LoggedIn(...)"


class NewUser(msgspec.Struct, frozen=True, kw_only=True):
    """An account to be created; it becomes a member of the servers that its maker owns."""

    login: LoginName
    name: DisplayName
    password: NewPassword

    def __repr__(self) -> str:
        return "NewUser(...)"


class PersonInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A person as others see them; ``avatar`` is a hash for ``GET /v1/avatars/{hash}``, or empty."""

    user: str
    name: str
    avatar: str = ""


class ChannelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A voice channel. ``user_limit`` 0 is none."""

    id: str
    name: str
    user_limit: int = 0


class ServerInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A server with its channels, in their order; ``role`` is the asking account's on it."""

    id: str
    name: str
    role: Role = "member"
    channels: tuple[ChannelInfo, ...] = ()


class DirectoryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """All that an account may see."""

    account: AccountInfo
    servers: tuple[ServerInfo, ...] = ()
    people: tuple[PersonInfo, ...] = ()


class JoinRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The device becomes part of the identity ``<user>:<device>`` in the call."""

    device: Device


class JoinAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection to the SFU needs; ``expires_at`` in seconds since the epoch."""

    url: str
    token: str
    room: str
    channel: str
    expires_at: int

    def __repr__(self) -> str:
        return f"JoinAnswer(room={self.room!r}, token=...)"


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Requests can be served; ``calls`` says whether the SFU answers, too."""

    status: Literal["ready"] = "ready"
    calls: Literal["ok", "unreachable"] = "ok"


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A problem document. ``retry_after`` in seconds, of ``rate_limited``; ``detail`` names the field."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    retry_after: int = 0


def problem(code: str, *, detail: str = "", retry_after: int = 0) -> Problem:
    """The document of a code."""
    status, title = PROBLEMS[code]
    return Problem(
        type=f"urn:xcord:problem:{code}",
        title=title,
        status=status,
        code=code,
        detail=detail,
        retry_after=retry_after,
    )

"""The tables, as the migrations leave them (a test compares the two)."""

from .accounts import Avatar, LoginToken, User
from .base import ROLES, Base
from .places import Audit, Ban, Channel, Invite, Member, Server
from .presence import PresenceChange, PresenceVersion, VoiceSession, WebhookEvent
from .shared import Attempt, Ring, Seat

__all__ = [
    "ROLES",
    "Attempt",
    "Audit",
    "Avatar",
    "Ban",
    "Base",
    "Channel",
    "Invite",
    "LoginToken",
    "Member",
    "PresenceChange",
    "PresenceVersion",
    "Ring",
    "Seat",
    "Server",
    "User",
    "VoiceSession",
    "WebhookEvent",
]

"""Who may do what: the one table. Pure.

A role counts on the server that an address names (by itself, or by one of its channels), or, where it names
none, on the server end as a whole.
"""

from __future__ import annotations

RANKS = {"member": 0, "moderator": 1, "owner": 2}
_ALL = frozenset(RANKS)
_STAFF = frozenset({"moderator", "owner"})
_OWNERS = frozenset({"owner"})

RULES: dict[str, frozenset[str]] = {
    "account.create": _OWNERS,
    "server.rename": _OWNERS,
    "server.delete": _OWNERS,
    "member.list": _ALL,
    "member.leave": _ALL,
    "member.remove": _STAFF,
    "member.rank": _OWNERS,
    "invite.list": _STAFF,
    "invite.create": _STAFF,
    "invite.revoke": _STAFF,
    "channel.create": _STAFF,
    "channel.edit": _STAFF,
    "channel.delete": _STAFF,
    "channel.join": _ALL,
    "channel.join_full": _STAFF,  # a full channel is not closed to those who keep order
    "person.ring": _ALL,
    "person.mute": _STAFF,
    "person.move": _STAFF,
    "person.remove": _STAFF,
    "ban.list": _STAFF,
    "ban.create": _STAFF,
    "ban.delete": _STAFF,
}


def may(role: str, action: str, over: str | None = None) -> bool:
    """Whether a role allows an action; ``over``: to somebody of that role, who has to be of a lower one.

    A role that nobody knows may nothing.

    :raises KeyError: there is no such action.
    """
    return role in RULES[action] and (over is None or RANKS[role] > RANKS[over])

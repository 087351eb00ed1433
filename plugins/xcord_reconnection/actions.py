"""What is done about each way to lose a call: a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SOON = 0.5  # seconds over which the first attempt is spread
CALMLY = 3.0  # the same after a server was shut down, so that its successor is not stormed


@dataclass(frozen=True)
class Action:
    """``retry``: for as long as it takes. ``fresh``: the token was refused, so a few times with a fresh one
    and then a new sign-in. ``sign_in``: at once. ``never``: only the user may. ``spread`` in seconds."""

    kind: Literal["retry", "fresh", "sign_in", "never"]
    spread: float = SOON


RETRY, FRESH, SIGN_IN, NEVER = Action("retry"), Action("fresh"), Action("sign_in"), Action("never")

ACTIONS: dict[str, Action] = {
    # LiveKit's reasons for the end of a connection, all of them.
    "connection_lost": RETRY,
    "client_initiated": RETRY,  # without a leave of ours: the SDK gave up (FORCE_TLS without TURN)
    "duplicate": NEVER,  # two devices would kick each other out for ever
    "server_shutdown": Action("retry", CALMLY),
    "removed": NEVER,
    "deleted": NEVER,  # a join would make the room anew
    "state_mismatch": RETRY,
    "join_failure": FRESH,
    "migration": RETRY,
    "signal_close": RETRY,
    "room_closed": NEVER,
    "user_unavailable": NEVER,
    "user_rejected": NEVER,
    "sip_trunk_failure": NEVER,
    "connection_timeout": RETRY,
    "media_failure": RETRY,
    "agent_error": NEVER,
    # What xcord's server end said before it ended a connection.
    "moved": NEVER,
    # Why an attempt failed: the voice server.
    "unreachable": RETRY,
    "timed_out": RETRY,
    "connect_failed": RETRY,
    "server_error": RETRY,
    "not_found": RETRY,
    "token_refused": FRESH,
    "certificate": NEVER,
    "bad_address": NEVER,
    "restart_needed": NEVER,
    # Why an attempt failed: the server end, which gives the tokens.
    "no_directory": RETRY,
    "unavailable": RETRY,
    "rate_limited": RETRY,
    "unauthorized": SIGN_IN,
    "not_signed_in": SIGN_IN,
    "wrong_login": SIGN_IN,
    "forbidden": NEVER,
    "banned": NEVER,
    "no_such_channel": NEVER,
    "no_such_member": NEVER,
    "channel_full": NEVER,
    "client_too_old": NEVER,
    "server_too_old": NEVER,
}

NETWORK = frozenset({"unreachable", "timed_out", "server_error", "unavailable", "connect_failed"})
"""Codes that may mean that the server end, not the voice server, does not answer."""

BUSY = frozenset({"rate_limited", "unavailable"})
"""Codes with which the server end says when it may be asked again."""

FRESH_AT_MOST = 3


def action_for(reason: str) -> Action:
    """An unknown reason is retried: whoever wants to be in a call loses more by being left out of it."""
    return ACTIONS.get(reason, RETRY)

"""What goes over ``GET /v1/events``: the part of the contract that is a WebSocket with JSON text frames.

The app connects and says ``Hello`` within 5 s; its login token stands in the header ``Authorization:
Bearer`` or, for clients that cannot set one, in ``Hello.token``. Then only the server end speaks:

1. ``Snapshot`` first: who is in which channel, all that this login may see. A client that was here before
   says ``after`` (the newest ``seq`` it has seen) and ``view`` (of the newest ``Snapshot``); when the server
   end can still tell all that happened since, and the login may still see the same channels, it answers
   ``Resumed`` instead, and then the missed ``Changed``.
2. ``Changed``, one per person and channel. ``seq`` only grows; it has gaps, for a login sees its own
   servers' channels alone. Applying one twice does no harm: ``here`` is the state, not a step.
3. ``Snapshot`` again whenever the channels that this login may see are others than before (a channel made
   or deleted, a server joined or left): it replaces all that was known.
4. ``DirectoryChanged``: names, roles, channels, members or invites of a server changed;
   ask ``GET /v1/directory`` again. Sent before the ``Snapshot`` that it may cause.
5. ``Moved``: this person's call went to another of their devices; the call of ``device`` ends and must not
   be joined again by itself. Sent to all of the person's sockets, before the removal from the call.
6. ``Called``: a moderator moves this person to another channel; the ``device`` should join ``to`` now. The
   server end removes it from ``channel`` some seconds later if it is still there.
7. ``Removed``: a moderator removed or banned this person from the call of ``channel``, or the channel was
   deleted. Sent before the removal.
8. ``Muted``: a moderator muted what this person sends in ``channel``; the ``device`` should show it, and may
   unmute when the person wishes.
9. ``Expelled``: this person is out of a server, by somebody else's doing, whether in a call or not. Sent
   before the ``DirectoryChanged`` by which the server is gone.
10. ``RingBegun``: somebody calls this person into the channel where they are. It is over after ``seconds``,
    once the person has come or the caller has left (``Changed`` tells both), or by ``RingOver``. Told again
    of the same channel and caller, it is the same ring.
11. ``RingOver``: it ended before its time. Sent to all sockets of both.

What is no ``Snapshot``, ``Changed`` or ``DirectoryChanged`` is not repeated to who was not connected.

Close codes: ``CLOSES``. Both ends ping every 20 s; a socket that is silent for 20 s more is dead.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

HELLO_SECONDS = 5.0
RING_SECONDS = 30  # that somebody is called
HELLO_LIMIT = 4096  # bytes of the first message; later ones are refused
EVENT_LIMIT = 4 * 1024 * 1024  # bytes of a message to the app

#: Close code -> what it means, named as in ``contract.PROBLEMS``.
CLOSES: dict[int, str] = {
    1012: "unavailable",  # the server end stops or lost its database; come back with backoff
    4000: "bad_request",  # no hello, or not one
    4001: "unauthorized",  # the login is unknown or has ended
    4002: "client_too_old",
    4003: "too_slow",  # the app did not take what was sent; come back and resume
    4004: "rate_limited",  # too many sockets of one login
}


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="hello"):
    """The app's first and only message. Without a ``view``: a snapshot, please."""

    protocol: int = 1
    token: str = ""
    after: int = 0
    view: str = ""

    def __repr__(self) -> str:
        return f"Hello(after={self.after}, token=...)"


class ChannelPeople(msgspec.Struct, frozen=True, kw_only=True):
    """The users in a channel, by id, in the order of their coming."""

    channel: str
    people: tuple[str, ...]


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="snapshot"):
    """Everybody in every channel that this login may see, as of ``seq``; empty channels are left out."""

    seq: int
    view: str
    channels: tuple[ChannelPeople, ...] = ()


class Resumed(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="resumed"):
    """What the app knew at its ``after`` is right; what it missed up to ``seq`` follows as ``Changed``."""

    seq: int
    view: str


class Changed(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="changed"):
    """``user`` is in ``channel`` from now on, or no longer (on no device)."""

    seq: int
    channel: str
    user: str
    here: bool


class DirectoryChanged(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="directory"):
    """Something of ``server`` changed ("" for the account itself)."""

    server: str = ""


class Moved(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="moved"):
    """The call that ``device`` had in ``channel`` is now ``to_device``'s, in ``to_channel``."""

    device: str
    channel: str
    to_device: str
    to_channel: str


class Called(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="called"):
    """``device``, which is in ``channel``, should join ``to``."""

    device: str
    channel: str
    to: str


class Removed(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="removed"):
    """``device`` is removed from ``channel``; ``reason`` is ``removed``, ``banned``, ``no_member`` or
    ``no_such_channel``."""

    device: str
    channel: str
    reason: str


class Muted(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="muted"):
    """What ``device`` sends into ``channel`` is muted; ``source`` as in ``MuteRequest``."""

    device: str
    channel: str
    source: str


class Expelled(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="expelled"):
    """The person is no member of ``server``, called ``name``, any more; ``reason`` is ``banned``,
    ``no_member`` (removed, and may come back by an invite) or ``no_such_server`` (deleted for everybody)."""

    server: str
    name: str
    reason: str


class RingBegun(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="ring"):
    """``by``, who is in ``channel``, calls this person into it, for ``seconds`` more."""

    channel: str
    by: str
    seconds: int


class RingOver(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="ring_over"):
    """``by`` calls ``user`` into ``channel`` no more; ``reason`` is ``cancelled`` (by who called) or
    ``declined`` (by who was called)."""

    channel: str
    user: str
    by: str
    reason: str


Happening = (
    Snapshot | Resumed | Changed | DirectoryChanged | Moved | Called | Removed | Muted | Expelled
    | RingBegun | RingOver
)  # fmt: skip


class RingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The person is called, for ``seconds`` more."""

    seconds: int


# -- moderation: bodies of the HTTP routes beside it ---------------------------------------------------


class MuteRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``source``: ``microphone``, ``camera``, ``screen`` (with its sound) or ``all``. The person can unmute
    themselves again."""

    source: Literal["microphone", "camera", "screen", "all"] = "microphone"


class MoveRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``to``: a channel of the same server."""

    to: Annotated[str, Meta(min_length=1, max_length=64)]


class BanRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Why, for the log of the server's moderators."""

    reason: Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)", max_length=256)] = ""


class BanInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Who may not come back; ``at`` in seconds since the epoch."""

    user: str
    name: str
    reason: str
    at: int


class BanList(msgspec.Struct, frozen=True, kw_only=True):
    """A server's bans, the newest first."""

    bans: tuple[BanInfo, ...]

"""The words about calling somebody into a channel. Frozen, without behaviour."""

from __future__ import annotations

import msgspec


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    """A call into ``channel``. ``user`` is the other one of the two; ``name`` is theirs and ``place`` the
    channel's, as the directory knew them."""

    channel: str
    user: str
    name: str = ""
    place: str = ""


class Ringing(msgspec.Struct, frozen=True, kw_only=True):
    """Slice ``ringing``: who calls me (``incoming``) and whom I call (``outgoing``), the oldest first."""

    incoming: tuple[Ring, ...] = ()
    outgoing: tuple[Ring, ...] = ()


class RingPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``ringing.call`` and ``ringing.cancel``: ``user`` is called into ``channel``, where I am, and no more.
    ``ringing.answer`` (which joins) and ``ringing.dismiss``: of the call by ``user`` into ``channel``."""

    channel: str
    user: str

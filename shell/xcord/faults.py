"""The words of faults that are made on purpose: see ``plugins/xcord_faults``. Frozen, without behaviour."""

from __future__ import annotations

from typing import Literal

import msgspec

Scenario = Literal[
    "signal_reconnect", "speaker", "node_failure", "server_leave", "migration", "force_tcp", "force_tls",
    "full_reconnect", "disconnect_signal_on_resume",
]  # fmt: skip


class FaultEvent(msgspec.Struct, frozen=True):
    """One line of a timeline: ``at`` in milliseconds since the timeline began (``faults.forget`` begins a
    new one); ``what`` is a word such as ``status``, ``notice`` or ``moved``, ``detail`` what came of it."""

    at: int
    what: str
    detail: str = ""


class Faults(msgspec.Struct, frozen=True):
    """Slice ``faults``: there while faults may be made on purpose, with what has happened, newest last."""

    events: tuple[FaultEvent, ...] = ()


class Simulate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``voice.simulate``: one of LiveKit's ``simulate_scenario`` kinds, by its name in small letters."""

    kind: Scenario


class HubFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``hub.fault``: what is done to what a window is sent, for so many seconds. ``drop`` closes its socket
    once, ``delay`` sends each message ``milliseconds`` late, ``none`` ends a fault."""

    kind: Literal["drop", "delay", "double", "reorder", "none"]
    window: str = "main"
    milliseconds: int = 0
    seconds: int = 10


class BlockLoop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``faults.block``: a loop of the app does nothing else for so long, as when a plugin blocks it."""

    loop: Literal["hub", "media"] = "hub"
    milliseconds: int = 2000


class ServerFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.fault``: what a server end that was started with ``--faults`` does for so many seconds.

    ``status`` answers every request with that HTTP status, ``slow`` answers ``milliseconds`` late,
    ``expired_token`` and ``refused_token`` hand out join tokens that the SFU refuses, ``lose_webhooks``
    answers the SFU and forgets what it said, ``none`` ends all of these."""

    kind: Literal["status", "slow", "expired_token", "refused_token", "lose_webhooks", "none"]
    status: int = 500
    milliseconds: int = 3000
    seconds: int = 30

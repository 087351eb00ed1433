"""The matrix: every fault as data. A variant is a line: what is done, and what must become of the call.

``steps`` are words of ``steps.py``, separated by ``;``. Time counts from the end of the last step: the first
probe that the SFU answers after it is the moment from which the way back is measured.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Variant:
    """``back``: seconds until everything flows again, ``None`` if the call must stay away by itself, for
    one of ``reasons``. ``outage``: seconds without a network, for the rule that nobody vanishes below 20 s.
    ``peer_hit``: the fault hits the peer too: their tile may go, and the wait for them is theirs.
    ``muted``: muted all along, opened only when the call is back. ``fresh``: a new account and its own app.
    ``said``: codes that the timeline "why did I drop?" must hold. ``tell``: seconds from the first step that
    breaks something within which a problem is to be told, at p95. ``refused``: the server end refused an
    attempt, so that the next one is spread over seconds on purpose, or takes seconds for its answer.
    """

    name: str
    fault: str
    steps: str
    back: float | None = 30.0
    outage: float = 0.0
    peer_hit: bool = False
    muted: bool = False
    fresh: bool = False
    reasons: tuple[str, ...] = ()
    short: bool = False
    subset: bool = False
    said: tuple[str, ...] = ()
    tell: float | None = None
    refused: bool = False


MISSED, MISSED_IN_SILENCE = 2.0, 5.0  # seconds until a problem is told: while media should flow, and else


def _cuts(word: str, fault: str, muted: bool) -> tuple[Variant, ...]:
    return tuple(
        Variant(f"{fault.replace(' ', '-')}-{seconds}", fault, f"{word}; wait {seconds}; heal",
                outage=seconds, muted=muted, short=(word, seconds) == ("cut", 10),
                subset=seconds in ((2, 10, 40) if word == "cut" else (20,)),
                tell=MISSED if seconds > 2 else None,
                said=("network_up", "back") if word == "unplug" and seconds > 2 else ())
        for seconds in (2, 10, 20, 40, 120)
    )  # fmt: skip


NETWORK = (
    *_cuts("cut", "black hole", muted=False),
    *_cuts("unplug", "link down", muted=True),
    Variant("flapping", "flapping link", "flap 3 60; heal", outage=3, back=40),
    Variant("loss-30", "30 % loss", "lose 30; proof loss; wait 20; heal", muted=True),
    Variant("delay-500", "500 ms, disorder", "delay 500 80; proof delay; wait 20; heal"),
    Variant(
        "silent-10",
        "black hole in silence",
        "peer hush; wait 3; cut; wait 10; heal; peer speak",
        outage=10,
        muted=True,
        tell=MISSED_IN_SILENCE,
    ),
    Variant("address", "another address", "readdress; wait 5", outage=5, subset=True),
)
SFU = (
    *(
        Variant(f"sfu-kill-{seconds}", "SFU killed", f"sfu kill; wait {seconds}; sfu start", peer_hit=True,
                outage=seconds, muted=seconds == 15, back=40, short=seconds == 3, subset=seconds == 3,
                tell=MISSED)
        for seconds in (3, 15, 60)
    ),
    Variant("sfu-term", "SFU ended twice", "sfu term; wait 2; sfu term; wait 3; sfu start", peer_hit=True,
            outage=5, back=40, subset=True),
    Variant("sfu-stop-8", "SFU frozen", "sfu stop; wait 8; sfu go", outage=8, peer_hit=True, short=True,
            subset=True, tell=MISSED),
    Variant("sfu-stop-30", "SFU frozen", "sfu stop; wait 30; sfu go", outage=30, peer_hit=True, muted=True,
            tell=MISSED),
    Variant("sfu-other-key", "SFU with another key", "sfu kill; rekey; sfu start; server restart",
            peer_hit=True, outage=30, back=60),
)  # fmt: skip
SERVER = (
    Variant("server-down", "server end down", "server stop; simulate server_leave; wait 6; server start",
            back=60, subset=True),
    Variant("server-slow", "server end slow", "server slow 12; simulate server_leave; wait 1", muted=True,
            refused=True),
    *(
        Variant(f"server-{status}", f"server end says {status}",
                f"server status {status} 6; simulate server_leave; wait 7", back=60, muted=status == 429,
                short=status == 500, refused=True)
        for status in (500, 429)
    ),
    Variant("server-401", "server end says 401", "server status 401 8; simulate server_leave; wait 8",
            back=None, fresh=True, reasons=("unauthorized", "not_signed_in")),
    Variant("server-403", "server end says 403", "server status 403 8; simulate server_leave; wait 8",
            back=None, reasons=("forbidden",)),
    Variant("token-expired", "token expired offline",
            "server expired 3; simulate server_leave; wait 4", back=60, refused=True),
)  # fmt: skip
PEOPLE = (
    Variant("removed", "removed", "remove", back=None, fresh=True, reasons=("removed",), short=True,
            subset=True),
    Variant("deleted", "room deleted", "delete room", back=None, peer_hit=True, reasons=("deleted",)),
    Variant("banned", "banned", "ban", back=None, fresh=True, reasons=("removed", "banned")),
    Variant("moved", "moved to a second device", "join elsewhere", back=None, reasons=("moved",)),
)  # fmt: skip
PROCESS = (
    Variant("app-stop-30", "app frozen", "app stop; wait 30; app go", outage=30, muted=True),
    Variant("sleep-3600", "an hour of sleep", "bus sleep; app stop; wait 25; clock 3600; app go; bus wake",
            outage=30, said=("woke",)),
    Variant("sleep-bus", "sleep that only D-Bus tells", "bus sleep; cut; wait 20; heal; bus wake", outage=20,
            said=("woke",), tell=MISSED),
    Variant("sleep-clocks", "sleep that only the clocks tell", "cut; wait 20; clock 600; heal", outage=20,
            said=("woke",), tell=MISSED),
    Variant("hub-blocked", "hub blocked", "block hub 5", outage=0),
    Variant("media-blocked", "media loop blocked", "block media 5", outage=5),
    Variant("window-killed", "window killed in recovery",
            "simulate full_reconnect; window drop; wait 1", outage=0, muted=True),
)  # fmt: skip

MATRIX = (*NETWORK, *SFU, *SERVER, *PEOPLE, *PROCESS)
SHORT = tuple(variant for variant in MATRIX if variant.short)
SUBSET = tuple(variant for variant in MATRIX if variant.subset)
"""Ten that are also run without the plugin, and with a hostile one in its place."""

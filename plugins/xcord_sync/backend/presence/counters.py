"""What the presence machinery has done since this instance started, as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Callable

EVENTS = ("seen", "doubled", "late", "lost", "healed", "refused", "unreadable")
OTHERS = {
    "reconcile_passes": "Comparisons with the SFU's list that were completed.",
    "reconcile_failures": "Comparisons that the SFU or the database did not answer to.",
    "changes": "Presence changes that were handed to this instance's apps.",
    "removals": "People removed from a call: moved, removed, banned, no member, channel gone.",
    "sfu_failures": "Requests that the SFU did not carry out.",
    "slow_sockets": "Events sockets closed because the app did not take what was sent.",
}


class Counters:
    """Numbers that only grow, and gauges that are read when they are asked for."""

    def __init__(self) -> None:
        self.events = dict.fromkeys(EVENTS, 0)
        self.others = dict.fromkeys(OTHERS, 0)
        self.gauges: dict[str, tuple[str, Callable[[], int]]] = {}

    def event(self, kind: str, number: int = 1) -> None:
        """Counts webhooks: ``seen`` (genuine), ``doubled``, ``late`` (said what was over), ``lost`` (found
        missing by a comparison), ``healed`` (put right by one), ``refused`` (not genuine), ``unreadable``."""
        self.events[kind] += number

    def count(self, what: str, number: int = 1) -> None:
        """Counts one of ``OTHERS``."""
        self.others[what] += number

    def text(self) -> str:
        """In Prometheus' text format, 0.0.4."""
        lines = [
            "# HELP xcord_webhook_events_total Webhooks of the SFU, by what became of them.",
            "# TYPE xcord_webhook_events_total counter",
            *(f'xcord_webhook_events_total{{result="{kind}"}} {n}' for kind, n in self.events.items()),
        ]
        for what, number in self.others.items():
            name = f"xcord_{what}_total"
            lines += [f"# HELP {name} {OTHERS[what]}", f"# TYPE {name} counter", f"{name} {number}"]
        for what, (about, read) in self.gauges.items():
            name = f"xcord_{what}"
            lines += [f"# HELP {name} {about}", f"# TYPE {name} gauge", f"{name} {read()}"]
        return "\n".join(lines) + "\n"

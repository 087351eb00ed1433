"""``xcord faults list`` and ``xcord faults run``."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from .runner import Outcome


def add_faults(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Adds the subcommand; what it needs is imported when it runs."""
    parser = parsers.add_parser(
        "faults",
        help="break the running app on purpose and see whether it holds",
        description="Acts scenarios out on the running app, which must have been started with -p faults.",
    )
    more = parser.add_subparsers(metavar="COMMAND", title="commands", required=True)
    listing = more.add_parser("list", help="name the scenarios that come with xcord")
    listing.add_argument("--json", action="store_true", help="for programs")
    listing.set_defaults(run=_list)
    running = more.add_parser("run", help="act one out: 0 if all holds, 1 if not, 2 if it could not begin")
    running.add_argument("scenario", metavar="SCENARIO", help="a name of the list, or a .toml file")
    running.add_argument("--json", action="store_true", help="for programs")
    running.set_defaults(run=_run)


def _list(args: Namespace) -> int:
    from .scenario import names

    found = names()
    width = max(map(len, found))
    print(json.dumps(found, indent=1, ensure_ascii=False) if args.json else
          "\n".join(f"{name:<{width}}  {title}" for name, title in found.items()))  # fmt: skip
    return 0


def _run(args: Namespace) -> int:
    from xcord import RunningApp

    from .runner import run
    from .scenario import load

    scenario = load(args.scenario)
    outcome = run(scenario, RunningApp())
    if args.json:
        print(json.dumps(plain(args.scenario, scenario.title, outcome), indent=1, ensure_ascii=False))
    else:
        print("\n".join(lines(scenario.title, outcome)))
    return 0 if outcome.passed else 1


def plain(name: str, title: str, outcome: Outcome) -> dict[str, Any]:
    """For programs. Times in seconds since the scenario began."""
    return {
        "scenario": name,
        "title": title,
        "passed": outcome.passed,
        "broken": [{"invariant": each.invariant, "why": each.why} for each in outcome.broken],
        "timeline": [
            {"at": round(event.at, 3), "what": event.what, "detail": event.detail} for event in outcome.events
        ],
    }


def lines(title: str, outcome: Outcome) -> list[str]:
    """For people: the timeline, then what is broken."""
    told = [f"{event.at:8.2f} s  {event.what:<9} {event.detail}".rstrip() for event in outcome.events]
    broken = [f"BROKEN  {each.invariant}: {each.why}" for each in outcome.broken]
    return [title, *told, *(broken or ["all holds"])]

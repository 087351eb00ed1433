"""``python -m tests.guests``: bring guests into a channel and keep them there.

The accounts come as JSON lines (``{"login": ..., "password": ...}``) from a file or from stdin; with
``--livekit URL`` the lines are join tokens instead and no server end is needed. ``--ready-file`` is written
when everybody is in. The process ends after ``--seconds``, on SIGTERM or SIGINT, and with its parent.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import json
import os
import signal
import sys
from pathlib import Path

from .account import AccountError, Credentials, Ticket, tickets
from .loop import Spec
from .party import Guest, run_guests


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.guests", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--address", help="the server end, for example http://127.0.0.1:7800")
    parser.add_argument("--channel", help="the channel's id")
    parser.add_argument("--livekit", metavar="URL", help="join there with ready-made tokens instead")
    parser.add_argument("--accounts", default="-", metavar="FILE", help="accounts or tokens; - is stdin")
    parser.add_argument("--count", type=int, help="only so many of them")
    parser.add_argument("--seconds", type=float, help="leave after so long")
    parser.add_argument("--size", default="320x180@15", help="WIDTHxHEIGHT@FPS of the replayed pictures")
    parser.add_argument("--kilobits", type=int, help="bit rate of the replayed pictures")
    parser.add_argument("--live", type=int, default=0, metavar="N", help="the first N encode simulcast live")
    parser.add_argument("--no-video", action="store_true")
    parser.add_argument("--no-talk", action="store_true")
    parser.add_argument("--share", action="store_true", help="the first one shares a screen as well")
    parser.add_argument("--ready-file", type=Path)
    return parser


def die_with_parent() -> None:
    """Ask Linux for SIGTERM when the parent goes; elsewhere whoever starts it ends it."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            raise SystemExit("the parent process is gone")


def find_tickets(options: argparse.Namespace) -> list[Ticket]:
    text = sys.stdin.read() if options.accounts == "-" else Path(options.accounts).read_text("utf-8")
    lines = [line for line in text.splitlines() if line.strip()][: options.count]
    if options.livekit:
        return [Ticket(options.livekit, line.strip()) for line in lines]
    if not (options.address and options.channel):
        raise SystemExit("Say --address and --channel of a server end, or --livekit with tokens.")
    persons = [Credentials(each["login"], each["password"], "") for each in map(json.loads, lines)]
    return tickets(options.address, options.channel, persons)


def spec_of(options: argparse.Namespace) -> Spec:
    size, _, fps = options.size.partition("@")
    width, _, height = size.partition("x")
    kilobits = options.kilobits or max(280, int(width) * int(height) // 540)
    return Spec(int(width), int(height), int(fps or 15), kilobits)


async def run(options: argparse.Namespace) -> None:
    found = await asyncio.to_thread(find_tickets, options)
    if not found:
        raise SystemExit("There is nobody to bring: no accounts were given.")

    def ready(guests: list[Guest]) -> None:
        if options.ready_file:
            temporary = options.ready_file.with_suffix(".part")
            temporary.write_text(json.dumps({"users": [guest.user for guest in guests]}))
            temporary.replace(options.ready_file)

    work = asyncio.ensure_future(
        run_guests(
            [ticket.token for ticket in found],
            found[0].url,
            seconds=options.seconds,
            ready=ready,
            spec=spec_of(options),
            live=options.live,
            talk=not options.no_talk,
            video=not options.no_video,
            share=options.share,
        )
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    await asyncio.wait({work})
    if not work.cancelled() and (error := work.exception()):
        raise error


def main() -> int:
    options = arguments().parse_args()
    die_with_parent()
    try:
        asyncio.run(run(options))
    except (AccountError, RuntimeError, OSError) as error:
        print(f"guests: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

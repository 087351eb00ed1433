"""The command lines of ``xcord serve`` and ``xcord keys``. The server end itself is imported when one of them
runs, not before."""

from __future__ import annotations

import json
import os
import sys
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import _SubParsersAction
    from collections.abc import Callable

EPILOG = """\
environment: DATABASE_URL (else an embedded PostgreSQL), LIVEKIT_URL with LIVEKIT_API_KEY and
LIVEKIT_API_SECRET (else an embedded livekit-server), LIVEKIT_ALSO_KEY and LIVEKIT_ALSO_SECRET (a second pair
that may sign webhooks), LIVEKIT_SERVER (that program), XCORD_OWNER_PASSWORD (of the first account; else one
is made and printed once), XCORD_JOIN_TTL (seconds, 60 to 86400), XCORD_REGISTRATION (open, invite or closed),
XCORD_SECRETS (file of the LiveKit keys; else in the data folder), XCORD_METRICS_TOKEN (by which
/metrics is read; else one of each run's own), XCORD_PROXIES (addresses or networks, by commas, of reverse
proxies whose X-Forwarded-For is believed)
"""


def add_serve(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Adds the subcommand; its function is in ``run``."""
    from argparse import RawDescriptionHelpFormatter

    parser = parsers.add_parser(
        "serve",
        help="run the server end: accounts, channels, calls",
        description="Runs the server end with all it needs, until Ctrl-C.",
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=_port, default=7800, help="TCP port, 0 for a free one (default: 7800)")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine alone)"
    )
    parser.add_argument(
        "--data", type=Path, help="folder of database, keys and logs (default: the user's own)"
    )
    parser.add_argument(
        "--ready-file", type=Path, metavar="FILE", help="written (JSON) when everything is up"
    )
    parser.add_argument("--drain", type=float, default=5.0, metavar="SECONDS",
                        help="how long people in calls may stay when we stop (default: 5)")  # fmt: skip
    parser.add_argument("--log-json", action="store_true",
                        help="log one JSON object a line, and one for each request")  # fmt: skip
    parser.add_argument("--faults", action="store_true",
                        help="for tests: the owner's app may make it fail (see xcord faults)")  # fmt: skip
    parser.set_defaults(run=serve)
    more = parser.add_subparsers(metavar="COMMAND", title="commands, instead of serving")
    status = _add(more, "status", _status, "say what runs, whether it works, and its counters")
    status.add_argument("--json", action="store_true", help="the same as JSON")
    backup = _add(more, "backup", _backup, "write all that the database holds to a file; it may run")
    backup.add_argument("file", metavar="FILE", type=Path)
    restore = _add(more, "restore", _restore, "put a backup in the place of what the database holds")
    restore.add_argument("file", metavar="FILE", type=Path)
    restore.add_argument("--replace", action="store_true", help="also where there are accounts already")


def add_keys(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Adds ``xcord keys show`` and ``rotate``."""
    parser = parsers.add_parser(
        "keys",
        help="show or change the server end's LiveKit keys",
        description="The keys that join tokens and webhooks are signed with.",
    )
    more = parser.add_subparsers(metavar="COMMAND", title="commands", required=True)
    show = _add(more, "show", _show_keys, "name the keys and what each is good for")
    show.add_argument("--secrets", action="store_true", help="with their secrets, as lines for livekit.yaml")
    show.add_argument("--json", action="store_true", help="the same as JSON")
    rotate = _add(more, "rotate", _rotate_keys, "take the next step to a new key, while all runs")
    rotate.add_argument("--now", action="store_true", help="forget the old key before its tokens have ended")


def _add(
    parsers: _SubParsersAction[ArgumentParser], name: str, run: Callable[[Namespace, Path], int], help: str
) -> ArgumentParser:
    parser = parsers.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
    parser.add_argument(
        "--data",
        type=Path,
        default=SUPPRESS,
        help="folder of database, keys and logs (default: the user's own)",
    )

    def with_server_end(args: Namespace) -> int:
        refused = _unfit()
        return refused or _told(run, args, _folder(args))

    parser.set_defaults(run=with_server_end)
    return parser


def serve(args: Namespace) -> int:
    """Runs it; 0 after an orderly end, 2 with one sentence when it cannot run."""
    if refused := _unfit():
        return refused
    from .backend.serve import Wanted, run

    return run(
        Wanted(
            host=args.host,
            port=args.port,
            data=_folder(args),
            ready_file=args.ready_file,
            drain=args.drain,
            log_json=args.log_json,
            faults=args.faults,
        )
    )


def _status(args: Namespace, data: Path) -> int:
    """0 when it works, 1 when it does not, 3 when it does not run."""
    from .backend.status import lines, status

    found = status(os.environ, data)
    print(json.dumps(found, indent=2) if args.json else "\n".join(lines(found)))
    return {"ready": 0, "stopped": 3}.get(found["state"], 1)


def _backup(args: Namespace, data: Path) -> int:
    import asyncio

    from .backend.archive import backup

    size = asyncio.run(backup(os.environ, data, args.file.expanduser().absolute()))
    print(f"xcord serve: {size} bytes in {args.file}; the LiveKit keys are not in it")
    return 0


def _restore(args: Namespace, data: Path) -> int:
    import asyncio

    from .backend.archive import restore

    asyncio.run(restore(os.environ, data, args.file.expanduser().absolute(), args.replace))
    print(f"xcord serve: restored from {args.file}")
    return 0


def _show_keys(args: Namespace, data: Path) -> int:
    from .backend.rotation import show, uses

    found = show(os.environ, data)
    if args.json:
        print(json.dumps(found.plain(args.secrets), indent=2))
    elif args.secrets:
        print("keys:")
        for pair, _ in uses(found.keys):
            print(f"  {pair.key}: {pair.secret}")
        print(f"webhook:\n  api_key: {found.keys.newest.key}")
    else:
        for pair, use in uses(found.keys):
            print(f"{pair.key}: {use}")
        if found.retire_in:
            print(f"the old one may go in {found.retire_in / 60:.0f} min")
        if found.running and not found.in_force:
            print("the running xcord serve has not taken them (yet)")
    return 0


def _rotate_keys(args: Namespace, data: Path) -> int:
    import asyncio

    from .backend.rotation import rotate

    for sentence in asyncio.run(rotate(os.environ, data, args.now)):
        print(sentence)
    return 0


def _told(run: Callable[[Namespace, Path], int], args: Namespace, data: Path) -> int:
    from .backend.errors import CannotServe

    try:
        return run(args, data)
    except CannotServe as error:
        print(f"xcord: {error}", file=sys.stderr)
        return 2


def _unfit() -> int:
    """Says on stderr why the server end cannot be used here, and returns 2; or 0."""
    if sys.platform == "win32":
        print("xcord serve: the server end runs on Linux and macOS; on Windows use WSL.", file=sys.stderr)
        return 2
    try:
        from .backend import archive, serve  # noqa: F401
    except ModuleNotFoundError as missing:
        print(
            f"xcord serve: the server end is not installed (no {missing.name}); "
            "run `python3 build/dev.py setup`, or `pip install xcord[server]`.",
            file=sys.stderr,
        )
        return 2
    return 0


def _folder(args: Namespace) -> Path:
    data: Path = getattr(args, "data", None) or default_folder()
    return data.expanduser().resolve()


def default_folder() -> Path:
    """Where the server end keeps its data; below ``XCORD_HOME`` where that is set."""
    if home := os.environ.get("XCORD_HOME"):
        return Path(home) / "server"
    import platformdirs

    return Path(platformdirs.user_data_dir("xcord")) / "server"


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ArgumentTypeError(f"{text!r} is no port (0 to 65535)")
    return int(text)

"""The command line of ``xcord serve``. The server end itself is imported when it runs, not before."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import _SubParsersAction

EPILOG = """\
environment: DATABASE_URL (else an embedded PostgreSQL), LIVEKIT_URL with LIVEKIT_API_KEY and
LIVEKIT_API_SECRET (else an embedded livekit-server), LIVEKIT_SERVER (that program), XCORD_OWNER_PASSWORD
(of the first account; else one is made and printed once), XCORD_JOIN_TTL (seconds, 60 to 86400)
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
    parser.set_defaults(run=serve)


def serve(args: Namespace) -> int:
    """Runs it; 0 after an orderly end, 2 with one sentence when it cannot run."""
    if sys.platform == "win32":
        print("xcord serve: the server end runs on Linux and macOS; on Windows use WSL.", file=sys.stderr)
        return 2
    try:
        from .backend.serve import Wanted, run
    except ModuleNotFoundError as missing:
        print(
            f"xcord serve: the server end is not installed (no {missing.name}); "
            "run `python3 build/dev.py setup`, or `pip install xcord[server]`.",
            file=sys.stderr,
        )
        return 2
    data = (args.data or default_folder()).expanduser().resolve()
    return run(
        Wanted(host=args.host, port=args.port, data=data, ready_file=args.ready_file, drain=args.drain)
    )


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

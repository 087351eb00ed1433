"""The subcommands of `build/dev.py`, and how each failure becomes one sentence."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import FrameType

from steps import benches, checks, environment, locks, pages, places, sfu, suites, system
from steps.alone import alone
from steps.say import MendableError, line

OWN = {"demo": "tests.guests.options", "faults": "tests.faults.options", "test": "steps.suites"}
"""Where a command's own options stand: modules that need nothing which must be set up first."""


def main(arguments: Sequence[str]) -> int:
    """Runs one subcommand and returns its exit code: 1 with a sentence for what a person can mend."""
    for output in (sys.stdout, sys.stderr):
        getattr(output, "reconfigure", lambda **_: None)(errors="replace")
    signal.signal(signal.SIGTERM, _stop)
    try:
        return _run(*_parser().parse_known_args(arguments))
    except MendableError as trouble:
        print(f"dev.py: {trouble}", file=sys.stderr)
        return 1
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(
            f"dev.py: {error.strerror or error}{where}; mend that and run the same command again",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("dev.py: stopped", file=sys.stderr)
        return 130


def setup() -> Path:
    """Everything that demo and tests need, each step only when needed. Returns the livekit-server."""
    with alone(places.STATE / "lock", "setup", "another set-up of this checkout is under way"):
        system.ensure()
        environment.ensure()
        pages.ensure()
        return sfu.ensure()


def _run(asked: argparse.Namespace, rest: list[str]) -> int:
    if rest and asked.command not in ("demo", "test", "faults"):
        raise MendableError(
            f"{asked.command} does not know {' '.join(rest)}; see python3 build/dev.py {asked.command} -h"
        )
    if asked.command in OWN:
        _read(asked.command, rest)
    rest = rest[1:] if rest[:1] == ["--"] else rest
    if asked.command == "bench" and not asked.name:
        benches.show()
        return 0
    if asked.command == "lock":
        with alone(places.STATE / "lock", "setup", "another set-up of this checkout is under way"):
            environment.ensure()
            locks.remake(asked.names, asked.upgrade)
        return 0
    server = setup()
    if asked.command == "demo":
        return _become([places.script("python"), "-m", "tests.guests.demo", *rest], server)
    if asked.command == "faults":
        return _become([places.script("python"), "-m", "tests.faults", *rest], server)
    if asked.command == "test":
        return suites.run(rest, server)
    if asked.command == "bench":
        return benches.run(asked.name, asked.json, asked.runs, server)
    if asked.command == "check":
        failed = checks.run()
        line("check", f"FAILED: {', '.join(failed)}" if failed else "all good")
        return 1 if failed else 0
    line("setup", "all is there; next: python3 build/dev.py demo")
    return 0


def _read(command: str, rest: list[str]) -> None:
    """Prints a command's help, or refuses what it does not know, before anything is set up.

    :raises SystemExit: that was all.
    """
    if str(places.ROOT) not in sys.path:
        sys.path.insert(0, str(places.ROOT))
    parser: argparse.ArgumentParser = import_module(OWN[command]).arguments()
    _, unknown = parser.parse_known_args(rest)
    if unknown and command != "test":  # what is not ours there is pytest's
        parser.error(f"it does not know {' '.join(unknown)}")


def _become(command: list[str | Path], server: Path) -> int:
    """Hands the terminal to another program, so that Ctrl-C and signals reach it alone."""
    words = [str(word) for word in command]
    env = places.environment(LIVEKIT_SERVER=str(server))
    if sys.platform == "win32":
        return subprocess.call(words, cwd=places.ROOT, env=env)
    os.chdir(places.ROOT)
    sys.stdout.flush()
    os.execve(words[0], words, env)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 build/dev.py",
        description="Sets up what is missing, then does what you ask. Nothing is done twice.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("setup", help="only set up: system packages, .venv, pages, livekit-server")
    commands.add_parser("demo", help="run a whole call; its own options follow", add_help=False)
    commands.add_parser("test", help="run every test; with arguments: only pytest with them", add_help=False)
    commands.add_parser("check", help="style, types and import contracts, without a test")
    bench = commands.add_parser("bench", help="list the benches, or run one beside its peer")
    bench.add_argument("name", nargs="?", metavar="NAME")
    bench.add_argument("--json", metavar="FILE", help="write the figures there too")
    bench.add_argument("--runs", type=int, metavar="N", help="pairs of runs")
    commands.add_parser("faults", help="break network, SFU and server end; its own options follow",
                        add_help=False)  # fmt: skip
    lock = commands.add_parser("lock", help="remake build/locks")
    lock.add_argument("names", nargs="*", choices=[[], *locks.SOURCES], metavar="NAME")
    lock.add_argument("--upgrade", action="store_true", help="take newer versions of everything")
    return parser

"""The command line. What a command needs is imported inside its function, so that help stays quick."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from .errors import SetupError, XcordError

if TYPE_CHECKING:
    from .config import Config
    from .plugins import Candidate, PluginSet

DESCRIPTION = "Voice and video for friends and teams, on your own server. Without a command: run the app."
EPILOG = """\
environment: XCORD_HOME (folder for everything this app keeps), XCORD_RENDERING (gpu or software),
XCORD_DEBUG=1 (tracebacks and debug log), XCORD_DEVTOOLS=1 (an inspector for each page)
"""


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 after one sentence on stderr that names the cause and the remedy."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    gc.disable()  # imports make no garbage, and looking for it is a tenth of their time
    try:
        return _main(arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read us went away
        return 1
    except XcordError as error:
        return _fail(error, str(error))
    except Exception as error:  # noqa: BLE001 a person at a terminal wants a sentence
        return _fail(error, f"this should not happen: {type(error).__name__}. Run it with XCORD_DEBUG=1.")


def _main(arguments: list[str]) -> int:
    common, words = _split(arguments)
    if common.data_dir:
        os.environ["XCORD_HOME"] = os.path.abspath(os.path.expanduser(common.data_dir))
    if (
        not words
        or words[0].startswith("xcord:")
        or (words[0].startswith("-") and words[0] not in {"-h", "--help", "--version"})
    ):
        arguments, words = ["run", *arguments], ["run", *words]
    # Running the app needs no plugin's command, and imports nothing before the window toolkit (app.py).
    plugins = None if words[0] == "run" else _load_plugins(common.p)
    if plugins is None and common.p:
        _candidates(common.p)
    parser = _make_parser(plugins)
    try:
        args = parser.parse_args(arguments)
    except SetupError:
        for fault in plugins.faults if plugins else ():  # the command may be missing because of one of these
            print(f"xcord: {fault}", file=sys.stderr)
        raise
    _start_log()
    args.flags, args.plugins = tuple(common.p), plugins
    if args.run is not _run:  # that one has more to import, and enables it after the first picture
        gc.enable()
    return int(args.run(args) or 0)


def _fail(error: BaseException, sentence: str) -> int:
    if os.environ.get("XCORD_DEBUG") == "1":
        raise error
    print(f"xcord: {sentence}", file=sys.stderr)
    return 2


# -- reading the line ------------------------------------------------------------------------------


def _split(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """What is understood wherever it stands (``p``, ``data_dir``), and the other words."""
    finder = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    finder.add_argument("-p", action="append", default=[])
    finder.add_argument("--data-dir")
    try:
        return finder.parse_known_args(arguments)
    except argparse.ArgumentError:  # a flag without its value: the real parser says so
        return argparse.Namespace(p=[], data_dir=None), arguments


def _candidates(flags: list[str]) -> list[Candidate]:
    """What could be loaded.

    :raises SetupError: a flag names something else.
    """
    from .config import folders
    from .plugins import find

    candidates = find(folders()[0] / "plugins")
    known = {candidate.name for candidate in candidates}
    for flag in flags:
        if (name := flag.removeprefix("no:")) not in known:
            raise SetupError(
                "unknown_plugin", f"there is no plugin {name!r}.", f"There are: {', '.join(sorted(known))}."
            )
    return candidates


def _load_plugins(flags: list[str]) -> PluginSet:
    from .plugins import PluginSet

    candidates = _candidates(flags)
    plugins = PluginSet(frozenset(flag[3:] for flag in flags if flag.startswith("no:")))
    plugins.load(candidates)
    return plugins


class _Parser(argparse.ArgumentParser):
    """argparse with our manners: one sentence and a remedy."""

    def error(self, message: str) -> NoReturn:
        """Where argparse would print its usage and leave.

        :raises SetupError: always.
        """
        raise SetupError("usage", f"{message}.", f"Run: {self.prog} --help")


def _make_parser(plugins: PluginSet | None) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="xcord",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    _add_common(parser, first=True)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands", parser_class=_Parser)
    _add_run(commands)
    _add(commands, "plugins", _plugins, "list the plugins, where they come from and how they are", json=True)
    _add(commands, "schema", _schema, "print the protocol between app and pages as JSON Schema")
    _add(commands, "doctor", _doctor, "check this machine and name what mends it", json=True)
    ask = _add(commands, "ask", _ask, "ask the running app a command")
    ask.add_argument("name", metavar="NAME", help="for example voice.mute")
    ask.add_argument("args", metavar="JSON", nargs="?", default="{}", help="for example '{\"on\": true}'")
    read = _add(commands, "read", _read, "print slices of the running app as JSON")
    read.add_argument("slices", metavar="SLICE", nargs="+", help="for example voice")
    _add_view(commands)
    _add(commands, "selftest", _selftest, "start everything but the windows and say whether it works")
    if plugins is not None:
        for plugin in plugins.loaded():
            _add_commands_of(plugins, plugin, commands)
    return parser


def _add_commands_of(plugins: PluginSet, plugin: Any, commands: Any) -> None:
    from .errors import PluginFault

    try:
        plugins.add_commands(plugin, commands)
    except PluginFault as fault:
        plugins.faults.append(fault)


def _add_run(commands: Any) -> None:
    run = _add(commands, "run", _run, "run the app (this is the default)")
    run.add_argument("--measure", action="store_true", help="let pages report figures about themselves")
    run.add_argument("--watch", action="store_true", help="print an address where the page can be watched")
    run.add_argument("--hidden", action="store_true", help="start in the tray, without the window")
    run.add_argument("link", nargs="?", default="", help="an invite link to open: xcord://join/HOST/CODE")
    run.add_argument("--port", type=int, default=0, help="port of the pages (default: any free one)")


def _add_view(commands: Any) -> None:
    view = _add(commands, "view", _view, "draw a view mode without a window, and check it")
    view.add_argument("name", metavar="NAME", help="for example gallery")
    view.add_argument("--people", type=int, default=12, help="how many are in the call (default: 12)")
    view.add_argument("--size", default="1280x720", help="of the stage in CSS pixels (default: 1280x720)")
    for what, who in (("pinned", "is pinned"), ("sharing", "shares a screen"), ("speaking", "speaks")):
        view.add_argument(f"--{what}", default="", metavar="N,N", help=f"who {who}, by place: 1 is you")
    view.add_argument("--out", metavar="FILE", help="an .svg or .png (default: SVG on the standard output)")
    view.add_argument("--check", action="store_true", help="check it in all sorts of calls instead")


def _add(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], help: str, *, json: bool = False
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=help, description=help[0].upper() + help[1:] + "."
    )
    if json:
        parser.add_argument("--json", action="store_true", help="for programs")
    _add_common(parser, first=False)
    parser.set_defaults(run=run)
    return parser


def _add_common(parser: argparse.ArgumentParser, *, first: bool) -> None:
    """Understood before and after the command; ``SUPPRESS`` keeps the latter from undoing the former."""
    missing = None if first else argparse.SUPPRESS
    parser.add_argument(
        "-p", metavar="PLUGIN", action="append", default=missing, help="with NAME, or without: no:NAME"
    )
    parser.add_argument(
        "--data-dir", metavar="DIR", default=missing, help="keep everything below this folder"
    )


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from importlib.metadata import version

        print(f"xcord {version('xcord')}")
        raise SystemExit(0)


def _start_log() -> None:
    import logging

    level = logging.DEBUG if os.environ.get("XCORD_DEBUG") == "1" else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for library in ("websockets", "httpx", "httpcore"):  # at DEBUG they write messages, tokens included
        logging.getLogger(library).setLevel(logging.WARNING)


def _config(args: argparse.Namespace, **more: Any) -> Config:
    from .config import load_config

    return load_config(args.flags, **more)


# -- the commands ----------------------------------------------------------------------------------


def _run(args: argparse.Namespace) -> int:
    from .page_files import WEB

    if not (WEB / "main.html").is_file():
        raise SetupError("no_pages", "The web pages are not built.", "Run: python3 build/dev.py setup")
    from .app import run

    wishes = ("measure", "watch", "port", "link", "hidden")
    return run(_config(args, **{wish: getattr(args, wish) for wish in wishes}))


def _plugins(args: argparse.Namespace) -> int:
    from .listing import list_plugins, print_table

    states = list_plugins(_config(args))
    if args.json:
        print(json.dumps(states, indent=1))
    else:
        print_table(states)
    return 0


def _schema(args: argparse.Namespace) -> int:
    from .schema import print_schema

    sys.stdout.write(print_schema())
    return 0


def _doctor(args: argparse.Namespace) -> int:
    from .doctor import examine
    from .findings import report

    findings = examine()
    print(
        json.dumps([finding.as_dict() for finding in findings], indent=1) if args.json else report(findings)
    )
    return 0 if all(finding.ok for finding in findings) else 1


def _ask(args: argparse.Namespace) -> int:
    from .questions import ask

    ask(args.name, args.args)
    return 0


def _read(args: argparse.Namespace) -> int:
    from .questions import read

    print(read(args.slices))
    return 0


def _view(args: argparse.Namespace) -> int:
    from .viewing import view

    return view(args, args.plugins)


def _selftest(args: argparse.Namespace) -> int:
    from .selftest import selftest

    return selftest(_config(args))

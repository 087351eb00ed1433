"""``xcord view``: draws a view mode as its author wants to see it, or checks it."""

from __future__ import annotations

import re
import sys
from argparse import Namespace
from pathlib import Path

from .errors import PluginFault, SetupError
from .plugins import PluginSet
from .view_kit.asking import Asked, GivenUpError
from .view_kit.cases import Case
from .view_kit.check import BrokenModeError, view_mode
from .view_kit.drawing import drawn
from .views import ARRANGE_WITHIN, ViewMode
from .window_desk import LARGEST
from .workers import told

MOST = 1000
"""People in one drawing."""
ENDINGS = (".svg", ".png")


def view(args: Namespace, plugins: PluginSet) -> int:
    """What the command line asks for.

    :raises SetupError: there is no such mode, it failed, or something on the line makes no sense.
    """
    mode = _find(args.name, plugins)
    if args.check:
        return _check(mode)
    case, out = _case(args), Path(args.out) if args.out else None
    if out is not None and out.suffix not in ENDINGS:
        raise SetupError(
            "usage", f"{args.out} is neither {' nor '.join(ENDINGS)}.", "Name the file accordingly."
        )
    drawing, sentence = _draw(mode, case)
    if out is None:
        sys.stdout.write(drawing)
        return 0
    try:
        out.write_bytes(_png(drawing) if out.suffix == ".png" else drawing.encode())
    except OSError as error:
        raise SetupError(
            "not_written", f"{args.out} cannot be written: {error.strerror}.", "Name another with --out."
        ) from error
    print(f"{args.out}: {sentence}")
    return 0


def _find(name: str, plugins: PluginSet) -> ViewMode:
    modes: dict[str, ViewMode] = {}
    faults = list(plugins.faults)
    for plugin in plugins.loaded():
        try:
            modes |= {mode.name: mode for mode in plugins.view_modes(plugin)}
        except PluginFault as fault:
            faults.append(fault)
    if name in modes:
        return modes[name]
    for each in faults:  # it may be missing because of one of these
        print(f"xcord: {each}", file=sys.stderr)
    known = ", ".join(sorted(modes))
    raise SetupError("unknown_mode", f"there is no view mode {name!r}.", f"There are: {known or 'none'}.")


def _check(mode: ViewMode) -> int:
    try:
        view_mode(mode.arrange, mode.name)
    except BrokenModeError as error:
        print(f"xcord: {error}", file=sys.stderr)
        return 1
    return 0


def _case(args: Namespace) -> Case:
    size = re.fullmatch(r"(\d{1,5})x(\d{1,5})", args.size)
    if size is None or max(map(int, size.groups())) > LARGEST:
        raise SetupError("usage", f"{args.size!r} is no size up to {LARGEST}.", "Write --size 1280x720.")
    if not 0 <= args.people <= MOST:
        raise SetupError("usage", f"{args.people} people cannot be drawn.", f"Write --people 0 to {MOST}.")
    who = {
        what: _places(what, getattr(args, what), args.people) for what in ("pinned", "sharing", "speaking")
    }
    return Case(people=args.people, width=int(size[1]), height=int(size[2]), **who)


def _places(what: str, text: str, people: int) -> tuple[int, ...]:
    words = [word for word in text.split(",") if word]
    if not all(word.isascii() and word.isdigit() and 1 <= int(word) <= people for word in words):
        raise SetupError(
            "usage", f"--{what} {text}: these are no places of {people} people.", f"Write --{what} 1,2."
        )
    return tuple(dict.fromkeys(map(int, words)))


def _draw(mode: ViewMode, case: Case) -> tuple[str, str]:
    """The drawing, and a sentence about it."""
    asked = Asked(mode.arrange)
    try:
        answer, seconds = asked(case)
    except GivenUpError as error:
        raise SetupError("view_mode_failed", f"view mode {mode.name!r} {error}.", "Mend it.") from error
    except Exception as error:
        raise SetupError(
            "view_mode_failed", f"view mode {mode.name!r} failed: {told(error)}.", "Mend it."
        ) from error
    finally:
        asked.close()
    slow = f", and the app waits {ARRANGE_WITHIN * 1000:.0f} ms" if seconds > ARRANGE_WITHIN else ""
    shown, due = len(answer), len(case.tiles)
    return drawn(
        answer, case
    ), f"{shown} of {due} tiles in {case.width}x{case.height}, {seconds * 1000:.2f} ms{slow}"


def _png(drawing: str) -> bytes:
    from .windows.qt_picture import png_of

    return png_of(drawing)

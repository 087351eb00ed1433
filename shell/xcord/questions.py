"""``xcord ask`` and ``xcord read``: what the running app is asked from the command line."""

from __future__ import annotations

import json

from .config import folders
from .errors import SetupError
from .instance import call


def ask(name: str, text: str) -> None:
    """Asks a command.

    :param text: its arguments as JSON.
    :raises SetupError: that is no JSON, or the app does not run.
    :raises CommandError: it was refused.
    """
    try:
        arguments = json.loads(text)
    except ValueError as error:
        raise SetupError(
            "bad_json",
            f"{text!r} is no JSON: {error}.",
            "Quote it: xcord ask voice.mute '{\"on\": true}'",
        ) from error
    call(folders()[2], {"ask": name, "args": arguments})


def read(names: list[str]) -> str:
    """The values of slices as JSON.

    :raises SetupError: nobody owns one of them, or the app does not run.
    """
    slices = call(folders()[2], {"read": names})["slices"]
    missing = [name for name in names if name not in slices]
    if missing:
        raise SetupError(
            "no_slice", f"nobody owns slice {missing[0]!r} now.", "Run: xcord plugins, and see what is off."
        )
    return json.dumps(slices, indent=1, ensure_ascii=False)

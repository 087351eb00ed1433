"""The app that runs, for programs beside it: what ``xcord ask`` and ``xcord read`` do, as an object."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .config import folders
from .instance import call

PATIENCE = 40.0  # seconds; a command itself may take 30


class RunningApp:
    """Reached through its control socket.

    :param runtime_dir: where the socket is; the place of this user's app by default.
    """

    def __init__(self, runtime_dir: Path | None = None) -> None:
        self._runtime_dir = runtime_dir or folders()[2]

    def ask(self, command: str, args: dict[str, Any] | None = None, within: float = PATIENCE) -> None:
        """Asks a command.

        :raises CommandError: it was refused.
        :raises SetupError: ``not_running``, or ``no_answer`` within so many seconds.
        """
        call(self._runtime_dir, {"ask": command, "args": args or {}}, within)

    def read(self, *names: str, within: float = PATIENCE) -> dict[str, Any]:
        """The values of slices, as JSON; those that nobody owns are left out.

        :raises SetupError: as with ``ask``.
        """
        return dict(call(self._runtime_dir, {"read": list(names)}, within)["slices"])

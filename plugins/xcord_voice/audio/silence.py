"""A microphone that gives nothing: notices it, and guesses why. Pure; time is counted in samples."""

from __future__ import annotations

import sys
from typing import Literal

from .frames import Block, level
from .ring import RATE

Silence = Literal["", "zeros", "faint"]
Cause = Literal["", "muted_in_system", "permission", "zeros", "faint"]

ZEROS_AFTER = 3 * RATE  # samples of nothing but zeros
FAINT_AFTER = 10 * RATE  # samples without anything above FAINT
FAINT = -75.0  # dBFS; a quiet room before an open microphone is louder


class Listening:
    """Raw blocks in, as the device gives them; ``state`` says what is wrong, ``heard`` whether there ever
    was sound."""

    def __init__(self) -> None:
        self.state: Silence = ""
        self.heard = False
        self._zeros = self._faint = 0

    def reset(self) -> None:
        """Another device, or nobody listened for a while."""
        self.state = ""
        self.heard = False
        self._zeros = self._faint = 0

    def hear(self, block: Block) -> bool:
        """True if ``state`` changed."""
        self._zeros = 0 if block.any() else self._zeros + len(block)
        self._faint = 0 if level(block) >= FAINT else self._faint + len(block)
        before = self.state
        if self._zeros >= ZEROS_AFTER:
            self.state = "zeros"
        elif self._faint >= FAINT_AFTER:
            self.state = "faint"
        elif self._faint == 0:
            self.state, self.heard = "", True
        return self.state != before


def likely_cause(
    state: Silence, heard: bool, muted_in_system: bool | None, platform: str = sys.platform
) -> Cause:
    """Why it is silent. ``muted_in_system`` is None where that cannot be asked.

    macOS and Windows give an app without permission zeros, and no error. A microphone that was ``heard``
    before may be one that gives zeros between words, so then only a mute that is known counts.
    """
    if state == "":
        return ""
    if muted_in_system:
        return "muted_in_system"
    if heard:
        return ""
    if state == "zeros" and platform in ("darwin", "win32"):
        return "permission"
    return state

"""Makes the chain's stages. Slow: for a thread that may wait."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

from .chain import Processing, Stage, Stages
from .suppressor import DeepFilterNet, SuppressorFailed, installed

log = logging.getLogger("xcord.voice.audio")

SuppressorState = Literal["missing", "off", "on", "failed"]


@dataclass(frozen=True)
class Built:
    """What was made, and what became of the suppressor."""

    stages: Stages
    suppressor: SuppressorState


def build(wanted: Processing) -> Built:
    """All that is wanted and can be had; what is not needed is not made."""
    from .apm import Apm

    native = Apm(wanted) if wanted.native else None
    if not installed():
        return Built(Stages(native), "missing")
    if wanted.suppressor == "off":
        return Built(Stages(native), "off")
    suppressor: Stage | None = None
    try:
        suppressor = DeepFilterNet()
    except SuppressorFailed as error:
        log.warning("the noise suppressor does not work here: %s", error)
    return Built(Stages(native, suppressor), "on" if suppressor else "failed")

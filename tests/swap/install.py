"""Installs a distribution into a folder, as an installer does, without a network."""

from __future__ import annotations

import zipfile
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

DISTS = Path(__file__).parent / "dists"


def install(project: Path, folder: Path) -> Path:
    """Build ``project``'s wheel and unpack it into ``folder``, which then goes onto ``sys.path``."""
    folder.mkdir(parents=True, exist_ok=True)
    for wheel in WheelBuilder(str(project)).build(directory=str(folder / ".wheels"), versions=["standard"]):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder

"""The frozen configuration of one run, from flags, environment and the config file."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from .errors import SetupError


@dataclass(frozen=True)
class Config:
    """Where things are and how this run was asked to be.

    ``on`` and ``off`` are plugin names given by ``-p NAME`` and ``-p no:NAME`` or in the config file's
    ``[plugins]`` table; flags win. ``measure`` lets pages report figures; ``watch`` prints a watch-only
    address; ``link`` is an invite link to ask about; ``hidden`` starts without showing the window.
    """

    config_dir: Path
    data_dir: Path
    runtime_dir: Path
    on: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()
    measure: bool = False
    watch: bool = False
    port: int = 0
    link: str = ""
    hidden: bool = False
    plugins_dir: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "plugins_dir", self.config_dir / "plugins")


def load_config(
    flags: tuple[str, ...] = (),
    *,
    measure: bool = False,
    watch: bool = False,
    port: int = 0,
    link: str = "",
    hidden: bool = False,
) -> Config:
    """Reads ``config.toml`` and the environment.

    :param flags: the values of ``-p``: ``NAME`` or ``no:NAME``.
    :raises SetupError: the file cannot be read, with its place.
    """
    config_dir, data_dir, runtime_dir = folders()
    on, off = read_plugins(config_dir / "config.toml")
    for flag in flags:
        name = flag.removeprefix("no:")
        (off if flag.startswith("no:") else on).add(name)
        (on if flag.startswith("no:") else off).discard(name)
    return Config(
        config_dir=config_dir,
        data_dir=data_dir,
        runtime_dir=runtime_dir,
        on=frozenset(on),
        off=frozenset(off),
        measure=measure,
        watch=watch,
        port=port,
        link=link,
        hidden=hidden,
    )


def folders() -> tuple[Path, Path, Path]:
    """Folders for configuration, data and run time; all below ``XCORD_HOME`` where that is set."""
    if home := os.environ.get("XCORD_HOME"):
        root = Path(home)
        return root / "config", root / "data", root / "run"
    import platformdirs

    data = Path(platformdirs.user_data_dir("xcord"))
    if sys.platform == "linux" and not os.environ.get("XDG_RUNTIME_DIR"):
        runtime = data / "run"  # platformdirs would take a folder in /tmp that others can make first
    else:
        runtime = Path(platformdirs.user_runtime_dir("xcord"))
    return Path(platformdirs.user_config_dir("xcord")), data, runtime


def read_plugins(path: Path) -> tuple[set[str], set[str]]:
    if not path.exists():
        return set(), set()
    import tomllib

    try:
        table = tomllib.loads(path.read_text("utf-8")).get("plugins", {})
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(
            "config_unreadable",
            f"{path} cannot be read: {error}.",
            "Mend or remove that file.",
            file=str(path),
        ) from error
    if not isinstance(table, dict):
        raise SetupError(
            "config_unreadable", f"{path}: plugins must be a table.", "Write [plugins].", file=str(path)
        )
    wrong = [name for name, value in table.items() if not isinstance(value, bool)]
    if wrong:
        raise SetupError(
            "config_unreadable",
            f"{path}: [plugins] {wrong[0]} must be true or false.",
            "Correct that line.",
            file=str(path),
        )
    return {name for name, on in table.items() if on}, {name for name, on in table.items() if not on}

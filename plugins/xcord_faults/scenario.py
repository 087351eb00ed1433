"""A scenario: steps that act on the running app, and what must hold. Written in TOML; see ``scenarios/``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from xcord import SetupError

FOLDER = Path(__file__).parent / "scenarios"


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a scenario: exactly one of ``ask``, ``wait`` and ``pause``.

    ``ask`` a command with the arguments of ``with``; ``refused`` is the code with which it has to be refused.
    ``wait`` until slices hold these values, ``within`` seconds. ``pause`` so many seconds.
    """

    ask: str = ""
    args: dict[str, Any] = msgspec.field(name="with", default_factory=dict)
    refused: str = ""
    wait: dict[str, Any] = {}
    within: float = 15.0
    pause: float = 0.0

    def __post_init__(self) -> None:
        if sum(map(bool, (self.ask, self.wait, self.pause))) != 1:
            raise ValueError("a step has exactly one of ask, wait and pause")

    @property
    def words(self) -> str:
        """For the timeline."""
        if self.ask:
            return " ".join([self.ask, *(f"{name}={value}" for name, value in self.args.items())])
        return f"wait for {flat(self.wait)}" if self.wait else f"pause {self.pause:g} s"


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must hold from the first fault to the end; each name is also what a failure is called.

    ``connected_within``: seconds from the last fault until the call is up again. ``connections_at_most``: new
    connections. ``problem_within``: seconds until a connection problem is told. ``muted_stays``,
    ``tiles_stay``, ``nobody_vanishes``, ``no_join_or_leave`` (notices) and ``windows_agree`` (every window is
    there at the end, and its state is the hub's) hold all the time. ``never``: statuses that do not come.
    """

    connected_within: float | None = None
    connections_at_most: int | None = None
    problem_within: float | None = None
    muted_stays: bool = False
    tiles_stay: bool = False
    nobody_vanishes: bool = False
    no_join_or_leave: bool = False
    windows_agree: bool = False
    never: tuple[str, ...] = ()


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``in_call``: it acts on a call that is up, and cannot begin without."""

    title: str
    step: tuple[Step, ...]
    expect: Expect = Expect()
    in_call: bool = True


def load(name: str) -> Scenario:
    """A built-in scenario by its name, or any by its file.

    :raises SetupError: there is none, or it is not as it should be; says where.
    """
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Scenario)
    except FileNotFoundError:
        raise SetupError(
            "unknown_scenario", f"there is no scenario {name!r}.", "Run: xcord faults list"
        ) from None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SetupError(
            "bad_scenario", f"{path}: {error}.", "See plugins/xcord_faults/README.md."
        ) from error


def names() -> dict[str, str]:
    """Every built-in scenario with its title."""
    return {path.stem: load(path.stem).title for path in sorted(FOLDER.glob("*.toml"))}


def matches(wanted: Any, found: Any) -> bool:
    """Whether ``found`` holds all that is wanted; what is not named may be anything."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            name in found and matches(value, found[name]) for name, value in wanted.items()
        )
    return bool(wanted == found)


def flat(wanted: dict[str, Any], before: str = "") -> str:
    """``voice.status = connected``, for people."""
    return ", ".join(
        flat(value, f"{before}{name}.") if isinstance(value, dict) else f"{before}{name} = {value}"
        for name, value in wanted.items()
    )

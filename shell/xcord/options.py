"""Options: what can be set, by whom, of which type. The values live in ``settings.py``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from .errors import CommandError, WiringError


@dataclass(frozen=True)
class Option:
    """One setting. ``name`` is full (``voice.muted``); ``kind`` any type that msgspec can check."""

    name: str
    owner: str
    kind: Any
    default: Any
    help: str

    def check(self, value: Any) -> Any:
        """The value in this option's type.

        :raises CommandError: ``bad_arguments``.
        """
        try:
            return msgspec.convert(value, self.kind)
        except msgspec.ValidationError as error:
            raise CommandError(
                "bad_arguments", f"{self.name}: {error}", name=self.name, detail=str(error)
            ) from None


class OptionTable:
    """All options of this run."""

    def __init__(self) -> None:
        self._options: dict[str, Option] = {}

    def add(self, option: Option) -> None:
        """Declares one.

        :raises WiringError: the name is declared already.
        """
        if option.name in self._options:
            raise WiringError("option_taken", f"option {option.name!r} is declared twice", name=option.name)
        self._options[option.name] = option

    def get(self, name: str) -> Option:
        """The option of that full name.

        :raises CommandError: ``unknown_setting``.
        """
        if (option := self._options.get(name)) is None:
            raise CommandError("unknown_setting", f"there is no setting {name!r}", name=name)
        return option

    def remove_owner(self, owner: str) -> None:
        """Forgets a plugin's declarations (its values on disk are kept)."""
        self._options = {name: option for name, option in self._options.items() if option.owner != owner}

    def __iter__(self) -> Iterator[Option]:
        return iter(self._options.values())

    def __contains__(self, name: str) -> bool:
        return name in self._options


class Options:
    """What ``xcord_add_options`` is given: declares options under the plugin's own name."""

    def __init__(self, table: OptionTable, owner: str) -> None:
        self._table, self._owner = table, owner

    def add(self, name: str, kind: Any, default: Any, help: str) -> None:
        """Declares ``<plugin>.<name>``; ``help`` is one English sentence for authors and ``xcord schema``."""
        self._table.add(Option(f"{self._owner}.{name}", self._owner, kind, default, help))

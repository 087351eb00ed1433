"""The protocol as JSON Schema: every slice and command of the plugins that are wired, and the envelope.

``xcord schema`` prints it; ``webui/protocol.schema.json`` is the committed copy that TypeScript is
made from. Nothing is started for it: plugins are wired and their lives are not entered.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from . import messages
from .config import Config
from .desk import Desk, add_own_options
from .disturb import Disturbance
from .gate import Gate
from .handle import Handle, Shell
from .hub import SHELL, Hub
from .model import Demand
from .options import OptionTable
from .plugins import Candidate, PluginSet, find
from .settings import Settings
from .supervisor import Supervisor
from .testing import InlineMedia
from .views import ViewModes

ENVELOPE = (
    messages.Hello,
    messages.Ask,
    messages.Resync,
    messages.Snapshot,
    messages.Change,
    messages.Notice,
    messages.Check,
    messages.Result,
)


def make_schema(candidates: list[Candidate] | None = None) -> dict[str, Any]:
    """The whole protocol of the given plugins (all that are installed by default)."""
    return asyncio.run(_make(find() if candidates is None else candidates))


def print_schema(candidates: list[Candidate] | None = None) -> str:
    """The same as text, with a stable order."""
    return json.dumps(make_schema(candidates), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


async def _make(candidates: list[Candidate]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        hub = _wire(candidates, Path(folder))
    slices = {name: claimed.kind for name, claimed in sorted(hub.slices.items())}
    commands = {name: command.args for name, command in sorted(hub.commands.items()) if not command.private}
    types = [*slices.values(), *commands.values(), *ENVELOPE]
    references, definitions = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    for name, definition in definitions.items():
        definition.pop("title", None)
        if name not in {kind.__name__ for kind in commands.values()}:
            _require_all(definition)
    by_type = dict(zip(map(id, types), references, strict=True))
    definitions["Slices"] = _map(
        "Slices by name; one that is gone is absent.", slices, by_type, required=False
    )
    definitions["Commands"] = _map("Arguments of each command.", commands, by_type, required=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Protocol",
        "description": "Made by `xcord schema`; do not edit.",
        "type": "object",
        "properties": {name: {"$ref": f"#/$defs/{name}"} for name in sorted(definitions)},
        "additionalProperties": False,
        "$defs": definitions,
    }


def _wire(candidates: list[Candidate], folder: Path) -> Hub:
    plugins = PluginSet()
    plugins.load(candidates)
    hub = Hub()
    table = OptionTable()
    add_own_options(table)
    settings = Settings(folder, table)
    config = Config(config_dir=folder, data_dir=folder, runtime_dir=folder, measure=True)
    shell = Shell(hub, settings, ViewModes(), InlineMedia(), Gate(), config)
    supervisor = Supervisor(shell, plugins, table)
    Desk(hub, settings, lambda: supervisor, shell.windows, measure=True)
    Disturbance(hub, Counter())
    hub.claim_slice("demand", SHELL, Demand, Demand())
    for plugin in plugins.loaded():
        plugins.add_options(plugin, table)
        plugins.start(plugin, Handle(shell, plugin.name), config)
    return hub


def _require_all(definition: dict[str, Any]) -> None:
    """The hub always writes every field, defaults included, so pages may rely on them."""
    if "properties" in definition:
        definition["required"] = sorted(definition["properties"])


def _map(text: str, types: dict[str, Any], references: dict[int, Any], *, required: bool) -> dict[str, Any]:
    return {
        "type": "object",
        "description": text,
        "properties": {name: references[id(kind)] for name, kind in types.items()},
        "required": sorted(types) if required else [],
        "additionalProperties": False,
    }

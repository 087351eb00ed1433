"""What the control socket answers: commands and slices for the command line, a second start, and QA."""

from __future__ import annotations

from typing import Any

import msgspec

from .core import Core
from .errors import CommandError
from .hub import Asker

CLI = Asker("control", "cli")


async def answer(core: Core, request: Any) -> dict[str, Any]:
    """Answers ``{"ask": name, "args": {...}}``, ``{"read": [slice, ...]}`` or ``{"counters": true}``.

    Never raises: what is wrong is answered as ``{"ok": false, "error": {"code", "params", "message"}}``.
    """
    try:
        match request:
            case {"ask": str(name)}:
                await core.hub.ask(name, request.get("args"), CLI)
                return {"ok": True}
            case {"read": list(names)}:
                return {
                    "ok": True,
                    "slices": {name: msgspec.to_builtins(core.hub.read(name)) for name in names},
                }
            case {"counters": True}:
                return {"ok": True, "counters": dict(core.door.counters)}
            case _:
                raise CommandError("bad_message", "ask for a command, slices or counters")
    except CommandError as error:
        return {"ok": False, "error": {"code": error.code, "params": error.params, "message": str(error)}}

"""Other hotkeys: the same slice and commands as the built-in ones, with keys that only a window sees."""

from __future__ import annotations

import time

from xcord import (
    Asker,
    BindKeys,
    CommandError,
    Handle,
    Hotkeys,
    Nothing,
    OneAction,
    PressKeys,
    Switch,
    hookimpl,
)

HEARD = 0.2  # seconds that one word of a window lasts


class Buttons:
    """Believes whatever a window says, for a moment."""

    def __init__(self, hub: Handle) -> None:
        self.hub = hub
        self.bindings: dict[str, str] = {}
        self.slice = hub.slice("hotkeys", Hotkeys, Hotkeys(listener="window"))
        hub.command("hotkeys.bind", BindKeys, self.bind)
        hub.command("hotkeys.clear", OneAction, self.clear)
        hub.command("hotkeys.record", OneAction, self.record)
        hub.command("hotkeys.record_stop", Nothing, self.stop)
        hub.command("hotkeys.pressed", PressKeys, self.press)

    def show(self) -> None:
        self.slice.set(Hotkeys(listener="window", bindings=dict(self.bindings)))

    async def bind(self, args: BindKeys, _asker: Asker) -> None:
        self.bindings[args.action] = args.keys
        self.show()

    async def clear(self, args: OneAction, _asker: Asker) -> None:
        self.bindings.pop(args.action, None)
        self.show()

    async def record(self, args: OneAction, _asker: Asker) -> None:
        self.slice.set(Hotkeys(listener="window", bindings=dict(self.bindings), recording=args.action))

    async def stop(self, _args: Nothing, _asker: Asker) -> None:
        self.show()

    async def press(self, args: PressKeys, _asker: Asker) -> None:
        match args.action:
            case "push_to_talk":
                self.hub.gate.renew_key(time.monotonic() + HEARD * args.down)
            case "mute" | "push_to_mute":
                await self.hub.ask("voice.mute", Switch(args.down))
            case other:
                raise CommandError("unknown_setting", f"it knows nothing of {other}")


@hookimpl
def xcord_start(hub: Handle) -> None:
    Buttons(hub)

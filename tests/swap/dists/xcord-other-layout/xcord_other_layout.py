"""Another layout: the same slice and command as the built-in one, with everybody on one ladder."""

from __future__ import annotations

from typing import Any

from xcord import (
    Asker,
    CommandError,
    Expand,
    Handle,
    ModeInfo,
    Pin,
    Placed,
    SetMode,
    Stage,
    TurnPage,
    Voice,
    Windows,
    hookimpl,
)

LADDER = ModeInfo("ladder", "Ladder", "layout")
WHOLE = 10_000


class Ladder:
    """Rungs in alphabetical order, the same in every window."""

    def __init__(self, hub: Handle) -> None:
        self.voice, self.windows = Voice(), Windows()
        self.stage = hub.slice("stage", Stage, Stage(mode="ladder", modes=(LADDER,)))
        hub.command("stage.mode", SetMode, self.set_mode)
        hub.command("stage.pin", Pin, self.pin)
        hub.command("stage.page", TurnPage, self.turn_page)
        hub.command("stage.expand", Expand, self.expand)
        hub.watch(self.look, "voice", "windows")

    async def set_mode(self, args: SetMode, _asker: Asker) -> None:
        if args.name != "ladder":
            raise CommandError("unknown_mode", "There is but one mode.", name=args.name)

    async def pin(self, args: Pin, _asker: Asker) -> None:
        raise CommandError("nothing_to_pin", "On a ladder everybody has a rung.", user=args.user)

    async def turn_page(self, args: TurnPage, _asker: Asker) -> None:
        """Everybody is on the one that there is."""

    async def expand(self, args: Expand, _asker: Asker) -> None:
        raise CommandError("nothing_to_expand", "On a ladder everybody has a rung.", user=args.user)

    def look(self, name: str, value: Any) -> None:
        """Runs in this plugin's worker thread; ``set`` may be called from there."""
        if name == "voice":
            self.voice = value or Voice()
        else:
            self.windows = value or Windows()
        people = sorted(self.voice.people, key=lambda person: person.user)
        step = WHOLE // max(1, len(people))
        rungs = tuple(
            Placed(
                user=person.user,
                kind="camera" if person.camera else "avatar",
                n=0,
                x=0,
                y=at * step,
                width=WHOLE,
                height=step,
            )
            for at, person in enumerate(people)
        )
        self.stage.set(
            Stage(
                mode="ladder",
                modes=(LADDER,),
                order=tuple(person.user for person in people),
                windows={window.name: rungs for window in self.windows.windows if window.viewport},
            )
        )


@hookimpl
def xcord_start(hub: Handle) -> None:
    Ladder(hub)

"""People with apps of their own on one server end, and what they wait to see."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.guests import account
from tests.guests.stack import App, ServerEnd
from tests.journeys.world import World

ASKED_WITHIN = 30.0
LONG = 90.0  # seconds for what the SDK and the plugin that reconnects may take
Slices = dict[str, Any]


@dataclass
class Friend:
    """A person with an app."""

    app: App
    person: account.Credentials
    user: str = ""

    def register(self, address: str = "", invite: str = "") -> None:
        who = self.person
        words = {"login": who.login, "name": who.name, "password": who.password}
        self.app.ask("directory.register", ASKED_WITHIN, address=address, invite=invite, **words)
        self.user = self.app.read("directory")["directory"]["account"]["user"]

    def call(self) -> Slices:
        """The slice ``voice``."""
        return dict(self.app.read("voice")["voice"])

    def ended(self, reason: str) -> None:
        """Waits until the call is over for good, for that reason."""
        self.app.wait(
            f"being out: {reason}",
            ["voice", "reconnection"],
            lambda s: (
                (s["voice"]["status"], s["voice"]["reason"], s["reconnection"]["phase"])
                == ("lost", reason, "ended")
            ),
            LONG,
        )


@dataclass
class Story:
    """``server`` is the running server end, in ``folder``; ``invite`` the link by which two came."""

    world: World
    folder: Path
    ends: contextlib.ExitStack
    server: ServerEnd
    ada: Friend
    bo: Friend
    cem: Friend
    den: str = ""
    channel: str = ""
    other: str = ""
    invite: str = field(default="", repr=False)

    @property
    def everybody(self) -> tuple[Friend, Friend, Friend]:
        return self.ada, self.bo, self.cem

    def shown(self, slices: Slices, channel: str) -> set[str]:
        """Who is in a channel, as a sidebar shows it."""
        channels = [each for server in slices["directory"]["servers"] for each in server["channels"]]
        return {user for each in channels if each["id"] == channel for user in each["people"]}

    def see(self, who: tuple[Friend, ...], people: tuple[Friend, ...], channel: str = "") -> None:
        """Waits until the sidebars of some show just those people in the channel."""
        wanted, there = {each.user for each in people}, channel or self.channel
        for each in who:
            each.app.wait(
                f"{len(wanted)} people in the sidebar of {each.person.name}",
                ["directory"],
                lambda s: self.shown(s, there) == wanted,
                LONG,
            )

    def meet(self, *people: Friend) -> None:
        """Waits until these are in a good call with just each other, and stage and sidebar show it."""
        wanted = {each.user for each in people}

        def together(slices: Slices) -> bool:
            voice, tiles = slices["voice"], slices["stage"]["windows"].get("main", ())
            here = {person["user"] for person in voice["people"] if person["present"]}
            well = voice["status"] == "connected" and not voice["problem"]
            return well and here == wanted == {tile["user"] for tile in tiles}

        for each in people:
            each.app.wait(f"the others of {each.person.name}", ["voice", "stage"], together, LONG)
        self.see(people, people)

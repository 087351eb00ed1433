"""What the flood asks: random commands that change much and end nothing. Pure: dice in, commands out."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

Command = tuple[str, dict[str, Any]]
Make = Callable[[random.Random], Command]

MODES = ("auto", "gallery", "focus", "speakers", "pip")
THEMES = ("auto", "dark", "light")
LANGUAGES = ("en", "tr")
CORNERS = ("top_left", "top", "right", "bottom_left", "bottom_right")


def commands(seed: int, users: Sequence[str]) -> Iterator[Command]:
    """Endless, the same for the same seed.

    :param users: who is in the call.
    """
    dice = random.Random(seed)
    weights, makers = zip(*pool(users), strict=True)
    while True:
        (make,) = dice.choices(makers, weights)
        yield make(dice)


def pool(users: Sequence[str]) -> list[tuple[int, Make]]:
    """How often what is asked. Each sets a state, none toggles, and some are wrong on purpose."""

    def user(dice: random.Random) -> str:
        return dice.choice(users)

    def on(dice: random.Random) -> bool:
        return dice.random() < 0.5

    def setting(name: str, value: Callable[[random.Random], Any]) -> Make:
        return lambda dice: ("settings.set", {"name": name, "value": value(dice)})

    return [
        (24, lambda dice: ("voice.mute", {"on": on(dice)})),
        (12, lambda dice: ("voice.deafen", {"on": on(dice)})),
        (14, lambda dice: ("voice.volume", {"user": user(dice), "percent": dice.randint(0, 200)})),
        (6, lambda dice: ("voice.silence", {"user": user(dice), "on": on(dice)})),
        (6, lambda dice: ("voice.prioritize", {"user": user(dice), "on": on(dice)})),
        (10, lambda dice: ("stage.pin", {"user": user(dice), "on": on(dice)})),
        (8, lambda dice: ("stage.mode", {"name": dice.choice(MODES)})),
        (4, lambda dice: ("stage.page", {"page": dice.randint(1, 3)})),
        (1, setting("app.theme", lambda dice: dice.choice(THEMES))),
        (1, setting("app.language", lambda dice: dice.choice(LANGUAGES))),
        (6, setting("voice.sounds.volume", lambda dice: dice.randint(0, 100))),
        (4, setting("voice.threshold", lambda dice: dice.randint(-90, 0))),
        (2, setting("voice.sounds.join", on)),
        (2, lambda dice: ("overlay.put", {"corner": dice.choice(CORNERS)})),
        (1, lambda dice: ("overlay.rule", {"application": "game", "does": dice.choice(("hide", "none"))})),
        (1, lambda dice: ("overlay.preset", {"name": dice.choice(("game", "meeting", "video"))})),
        (2, setting("overlay.names", on)),
        (2, setting("overlay.order", lambda dice: dice.choice(("call", "name", "recent")))),
        (2, setting("overlay.opacity", lambda dice: dice.randint(10, 100))),
        (2, lambda dice: ("voice.no_such_thing", {})),
        (2, lambda dice: ("voice.mute", {"on": "perhaps"})),
        (2, setting("voice.no_such_thing", on)),
    ]

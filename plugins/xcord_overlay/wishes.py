"""What the user wishes of overlays: the plugin's options, read at once."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from xcord import Content, Handle, Options

from .people import OrderBy, Wish
from .place import Place
from .rules import Rule
from .sizes import LEAST, MOST


class Wishes(msgspec.Struct, frozen=True):
    """``places`` is by the window's name, ``rules`` by the application's."""

    on: bool = False
    content: Content = "everyone"
    order: OrderBy = "call"
    maximum: int = 8
    me: bool = True
    names: bool = True
    marks: bool = True
    grace: int = 3
    opacity: int = 90
    scale: int = 100
    places: dict[str, Place] = {}
    rules: dict[str, Rule] = {}

    @property
    def people(self) -> Wish:
        """Whom to list."""
        return Wish(self.content == "speakers", self.order, self.maximum, self.me, self.grace)


DEFAULT = Wishes()


def within(least: int, most: int) -> object:
    """The type of whole numbers in a range."""
    return Annotated[int, msgspec.Meta(ge=least, le=most)]


def add_options(options: Options) -> None:
    """Declares them; their names are those of :class:`Wishes`."""
    contents, orders = Literal["everyone", "speakers", "stage"], Literal["call", "name", "recent"]
    for name, kind, help in (
        ("on", bool, "Show the overlay while I am in a call."),
        ("content", contents, "What the overlay shows: everyone, who speaks, or the focused video."),
        ("order", orders, "Order of the list: as in the call, by name, or who spoke lately first."),
        ("maximum", within(1, 25), "How many people the list has room for."),
        ("me", bool, "List me too."),
        ("names", bool, "Show names beside the pictures."),
        ("marks", bool, "Show who is muted or deafened, and whose connection is bad."),
        ("grace", within(0, 60), "Seconds for which somebody silent still counts as speaking."),
        ("opacity", within(10, 100), "Opacity of the overlay in percent."),
        ("scale", within(LEAST, MOST), "Size of the overlay in percent."),
        ("places", dict[str, Place], "Where each overlay lies: its screen and 1/10000 of the room on it."),
        ("rules", dict[str, Rule], "What happens while an application is in front, by its process name."),
    ):
        options.add(name, kind, getattr(DEFAULT, name), help)


def read(hub: Handle) -> Wishes:
    """The present ones."""
    return Wishes(**{name: hub.option(name) for name in Wishes.__struct_fields__})

"""The commands of the overlay: each changes a wish, and the keeper does the rest."""

from __future__ import annotations

from xcord import (
    ApplyOverlayPreset,
    Asker,
    CommandError,
    Nothing,
    OverlayWindow,
    PlaceOverlay,
    PutOverlay,
    SetOverlayRule,
    Switch,
)

from .keeper import Keeper
from .place import Place, Rect, cornered, placed
from .presets import PRESETS
from .rules import MOST, Rule, key_of
from .scene import place_of
from .sizes import scale_for, size_of
from .wishes import DEFAULT


class Commands:
    """Of one life."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper, self.hub = keeper, keeper.hub

    def claim(self) -> None:
        """From now on they are answered here."""
        for name, args, handler in (
            ("overlay.show", Switch, self.show),
            ("overlay.edit", Switch, self.edit),
            ("overlay.place", PlaceOverlay, self.place),
            ("overlay.put", PutOverlay, self.put),
            ("overlay.reset", Nothing, self.reset),
            ("overlay.preset", ApplyOverlayPreset, self.apply),
            ("overlay.rule", SetOverlayRule, self.set_rule),
        ):
            self.hub.command(name, args, handler)

    async def show(self, args: Switch, _asker: Asker) -> None:
        """``overlay.show``: on or off; while a rule decides about it, until that is over."""
        await self.keeper.want(args.on)

    async def edit(self, args: Switch, _asker: Asker) -> None:
        """``overlay.edit``: the overlay takes input, and can be moved."""
        if args.on and self.keeper.desktop.locked:
            raise CommandError("screen_locked", "An overlay is not edited on a locked screen.")
        if args.on:
            self.keeper.taken.clear()
        self.keeper.editing = args.on
        for name in tuple(self.keeper.dragged):
            await self._let_go(name)
        self.keeper.look()

    async def place(self, args: PlaceOverlay, asker: Asker) -> None:
        """``overlay.place``: dragged there."""
        keeper = self.keeper
        name = self._window_of(asker)
        overlay, now = keeper.slice.value, keeper.slice.value.windows[name]
        scale = overlay.scale if args.width == now.width else scale_for(overlay.content, args.width)
        if scale != overlay.scale:
            await self.hub.set_option("scale", scale)
        rect = _anchored(args, now, size_of(overlay, scale))
        place = placed(rect, keeper.desktop.screens, snap=args.snap)
        if place is None:
            raise CommandError("no_screen", "No screen is known on which an overlay could lie.")
        _, sides = keeper.dragged.get(name, (place, (now.right, now.bottom)))
        keeper.dragged[name] = (place, sides)
        if args.done:
            await self._let_go(name)
        keeper.look()

    async def put(self, args: PutOverlay, asker: Asker) -> None:
        """``overlay.put``: into a corner."""
        name = args.window or self._window_of(asker)
        if name not in self.keeper.windows:
            raise CommandError("no_such_window", f"There is no overlay {name!r}.", name=name)
        if args.screen and args.screen not in {screen.id for screen in self.keeper.desktop.screens}:
            raise CommandError("no_screen", "There is no such screen.", name=args.screen)
        self.keeper.dragged.pop(name, None)
        await self._remember(name, cornered(place_of(name, self.keeper.known), args.corner, args.screen))

    async def reset(self, _args: Nothing, _asker: Asker) -> None:
        """``overlay.reset``: place, scale and opacity as at first; what is shown, and rules, stay."""
        self.keeper.dragged.clear()
        for name in ("places", "scale", "opacity"):
            await self.hub.set_option(name, getattr(DEFAULT, name))
        self.keeper.look()

    async def apply(self, args: ApplyOverlayPreset, _asker: Asker) -> None:
        """``overlay.preset``: a look that is ready made."""
        for name, value in PRESETS[args.name].items():
            if getattr(self.keeper.wishes, name) != value:
                await self.hub.set_option(name, value)

    async def set_rule(self, args: SetOverlayRule, _asker: Asker) -> None:
        """``overlay.rule``: an application has this rule, or none."""
        key = key_of(args.application)
        if not key:
            raise CommandError("bad_arguments", "A rule needs the name of an application.")
        rules = {name: rule for name, rule in self.keeper.wishes.rules.items() if name != key}
        if args.does != "none":
            if len(rules) >= MOST:
                raise CommandError("limit_reached", f"There are {MOST} rules at most.")
            rules[key] = Rule(args.does, args.corner if args.does == "place" else "")
        await self.hub.set_option("rules", rules)

    def _window_of(self, asker: Asker) -> str:
        names = self.keeper.windows
        return asker.name if asker.kind == "window" and asker.name in names else next(iter(names))

    async def _let_go(self, name: str) -> None:
        place, _ = self.keeper.dragged.pop(name)
        await self._remember(name, place)

    async def _remember(self, name: str, place: Place) -> None:
        """Where it usually lies, or where it lies while the rule in force puts it somewhere."""
        keeper = self.keeper
        if keeper.rule is not None and keeper.rule.does == "place":
            moved = {**keeper.wishes.rules, keeper.key: keeper.rule.moved(name, place)}
            await self.hub.set_option("rules", moved)
        else:
            await self.hub.set_option("places", {**keeper.wishes.places, name: place})


def _anchored(args: PlaceOverlay, now: OverlayWindow, size: tuple[int, int]) -> Rect:
    """The rectangle in the size that it will have, at the side to which it keeps."""
    width, height = size
    x = args.x + args.width - width if now.right else args.x
    y = args.y + args.height - height if now.bottom else args.y
    return Rect(x, y, width, height)

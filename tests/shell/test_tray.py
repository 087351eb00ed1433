"""The tray: what a state looks like, when it is told, and what its menu asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from xcord import CommandError, Nothing, Person, Switch, Voice
from xcord.testing import running, settle
from xcord.tray import Tray, state_of
from xcord.tray_state import Call, TrayState
from xcord.windows.texts import TEXTS
from xcord.windows.tray_look import GROUPS, look_of, tooltip_of


@dataclass(frozen=True)
class Overlay:
    """As much of slice ``overlay`` as the tray reads."""

    shown: bool


def call(status: Any = "connected", **more: Any) -> Voice:
    return Voice(status=status, **more)


@pytest.mark.parametrize(
    ("voice", "before", "state"),
    [
        (None, "off", "off"),
        (call("idle"), "up", "idle"),
        (call("connecting"), "idle", "joining"),
        (call("connecting"), "lost", "lost"),
        (call("connecting"), "trouble", "lost"),
        (call(), "joining", "up"),
        (call("reconnecting"), "up", "up"),
        (call("reconnecting", problem="signal"), "up", "trouble"),
        (call(problem="media"), "up", "trouble"),
        (call("lost", reason="connection_lost"), "up", "lost"),
        (call("failed", reason="unreachable"), "joining", "lost"),
    ],
)
def test_the_call_is_seen_as_it_is(voice: Voice | None, before: Call, state: Call) -> None:
    assert state_of(voice, None, before).call == state


def test_wishes_people_and_the_overlay_are_seen() -> None:
    people = tuple(Person(user=name, name=name, me=name == "ada") for name in ("ada", "bo", "cy"))
    state = state_of(call(people=people, muted=True, deafened=True), Overlay(False))
    assert state == TrayState(call="up", muted=True, deafened=True, others=2, overlay=False)
    assert state_of(None, Overlay(True)) == TrayState(overlay=True)


MUTE, UNMUTE = ("voice.mute", {"on": True}), ("voice.mute", {"on": False})
DEAFEN, UNDEAFEN = ("voice.deafen", {"on": True}), ("voice.deafen", {"on": False})
LEAVE: tuple[str, dict[str, bool]] = ("voice.leave", {})


@pytest.mark.parametrize(
    ("state", "icon", "tooltip", "asks"),
    [
        (TrayState(), "idle", "xcord: voice is off", []),
        (TrayState("idle"), "idle", "xcord: not in a call", [MUTE, DEAFEN]),
        (TrayState("idle", muted=True), "idle", "xcord: not in a call, muted", [UNMUTE, DEAFEN]),
        (TrayState("joining"), "idle", "xcord: joining…", [MUTE, DEAFEN, LEAVE]),
        (
            TrayState("up"), "call", "xcord: in the call, nobody else is here", [MUTE, DEAFEN, LEAVE],
        ),
        (TrayState("up", others=3), "call", "xcord: in the call with 3 more", [MUTE, DEAFEN, LEAVE]),
        (
            TrayState("up", muted=True, others=1), "muted", "xcord: in the call with 1 more, muted",
            [UNMUTE, DEAFEN, LEAVE],
        ),
        (
            TrayState("up", muted=True, deafened=True, others=1), "deafened",
            "xcord: in the call with 1 more, deafened", [UNMUTE, UNDEAFEN, LEAVE],
        ),
        (
            TrayState("trouble", muted=True), "lost", "xcord: connection problem, muted",
            [UNMUTE, DEAFEN, LEAVE],
        ),
        (TrayState("lost"), "lost", "xcord: call lost", [MUTE, DEAFEN, LEAVE]),
        (
            TrayState("idle", overlay=True), "idle", "xcord: not in a call",
            [MUTE, DEAFEN, ("overlay.show", {"on": False})],
        ),
        (TrayState(overlay=False), "idle", "xcord: voice is off", [("overlay.show", {"on": True})]),
    ],
)  # fmt: skip
def test_a_state_looks_so_and_offers_this(state: TrayState, icon: str, tooltip: str, asks: list[Any]) -> None:
    look = look_of(state, "en")
    assert (look.icon, look.tooltip) == (icon, tooltip)
    names = [name for group in GROUPS for name in group if name in look.items]
    assert [(look.items[name].command, look.items[name].args) for name in names[:-2]] == asks
    assert names[-2:] == ["show", "quit"]
    wishes = {"mute": state.muted, "deafen": state.deafened, "overlay": state.overlay}
    assert {name: item.checked for name, item in look.items.items() if item.checked is not None} == {
        name: on for name, on in wishes.items() if name in look.items
    }


def test_every_word_is_there_in_both_languages() -> None:
    assert TEXTS["en"].keys() == TEXTS["tr"].keys()
    assert tooltip_of(TrayState("up", muted=True), "tr-TR") != tooltip_of(TrayState("up", muted=True), "en")


async def test_only_changes_are_shown() -> None:
    async with running() as world:
        shown: list[TrayState] = []
        Tray(world.hub, shown.append)
        assert shown == [TrayState()]
        world.publish("voice", Voice())
        world.publish("voice", Voice(epoch=1))  # nothing that the tray shows
        world.publish("voice", Voice(epoch=1, muted=True))
        world.publish("voice", None)
        assert shown[1:] == [TrayState("idle"), TrayState("idle", muted=True), TrayState()]


async def test_the_menu_asks_the_hub_under_its_own_name_and_a_refusal_is_a_notice() -> None:
    async with running() as world:
        askers: list[str] = []

        async def mute(args: Switch, asker: Any) -> None:
            askers.append(asker.kind)

        async def leave(args: Nothing, asker: Any) -> None:
            raise CommandError("not_needed", "there is no call")

        world.hub.claim_command("voice.mute", "voice", Switch, mute)
        world.hub.claim_command("voice.leave", "voice", Nothing, leave)
        tray = Tray(world.hub, lambda state: None)
        tray.ask("voice.mute", {"on": True})
        tray.ask("voice.leave", {})
        tray.ask("overlay.show", {"on": True})
        await settle()
        assert askers == ["tray"]
        assert [(name, params["code"]) for name, params in world.notices] == [
            ("tray.refused", "unknown_command"),
            ("tray.refused", "not_needed"),
        ]

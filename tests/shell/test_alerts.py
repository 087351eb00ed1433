"""What becomes a desktop notification: the rules, and when they are told."""

from __future__ import annotations

from typing import Any

import pytest

from xcord import Ring, Ringing, Voice
from xcord.alerts import GATHER, Alert, Alerts, alert_of_notice
from xcord.testing import World, running

UP, LOST = Voice(status="connected"), Voice(status="lost", reason="connection_lost")
CONNECTING = Voice(status="connecting")


def ended(reason: str, **more: Any) -> Voice:
    return Voice(status="lost", reason=reason, **more)


class Board:
    """A notifier that writes down what it shows."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, str]] = []
        self.withdrawn: list[str] = []

    def show(self, slot: str, title: str, more: str = "") -> None:
        self.shown.append((slot, title))

    def withdraw(self, slot: str) -> None:
        self.withdrawn.append(slot)


def alerts(world: World) -> Board:
    board = Board()
    Alerts(world.hub, board, lambda name: world.read("settings").values[name])
    return board


@pytest.mark.parametrize(
    ("notice", "params", "alert"),
    [
        ("directory.called", {"channel": "Lobby"}, Alert("moved", "called", 1, (("channel", "Lobby"),))),
        ("directory.banned", {"server": "Fun"}, Alert("banned", "banned", 2, (("server", "Fun"),))),
        ("directory.removed", {"server": "Fun"}, Alert("removed", "expelled", 2, (("server", "Fun"),))),
        ("participant.joined", {"name": "Ada"}, None),
        ("voice.lost", {}, None),
    ],
)
def test_a_notice_means_this(notice: str, params: dict[str, Any], alert: Alert | None) -> None:
    assert alert_of_notice(notice, params) == alert


@pytest.mark.parametrize(
    ("voices", "told"),
    [
        ([UP, LOST], ["The call broke off"]),
        ([UP, LOST, CONNECTING, LOST, CONNECTING, LOST], ["The call broke off"]),
        ([UP, LOST, CONNECTING, UP, LOST], ["The call broke off"] * 2),
        ([UP, Voice(status="connected", problem="media"), LOST], ["The call broke off"]),
        ([UP, Voice(status="reconnecting"), UP], []),
        ([UP, ended("moved"), ended("moved", epoch=2)], ["Your call moved to another device"]),
        ([UP, ended("removed")], ["You were removed from the call"]),
        ([UP, ended("deleted")], ["The channel you were in was closed"]),
        ([UP, ended("duplicate")], ["Your call goes on elsewhere, under this device's name"]),
        ([CONNECTING, Voice(status="failed", reason="unreachable")], []),
        ([UP, Voice()], []),
        ([UP, LOST, None], ["The call broke off"]),
    ],
)
async def test_what_becomes_of_a_call_is_told_once(voices: list[Voice | None], told: list[str]) -> None:
    async with running(options={"app.language": "en"}) as world:
        board = alerts(world)
        for voice in voices:
            world.publish("voice", voice)
            await world.clock.advance(GATHER)
        assert [title for _, title in board.shown] == told


async def test_what_befalls_somebody_out_of_sight_is_told_in_their_language() -> None:
    async with running(options={"app.language": "tr"}) as world:
        board = alerts(world)
        world.hub.notify("directory.called", channel="Müzik & Söz")
        await world.clock.advance(GATHER)
        assert board.shown == [("fate", "Bir moderatör seni Müzik & Söz kanalına taşıdı")]


async def test_who_sees_the_window_is_told_by_it_alone() -> None:
    async with running(options={"app.language": "en"}) as world:
        board = alerts(world)
        world.open_window()
        world.hub.notify("directory.called", channel="Lobby")
        await world.clock.advance(GATHER)
        assert board.shown == []
        world.desk.windows.note_visible("main", False)
        world.hub.notify("directory.called", channel="Lobby")
        await world.clock.advance(GATHER)
        assert board.shown == [("fate", "A moderator moved you to Lobby")]


@pytest.mark.parametrize(
    ("kind", "name", "params"),
    [
        ("moved", "directory.called", {"channel": "Lobby"}),
        ("removed", "directory.server_deleted", {"server": "Fun"}),
        ("banned", "directory.banned", {"server": "Fun"}),
        ("called", "ringing.missed", {"name": "Bo", "channel": "Lobby"}),
    ],
)
async def test_each_kind_has_a_switch(kind: str, name: str, params: dict[str, str]) -> None:
    async with running(options={f"app.notifications.{kind}": False, "app.language": "en"}) as world:
        board = alerts(world)
        world.hub.notify(name, **params)
        await world.clock.advance(GATHER)
        assert board.shown == []
        await world.ask("settings.set", {"name": f"app.notifications.{kind}", "value": True})
        world.hub.notify(name, **params)
        await world.clock.advance(GATHER)
        assert len(board.shown) == 1


@pytest.mark.parametrize("first", ["notice", "voice"])
async def test_who_is_banned_is_not_also_told_to_be_removed_from_the_call(first: str) -> None:
    async with running(options={"app.language": "en"}) as world:
        board = alerts(world)
        world.publish("voice", UP)
        for step in (first, "notice" if first == "voice" else "voice"):
            if step == "notice":
                world.hub.notify("directory.banned", server="Fun")
            else:
                world.publish("voice", Voice(status="lost", reason="removed"))
            await world.clock.advance(GATHER / 2)
        await world.clock.advance(GATHER)
        assert board.shown == [("fate", "You were banned from Fun")]


async def test_a_lost_call_is_told_and_taken_back_when_it_is_there_again() -> None:
    async with running(options={"app.language": "en"}) as world:
        board = alerts(world)
        world.publish("voice", UP)
        world.publish("voice", LOST)
        await world.clock.advance(GATHER)
        assert board.shown == [("lost", "The call broke off")]
        world.publish("voice", CONNECTING)
        assert board.withdrawn == []
        world.publish("voice", UP)
        assert board.withdrawn == ["lost"]


async def test_a_call_that_is_back_at_once_was_nothing_to_tell() -> None:
    async with running(options={"app.notifications.lost": True}) as world:
        board = alerts(world)
        world.publish("voice", UP)
        world.publish("voice", Voice(status="connected", problem="media"))
        world.publish("voice", UP)
        await world.clock.advance(GATHER)
        assert board.shown == []


async def test_the_tray_s_refusal_is_always_told() -> None:
    async with running(options={"app.language": "en"}) as world:
        board = alerts(world)
        world.hub.notify("tray.refused", code="timed_out", params={})
        await world.clock.advance(GATHER)
        assert board.shown == [("tray", "The tray's menu could not do that (timed_out)")]


BO = Ring(channel="c1", user="bo", name="Bo", place="Lobby")
CEM = Ring(channel="c1", user="cem", name="Cem", place="Lobby")


async def test_who_calls_is_told_and_taken_back_when_it_is_over() -> None:
    async with running(options={"app.language": "en"}) as world:
        board = alerts(world)
        world.publish("ringing", Ringing(outgoing=(BO,)))
        world.publish("ringing", Ringing(outgoing=(BO,), incoming=(BO,)))
        await world.clock.advance(GATHER)
        assert board.shown == [("ring", "Bo is calling you into Lobby")]
        world.publish("ringing", Ringing(incoming=(BO, CEM)))
        await world.clock.advance(GATHER)
        assert board.shown[1:] == [("ring", "Cem is calling you into Lobby")]
        world.publish("ringing", Ringing(incoming=(CEM,)))
        assert board.withdrawn == []
        world.publish("ringing", Ringing())
        await world.clock.advance(GATHER)
        assert (board.withdrawn, len(board.shown)) == (["ring"], 2)


@pytest.mark.parametrize("first", ["notice", "slice"])
async def test_who_missed_a_call_finds_that_in_its_place(first: str) -> None:
    async with running(options={"app.language": "tr"}) as world:
        board = alerts(world)
        world.publish("ringing", Ringing(incoming=(BO,)))
        await world.clock.advance(GATHER)
        if first == "slice":
            world.publish("ringing", Ringing())
        world.hub.notify("ringing.missed", name="Bo", channel="Lobby")
        world.publish("ringing", Ringing())
        await world.clock.advance(GATHER)
        assert board.shown == [
            ("ring", "Bo seni Lobby kanalına çağırıyor"),
            ("ring", "Bo seni Lobby kanalına çağırdı, kaçırdın"),
        ]


async def test_a_call_that_is_over_at_once_is_told_as_missed_alone_and_one_that_is_seen_not_at_all() -> None:
    async with running(options={"app.language": "en"}) as world:
        board = alerts(world)
        world.publish("ringing", Ringing(incoming=(BO,)))
        world.hub.notify("ringing.missed", name="Bo", channel="Lobby")
        world.publish("ringing", Ringing())
        await world.clock.advance(GATHER)
        assert board.shown == [("ring", "You missed a call by Bo into Lobby")]
        world.open_window()
        world.publish("ringing", Ringing(incoming=(CEM,)))
        await world.clock.advance(GATHER)
        assert len(board.shown) == 1


async def test_who_wants_no_notification_of_calls_gets_none() -> None:
    async with running(options={"app.language": "en", "app.notifications.called": False}) as world:
        board = alerts(world)
        world.publish("ringing", Ringing(incoming=(BO,)))
        await world.clock.advance(GATHER)
        assert board.shown == []

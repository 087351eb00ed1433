"""The plugin alone: joins, leaves, losses, and who may open a Room when."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from tests.plugins.xcord_voice.fakes import Network, answer_tokens, seen

from xcord import Asker, CommandError, Join, JoinTokenFor
from xcord.testing import World, settle
from xcord_voice import events
from xcord_voice.stall import Vital


@pytest.fixture
def network() -> Network:
    return Network()


def status(world: World) -> tuple[str, str]:
    voice = world.read("voice")
    return voice.status, voice.reason


async def refused(world: World, name: str, args: object = None) -> str:
    with pytest.raises(CommandError) as caught:
        await world.ask(name, args)
    return caught.value.code


async def test_a_join_is_connecting_at_once_and_connected_when_it_arrives(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        answer_tokens(world)
        await world.ask("voice.join", {"channel": "lobby"})
        assert status(world) == ("connecting", "")
        assert world.read("voice").channel == "lobby"
        await world.until(lambda: network.links)
        await settle()
        assert world.asked == [("directory.join_token", JoinTokenFor("lobby"))]
        assert network.log == ["probe", "connect 1"]
        assert network.link.tokens == ["t-lobby"]
        await network.link.arrive(seen("ann:phone", name="Ann"))
        voice = world.read("voice")
        assert (voice.status, voice.room, voice.me, voice.epoch) == ("connected", "room", "me", 1)
        assert [(person.user, person.me) for person in voice.people] == [("me", True), ("ann", False)]
        await world.until(lambda: world.read("voice").microphone == "on")


async def test_a_repeated_join_changes_nothing(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    async with network.running(monkeypatch) as world:
        await network.join(world)
        await world.ask("voice.join", Join(channel="lobby"))
        await settle()
        assert len(network.links) == 1


async def test_the_last_channel_is_remembered_until_an_intended_leave(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world)
        await world.until(lambda: world.read("settings").values["voice.last_channel"] == "lobby")
        await world.ask("voice.leave")
        assert status(world) == ("idle", "")
        await world.until(lambda: network.log[-1] == "closed 1")
        assert network.log[-3:] == ["send 1 xcord.leaving", "disconnect 1", "closed 1"]
        assert link.sent[-1] == ("xcord.leaving", b"me:desk", ())
        await world.until(lambda: world.read("settings").values["voice.last_channel"] == "")


async def test_switching_off_leaves_the_room_first_and_keeps_the_last_channel(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        await network.join(world)
        await world.until(lambda: world.read("settings").values["voice.last_channel"] == "lobby")
        await world.supervisor.set("voice", False)
        assert network.log[-1] == "closed 1"
        assert [world.read(name) for name in ("voice", "speaking", "quality", "devices")] == [None] * 4
        assert not world.gate.may_feed()
        await world.supervisor.set("voice", True)
        assert status(world) == ("idle", "")
        assert world.shell.settings.get("voice.last_channel") == "lobby"


async def test_leave_during_connect_answers_at_once_and_a_new_join_waits_for_the_late_connection(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        answer_tokens(world)
        await world.ask("voice.join", {"channel": "lobby"})
        await world.until(lambda: network.log == ["probe", "connect 1"])
        await world.ask("voice.leave")
        assert status(world) == ("idle", "")
        await world.ask("voice.join", {"channel": "salon"})
        await settle()
        assert status(world) == ("connecting", "")
        assert network.log == ["probe", "connect 1"]
        await network.links[0].arrive()
        await world.until(lambda: len(network.links) == 2)
        await settle()
        assert network.log[2:] == ["open 1", "disconnect 1", "closed 1", "probe", "connect 2"]
        assert world.read("voice").people == ()
        await network.link.arrive()
        assert (status(world), world.read("voice").channel) == (("connected", ""), "salon")


async def test_another_channel_closes_the_first_before_it_opens_the_second(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        await network.join(world, "lobby", seen("ann:phone"))
        await network.join(world, "salon", seen("bob:phone"))
        assert network.log.index("closed 1") < network.log.index("connect 2")
        assert [person.user for person in world.read("voice").people] == ["me", "bob"]
        assert world.notices == []


async def test_a_disconnect_that_hangs_is_failed_and_asks_for_a_restart(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world)
        link.hangs = asyncio.Event()
        await world.ask("voice.leave")
        await world.clock.advance(9.9)
        assert status(world) == ("idle", "")
        await world.clock.advance(0.2)
        assert status(world) == ("failed", "restart_needed")
        assert await refused(world, "voice.join", {"channel": "lobby"}) == "restart_needed"
        assert len(network.links) == 1
        link.hangs.set()


async def test_a_connect_that_never_ends_is_given_up_but_not_cancelled(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        answer_tokens(world)
        await world.ask("voice.join", {"channel": "lobby"})
        await world.until(lambda: network.log == ["probe", "connect 1"])
        await world.clock.advance(39)
        assert status(world) == ("connecting", ""), "the SDK alone may take 32 s for its four attempts"
        await world.clock.advance(2)
        assert status(world) == ("lost", "timed_out")
        await world.ask("voice.rejoin", {})
        await settle()
        assert network.log == ["probe", "connect 1", "probe"]
        await network.links[0].arrive()
        await world.until(lambda: network.log[-1] == "connect 2")
        await network.link.arrive()
        assert status(world) == ("connected", "")


@pytest.mark.parametrize("code", ["unreachable", "timed_out"])
async def test_no_connect_starts_while_the_probe_fails(
    network: Network, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    network.answer = code
    async with network.running(monkeypatch) as world:
        answer_tokens(world)
        await world.ask("voice.join", {"channel": "lobby"})
        await world.until(lambda: status(world) == ("lost", code))
        assert network.links == []
        network.answer = ""
        await world.ask("voice.rejoin", {})
        await world.until(lambda: network.links)
        await settle()
        await network.link.arrive()
        assert status(world) == ("connected", "")


async def test_why_a_connect_failed_is_said(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    async with network.running(monkeypatch) as world:
        answer_tokens(world)
        await world.ask("voice.join", {"channel": "lobby"})
        await world.until(lambda: network.log == ["probe", "connect 1"])
        await network.link.fail("token_refused")
        await world.until(lambda: status(world) == ("lost", "token_refused"))


async def test_a_connect_that_fails_for_no_reason_of_the_servers_is_disconnected_all_the_same(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its Room may be in the call: nobody leaves by being dropped."""
    async with network.running(monkeypatch) as world:
        answer_tokens(world)
        await world.ask("voice.join", {"channel": "lobby"})
        await world.until(lambda: network.log == ["probe", "connect 1"])
        network.link.arrival.set_exception(KeyError("sid"))
        await world.until(lambda: status(world) == ("lost", "connect_failed"))
        assert network.log[2:] == ["disconnect 1", "closed 1"]


async def test_why_there_is_no_token_is_said(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(args: JoinTokenFor) -> None:
        raise CommandError("banned")

    async with network.running(monkeypatch) as world:
        await world.ask("voice.join", {"channel": "lobby"})
        await world.until(lambda: status(world) == ("lost", "no_directory"))
        world.answer("directory.join_token", JoinTokenFor, refuse)
        await world.ask("voice.rejoin", {})
        await world.until(lambda: status(world) == ("lost", "banned"))
        assert network.log == []


async def test_for_how_long_a_busy_server_end_wants_to_be_left_alone_can_be_asked(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(args: JoinTokenFor) -> None:
        raise CommandError("rate_limited", seconds=7)

    async with network.running(monkeypatch) as world:
        plugin = Asker("plugin", "reconnection")
        assert await world.hub.ask("voice.wait", None, plugin) == 0
        world.answer("directory.join_token", JoinTokenFor, refuse)
        await world.ask("voice.join", {"channel": "lobby"})
        await world.until(lambda: status(world) == ("lost", "rate_limited"))
        assert await world.hub.ask("voice.wait", None, plugin) == 7


@pytest.mark.parametrize("reason", ["removed", "deleted", "duplicate"])
async def test_an_end_that_is_final_is_lost_and_shows_nobody(
    network: Network, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world, "lobby", seen("ann:phone"))
        await link.tell(events.SdkDropped(reason))
        assert status(world) == ("lost", reason)
        assert [person.user for person in world.read("voice").people] == ["me"]
        await world.until(lambda: network.log[-1] == "closed 1")
        await world.clock.advance(60)
        assert len(network.links) == 1


async def test_who_is_moved_to_another_device_is_told_so(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world, "lobby", seen("ann:phone"))
        await link.tell(events.PacketReceived("ann:phone", "xcord.moved", b""))
        await link.tell(events.PacketReceived("", "xcord.moved", b""), events.SdkDropped("removed"))
        assert status(world) == ("lost", "moved")


async def test_nobody_else_can_tell_me_that_i_moved(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world, "lobby", seen("ann:phone"))
        await link.tell(events.PacketReceived("ann:phone", "xcord.moved", b""), events.SdkDropped("removed"))
        assert status(world) == ("lost", "removed")


async def test_rejoin_is_refused_when_it_is_not_needed_or_too_soon(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        assert await refused(world, "voice.rejoin", {}) == "not_in_channel"
        link = await network.join(world)
        assert await refused(world, "voice.rejoin", {"take_over": True}) == "not_needed"
        await link.tell(events.SdkReconnecting())
        assert status(world) == ("reconnecting", "")
        assert await refused(world, "voice.rejoin", {}) == "reconnecting"
        assert await refused(world, "voice.rejoin", {"take_over": True}) == "too_soon"
        await world.clock.advance(3.0)
        link.hangs = asyncio.Event()
        await world.ask("voice.rejoin", {"take_over": True})
        assert network.log[-1] == "probe", "the old connection is kept until the server answers"
        await world.clock.advance(0.7)
        assert network.log[-1] == "disconnect 1"
        link.hangs.set()
        await world.until(lambda: "connect 2" in network.log)
        assert network.log.index("closed 1") < network.log.index("connect 2")
        await network.link.arrive()


async def test_who_asks_all_the_time_loses_nothing_by_the_questions_that_found_nobody(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the server answers again, the next question is granted: a take-over that did not begin is none."""
    async with network.running(monkeypatch) as world:
        link = await network.join(world)
        network.answer = "unreachable"
        await link.tell(events.SdkReconnecting())
        for _ in range(60):
            await world.clock.advance(0.1)
            with contextlib.suppress(CommandError):
                await world.ask("voice.rejoin", {"take_over": True})
        asked = network.log.count("probe")
        assert 3 <= asked <= 8, "and nobody is asked ten times a second"
        network.answer = ""
        for _ in range(11):
            await world.clock.advance(0.1)
            with contextlib.suppress(CommandError):
                await world.ask("voice.rejoin", {"take_over": True})
        assert "disconnect 1" in network.log
        await world.until(lambda: len(network.links) == 2)
        await network.link.arrive()  # an end would wait for it, by a clock that stands


async def test_the_sdk_that_recovers_before_a_take_over_keeps_its_connection(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world)
        await link.tell(events.SdkReconnecting())
        await world.clock.advance(3.0)
        await world.ask("voice.rejoin", {"take_over": True})
        await link.tell(events.SdkReconnected(()))
        await world.clock.advance(5.0)
        assert status(world) == ("connected", "")
        assert "disconnect 1" not in network.log


async def test_the_sdk_that_recovers_is_not_replaced_before_media_could_flow_again(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world)
        link.vitals = Vital(quiet=30.0, packets=0, answers=0, waiting=True, publishing=True)
        await world.clock.advance(5.0)
        await link.tell(events.SdkReconnecting())
        await world.clock.advance(3.0)
        await world.ask("voice.rejoin", {"take_over": True})
        await link.tell(events.SdkReconnected(()))
        await world.clock.advance(1.0)
        assert world.read("voice").problem == "media"
        assert "disconnect 1" not in network.log


async def test_a_connection_without_a_path_is_replaced_as_soon_as_the_server_answers(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK builds another one meanwhile, so nothing can come back on the old one by itself."""
    async with network.running(monkeypatch) as world:
        link = await network.join(world)
        await link.tell(events.SdkReconnecting())
        link.vitals = None
        await world.clock.advance(3.0)
        await world.ask("voice.rejoin", {"take_over": True})
        await settle()
        assert "disconnect 1" in network.log
        await world.until(lambda: len(network.links) == 2)
        await network.link.arrive()


async def test_an_sdk_that_is_in_the_room_again_gets_a_second_more(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reports people and tracks before it says that it is back; a new connection would take longer."""
    async with network.running(monkeypatch) as world:
        link = await network.join(world, "lobby", seen("ann:phone"))
        await link.tell(events.SdkReconnecting(), events.PersonGone("ann:phone", "PA_ann:phone"))
        link.vitals = None
        await world.clock.advance(3.0)
        await link.tell(seen("ann:phone", "PA_2"))
        await world.ask("voice.rejoin", {"take_over": True})
        await world.clock.advance(0.9)
        assert "disconnect 1" not in network.log
        await world.clock.advance(0.2)
        assert "disconnect 1" in network.log, "but not for ever"
        await world.until(lambda: len(network.links) == 2)
        await network.link.arrive()


async def test_missing_media_is_told_while_connected_and_permits_a_take_over(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world)
        await world.clock.advance(2.0)
        assert world.read("voice").problem == ""
        link.vitals = Vital(quiet=30.0, packets=0, answers=0, waiting=True, publishing=True)
        await world.clock.advance(3.0)
        assert (world.read("voice").status, world.read("voice").problem) == ("connected", "media")
        assert world.notices == [("voice.lost", {})]
        await world.clock.advance(3.0)
        await world.ask("voice.rejoin", {"take_over": True})
        await world.clock.advance(0.7)
        await world.until(lambda: len(network.links) == 2)
        await network.link.arrive()
        assert (world.read("voice").problem, world.read("voice").epoch) == ("", 2)
        assert world.notices[1:] == [("voice.returned", {})]


async def test_a_short_reconnect_is_no_problem_and_a_long_one_is(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        link = await network.join(world)
        await link.tell(events.SdkReconnecting())
        await world.clock.advance(3.3)
        await link.tell(events.SdkReconnected(()))
        assert (world.read("voice").problem, world.notices) == ("", [])
        await link.tell(events.SdkReconnecting())
        await world.clock.advance(5.0)
        assert world.read("voice").problem == "signal"
        await link.tell(events.SdkReconnected(()))
        assert [name for name, _ in world.notices] == ["voice.lost", "voice.returned"]


async def test_plugins_can_ask_whether_the_calls_server_answers(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        plugin = Asker("plugin", "reconnection")
        assert await world.hub.ask("voice.probe", None, plugin) == "not_in_channel"
        await network.join(world)
        assert await world.hub.ask("voice.probe", None, plugin) == ""
        network.answer = "unreachable"
        assert await world.hub.ask("voice.probe", None, plugin) == "unreachable"
        assert await refused(world, "voice.probe") == "unknown_command"


async def test_a_direct_link_says_that_it_cannot_be_rejoined(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        await world.ask("voice.join", {"url": "ws://x", "token": "secret"})
        await world.until(lambda: network.log == ["probe", "connect 1"])
        await network.link.arrive()
        await network.link.tell(events.SdkDropped("connection_lost"))
        assert await refused(world, "voice.rejoin", {}) == "direct_link"
        assert world.shell.settings.get("voice.last_channel") == ""


@pytest.mark.parametrize("args", [{}, {"url": "ws://x"}, {"channel": "a", "url": "ws://x", "token": "t"}])
async def test_a_join_to_nowhere_or_to_two_places_is_refused(
    network: Network, monkeypatch: pytest.MonkeyPatch, args: dict[str, str]
) -> None:
    async with network.running(monkeypatch) as world:
        assert await refused(world, "voice.join", args) == "bad_arguments"


async def test_a_connection_that_outlived_its_plugin_is_waited_for_by_the_next(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network.running(monkeypatch) as world:
        answer_tokens(world)
        await world.ask("voice.join", {"channel": "lobby"})
        await world.until(lambda: network.log == ["probe", "connect 1"])
        off = asyncio.ensure_future(world.supervisor.set("voice", False))
        await settle()
        await world.clock.advance(11.1)
        await off
        assert world.read("voice") is None
        await world.supervisor.set("voice", True)
        await world.ask("voice.join", {"channel": "lobby"})
        await settle(100)
        assert network.log == ["probe", "connect 1"]
        await network.links[0].arrive()
        await world.until(lambda: network.log[-1] == "connect 2")
        assert network.log[2:] == ["open 1", "disconnect 1", "closed 1", "probe", "connect 2"]
        await network.link.arrive()
        assert "CANCELLED 1" not in network.log


async def test_twenty_times_off_and_on_in_a_call_leaves_nothing_behind(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    async with network.running(monkeypatch) as world:
        answer_tokens(world)
        counts = []
        for _ in range(20):
            await network.join(world, "lobby", seen("ann:phone"))
            await world.until(lambda: world.read("voice").microphone == "on")
            await world.supervisor.set("voice", False)
            await settle()
            # The event loop's own pool grows up to its size, whoever uses it.
            ours = [each for each in threading.enumerate() if not each.name.startswith("asyncio_")]
            counts.append((len(ours), len(asyncio.all_tasks()), network.engine.open))
            await world.supervisor.set("voice", True)
        assert all(source.closed for source in network.sources)
        assert counts[-1] <= counts[1]
        assert network.engine.open == 0
        assert [entry for entry in network.log if entry.startswith("connect")] == [
            f"connect {number}" for number in range(1, 21)
        ]

"""Slices, commands, watchers and notices."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.waits import PATIENCE

from xcord import Asker, CommandError, Nothing, Speaking, Switch, Voice, WiringError
from xcord.hub import Hub
from xcord.testing import FakeClock, settle

WINDOW = Asker("window", "main")


async def test_an_equal_value_sends_nothing_and_keeps_the_revision() -> None:
    hub = Hub(FakeClock())
    speaking = hub.claim_slice("speaking", "voice", Speaking, Speaking())
    told: list[Any] = []
    hub.listen(lambda name, value: told.append(value))
    speaking.set(Speaking(("a",)))
    speaking.set(Speaking(("a",)))
    assert told == [Speaking(("a",))]
    assert speaking.revision == 2


async def test_a_second_owner_is_refused_and_both_are_named() -> None:
    hub = Hub(FakeClock())
    hub.claim_slice("voice", "voice", Voice, Voice())
    with pytest.raises(WiringError, match=r"'other' claims slice 'voice', which belongs to 'voice'"):
        hub.claim_slice("voice", "other", Voice, Voice())


async def test_a_watcher_hears_present_values_then_changes_then_that_it_is_gone() -> None:
    hub = Hub(FakeClock())
    voice = hub.claim_slice("voice", "voice", Voice, Voice())
    heard: list[Any] = []
    hub.watch("layout", lambda name, value: heard.append(value), "voice")
    voice.set(Voice(epoch=1))
    hub.withdraw("voice")
    voice.set(Voice(epoch=2))
    assert heard == [Voice(), Voice(epoch=1), None]


@given(st.lists(st.integers(0, 3), max_size=20))
def test_every_watcher_hears_changes_in_one_order_even_when_a_watcher_causes_some(epochs: list[int]) -> None:
    async def play() -> None:
        hub = Hub(FakeClock())
        voice = hub.claim_slice("voice", "voice", Voice, Voice())
        speaking = hub.claim_slice("speaking", "voice", Speaking, Speaking())
        heard: tuple[list[Any], list[Any]] = ([], [])
        hub.watch("one", lambda name, value: heard[0].append((name, value)), "voice", "speaking")
        hub.watch("two", lambda name, value: speaking.set(Speaking((str(value.epoch),))), "voice")
        hub.watch("three", lambda name, value: heard[1].append((name, value)), "voice", "speaking")
        start = [len(list_) for list_ in heard]
        for epoch in epochs:
            voice.set(Voice(epoch=epoch))
        assert heard[0][start[0] :] == heard[1][start[1] :] or not epochs

    asyncio.run(play())


async def test_a_watcher_that_raises_is_named_and_the_next_one_still_hears() -> None:
    hub = Hub(FakeClock())
    voice = hub.claim_slice("voice", "voice", Voice, Voice())
    heard, notices = [], []
    hub.listen_to_notices(lambda name, params: notices.append((name, params["plugin"], params["code"])))

    def fail(name: str, value: Any) -> None:
        if value.epoch:
            raise ValueError("no")

    hub.watch("bad", fail, "voice")
    hub.watch("good", lambda name, value: heard.append(value.epoch), "voice")
    voice.set(Voice(epoch=1))
    assert heard == [0, 1]
    assert notices == [("plugin.fault", "bad", "watcher_failed")]


async def test_every_kind_of_failure_is_a_typed_answer() -> None:
    hub = Hub(FakeClock())

    async def answer(args: Switch, asker: Asker) -> str:
        if not args.on:
            raise RuntimeError("inside")
        return asker.name

    async def hang(args: Nothing, asker: Asker) -> None:
        await asyncio.Event().wait()

    hub.claim_command("voice.mute", "voice", Switch, answer)
    hub.claim_command("voice.leave", "voice", Nothing, hang)
    hub.claim_command("secret.ask", "sync", Nothing, hang, private=True)
    assert await hub.ask("voice.mute", {"on": True}, WINDOW) == "main"
    for name, args, code in (
        ("voice.mute", {"on": "yes"}, "bad_arguments"),
        ("voice.mute", {"on": True, "more": 1}, "bad_arguments"),
        ("voice.mute", [], "bad_arguments"),
        ("voice.mute", {"on": False}, "handler_failed"),
        ("voice.nothing", {}, "unknown_command"),
        ("secret.ask", {}, "unknown_command"),
        ("voice.leave", {}, "timed_out"),
    ):
        with pytest.raises(CommandError) as caught:
            await hub.ask(name, args, WINDOW, timeout=0.05 if code == "timed_out" else PATIENCE)
        assert caught.value.code == code


async def test_switching_a_plugin_off_answers_whoever_still_waits_for_it() -> None:
    hub = Hub(FakeClock())

    async def hang(args: Nothing, asker: Asker) -> None:
        await asyncio.Event().wait()

    hub.claim_command("voice.leave", "voice", Nothing, hang)
    asked = asyncio.ensure_future(hub.ask("voice.leave", {}, WINDOW))
    await settle()
    hub.withdraw("voice")
    with pytest.raises(CommandError) as caught:
        await asked
    assert caught.value.code == "plugin_off"
    assert "voice.leave" not in hub.commands


async def test_a_slice_may_be_set_from_another_thread() -> None:
    hub = Hub(FakeClock())
    voice = hub.claim_slice("voice", "voice", Voice, Voice())
    changed = asyncio.Event()
    threads: list[int] = []

    def listen(name: str, value: Any) -> None:
        threads.append(threading.get_ident())
        changed.set()

    hub.listen(listen)
    threading.Thread(target=voice.set, args=(Voice(epoch=7),)).start()
    await asyncio.wait_for(changed.wait(), PATIENCE)
    assert voice.value.epoch == 7
    assert threads == [threading.get_ident()]


async def test_a_strangers_blocked_watcher_is_named_and_not_called_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("xcord.watchers.WATCH_DEADLINE", 0.05)
    hub = Hub(FakeClock(), is_stranger=lambda plugin: plugin == "stranger")
    voice = hub.claim_slice("voice", "voice", Voice, Voice())
    release, calls = threading.Event(), []
    faults: asyncio.Queue[str] = asyncio.Queue()
    hub.listen_to_faults(lambda fault: faults.put_nowait(fault.code))

    def block(name: str, value: Any) -> None:
        calls.append(value.epoch)
        release.wait(PATIENCE)

    hub.watch("stranger", block, "voice")
    assert await asyncio.wait_for(faults.get(), PATIENCE) == "missed_deadline"
    voice.set(Voice(epoch=1))
    await settle()
    release.set()
    hub.workers.close()
    assert calls == [0]

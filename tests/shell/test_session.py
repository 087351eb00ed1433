"""One window's connection: answers, limits, drift."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from xcord import Asker, Switch, Voice
from xcord.door import Admission
from xcord.hub import Hub
from xcord.outbox import Encoded
from xcord.session import CHECK_EVERY, COMMANDS_PER_SECOND, MAX_MESSAGE, REMEMBERED, Session
from xcord.testing import FakeClock, settle


class Page:
    """Keeps what it is sent; ``full`` as long as it does not read."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.closed: tuple[int, str] | None = None
        self.full = False

    def send(self, frames: list[bytes]) -> None:
        self.messages += map(msgspec.json.decode, frames)

    def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    def results(self) -> list[tuple[int, str]]:
        return [
            (message["id"], "ok" if message["ok"] else message["error"]["code"])
            for message in self.messages
            if message["type"] == "result"
        ]


class Desk:
    """A hub with one plugin and one window."""

    def __init__(self, watch_only: bool) -> None:
        self.clock = FakeClock()
        self.hub = Hub(self.clock)
        self.calls = 0
        self.voice = self.hub.claim_slice("voice", "voice", Voice, Voice())
        self.hub.claim_command("voice.mute", "voice", Switch, self._mute)
        self.counters: Counter[str] = Counter()
        self.page = Page()
        admission, encoded = Admission("main", "main", watch_only), Encoded(self.hub.read)
        self.session = Session(self.hub, encoded, admission, "s", None, self.counters, self.page)

    async def _mute(self, args: Switch, asker: Asker) -> None:
        self.calls += 1
        self.voice.set(Voice(muted=args.on, epoch=self.calls))

    async def say(self, **message: Any) -> None:
        self.session.receive(msgspec.json.encode(message))
        await settle()

    async def mute(self, id: int, on: Any = True) -> None:
        await self.say(type="command", id=id, name="voice.mute", args={"on": on})


@contextlib.asynccontextmanager
async def opened(watch_only: bool = False) -> AsyncIterator[Desk]:
    desk = Desk(watch_only)
    desk.session.start()
    yield desk
    desk.session.close()


async def test_the_first_frame_is_the_snapshot_and_an_answer_follows_what_it_changed() -> None:
    async with opened() as desk:
        assert desk.page.messages[0]["type"] == "snapshot"
        assert desk.page.messages[0]["slices"]["voice"]["muted"] is False
        await desk.mute(1)
        kinds = [message["type"] for message in desk.page.messages if message["type"] != "check"]
        assert kinds == ["snapshot", "change", "result"]
        assert desk.page.results() == [(1, "ok")]


async def test_a_repeated_id_gets_its_first_answer_and_is_not_done_again() -> None:
    async with opened() as desk:
        await desk.mute(5)
        await desk.mute(5)
        assert desk.calls == 1
        assert desk.page.results() == [(5, "ok"), (5, "ok")]
        for id in range(100, 100 + REMEMBERED):
            desk.clock._now += 0.01
            await desk.mute(id)
        await desk.mute(5)
        assert desk.calls == 2 + REMEMBERED


async def test_more_than_the_limit_is_refused_counted_and_answered_once_each() -> None:
    async with opened() as desk:
        for id in range(1000):
            desk.session.receive(
                msgspec.json.encode({"type": "command", "id": id, "name": "voice.mute", "args": {"on": True}})
            )
        await settle(50)
        answers = desk.page.results()
        assert sorted(id for id, _ in answers) == list(range(1000))
        assert sum(code == "ok" for _, code in answers) == COMMANDS_PER_SECOND
        assert desk.counters["rate_limited"] == 1000 - COMMANDS_PER_SECOND
        await desk.clock.advance(1.0)
        await desk.mute(2000)
        assert desk.page.results()[-1] == (2000, "ok")


async def test_whatever_is_wrong_with_a_message_is_answered_with_its_code() -> None:
    async with opened() as desk:
        for text, answer in (
            (b"junk", (0, "bad_message")),
            (b"\xff\xfe", (0, "bad_message")),
            (b'{"type":"command","id":7,"name":3}', (7, "bad_message")),
            (b'{"type":"nothing","id":8}', (8, "bad_message")),
            (b"[" * 5000, (0, "bad_message")),
            (b'{"type":"command","id":9,"name":"no.such"}', (9, "unknown_command")),
            (b'{"type":"command","id":10,"name":"voice.mute","args":{"on":1}}', (10, "bad_arguments")),
            (b"x" * (MAX_MESSAGE + 1), (0, "too_large")),
        ):
            desk.session.receive(text)
            await settle()
            assert desk.page.results()[-1] == answer
            assert desk.counters[answer[1]] >= 1
        assert desk.calls == 0


async def test_a_window_that_only_watches_may_not_ask() -> None:
    async with opened(watch_only=True) as desk:
        await desk.mute(1)
        assert desk.page.results() == [(1, "watch_only")]
        assert desk.calls == 0


async def test_a_page_that_differs_gets_a_new_snapshot_and_is_counted() -> None:
    async with opened() as desk:
        desk.voice.set(Voice(epoch=3))
        await settle()
        await desk.say(type="resync", frame=1)
        last = [message for message in desk.page.messages if message["type"] == "snapshot"][-1]
        assert last["frame"] == 0
        assert last["slices"]["voice"]["epoch"] == 3
        assert desk.counters["drift"] == 1


async def test_a_stuck_window_gets_the_newest_value_when_it_reads_again() -> None:
    async with opened() as desk:
        desk.page.full = True
        for epoch in range(1, 500):
            desk.voice.set(Voice(epoch=epoch))
            await settle(2)
        desk.page.full = False
        desk.session.flush()
        changes = [message for message in desk.page.messages if message["type"] == "change"]
        assert len(changes) <= 2
        assert changes[-1]["slices"]["voice"]["epoch"] == 499


async def test_a_change_is_followed_by_a_check_and_silence_costs_nothing() -> None:
    async with opened() as desk:
        checks = [message for message in desk.page.messages if message["type"] == "check"]
        desk.voice.set(Voice(epoch=1))
        await settle()
        desk.clock._now += CHECK_EVERY
        desk.voice.set(Voice(epoch=2))
        await settle()
        assert (
            len([message for message in desk.page.messages if message["type"] == "check"]) == len(checks) + 1
        )
        assert not desk.session.outbox.unchecked


async def test_who_is_told_of_a_change_hears_before_who_asked_for_it() -> None:
    async with opened() as desk:
        told: list[str] = []
        other = Page()
        admission = Admission("overlay", "overlay", False)
        second = Session(desk.hub, Encoded(desk.hub.read), admission, "s", None, desk.counters, other)
        second.start()
        desk.page.send = lambda frames: told.append("main")  # type: ignore[method-assign]
        other.send = lambda frames: told.append("overlay")  # type: ignore[method-assign]
        await desk.mute(1)
        assert told == ["overlay", "main"]
        second.close()

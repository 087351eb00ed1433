"""One window's connection: commands in, frames out. Knows no web framework."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from .door import Admission
from .errors import CommandError
from .hub import Asker, Hub
from .messages import Ask, Failure, FromPage, MediaDoor, Result, Resync, Snapshot, encode
from .outbox import Encoded, Outbox

log = logging.getLogger("xcord.session")

MAX_MESSAGE = 64 * 1024  # bytes a page may send at once
COMMANDS_PER_SECOND = 200
REMEMBERED = 256  # answers kept for repeated ids
CHECK_EVERY = 2.0  # seconds between two checks of a window that changes

_decoder = msgspec.json.Decoder(FromPage)


class Wire(Protocol):
    """The socket of one window."""

    async def send(self, text: bytes) -> None:
        """Sends one text frame; waits while the window does not read."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Closes the socket."""
        ...


class Session:
    """From admission to the end of the socket. ``counters`` is shared by all sessions."""

    def __init__(
        self,
        hub: Hub,
        encoded: Encoded,
        admission: Admission,
        secret: str,
        media: MediaDoor | None,
        counters: Counter[str],
    ) -> None:
        self._hub, self.admission, self._secret, self._media = hub, admission, secret, media
        self._counters = counters
        self.outbox = Outbox(encoded)
        self._wake = asyncio.Event()
        self._answers: OrderedDict[int, Result | None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._budget = float(COMMANDS_PER_SECOND)
        self._budget_at = hub.clock.now()
        self._checked_at = float("-inf")
        self._full = False
        self._resync = False
        self._endings: list[Callable[[], None]] = []

    # -- out --------------------------------------------------------------------------------------------

    async def run(self, wire: Wire) -> None:
        """Sends until cancelled or until the wire fails."""
        self._endings = [self._hub.listen(self._on_slice), self._hub.listen_to_notices(self._on_notice)]
        try:
            await wire.send(self._snapshot())
            while True:
                await self._wait_for_news()
                self._wake.clear()
                if self._full:
                    await wire.close(1008, "unread")
                    return
                if self._resync:
                    self._resync = False
                    await wire.send(self._snapshot())
                for frame in self.outbox.take():
                    await wire.send(frame)
                if self._check_is_due():
                    self._checked_at = self._hub.clock.now()
                    await wire.send(self.outbox.take_check())
        finally:
            self.close()

    def close(self) -> None:
        """Stops listening. Commands already under way go on; their answers have no reader."""
        for end in self._endings:
            end()
        self._endings = []

    def _snapshot(self) -> bytes:
        return encode(
            Snapshot(
                window=self.admission.window,
                secret=self._secret,
                watch_only=self.admission.watch_only,
                media=self._media,
                slices=self.outbox.start(list(self._hub.slices)),
            )
        )

    async def _wait_for_news(self) -> None:
        if not self.outbox.unchecked:
            await self._wake.wait()
            return
        left = max(0.0, self._checked_at + CHECK_EVERY - self._hub.clock.now())
        try:
            await asyncio.wait_for(self._wake.wait(), left)
        except TimeoutError:
            return  # a check is due

    def _check_is_due(self) -> bool:
        return self.outbox.unchecked and self._hub.clock.now() - self._checked_at >= CHECK_EVERY

    def _on_slice(self, name: str, value: Any) -> None:
        self.outbox.touch(name)
        self._wake.set()

    def _on_notice(self, name: str, params: dict[str, Any]) -> None:
        self.outbox.add_notice(name, params)
        self._wake.set()

    # -- in -----------------------------------------------------------------------------------------------

    def receive(self, text: bytes | str) -> None:
        """Takes one message of the page; whatever is wrong with it is answered, never raised."""
        if len(text) > MAX_MESSAGE:
            self._refuse(0, "too_large", limit=MAX_MESSAGE)
            return
        try:
            message = _decoder.decode(text)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self._refuse(_id_of(text), "bad_message")
            return
        if isinstance(message, Resync):
            self._counters["drift"] += 1
            self._resync = True
            self._wake.set()
            return
        self._receive_command(message)

    def _receive_command(self, message: Ask) -> None:
        if message.id in self._answers:
            if (first := self._answers[message.id]) is not None:
                self._send(first)
            return
        if self.admission.watch_only:
            self._refuse(message.id, "watch_only")
        elif not self._within_budget():
            self._refuse(message.id, "rate_limited", limit=COMMANDS_PER_SECOND)
        else:
            self._remember(message.id, None)
            task = asyncio.ensure_future(self._ask(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _ask(self, message: Ask) -> None:
        try:
            await self._hub.ask(message.name, message.args, Asker("window", self.admission.window))
            result = Result(message.id, True)
        except CommandError as error:
            self._counters[error.code] += 1
            result = Result(message.id, False, Failure(error.code, error.params))
        self._remember(message.id, result)
        self._send(result)

    def _within_budget(self) -> bool:
        now = self._hub.clock.now()
        self._budget = min(COMMANDS_PER_SECOND, self._budget + (now - self._budget_at) * COMMANDS_PER_SECOND)
        self._budget_at = now
        if self._budget < 1:
            return False
        self._budget -= 1
        return True

    def _remember(self, id: int, result: Result | None) -> None:
        self._answers[id] = result
        while len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)

    def _refuse(self, id: int, code: str, **params: Any) -> None:
        self._counters[code] += 1
        self._send(Result(id, False, Failure(code, params)))

    def _send(self, result: Result) -> None:
        self._full = self._full or not self.outbox.add_result(result)
        self._wake.set()


class _Numbered(msgspec.Struct):
    id: int = 0


def _id_of(text: bytes | str) -> int:
    """The id of a message that is otherwise wrong, so that its asker hears about it; 0 if it has none."""
    try:
        return msgspec.json.decode(text, type=_Numbered).id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return 0

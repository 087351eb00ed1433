"""One window's connection: commands in, frames out. Knows no web framework."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from .calls import Asker
from .door import Admission
from .errors import CommandError
from .hub import Hub
from .messages import Ask, Failure, FromPage, MediaDoor, Result, Resync, Snapshot, encode
from .outbox import Encoded, Outbox

log = logging.getLogger("xcord.session")

MAX_MESSAGE = 64 * 1024  # bytes a page may send at once
COMMANDS_PER_SECOND = 200
REMEMBERED = 256  # answers kept for repeated ids
CHECK_EVERY = 2.0  # seconds between two checks of a window that changes

_decoder = msgspec.json.Decoder(FromPage)


class Wire(Protocol):
    """The socket of one window. Whoever owns it calls ``Session.flush`` when it is not full any more."""

    @property
    def full(self) -> bool:
        """Whether the window has not read what it was sent."""
        ...

    def send(self, frames: list[bytes]) -> None:
        """Sends text frames; never waits."""
        ...

    def close(self, code: int, reason: str) -> None:
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
        wire: Wire,
    ) -> None:
        self._hub, self.admission, self._secret, self._media = hub, admission, secret, media
        self._counters, self._wire = counters, wire
        self.outbox = Outbox(encoded)
        self._asker = Asker("window", admission.window)
        self._loop = asyncio.get_running_loop()
        self._due: asyncio.Handle | None = None
        self._check: asyncio.TimerHandle | None = None
        self._answers: OrderedDict[int, Result | None] = OrderedDict()
        self._budget = float(COMMANDS_PER_SECOND)
        self._budget_at = hub.clock.now()
        self._checked_at = float("-inf")
        self._full = False
        self._resync = False
        self._endings: list[Callable[[], None]] = []

    # -- out --------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Sends the snapshot, and from now on what changes."""
        self._endings = [self._hub.listen(self._on_slice), self._hub.listen_to_notices(self._on_notice)]
        self._resync = True
        self.flush()

    def close(self) -> None:
        """Stops listening. Commands already under way go on; their answers have no reader."""
        for end in self._endings:
            end()
        self._endings = []
        if self._check is not None:
            self._check.cancel()
            self._check = None

    def flush(self) -> None:
        """Sends all that is due in one go, or nothing while the window does not read."""
        self._due = None
        if not self._endings:
            return
        if self._full:
            self.close()
            self._wire.close(1008, "unread")
            return
        if self._wire.full:
            return
        frames = [self._snapshot()] if self._resync else []
        self._resync = False
        frames += self.outbox.take()
        if self._check_is_due():
            self._checked_at = self._hub.clock.now()
            frames.append(self.outbox.take_check())
        if frames:
            self._wire.send(frames)
        if self.outbox.unchecked and self._check is None:
            left = self._checked_at + CHECK_EVERY - self._hub.clock.now()
            self._check = self._loop.call_later(max(0.0, left), self._on_check)

    def _flush_soon(self, *, last: bool = False) -> None:
        """In the loop's next turn, so that what changes together is sent together.

        :param last: after the windows that wait already: one that asked knows, the others are to be told.
        """
        if last and self._due is not None:
            self._due.cancel()
            self._due = None
        if self._due is None:
            self._due = self._loop.call_soon(self.flush)

    def _on_check(self) -> None:
        self._check = None
        self.flush()

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

    def _check_is_due(self) -> bool:
        return self.outbox.unchecked and self._hub.clock.now() - self._checked_at >= CHECK_EVERY

    def _on_slice(self, name: str, value: Any) -> None:
        self.outbox.touch(name)
        self._flush_soon()

    def _on_notice(self, name: str, params: dict[str, Any]) -> None:
        self.outbox.add_notice(name, params)
        self._flush_soon()

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
            self._flush_soon()
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
            self._ask(message)

    def _ask(self, message: Ask) -> None:
        def answered(_: Any, error: CommandError | None) -> None:
            if error is None:
                result = Result(message.id, True)
            else:
                self._counters[error.code] += 1
                result = Result(message.id, False, Failure(error.code, error.params))
            self._remember(message.id, result)
            self._send(result)

        try:
            self._hub.call(message.name, message.args, self._asker, answered)
        except CommandError as error:
            answered(None, error)

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
        self._flush_soon(last=True)


class _Numbered(msgspec.Struct):
    id: int = 0


def _id_of(text: bytes | str) -> int:
    """The id of a message that is otherwise wrong, so that its asker hears about it; 0 if it has none."""
    try:
        return msgspec.json.decode(text, type=_Numbered).id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return 0

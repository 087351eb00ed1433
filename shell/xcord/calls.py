"""One asked command: its handler in a task of its own, its limit, and exactly one answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from .errors import CommandError, PluginFault
from .workers import describe

Handler = Callable[[Any, "Asker"], Awaitable[Any]]
Answered = Callable[[Any, CommandError | None], None]  # the handler's value, or why there is none
Report = Callable[[PluginFault, BaseException | None], None]


@dataclass(frozen=True)
class Asker:
    """Who asks a command: a window, a plugin, the control socket, or the tray's menu."""

    kind: Literal["window", "plugin", "control", "shell", "tray"]
    name: str


@dataclass(frozen=True)
class Command:
    """A claimed command. ``private`` ones answer plugins only."""

    name: str
    owner: str
    args: type[Any]
    handler: Handler
    private: bool

    def check(self, args: Any) -> Any:
        """An instance of the command's type, made of plain JSON values if need be.

        :raises CommandError: ``bad_arguments``.
        """
        if isinstance(args, self.args):
            return args
        try:
            return msgspec.convert({} if args is None else args, self.args)
        except msgspec.ValidationError as error:
            raise CommandError(
                "bad_arguments", f"{self.name}: {error}", name=self.name, detail=str(error)
            ) from None


class Call:
    """Answers once, in the handler's own step; a task that waited for the handler's would be two turns late.

    :param timeout: seconds; the handler is cancelled then, and nobody waits for it to end.
    :param running: holds the task for as long as it runs.
    """

    def __init__(
        self,
        command: Command,
        args: Any,
        asker: Asker,
        timeout: float,
        answered: Answered,
        report: Report,
        running: set[asyncio.Task[None]],
    ) -> None:
        self._command, self._timeout, self._report, self._running = command, timeout, report, running
        self._answered: Answered | None = answered
        self._limit: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self.task = self._loop.create_task(self._run(args, asker))
        running.add(self.task)
        self._loop.call_soon(self._watch)

    async def _run(self, args: Any, asker: Asker) -> None:
        try:
            result = await self._command.handler(args, asker)
        except CommandError as error:
            self._answer(None, error)
        except asyncio.CancelledError:
            self._answer_off()
            raise
        except BaseException as error:
            self._fail(error)
            # asyncio lets a task's SystemExit out of the loop, and with it the app would end.
            if not isinstance(error, (Exception, SystemExit)):
                raise
        else:
            self._answer(result, None)

    def _answer(self, result: Any, error: CommandError | None) -> None:
        answered, self._answered = self._answered, None
        if answered is not None:
            if self._limit is not None:
                self._limit.cancel()
            answered(result, error)

    def _answer_off(self) -> None:
        if self._answered is None:
            return
        name = self._command.name
        self._answer(None, CommandError("plugin_off", f"{name}: its plugin was switched off", name=name))

    def _watch(self) -> None:
        """After the handler's first step, which is the only one of most."""
        if self.task.done():
            self._note_end(self.task)
        else:
            self._limit = self._loop.call_later(self._timeout, self._end_late)
            self.task.add_done_callback(self._note_end)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._answer_off()  # for one that was cancelled before its first step

    def _end_late(self) -> None:
        name = self._command.name
        late = CommandError("timed_out", f"{name} had no answer within {self._timeout:g} s", name=name)
        self._answer(None, late)
        self.task.cancel()

    def _fail(self, error: BaseException) -> None:
        name, owner = self._command.name, self._command.owner
        self._report(PluginFault(owner, "handler_failed", describe(owner, error)), error)
        failed = CommandError("handler_failed", f"{name} failed in {owner}", name=name, plugin=owner)
        failed.__cause__ = error
        self._answer(None, failed)

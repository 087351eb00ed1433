"""A child of the server end: a guardian and what runs under it, started, watched, stopped.

Start children from the main thread: the kernel's parent-death signal is bound to the thread that
started the process, not to the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import CannotServe

log = logging.getLogger("xcord.server")

GUARDIAN = Path(__file__).with_name("guardian.py")
KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class Stage:
    """One step of stopping: the signal, then how many seconds it gets; fewer when the parent is gone."""

    signal: str
    patience: float
    hurry: float


@dataclass(frozen=True)
class Program:
    """What to run. ``user`` and ``group`` are ids to run it as; ``keep`` are descriptors that it inherits
    and thereby holds locked; ``orphan`` is the signal it gets should its guardian be killed."""

    name: str
    command: Sequence[str | Path]
    stages: Sequence[Stage]
    log: Path
    orphan: str = "SIGKILL"
    user: int | None = None
    group: int | None = None
    keep: Sequence[int] = ()


class Child:
    """A started program."""

    def __init__(self, program: Program, process: asyncio.subprocess.Process) -> None:
        self.program, self._process = program, process

    @classmethod
    async def start(cls, program: Program) -> Child:
        """Starts it under a guardian; its output goes to its log file, of which one older is kept."""
        if program.log.exists():
            program.log.replace(program.log.with_suffix(".1.log"))
        spec = {
            "command": [str(part) for part in program.command],
            "stages": [[stage.signal, stage.patience, stage.hurry] for stage in program.stages],
            "orphan": program.orphan,
            "user": program.user,
            "group": program.group,
            "keep": list(program.keep),
        }
        log = os.open(program.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", str(GUARDIAN), json.dumps(spec),
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
                cwd="/",
                start_new_session=True,
                pass_fds=program.keep,
            )  # fmt: skip
        finally:
            os.close(log)
        return cls(program, process)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None

    async def ended(self) -> int:
        """Waits for the end; the exit code, or 128 + the signal."""
        return await self._process.wait()

    async def stop(self, hurry: asyncio.Event | None = None) -> None:
        """Orderly, stage by stage; at once to the next one's hurried form when ``hurry`` is set."""
        pipe = self._process.stdin
        assert pipe is not None
        if not self.running:
            return
        with contextlib.suppress(ConnectionError):  # it ended this moment
            pipe.write(b"stop\n")
            await pipe.drain()
        wait = asyncio.ensure_future(self._process.wait())
        hurried = asyncio.ensure_future(hurry.wait() if hurry else asyncio.Event().wait())
        patience = sum(stage.patience for stage in self.program.stages) + 5
        try:
            await asyncio.wait({wait, hurried}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            pipe.close()
            await asyncio.wait({wait}, timeout=patience)
        finally:
            hurried.cancel()
            if not wait.done():
                wait.cancel()

    def last_words(self, lines: int = 3) -> str:
        """The end of its log, on one line, for an error's sentence."""
        try:
            text = self.program.log.read_text("utf-8", "replace")
        except OSError:
            return ""
        return " / ".join(line.strip() for line in text.strip().splitlines()[-lines:])


class Kept:
    """A child that is started again whenever it ends by itself."""

    def __init__(self, start: Callable[[], Awaitable[Child]], child: Child) -> None:
        self._start, self.child = start, child
        self._meant = False
        self._again = asyncio.Event()

    async def restart(self, seconds: float = 60) -> None:
        """Ends the child without patience and waits until the next one is ready.

        :raises TimeoutError: it is not ready after ``seconds``; it is still being tried.
        """
        hurry = asyncio.Event()
        hurry.set()
        self._again.clear()
        async with asyncio.timeout(seconds):
            if not self.child.running:  # the next one may have read an older configuration
                await self._again.wait()
                self._again.clear()
            self._meant = True
            await self.child.stop(hurry)
            await self._again.wait()

    async def keep(self) -> None:
        """Runs until it is cancelled."""
        pause = 0.5
        while True:
            code = await self.child.ended()
            if self._meant:
                log.info("%s is started anew", self.child.program.name)
            else:
                log.error("%s ended by itself (code %d); it is started again", self.child.program.name, code)
            self._meant = False
            begun = asyncio.get_running_loop().time()
            while not self.child.running:
                try:
                    self.child = await self._start()
                except CannotServe as error:
                    log.error("%s", error)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 15.0)
            self._again.set()
            if asyncio.get_running_loop().time() - begun > 60:
                pause = 0.5


@contextlib.asynccontextmanager
async def kept(
    start: Callable[[], Awaitable[Child]], hurry: asyncio.Event | None = None
) -> AsyncIterator[Kept]:
    """A child that is kept running, and stopped on leaving.

    :param start: starts it and returns when it is ready, or raises ``CannotServe``; asked from the
        main thread.
    :param hurry: see ``Child.stop``.
    """
    found = Kept(start, await start())
    keeper = asyncio.ensure_future(found.keep())
    try:
        yield found
    finally:
        keeper.cancel()
        await asyncio.wait({keeper})
        await found.child.stop(hurry)


@contextlib.asynccontextmanager
async def locked(path: Path, seconds: float, held: str) -> AsyncIterator[int]:
    """An exclusive lock on ``path``; yields the descriptor, which children may inherit and so hold on to.

    :param held: the sentence of ``CannotServe`` when somebody else keeps it for more than ``seconds``.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        until = asyncio.get_running_loop().time() + seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if asyncio.get_running_loop().time() >= until:
                    raise CannotServe(held) from None
                await asyncio.sleep(0.05)
        yield descriptor
    finally:
        os.close(descriptor)

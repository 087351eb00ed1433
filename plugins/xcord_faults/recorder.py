"""The plugin's life: the slice ``faults`` with a timeline of what happens, and the faults of our own."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable
from typing import Any

from xcord import Asker, BlockLoop, CommandError, FaultEvent, Faults, Handle, HubFault, Nothing, ServerFault

from . import changes

KEPT = 400  # events
LOOK_EVERY = 1.0  # seconds between two looks at what was done to the windows' connections
LONGEST_BLOCK_MS = 20_000


class Recorder:
    """On the hub's loop."""

    def __init__(self, hub: Handle) -> None:
        self._hub, self._begun = hub, hub.clock.now()
        self._events: deque[FaultEvent] = deque(maxlen=KEPT)
        self._slice = hub.slice("faults", Faults, Faults())
        self._seen: dict[str, Any] = {}
        self._wires: dict[str, int] = {}
        hub.command("faults.block", BlockLoop, self._block)
        hub.command("faults.end", Nothing, self._end)
        hub.command("faults.forget", Nothing, self._forget)

    @contextlib.asynccontextmanager
    async def life(self) -> AsyncIterator[None]:
        """Records; leaving it ends what was made to go wrong."""
        self._hub.watch(self._on_slice, "voice", "stage", "windows")
        self._hub.watch_notices(lambda name, params: self._note([changes.of_notice(name, params)]))
        looking = asyncio.ensure_future(self._look())
        try:
            yield
        finally:
            looking.cancel()
            await self._end(Nothing(), Asker("plugin", self._hub.name))

    def _note(self, said: Iterable[changes.Said]) -> None:
        at = round((self._hub.clock.now() - self._begun) * 1000)
        if new := [FaultEvent(at, what, detail) for what, detail in said]:
            self._events.extend(new)
            self._slice.set(Faults(tuple(self._events)))

    def _on_slice(self, name: str, value: Any) -> None:
        old, self._seen[name] = self._seen.get(name), value
        match name:
            case "voice":
                self._note(changes.of_voice(old, value))
            case "stage":
                windows = self._hub.read("windows")
                resized = windows is not self._seen.get("sized")
                self._seen["sized"] = windows
                self._note(changes.of_stage(old, value, resized=resized))
            case "windows":
                self._note(changes.of_windows(old, value))

    async def _look(self) -> None:
        """What the shell counts of the windows' connections, as far as it changed."""
        while True:
            try:
                wires: dict[str, int] = await self._hub.ask("hub.wires", Nothing())
            except CommandError:
                wires = {}  # a shell without pages
            changed = [(name, count) for name, count in wires.items() if count != self._wires.get(name, 0)]
            self._wires = wires
            self._note(("drift" if name == "drift" else "wire", f"{name} {count}") for name, count in changed)
            await self._hub.clock.sleep(LOOK_EVERY)

    # -- commands --------------------------------------------------------------------------------------

    async def _block(self, args: BlockLoop, asker: Asker) -> None:
        if not 0 <= args.milliseconds <= LONGEST_BLOCK_MS:
            raise CommandError("bad_arguments", f"a loop is blocked for at most {LONGEST_BLOCK_MS} ms")
        self._note([("block", f"{args.loop} {args.milliseconds} ms")])
        if args.loop == "hub":
            time.sleep(args.milliseconds / 1000)  # noqa: ASYNC251 to block is the purpose
            return

        async def block() -> None:
            time.sleep(args.milliseconds / 1000)  # noqa: ASYNC251

        await self._hub.media.run(block())

    async def _end(self, args: Nothing, asker: Asker) -> None:
        """Whatever was made to go wrong ends; what cannot be reached has ended already or ends by itself."""
        windows = changes.connected(self._hub.read("windows"))
        asked = [("hub.fault", HubFault("none", window)) for window in sorted(windows)]
        for name, wanted in (*asked, ("directory.fault", ServerFault("none"))):
            with contextlib.suppress(CommandError):
                await self._hub.ask(name, wanted, timeout=5)

    async def _forget(self, args: Nothing, asker: Asker) -> None:
        self._events.clear()
        self._begun = self._hub.clock.now()
        self._slice.set(Faults())

"""Another reconnection: the same slice and commands as the built-in one, and a simpler mind. Whatever ended
a call, it asks for it every two seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from xcord import Asker, CommandError, Handle, Nothing, Reconnection, Rejoin, hookimpl

EVERY = 2.0


class Stubborn:
    """Never gives up."""

    def __init__(self, hub: Handle) -> None:
        self.hub = hub
        self.slice = hub.slice("reconnection", Reconnection, Reconnection())
        hub.command("reconnection.try_now", Nothing, self.try_now)
        hub.command("reconnection.stop", Nothing, self.stop)

    async def try_now(self, _args: Nothing, _asker: Asker) -> None:
        await self.hub.ask("voice.rejoin", Rejoin())

    async def stop(self, _args: Nothing, _asker: Asker) -> None:
        raise CommandError("not_needed", "It never stops.")

    @asynccontextmanager
    async def life(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(self.ask_on())
            yield
            asking.cancel()

    async def ask_on(self) -> None:
        attempt = 0
        while True:
            await self.hub.clock.sleep(EVERY)
            voice = self.hub.read("voice")
            lost = voice is not None and voice.status == "lost"
            attempt = attempt + 1 if lost else 0
            self.slice.set(Reconnection(phase="trying" if lost else "off", attempt=attempt))
            if lost:
                try:
                    await self.hub.ask("voice.rejoin", Rejoin())
                except CommandError as error:
                    self.hub.report("refused", f"other_reconnection: {error}")


@hookimpl
def xcord_start(hub: Handle) -> AbstractAsyncContextManager[None]:
    return Stubborn(hub).life()

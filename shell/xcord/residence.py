"""How xcord lives on this desktop: whether invite links open it, and whether it starts with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .autostart import Autostart, autostart
from .calls import Asker
from .errors import CommandError
from .hub import SHELL, Hub
from .links import Desktop, desktop
from .requests import Switch


class Residence:
    """One per app. What is true is read from the system, at the start and after each change.

    :param publish: sets fields of slice ``app``.
    """

    def __init__(self, hub: Hub, publish: Callable[..., None]) -> None:
        self._publish = publish
        self._links: Desktop | None = None
        self._autostart: Autostart | None = None
        hub.claim_command("app.handle_links", SHELL, Switch, self._handle_links)
        hub.claim_command("app.autostart", SHELL, Switch, self._set_autostart)

    async def look(self) -> None:
        """Sees how it is."""
        self._links, self._autostart = desktop(), autostart()
        await self._see()

    async def _see(self) -> None:
        links, starts = self._links, self._autostart
        state = await asyncio.to_thread(links.state) if links else ""
        on = await asyncio.to_thread(starts.on) if starts else None
        self._publish(links=state, autostart="" if on is None else "on" if on else "off")

    async def _handle_links(self, args: Switch, asker: Asker) -> None:
        if self._links is None:
            raise CommandError("links_elsewhere", "whatever installed xcord registers its links")
        try:
            await asyncio.to_thread(self._links.set, args.on)
        except OSError as error:
            raise CommandError("links_not_written", f"the desktop's files: {error.strerror}") from None
        finally:
            await self._see()

    async def _set_autostart(self, args: Switch, asker: Asker) -> None:
        if self._autostart is None:
            raise CommandError(
                "autostart_elsewhere", "this run keeps to one folder and leaves the desktop alone"
            )
        try:
            await asyncio.to_thread(self._autostart.set, args.on)
        except OSError as error:
            raise CommandError("autostart_not_written", f"what starts xcord: {error.strerror}") from None
        finally:
            await self._see()

"""The beginning and the end of a client."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

from xcord import CommandError

if TYPE_CHECKING:
    from .client import Client

GOODBYE_SECONDS = 3.0


async def dial(address: str, token: str = "") -> Client:
    """A client; its module (httpx) is loaded at first use, in a thread."""
    module = await asyncio.to_thread(import_module, ".client", __package__)
    client: Client = module.Client(address, token)
    return client


async def hang_up(client: Client, goodbye: bool) -> None:
    """Closes a client; ``goodbye`` ends its login on the server end, too."""
    try:
        if goodbye:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await client.logout()
    except (CommandError, TimeoutError):
        pass  # the login then ends by itself, unused
    finally:
        await client.close()

"""Guests for a bench, as a process of their own.

Reads one line of JSON (``url``; ``groups`` of guests who send alike, each with ``tokens``, ``spec`` and
``live``), says ``{"ready": true}``, and leaves when stdin ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys

from tests.guests.loop import Spec
from tests.guests.party import party


async def run() -> None:
    loop = asyncio.get_running_loop()
    asked = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    async with contextlib.AsyncExitStack() as parties:
        for group in asked["groups"]:
            spec, tokens = Spec(**group["spec"]), group["tokens"]
            live = {"live": len(tokens), "live_spec": spec} if group["live"] else {"spec": spec}
            await parties.enter_async_context(party(asked["url"], tokens, talk=False, **live))
        print(json.dumps({"ready": True}), flush=True)
        await loop.run_in_executor(None, sys.stdin.readline)


if __name__ == "__main__":
    asyncio.run(run())

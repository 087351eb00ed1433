"""Guests for a bench, as a process of their own.

Reads one line of JSON (``url``, ``tokens``, ``spec``: width, height, fps), says ``{"ready": true}``, and
leaves when stdin ends.
"""

from __future__ import annotations

import asyncio
import json
import sys

from tests.guests.loop import Spec
from tests.guests.party import party


async def run() -> None:
    loop = asyncio.get_running_loop()
    asked = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    width, height, fps = asked["spec"]
    spec = Spec(width=width, height=height, fps=fps)
    async with party(asked["url"], asked["tokens"], spec=spec, talk=False):
        print(json.dumps({"ready": True}), flush=True)
        await loop.run_in_executor(None, sys.stdin.readline)


if __name__ == "__main__":
    asyncio.run(run())

"""``xcord selftest``: the app proves itself, also when it was frozen into one folder.

Everything but the windows is started on a folder of its own, a page's whole first minute is acted out
over the real sockets, and each step is told.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from .config import Config
from .errors import SetupError
from .windows import load_toolkit

WITHIN = 60.0  # seconds for all of it


def selftest(config: Config) -> int:
    """0 when every step worked; the first that does not is named on stderr."""
    with tempfile.TemporaryDirectory(prefix="xcord-selftest-") as folder:
        root = Path(folder)
        alone = dataclasses.replace(
            config, config_dir=root / "config", data_dir=root / "data", runtime_dir=root / "run"
        )
        try:
            asyncio.run(asyncio.wait_for(_walk(alone), WITHIN))
        except TimeoutError as error:
            raise SetupError(
                "selftest_stuck", f"The self-test did not end within {WITHIN:g} s.", "Run: xcord doctor"
            ) from error
    return 0


async def _walk(config: Config) -> None:
    async for step in _steps(config):
        print(f"ok    {step}", flush=True)


async def _steps(config: Config) -> AsyncIterator[str]:
    load_toolkit()
    yield "the window toolkit can be loaded"

    from .core import running
    from .door import Door, listen

    async with running(config, listen(), Door()) as core:
        yield "hub, plugins and servers have started"
        failed = [state for state in core.hub.read("plugins").plugins if state.state == "failed"]
        if failed:
            raise SetupError("plugin_failed", failed[0].reason, "Run: xcord plugins")
        yield "no plugin failed"
        address = core.address("selftest", "main")
        await _fetch(address)
        yield "the main page is served"
        snapshot = await _greet(address, core.port)
        if "app" not in snapshot["slices"]:
            raise SetupError("no_snapshot", "The page was given no state.", "Run: xcord doctor")
        yield "a page is let in and given the app's state"
    yield "everything has ended"


async def _fetch(address: str) -> None:
    import httpx

    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        answer = await client.get(address.partition("#")[0])
    if answer.status_code != 200:
        raise SetupError(
            "no_pages", f"The main page is not served ({answer.status_code}).", "Install xcord again."
        )


async def _greet(address: str, port: int) -> dict[str, Any]:
    from websockets.asyncio.client import connect

    from .messages import PROTOCOL

    hello = {
        "type": "hello",
        "token": address.partition("#t=")[2],
        "secret": "",
        "page": "main",
        "protocol": PROTOCOL,
    }
    origin: Any = f"http://127.0.0.1:{port}"
    async with connect(f"ws://127.0.0.1:{port}/ws", origin=origin, compression=None, proxy=None) as page:
        await page.send(json.dumps(hello))
        return dict(json.loads(await page.recv()))

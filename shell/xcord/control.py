"""What the control socket may ask of the hub: a command, or slices to read."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable
from typing import Any

import msgspec

from .calls import Asker
from .errors import CommandError
from .hub import Hub
from .instance import refusal

ASKER = Asker("control", "cli")
ASK_TIMEOUT = 30.0  # seconds that a command may take
HUB_TIMEOUT = 35.0  # seconds after which the hub counts as blocked


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """Either ``ask`` with ``args``, or ``read``."""

    ask: str = ""
    args: dict[str, Any] = {}
    read: tuple[str, ...] = ()


def answerer(hub: Hub, loop: asyncio.AbstractEventLoop) -> Callable[[bytes], bytes]:
    """What :meth:`Instance.serve` wants: bytes in, bytes out, from any thread, bounded."""

    def answer(message: bytes) -> bytes:
        try:
            request = msgspec.json.decode(message, type=Request)
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, UnicodeDecodeError) as error:
            return refusal("bad_request", f"not a request: {error}")
        if bool(request.ask) == bool(request.read):
            return refusal("bad_request", "a request has either ask or read")
        future = asyncio.run_coroutine_threadsafe(_answer(hub, request), loop)
        try:
            return future.result(HUB_TIMEOUT)
        except concurrent.futures.TimeoutError:
            future.cancel()
            return refusal("hub_blocked", f"the app did not answer within {HUB_TIMEOUT:g} s")
        except concurrent.futures.CancelledError:
            return refusal("ending", "the app is ending")

    return answer


async def _answer(hub: Hub, request: Request) -> bytes:
    if request.read:
        slices = {name: hub.slices[name].value for name in request.read if name in hub.slices}
        return msgspec.json.encode({"ok": True, "slices": slices})
    try:
        await hub.ask(request.ask, request.args, ASKER, timeout=ASK_TIMEOUT)
    except CommandError as error:
        return refusal(error.code, str(error), error.params)
    return b'{"ok":true}'

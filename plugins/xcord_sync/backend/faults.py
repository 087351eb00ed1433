"""Faults on purpose, for tests: ``xcord serve --faults``, and never without it.

One endpoint (``POST /v1/faults``, the owner's) says what goes wrong, and for how long; otherwise it is not
there.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from .. import contract
from .secrets import LiveKitKey
from .wire import refusal

EXPIRED = -600  # seconds of life; the SFU forgives about 60
CODES = {401: "unauthorized", 403: "forbidden", 429: "rate_limited", 500: "server_error", 503: "unavailable"}
WEBHOOK = "/livekit/webhook"
OPEN = "/v1/faults"  # the way out of a fault is never faulty


@dataclass
class Faults:
    """What goes wrong now. One kind at a time."""

    now: Callable[[], float] = time.monotonic
    _wanted: contract.FaultRequest = field(default_factory=lambda: contract.FaultRequest(kind="none"))
    _until: float = 0.0
    lost: int = 0

    def set(self, wanted: contract.FaultRequest) -> None:
        """From now on, for ``wanted.seconds``."""
        self._wanted, self._until = wanted, self.now() + wanted.seconds

    @property
    def active(self) -> contract.FaultRequest | None:
        """The fault of this moment."""
        return self._wanted if self._wanted.kind != "none" and self.now() < self._until else None

    def spoil(self, key: LiveKitKey, ttl: int) -> tuple[LiveKitKey, int]:
        """What a join token is made with."""
        kind = self.active.kind if self.active is not None else ""
        if kind == "refused_token":
            return dataclasses.replace(key, secret=f"{key.secret[:-4]}wrong"), ttl
        return key, EXPIRED if kind == "expired_token" else ttl


class FaultGate:
    """Around the application: answers, delays or swallows requests as the active fault says."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app, self._faults = app, faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        fault = self._faults.active
        path = scope.get("path", "")
        if scope["type"] != "http" or fault is None or path == OPEN:
            await self._app(scope, receive, send)
        elif fault.kind == "lose_webhooks" and path == WEBHOOK:
            self._faults.lost += 1
            await Response(status_code=200)(scope, receive, send)
        elif fault.kind == "status" and path != WEBHOOK:
            headers = {"Retry-After": "1"} if fault.status == 429 else {}
            if code := CODES.get(fault.status):
                await refusal(code, headers)(scope, receive, send)
            else:
                await Response(status_code=fault.status)(scope, receive, send)
        else:
            if fault.kind == "slow" and path != WEBHOOK:
                await asyncio.sleep(fault.milliseconds / 1000)
            await self._app(scope, receive, send)

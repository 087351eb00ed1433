"""What whoever runs the server end asks."""

from __future__ import annotations

import asyncio
import ssl
import time

import httpx
from fastapi import FastAPI

from ... import contract
from ..asking import Ask, route
from ..parts import Parts

PATIENCE = 2.0  # seconds; a load balancer asks every few seconds
REMEMBERED = 1.0  # anybody may ask, so nobody makes us ask the SFU more often than this


def add(app: FastAPI, parts: Parts) -> None:
    """``/readyz``."""
    sfu = Sfu(parts.livekit_url)

    @route(app, parts, "GET /readyz", login=False, holds_db=False)
    async def ready(ask: Ask[None]) -> contract.Readiness:
        """Requests can be served: the database answers. Where it does not, 503. A silent SFU is told and is
        no 503, for all instances share it: to take them all away would end what goes on without calls."""
        async with asyncio.timeout(PATIENCE):
            await parts.store.ping()
        return contract.Readiness(calls="ok" if await sfu.answers() else "unreachable")


class Sfu:
    """Whether the SFU answers, asked once for all who want to know."""

    def __init__(self, url: str) -> None:
        self._url = httpx.URL(url).copy_with(scheme="https" if url.startswith("wss:") else "http")
        self._lock = asyncio.Lock()
        self._known_until, self._answers = 0.0, False
        self._trust: ssl.SSLContext | bool | None = None

    async def answers(self) -> bool:
        """Its word, at most a second old. livekit-server says 406 when its own figures are old."""
        async with self._lock:
            if time.monotonic() >= self._known_until:
                self._answers = await self._ask()
                self._known_until = time.monotonic() + REMEMBERED
            return self._answers

    async def _ask(self) -> bool:
        if self._trust is None:  # reading the certificates takes long enough to be noticed by everybody else
            is_plain = self._url.scheme == "http"
            self._trust = False if is_plain else await asyncio.to_thread(ssl.create_default_context)
        try:
            async with httpx.AsyncClient(verify=self._trust, timeout=PATIENCE, trust_env=False) as http:
                return (await http.get(self._url)).status_code == 200
        except httpx.HTTPError:
            return False

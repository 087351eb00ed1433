"""Where the SFU tells what happens in calls, and where counters are read."""

from __future__ import annotations

import hmac

from fastapi import FastAPI, Request, Response

from ..errors import Refused
from ..openapi import described
from ..parts import Parts
from ..presence.applier import Full
from ..presence.webhooks import BODY_LIMIT, NotGenuine, hash_claim, receive
from ..wire import direct, read

METRICS_TYPE = "text/plain; version=0.0.4"


def add(app: FastAPI, parts: Parts) -> None:
    """``/livekit/webhook`` and ``/metrics``."""
    about = described(
        takes=bytes, gives=None, status=200, login=False, refuses=("unauthorized",), path=(),
        takes_content=("application/webhook+json",),
    )  # fmt: skip

    @app.post("/livekit/webhook", operation_id="livekit_webhook", **about)
    async def livekit_webhook(request: Request) -> Response:
        """From the SFU alone: signed by a key of ours, kept under its id, applied by the same commit, then
        answered; what cannot be applied at once is kept, answered, and applied afterwards.

        503 asks the SFU to send it again."""
        presence = parts.presence
        if presence is None:
            raise Refused("unavailable", {"Retry-After": "2"})
        try:
            # The signature first: nobody else can make us read much.
            claimed = hash_claim(request.headers.get("Authorization", ""), presence.keys())
            received = receive(await read(request, BODY_LIMIT), claimed)
        except NotGenuine:
            presence.counters.event("refused")
            raise Refused("unauthorized") from None
        try:
            await presence.applier.take(received)
        except Full:
            raise Refused("unavailable", {"Retry-After": "2"}) from None
        return Response(status_code=200)

    direct(app, "POST", "/livekit/webhook", livekit_webhook)

    about = described(
        takes=None, gives=bytes, status=200, login=True, refuses=(), path=(), gives_content=("text/plain",)
    )

    @app.get("/metrics", operation_id="metrics", **about)
    async def metrics(request: Request) -> Response:
        """This instance's counters, for Prometheus, by ``XCORD_METRICS_TOKEN``. Nothing is about a person."""
        given = request.headers.get("Authorization", "").encode("latin-1")
        if not (parts.metrics_token and hmac.compare_digest(given, f"Bearer {parts.metrics_token}".encode())):
            raise Refused("unauthorized", {"WWW-Authenticate": "Bearer"})
        text = parts.presence.counters.text() if parts.presence is not None else ""
        return Response(text, media_type=METRICS_TYPE)

"""The log of the server end: lines for people, or (``--log-json``) one JSON object a line.

Nothing in it tells who somebody is: no names, addresses, account ids or paths; requests appear by the
route's pattern. What looks like a token is struck out, for libraries put whole tokens into their errors.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]

CHATTY = ("alembic", "uvicorn", "sqlalchemy", "asyncio", "httpx", "httpcore", "aiohttp")
SECRETS = re.compile(
    r"eyJ[\w-]{4,}(?:\.[\w-]*){0,2}"  # a JWT
    r"|\bxct_[\w-]+"  # a login token
    r"|(?i:bearer)\s+\S+"
    r"|(?<=://)[^/@\s]+@"  # user and password of an address
    r"|\[parameters: .*?\](?=\n|$)|\bDETAIL: .*"  # of a statement: names, logins, hashes
)

log = logging.getLogger("xcord.requests")


def start_log(as_json: bool) -> None:
    """Logs to stderr from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(AsJson() if as_json else Plain("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)


def without_secrets(text: str) -> str:
    """``text`` with all struck out that looks like a token, or names what a statement was about."""
    return SECRETS.sub("***", text)


class Plain(logging.Formatter):
    """Lines for people."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class AsJson(logging.Formatter):
    """One object a line: ``at`` (UTC), ``level``, ``logger``, ``message``, with ``error`` (its type) and
    ``where`` (its frames) of an exception, and what the record carries as ``fields``."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error"] = type(error).__name__  # its text may hold what somebody typed
            frames = traceback.extract_tb(error.__traceback__)
            line["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(line, ensure_ascii=False)


class Requests:
    """The web application with a log line for each request: method, route, status, milliseconds."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def sent(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            fields = {
                "method": scope["method"] if scope["method"].isalpha() else "",
                "route": getattr(scope.get("route"), "path", ""),
                "status": status,
                "ms": round((time.perf_counter() - begun) * 1000, 1),
            }
            log.info("request", extra={"fields": fields})

"""What went wrong with a connection, as codes for the pages; and no token in any text."""

from __future__ import annotations

import logging
import re

_TOKEN = re.compile(r"eyJ[\w-]*(?:\.[\w-]*){0,2}|(?<=access_token=)[^\s&\"']+")
_STATUS = re.compile(r"(?:client|server) error: (\d{3})|HTTP error: (\d{3})|status(?: code)?:? (\d{3})")

REASONS = {
    "UNKNOWN_REASON": "connection_lost",
    "PARTICIPANT_REMOVED": "removed",
    "ROOM_DELETED": "deleted",
    "DUPLICATE_IDENTITY": "duplicate",
}
"""LiveKit's reasons by our codes; all others keep their name in small letters."""

FINAL = frozenset({"removed", "deleted", "duplicate", "moved"})
"""Reasons after which nobody but the user may rejoin."""


def reason_code(name: str) -> str:
    """Our code for one of LiveKit's disconnect reasons."""
    return REASONS.get(name, name.lower())


def redact(text: str) -> str:
    """The text without tokens: a refused token is quoted whole in the SDK's errors and logs."""
    return _TOKEN.sub("[token]", text)


def connect_code(text: str) -> str:
    """Why ``connect()`` failed, from the only thing that the SDK tells: a sentence."""
    if found := _STATUS.search(text):
        status = int(next(group for group in found.groups() if group))
        if status in (401, 403):
            return "token_refused"
        return "not_found" if status == 404 else "server_error" if status >= 500 else "connect_failed"
    lowered = text.lower()
    if "timed out" in lowered or "timeout" in lowered:
        return "timed_out"
    return "unreachable" if "refused" in lowered or "unreachable" in lowered else "connect_failed"


class Redactor(logging.Filter):
    """Takes tokens out of the SDK's own log lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        clean = redact(text)
        if clean != text:
            record.msg, record.args = clean, ()
        return True

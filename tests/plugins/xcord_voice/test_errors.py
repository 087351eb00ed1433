"""Codes for what the SDK says, and no token in any text."""

from __future__ import annotations

import logging

import pytest

from xcord_voice.errors import Redactor, connect_code, reason_code, redact

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"engine: signal failure: client error: 401 Unauthorized - invalid token: {TOKEN}", "token_refused"),
        ("engine: signal failure: client error: 403 Forbidden", "token_refused"),
        ("engine: signal failure: client error: 404 Not Found", "not_found"),
        ("engine: signal failure: server error: 503 Service Unavailable", "server_error"),
        ("engine: connection error: wait_pc_connection timed out", "timed_out"),
        ("ws failure: IO error: Connection refused (os error 111)", "unreachable"),
        ("something new", "connect_failed"),
    ],
)
def test_a_sentence_of_the_sdk_becomes_a_code(text: str, code: str) -> None:
    assert connect_code(text) == code


def test_every_reason_of_the_protocol_has_its_own_code() -> None:
    from livekit import rtc

    codes = [reason_code(name) for name, _ in rtc.DisconnectReason.items()]
    assert len(set(codes)) == len(codes)
    assert {"removed", "deleted", "duplicate", "server_shutdown", "connection_lost"} <= set(codes)


@pytest.mark.parametrize(
    "text", [f"invalid token: {TOKEN}", f"wss://x/rtc?access_token={TOKEN}&auto=1", f"({TOKEN[:40]})"]
)
def test_no_token_is_left_in_a_text(text: str) -> None:
    clean = redact(text)
    assert "eyJ" not in clean
    assert "c2lnbmF0dXJl" not in clean


def test_the_sdks_log_lines_are_cleaned() -> None:
    record = logging.LogRecord("livekit", logging.ERROR, "", 0, "refused: %s", (TOKEN,), None)
    assert Redactor().filter(record)
    assert record.getMessage() == "refused: [token]"

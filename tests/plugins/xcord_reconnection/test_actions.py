"""The table of reasons: nothing that can end a call is missing in it, and every decision stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from livekit import rtc

from xcord_reconnection.actions import ACTIONS, action_for
from xcord_sync.contract import PROBLEMS
from xcord_voice.errors import FINAL, REASONS, reason_code

MESSAGES = Path(__file__).resolve().parents[3] / "webui" / "messages"
NOT_OF_A_JOIN = {
    "already_in_call", "bad_request", "being_called", "invalid", "login_taken", "registration_closed",
    "invite_needed", "last_owner", "limit_reached", "method_not_allowed", "no_such_invite", "no_such_ring",
    "no_such_server", "not_a_picture", "not_found", "not_in_call", "too_large", "upgrade_needed",
}  # fmt: skip


def test_every_reason_of_the_sdk_has_an_action() -> None:
    codes = {reason_code(rtc.DisconnectReason.Name(number)) for number in rtc.DisconnectReason.values()}
    assert codes - ACTIONS.keys() == set()
    assert len(codes) == len(rtc.DisconnectReason.values())


def test_every_reason_of_ours_has_an_action() -> None:
    assert {*REASONS.values(), *FINAL} - ACTIONS.keys() == set()
    assert set(PROBLEMS) - NOT_OF_A_JOIN - ACTIONS.keys() == set()


@pytest.mark.parametrize("language", ["en", "tr"])
def test_every_reason_has_a_sentence(language: str) -> None:
    words = json.loads((MESSAGES / f"{language}.json").read_text(encoding="utf-8"))
    unsaid = {code for code in ACTIONS if not {f"reason_{code}", f"error_{code}"} & words.keys()}
    assert unsaid == set()


@pytest.mark.parametrize(
    ("reason", "kind", "spread"),
    [
        ("connection_lost", "retry", 0.5),
        ("client_initiated", "retry", 0.5),
        ("server_shutdown", "retry", 3.0),
        ("state_mismatch", "retry", 0.5),
        ("migration", "retry", 0.5),
        ("signal_close", "retry", 0.5),
        ("connection_timeout", "retry", 0.5),
        ("media_failure", "retry", 0.5),
        ("join_failure", "fresh", 0.5),
        ("token_refused", "fresh", 0.5),
        ("removed", "never", 0.5),
        ("deleted", "never", 0.5),
        ("duplicate", "never", 0.5),
        ("moved", "never", 0.5),
        ("room_closed", "never", 0.5),
        ("user_unavailable", "never", 0.5),
        ("user_rejected", "never", 0.5),
        ("sip_trunk_failure", "never", 0.5),
        ("agent_error", "never", 0.5),
        ("banned", "never", 0.5),
        ("unauthorized", "sign_in", 0.5),
        ("rate_limited", "retry", 0.5),
        ("server_error", "retry", 0.5),
        ("something_new", "retry", 0.5),
    ],
)
def test_each_reason(reason: str, kind: str, spread: float) -> None:
    assert (action_for(reason).kind, action_for(reason).spread) == (kind, spread)

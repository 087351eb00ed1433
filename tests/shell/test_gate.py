"""The microphone's gate is shut unless everything says open."""

from __future__ import annotations

import pytest

from xcord import Gate


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_is_shut_until_the_users_wish_is_known() -> None:
    gate = Gate()
    assert not gate.may_feed()
    gate.set_muted(False)
    assert gate.may_feed()


@pytest.mark.parametrize("reason", ["muted", "deafened", "locked"])
def test_any_reason_shuts_an_open_microphone(reason: str) -> None:
    gate = Gate()
    gate.set_muted(False)
    gate.set_shut(reason, True)
    assert not gate.may_feed()
    gate.set_shut(reason, False)
    assert gate.may_feed()


@pytest.mark.parametrize(
    ("key", "hub", "open_"),
    [(0.1, 0.1, True), (0.1, -0.1, False), (-0.1, 0.1, False), (-0.1, -0.1, False), (0.0, 0.1, False)],
)
def test_push_to_talk_feeds_only_while_both_deadlines_lie_ahead(key: float, hub: float, open_: bool) -> None:
    time = Time()
    gate = Gate(time)
    gate.set_muted(False)
    gate.set_mode("ptt")
    gate.renew_key(time.now + key)
    gate.renew_hub(time.now + hub)
    assert gate.may_feed() is open_


def test_a_change_of_mode_forgets_a_held_key() -> None:
    time = Time()
    gate = Gate(time)
    gate.set_muted(False)
    gate.set_mode("ptt")
    gate.renew_hub(time.now + 10)
    gate.renew_key(time.now + 10)
    gate.set_mode("open")
    gate.set_mode("ptt")
    assert not gate.may_feed()


def test_a_muted_microphone_stays_shut_while_the_key_is_held() -> None:
    time = Time()
    gate = Gate(time)
    gate.set_mode("ptt")
    gate.renew_hub(time.now + 10)
    gate.renew_key(time.now + 10)
    gate.set_muted(True)
    assert not gate.may_feed()

"""A device's thread runs when it must, where the system lets it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TypeVar

import pytest

from xcord_voice.audio import realtime

T = TypeVar("T")


def in_a_thread(function: Callable[[], T]) -> T:
    answers: list[T] = []
    thread = threading.Thread(target=lambda: answers.append(function()))
    thread.start()
    thread.join(20)
    return answers[0]


def refuse(*_: object) -> None:
    raise PermissionError("not for you")


def test_a_hurried_thread_is_realtime_and_no_other_is() -> None:
    def hurried() -> tuple[bool, int]:
        return realtime.hurry(), os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK

    before = os.sched_getscheduler(0)
    granted, scheduler = in_a_thread(hurried)
    assert (scheduler == os.SCHED_RR) == granted
    assert os.sched_getscheduler(0) == before


def test_what_a_hurried_thread_starts_is_a_usual_one() -> None:
    def start() -> int:
        realtime.hurry()
        return in_a_thread(lambda: os.sched_getscheduler(0))

    assert in_a_thread(start) == os.sched_getscheduler(0)


def test_a_thread_that_may_not_hurry_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    assert not in_a_thread(realtime.hurry)


def test_a_system_without_such_threads_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_setscheduler")
    assert not in_a_thread(realtime.hurry)

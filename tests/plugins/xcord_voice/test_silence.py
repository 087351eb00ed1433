"""A microphone that gives nothing, and why."""

from __future__ import annotations

import numpy as np
import pytest

from xcord_voice.audio.silence import FAINT_AFTER, ZEROS_AFTER, Listening, Silence, likely_cause

BLOCK = 960
ZEROS = np.zeros(BLOCK, np.int16)
HISS = np.tile(np.array([1, -1], np.int16), BLOCK // 2)
SPEECH = np.tile(np.array([3000, -3000], np.int16), BLOCK // 2)


def after(*parts: tuple[np.ndarray, int]) -> Listening:
    listening = Listening()
    for block, samples in parts:
        for _ in range(-(-samples // BLOCK)):
            listening.hear(block)
    return listening


@pytest.mark.parametrize(
    ("parts", "state", "heard"),
    [
        ([(SPEECH, BLOCK)], "", True),
        ([(ZEROS, ZEROS_AFTER - BLOCK)], "", False),
        ([(ZEROS, ZEROS_AFTER)], "zeros", False),
        ([(HISS, ZEROS_AFTER)], "", False),
        ([(HISS, FAINT_AFTER)], "faint", False),
        ([(ZEROS, ZEROS_AFTER), (SPEECH, BLOCK)], "", True),
        ([(SPEECH, BLOCK), (ZEROS, ZEROS_AFTER)], "zeros", True),
    ],
)
def test_silence_is_noticed(parts: list[tuple[np.ndarray, int]], state: Silence, heard: bool) -> None:
    listening = after(*parts)
    assert (listening.state, listening.heard) == (state, heard)


def test_only_a_change_is_told() -> None:
    listening = Listening()
    told = [listening.hear(ZEROS) for _ in range(ZEROS_AFTER // BLOCK * 2)]
    assert told.count(True) == 1
    assert listening.hear(SPEECH)


@pytest.mark.parametrize(
    ("state", "heard", "muted", "platform", "cause"),
    [
        ("", False, True, "linux", ""),
        ("zeros", False, True, "linux", "muted_in_system"),
        ("zeros", False, False, "linux", "zeros"),
        ("zeros", False, None, "darwin", "permission"),
        ("zeros", False, None, "win32", "permission"),
        ("faint", False, None, "win32", "faint"),
        ("faint", False, False, "linux", "faint"),
        # A headset that cuts its noise away gives zeros between words.
        ("zeros", True, False, "linux", ""),
        ("zeros", True, None, "darwin", ""),
        ("zeros", True, True, "linux", "muted_in_system"),
    ],
)
def test_the_likely_cause_is_named(
    state: Silence, heard: bool, muted: bool | None, platform: str, cause: str
) -> None:
    assert likely_cause(state, heard, muted, platform) == cause

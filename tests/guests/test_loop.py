"""The guests' pictures and voices, without a call."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from tests.guests import loop, voice

SMALL = loop.Spec(width=320, height=180, fps=5, look=1, offset_ms=7)


def clock_in(picture: av.VideoFrame) -> int:
    return loop.read(np.asarray(picture.to_ndarray(), np.uint8), picture.width)


@pytest.fixture(scope="module")
def encoded() -> loop.Loop:
    return loop.encode(SMALL)


@pytest.mark.parametrize("stream", ["frames", "twin"])
def test_every_frame_shows_the_wall_clock_of_its_capture(encoded: loop.Loop, stream: str) -> None:
    decoder = av.CodecContext.create("vp8", "r")
    shown = [
        clock_in(picture) for data in getattr(encoded, stream) for picture in decoder.decode(av.Packet(data))
    ]
    assert shown == [loop.clock_of(SMALL, n) for n in range(len(encoded.frames))]


def test_any_frame_of_the_twin_can_be_the_first(encoded: loop.Loop) -> None:
    for n in (3, 17, 44):
        decoder = av.CodecContext.create("vp8", "r")
        (picture,) = decoder.decode(av.Packet(encoded.twin[n]))
        assert clock_in(picture) == loop.clock_of(SMALL, n)


def test_a_keyframe_comes_every_second(encoded: loop.Loop) -> None:
    assert sorted(encoded.keys) == list(range(0, 10 * SMALL.fps, SMALL.fps))


def test_the_clock_survives_a_smaller_simulcast_layer() -> None:
    large = loop.Spec(width=1280, height=720)
    frame = av.VideoFrame.from_ndarray(loop.stamped(large, 40), format="yuv420p")
    assert clock_in(frame.reformat(width=320, height=180)) == loop.clock_of(large, 40)


def test_a_half_written_cache_file_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = loop.load(SMALL)
    (kept,) = tmp_path.rglob("*.loop")
    kept.write_bytes(kept.read_bytes()[:1000])
    assert loop.load(SMALL) == first
    assert loop.load(SMALL) == first


def test_guests_do_not_all_send_at_once() -> None:
    assert len({spec.offset_ms for spec in loop.spread(8)}) == 8
    assert len(set(loop.spread(25))) == 8, (
        "loops are shared, so that 25 guests are no dearer to prepare than 8"
    )


def test_a_voice_is_as_loud_as_a_person_near_a_microphone_and_never_clipped() -> None:
    for who in range(8):
        sound = voice.speech(who).astype(np.float64) / 32768
        assert 0.09 < np.sqrt(np.mean(sound**2)) < 0.13
        assert np.abs(sound).max() < 0.95


def test_turns_go_round_and_are_the_same_in_every_process() -> None:
    assert [voice.whose_turn(3, now) for now in (0.0, 1.9, 2.0, 4.5, 6.1)] == [0, 0, 1, 2, 0]

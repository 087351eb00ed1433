"""What bench `overlay` takes times from: where sound begins and ends, which packet is the first loud one."""

from __future__ import annotations

import socket
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.bench.edges import QUIET_FOR, RATE, Edges
from tests.bench.overlay_packets import audio_of, begins, first_loud

SAMPLE = 1 / RATE


def sound(*parts: tuple[float, bool]) -> NDArray[np.int16]:
    """Silence and a tone of 1 kHz, by seconds."""
    pieces = [
        (8000 * np.sin(2 * np.pi * 1000 * np.arange(round(seconds * RATE)) / RATE + 1.0)) * loud
        for seconds, loud in parts
    ]
    return np.concatenate(pieces).astype(np.int16)


@given(
    pauses=st.lists(st.floats(QUIET_FOR + 0.002, 0.5), min_size=1, max_size=4),
    block=st.integers(40, 5000),
)
def test_edges_are_found_to_the_sample_whatever_the_blocks(pauses: list[float], block: int) -> None:
    parts = [(pauses[0], False)]
    for pause in pauses:
        parts += [(0.1, True), (pause, False)]
    samples, edges = sound(*parts), Edges()
    for at in range(0, len(samples), block):
        piece = samples[at : at + block]
        edges.take(piece, (at + len(piece)) / RATE)
    at, expected_begins, expected_ends = 0.0, [], []
    for seconds, loud in parts:
        if loud:
            expected_begins.append(at)
            expected_ends.append(at + round(seconds * RATE) / RATE)
        at += round(seconds * RATE) / RATE
    assert edges.begins == pytest.approx(expected_begins, abs=5 * SAMPLE)
    known = len(edges.ends)
    assert known >= len(expected_ends) - 1
    assert edges.ends == pytest.approx(expected_ends[:known], abs=20 * SAMPLE)


def test_a_short_gap_is_no_end() -> None:
    edges = Edges()
    samples = sound((0.1, False), (0.1, True), (QUIET_FOR / 2, False), (0.1, True), (0.3, False))
    for at in range(0, len(samples), 480):
        edges.take(samples[at : at + 480], (at + 480) / RATE)
    assert (len(edges.begins), len(edges.ends)) == (1, 1)


def test_the_first_packet_of_a_row_is_where_somebody_begins() -> None:
    silence = [0.0, 0.02, 0.4, 0.42, 0.8, 0.82]
    speech = [0.9 + n * 0.02 for n in range(40)]
    again = [3.0 + n * 0.02 for n in range(40)]
    assert begins([*silence, *speech, 2.2, 2.22, 2.6, 2.62, *again]) == [0.9, 3.0]
    assert begins(silence) == []
    assert begins([]) == []


def test_a_packet_of_silence_just_before_makes_the_time_longer_and_never_shorter() -> None:
    speech = [1.0 + n * 0.02 for n in range(10)]
    assert begins([0.0, 0.02, 0.96, 0.98, *speech]) == [0.96]


def test_a_gap_within_speech_is_no_second_beginning() -> None:
    speech = [n * 0.02 for n in range(50) if n not in (10, 11, 12, 13)]
    assert begins(speech) == [0.0]


QUICK, SLOW = 0.02, 0.4
PAIRS = [(n * SLOW + m * QUICK, size) for n in range(9) for m, size in ((0, 106), (1, 52))]
SILENCES = {  # as it was seen on the wire: when, bytes
    "pairs": [(at, size) for at, size in PAIRS],
    "a pair just before": [(at + 0.17, size) for at, size in PAIRS],
    "steady, small": [(n * QUICK, 61) for n in range(150)],
    "steady, as large as speech": [(n * QUICK, 165) for n in range(150)],
}
SPEECH = {"pairs": (135, 263, 300), "steady": (194, 263, 300)}


@pytest.mark.parametrize("silence", SILENCES)
def test_speech_begins_with_its_first_larger_packet_however_silence_is_sent(silence: str) -> None:
    before = [(at, size) for at, size in SILENCES[silence] if at < 3.0]
    sizes = SPEECH["steady" if silence.startswith("steady") else "pairs"]
    speech = [(3.03 + n * QUICK, sizes[min(n, 2)]) for n in range(40)]
    turn = [*before, *speech]
    again = [(at + 6.0, size) for at, size in turn]
    assert first_loud([*turn, *again], [3.0, 9.0]) == pytest.approx([3.03, 9.03])
    assert first_loud(before, [2.0]) == []


def test_speech_that_stands_still_for_a_moment_begins_once() -> None:
    speech = [(3.03 + n * QUICK + 0.3 * (n > 5), 300) for n in range(40)]
    assert first_loud([*PAIRS[:14], *speech], [3.0]) == [3.03]


def test_without_a_packet_of_silence_nothing_is_known_to_be_loud() -> None:
    assert first_loud([(3.03 + n * QUICK, 300) for n in range(40)], [3.0]) == []


def rtp(kind: int = 111, source: int = 7882, target: int = 5000, version: int = 2) -> bytes:
    payload = struct.pack("!BBHII", version << 6, kind | 0x80, 1, 2, 77) + bytes(30)
    udp = struct.pack("!HHHH", source, target, 8 + len(payload), 0) + payload
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, socket.IPPROTO_UDP, 0, b"", b"")
    return head + udp


def test_only_sound_from_the_sfu_to_this_process_counts() -> None:
    assert audio_of(rtp(), 7882, {5000}) == 77
    assert audio_of(rtp(kind=63), 7882, {5000}) == 77
    for other in (rtp(kind=96), rtp(source=1), rtp(target=1), rtp(version=0), b"", bytes(60)):
        assert audio_of(other, 7882, {5000}) is None

"""The bytes and names that pages read."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcord.media.batches import LAST_STREAM, Streams, encode
from xcord.media.slots import Frame, Key, i420_length

A: Key = ("a", "camera", 0)
B: Key = ("b", "screen", 1)


def frame(width: int = 2, height: int = 2, fill: int = 1, life: int = 1, serial: int = 1) -> Frame:
    data = memoryview(bytes([fill]) * i420_length(width, height))
    return Frame(serial, life, width, height, data, 1234.5)


def decode(batch: bytes) -> tuple[int, list[tuple[int, int, int, int, float, bytes]]]:
    """What webui/src/media/batch.ts does."""
    number, count = struct.unpack_from("<II", batch)
    frames, at = [], 8
    for _ in range(count):
        stream, width, height, flags, delivered = struct.unpack_from("<HHHHd", batch, at)
        length = i420_length(width, height)
        frames.append((stream, width, height, flags, delivered, batch[at + 16 : at + 16 + length]))
        at += 16 + length + -length % 8
    assert at == len(batch)
    return number, frames


def test_a_batch_reads_byte_for_byte_as_the_page_expects() -> None:
    # The same bytes stand in webui/src/media/batch.test.ts.
    assert b"".join(encode(7, [(3, frame())])).hex() == (
        "0700000001000000"  # number, count
        "0300020002000000"  # stream, width, height, flags
        "00000000004a9340"  # delivered
        "0101010101010000"  # six bytes of I420, padded
    )


def test_pictures_are_not_copied() -> None:
    picture = frame()
    assert any(piece is picture.data for piece in encode(1, [(1, picture)]))


@given(
    st.integers(1, 2**32 - 1),
    st.lists(
        st.tuples(st.integers(1, LAST_STREAM), st.integers(1, 9), st.integers(1, 9), st.integers(0, 255))
    ),
)
def test_any_batch_can_be_read_back(number: int, drawn: list[tuple[int, int, int, int]]) -> None:
    frames = [(stream, frame(width, height, fill)) for stream, width, height, fill in drawn]
    assert decode(b"".join(encode(number, frames))) == (
        number,
        [(stream, of.width, of.height, 0, of.delivered, bytes(of.data)) for stream, of in frames],
    )


def test_streams_are_told_when_they_come_and_go() -> None:
    streams = Streams()
    assert not streams.update({})
    assert streams.update({A: frame()})
    assert not streams.update({A: frame(serial=2)})
    assert streams.update({A: frame(), B: frame()})
    assert json.loads(streams.message()) == {
        "streams": {
            "1": {"user": "a", "kind": "camera", "n": 0},
            "2": {"user": "b", "kind": "screen", "n": 1},
        }
    }
    assert streams.update({B: frame()})
    assert json.loads(streams.message()) == {"streams": {"2": {"user": "b", "kind": "screen", "n": 1}}}


def test_a_key_that_was_empty_in_between_is_a_new_stream() -> None:
    streams = Streams()
    streams.update({A: frame(life=1)})
    assert streams.update({A: frame(life=2)})
    assert streams.number(A) == 2


@given(st.lists(st.dictionaries(st.sampled_from([A, B]), st.integers(1, 3))))
def test_a_stream_number_never_means_two_things(history: list[dict[Key, int]]) -> None:
    streams, meant = Streams(), dict[int, tuple[Key, int]]()
    before: dict[Key, int] = {}
    for moment in history:
        changed = streams.update({key: frame(life=life) for key, life in moment.items()})
        assert changed == (moment != before)
        before = moment
        for key, life in moment.items():
            number = streams.number(key)
            gone_between = meant.setdefault(number, (key, life)) != (key, life)
            assert not gone_between


def test_used_up_stream_numbers_end_the_connection() -> None:
    streams = Streams()
    for life in range(1, LAST_STREAM + 1):
        streams.update({A: frame(life=life)})
    with pytest.raises(OverflowError):
        streams.update({A: frame(life=LAST_STREAM + 1)})

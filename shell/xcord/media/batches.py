"""How frames travel to a page. Pure.

A batch, little endian: ``u32 number, u32 count``, then for each frame ``u16 stream, u16 width, u16 height,
u16 flags, f64 delivered`` (epoch ms) and its I420 bytes padded to a multiple of 8. Streams are announced
before in a text message; their numbers are never used again within a connection.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping

from .slots import Frame, Key

BATCH_HEADER = struct.Struct("<II")
FRAME_HEADER = struct.Struct("<HHHHd")
ACKNOWLEDGEMENT = struct.Struct("<I")
LAST_STREAM = 0xFFFF
PADDING = tuple(b"\0" * length for length in range(8))

Piece = bytes | memoryview


def encode(number: int, frames: Iterable[tuple[int, Frame]]) -> list[Piece]:
    """The batch as pieces to be sent one after the other; pictures are not copied."""
    pieces: list[Piece] = [b""]
    count = 0
    for stream, frame in frames:
        count += 1
        pieces.append(FRAME_HEADER.pack(stream, frame.width, frame.height, 0, frame.delivered))
        pieces.append(frame.data)
        if padding := -len(frame.data) % 8:
            pieces.append(PADDING[padding])
    pieces[0] = BATCH_HEADER.pack(number, count)
    return pieces


class Streams:
    """Which stream number means which key, for one connection.

    A key that was dropped and filled again is a new stream, even if nobody looked in between.
    """

    def __init__(self) -> None:
        self._numbers: dict[Key, tuple[int, int]] = {}
        self._last = 0

    def update(self, frames: Mapping[Key, Frame]) -> bool:
        """Follow what is there now; True when it changed and the page must be told.

        :raises OverflowError: the connection has used up its numbers and must be replaced.
        """
        gone = [
            key for key, (life, _) in self._numbers.items() if key not in frames or frames[key].life != life
        ]
        for key in gone:
            del self._numbers[key]
        new = [key for key in frames if key not in self._numbers]
        for key in new:
            if self._last == LAST_STREAM:
                raise OverflowError("no stream number is left")
            self._last += 1
            self._numbers[key] = (frames[key].life, self._last)
        return bool(gone or new)

    def number(self, key: Key) -> int:
        """The stream number of a key that ``update`` was given last."""
        return self._numbers[key][1]

    def message(self) -> str:
        """The text message that names all present streams."""
        streams = {
            str(number): {"user": user, "kind": kind, "n": n}
            for (user, kind, n), (_, number) in self._numbers.items()
        }
        return json.dumps({"streams": streams}, separators=(",", ":"))

"""Ten seconds of VP8, encoded once and kept: what a guest's camera shows, over and over.

Each loop has a twin of the same pictures in which every frame is a keyframe. A request for a keyframe is
answered from the twin until the loop's own next keyframe, because one keyframe followed by deltas of another
chain gives a broken picture.

The top of the picture is a strip of 32 bars, the least significant bit on the left, that holds the wall clock
in milliseconds modulo ten seconds at the frame's capture. Who reads 32 luma samples in the sixth row, one in
the middle of each ``width // 32`` columns, above 128 or not, knows how old the picture is.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np
from numpy.typing import NDArray

from . import canvas, document, natural, portrait

LOOP_MS = 10_000
DIFFERENT = len(portrait.LOOKS)
BARS = 32
DARK, BRIGHT = 84, 172

Plane = NDArray[np.uint8]


class Spec(msgspec.Struct, frozen=True):
    """What to encode. ``offset_ms`` shifts the capture clock, so that guests do not all send at once;
    ``natural`` gives the picture a real camera's texture, motion and noise, which cost more to decode;
    ``screen`` shows a document in place of a person."""

    width: int = 320
    height: int = 180
    fps: int = 15
    kilobits: int = 280
    look: int = 0
    offset_ms: int = 0
    natural: bool = False
    screen: bool = False


SCREEN = Spec(width=1280, height=720, fps=5, kilobits=900, screen=True)
"""What a guest shares."""


class Loop(msgspec.Struct, frozen=True):
    """The encoded frames; ``keys`` are the numbers of those in ``frames`` that are keyframes."""

    spec: Spec
    frames: tuple[bytes, ...]
    keys: frozenset[int]
    twin: tuple[bytes, ...]


def spread(count: int, spec: Spec | None = None) -> tuple[Spec, ...]:
    """One specification per guest; there are as many different ones as there are looks, in all."""
    spec = spec or Spec()
    period = 1000 / spec.fps
    return tuple(
        msgspec.structs.replace(spec, look=k % DIFFERENT, offset_ms=int(k % DIFFERENT * period / DIFFERENT))
        for k in range(count)
    )


def load(spec: Spec) -> Loop:
    """The loop from the cache, encoded now (about two seconds) when it is not there or not whole."""
    path = _folder() / f"{_key(spec)}.loop"
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=Loop)
    except (FileNotFoundError, msgspec.MsgspecError):
        loop = encode(spec)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.msgpack.encode(loop))
    Path(name).replace(path)
    return loop


def encode(spec: Spec) -> Loop:
    """Draw and encode. One encoder after the other: two at once slow each other down tenfold."""
    pictures = [stamped(spec, n) for n in range(LOOP_MS * spec.fps // 1000)]
    main = _encoded(spec, pictures, spec.fps)
    twin = _encoded(spec, pictures, 1)
    return Loop(
        spec,
        tuple(data for data, _ in main),
        frozenset(n for n, (_, key) in enumerate(main) if key),
        tuple(data for data, _ in twin),
    )


def stamped(spec: Spec, n: int) -> Plane:
    """Frame ``n`` of the loop as one I420 array, with its clock burnt in."""
    picture = picture_at(spec, n / spec.fps)
    burn(picture, spec.width, spec.height, clock_of(spec, n))
    return picture


def clock_of(spec: Spec, n: int) -> int:
    """The clock of frame ``n``, counted from the epoch: milliseconds modulo ten seconds."""
    return int(n * 1000 / spec.fps + spec.offset_ms) % LOOP_MS


_behind: dict[tuple[int, int, int, bool], canvas.Picture] = {}


def picture_at(spec: Spec, seconds: float) -> Plane:
    """What is seen at a moment of the loop, as I420 without a clock."""
    look = portrait.LOOKS[spec.look % len(portrait.LOOKS)]
    size = (spec.width, spec.height)
    if (place := (spec.look, *size, spec.screen)) not in _behind:
        _behind[place] = document.sheet(*size) if spec.screen else portrait.room(look, *size)
    behind = _behind[place]
    picture = document.frame(behind, seconds) if spec.screen else portrait.frame(look, behind, seconds)
    if spec.natural:
        picture = natural.filmed(picture, seconds, spec.look)
    drawn = np.clip(picture, 0, 255).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(drawn, format="rgb24").reformat(format="yuv420p")
    return np.ascontiguousarray(frame.to_ndarray())


def strip_rows(height: int) -> int:
    """How high the strip is: 16 rows of 180, so that a smaller simulcast layer still shows it."""
    return max(16, height * 16 // 180)


def burn(picture: Plane, width: int, height: int, ms: int) -> None:
    """Write the clock into the top of an I420 array, in place; the colours below it stay."""
    rows, bar = strip_rows(height), width // BARS
    luma = np.full(width, DARK, np.uint8)
    for bit in range(BARS):
        if ms >> bit & 1:
            luma[bit * bar : (bit + 1) * bar] = BRIGHT
    picture[:rows, :width] = luma


def read(picture: Plane, width: int) -> int:
    """The clock in an I420 array, as a page reads it."""
    bar = width // BARS
    row = picture.reshape(-1)[6 * width : 7 * width]
    return sum(1 << bit for bit in range(BARS) if row[bit * bar + bar // 2] > 128)


def _encoded(spec: Spec, pictures: list[Plane], gop: int) -> list[tuple[bytes, bool]]:
    context: Any = av.CodecContext.create("libvpx", "w")
    context.width, context.height, context.pix_fmt = spec.width, spec.height, "yuv420p"
    context.time_base, context.framerate = Fraction(1, spec.fps), spec.fps
    context.bit_rate, context.thread_count = spec.kilobits * 1000, 1
    context.options = {
        "deadline": "realtime",
        "cpu-used": "8",
        "lag-in-frames": "0",
        "error-resilient": "default",
        "qmax": "36",
        "g": str(gop),
        "keyint_min": "0",
    }
    packets: list[tuple[bytes, bool]] = []
    for n, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts = n
        packets += [(bytes(packet), packet.is_keyframe) for packet in context.encode(frame)]
    packets += [(bytes(packet), packet.is_keyframe) for packet in context.encode(None)]
    if len(packets) != len(pictures):
        raise RuntimeError(f"libvpx gave {len(packets)} frames for {len(pictures)} pictures")
    return packets


def _folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "xcord" / "guests"


def _key(spec: Spec) -> str:
    """A name that changes with everything that goes into the file."""
    made_of = hashlib.sha256(msgspec.msgpack.encode((spec, av.__version__)))
    parts = (__file__, portrait.__file__, canvas.__file__, natural.__file__, document.__file__)
    for source in parts:
        made_of.update(Path(source).read_bytes())
    return made_of.hexdigest()[:24]

"""Sends one binary WebSocket message from many pieces without joining them first.

``websockets`` copies a message twice and asyncio once more (Python 3.11 joins in ``writelines``). Nine small
pictures thirty times a second are 24 MB/s, so here the kernel takes the pieces as they lie; only what its
buffer cannot take at once is joined and queued.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Sequence

from websockets.asyncio.server import ServerConnection
from websockets.protocol import OPEN

from .batches import Piece

FINAL_BINARY = 0x82


def header(length: int) -> bytes:
    """The frame header of an unmasked, unfragmented binary message (RFC 6455, section 5.2)."""
    if length < 126:
        return bytes((FINAL_BINARY, length))
    if length < 1 << 16:
        return bytes((FINAL_BINARY, 126)) + length.to_bytes(2, "big")
    return bytes((FINAL_BINARY, 127)) + length.to_bytes(8, "big")


class Spout:
    """The way out to one page. Use it on the loop of its connection."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        own: socket.socket = connection.transport.get_extra_info("socket")
        # asyncio hands out a socket without sendmsg; a second descriptor of the same socket has it.
        self._socket = (
            socket.socket(fileno=os.dup(own.fileno())) if hasattr(socket.socket, "sendmsg") else None
        )
        if self._socket is not None:
            self._socket.setblocking(False)

    def close(self) -> None:
        """Give the second descriptor back; the connection goes on."""
        if self._socket is not None:
            self._socket.close()

    def pour(self, pieces: Sequence[Piece]) -> None:
        """Send ``pieces`` as one message. Never waits: whoever calls this bounds what is in flight."""
        if self._connection.state is not OPEN:
            return
        transport = self._connection.transport
        message = [header(sum(map(len, pieces))), *pieces]
        taken = 0
        # Directly only past an empty queue, or the pieces would overtake what waits there.
        if self._socket is not None and transport.get_write_buffer_size() == 0:
            # An error here is a connection that ends; the transport finds out and tells.
            with contextlib.suppress(OSError):
                taken = self._socket.sendmsg(message)
        rest = _rest(message, taken)
        if rest:
            transport.write(b"".join(rest))


def _rest(pieces: Sequence[Piece], taken: int) -> list[Piece]:
    for index, piece in enumerate(pieces):
        if taken < len(piece):
            return [piece[taken:], *pieces[index + 1 :]]
        taken -= len(piece)
    return []

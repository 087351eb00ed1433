"""When sound begins to arrive at a process: its UDP packets, seen on the loopback interface.

The payload is encrypted, but not its size. Silence is a pair of small packets every 400 ms, or one every
20 ms where the talker's encoder does not pause (no ``usedtx`` in the SFU's answer); the latter may be larger
(165 bytes) than the first of speech after the former (135). So the first loud packet is the first one after
somebody was asked to talk that is larger than all of the silence before.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import struct
import threading
import time
from collections.abc import Collection, Iterator, Sequence

import psutil

APART = 0.05  # seconds between two of a row at most
ROW = 4  # packets that make one
BEFORE, FEW = 0.3, 2  # in so many seconds before a row come at most so many: silence is sent in pairs
LOUDER = (
    1.1  # times the largest packet of silence, whose sizes repeat; speech begins with 1.17 times that or more
)
SILENT = 0.6  # seconds before somebody is asked to talk in which nobody did: one pair of packets at least
SOON = 0.8  # seconds within which speech follows, also on a busy machine
AUDIO = frozenset({111, 63})  # payload types of Opus and of RED around it
ALL = 0x0003  # ETH_P_ALL


def begins(arrivals: Sequence[float]) -> list[float]:
    """The first packet of each row. ``arrivals`` are in order, in seconds; where silence has pauses, each row
    is somebody who talks."""
    found = []
    for at, moment in enumerate(arrivals):
        row = arrivals[at : at + ROW]
        steady = len(row) == ROW and all(b - a < APART for a, b in itertools.pairwise(row))
        before = [earlier for earlier in arrivals[max(0, at - ROW) : at] if moment - earlier < BEFORE]
        if steady and len(before) <= FEW and (not before or moment - before[-1] > APART):
            found.append(moment)
    return found


def first_loud(packets: Sequence[tuple[float, int]], asked: Sequence[float]) -> list[float]:
    """When speech arrives, for each time that somebody was asked to talk and did.

    :param packets: of one stream, in order: arrival in seconds, bytes.
    :param asked: seconds of the same clock, each after `SILENT` seconds of silence.
    """
    found = []
    for moment in asked:
        silence = [size for at, size in packets if moment - SILENT < at <= moment]
        soon = [(at, size) for at, size in packets if moment < at < moment + SOON]
        found += [at for at, size in soon if silence and size > LOUDER * max(silence)][:1]
    return found


def audio_of(packet: bytes, source: int, ports: Collection[int]) -> int | None:
    """The stream (SSRC) of an RTP packet of sound from UDP port ``source`` to one of ``ports``.

    :param packet: IPv4, from its header on.
    """
    if len(packet) < 40 or packet[0] >> 4 != 4 or packet[9] != socket.IPPROTO_UDP:
        return None
    head = (packet[0] & 15) * 4
    sender, target = struct.unpack_from("!HH", packet, head)
    if sender != source or target not in ports:
        return None
    rtp = packet[head + 8 :]
    if len(rtp) < 12 or rtp[0] >> 6 != 2 or rtp[1] & 0x7F not in AUDIO:
        return None
    return int(struct.unpack_from("!I", rtp, 8)[0])


def ports_of(process: psutil.Process) -> set[int]:
    """The UDP ports that a process has bound."""
    return {each.laddr.port for each in process.net_connections("udp") if each.laddr}


class Arrivals:
    """When packets of each stream came, by SSRC, in `time.monotonic()`, and how large they were."""

    def __init__(self) -> None:
        self.streams: dict[int, list[tuple[float, int]]] = {}

    def first_loud(self, asked: Sequence[float]) -> list[float]:
        """See the function; of all streams, in order."""
        return sorted(moment for packets in self.streams.values() for moment in first_loud(packets, asked))

    def rows(self) -> int:
        """How many rows there were."""
        return sum(len(begins([at for at, _ in packets])) for packets in self.streams.values())


@contextlib.contextmanager
def arriving(source: int, process: psutil.Process) -> Iterator[Arrivals]:
    """What the SFU at UDP port ``source`` sends a process of sound, for as long as the block lasts.

    :raises PermissionError: it takes root to see packets.
    """
    ports, arrivals, ended = ports_of(process), Arrivals(), threading.Event()
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL)) as eye:
        eye.bind(("lo", ALL))
        eye.settimeout(0.2)

        def watch() -> None:
            while not ended.is_set():
                with contextlib.suppress(TimeoutError):
                    packet, address = eye.recvfrom(2048)
                    now = time.monotonic()
                    if address[2] == socket.PACKET_OUTGOING:
                        continue  # on loopback each is seen twice
                    if (stream := audio_of(packet, source, ports)) is not None:
                        arrivals.streams.setdefault(stream, []).append((now, len(packet)))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield arrivals
        finally:
            ended.set()
            watcher.join(5)

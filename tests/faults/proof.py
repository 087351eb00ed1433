"""What the network really does: a fault that was asked for is measured before anything is blamed on it."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

PORT = 5077


@dataclass(frozen=True)
class Way:
    """Of so many datagrams there and back: the part that was lost (0..1), the median time in seconds, and how
    many came after one that was sent later."""

    lost: float
    took: float
    overtaken: int


@contextlib.contextmanager
def echo(host: str) -> Iterator[None]:
    """Whoever listens sends back; call it in the server's namespace by a thread of it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
        there.bind((host, PORT))
        there.settimeout(0.2)
        ended = threading.Event()

        def answer() -> None:
            while not ended.is_set():
                with contextlib.suppress(TimeoutError):
                    there.sendto(*there.recvfrom(100))

        worker = threading.Thread(target=answer, daemon=True)
        worker.start()
        try:
            yield
        finally:
            ended.set()
            worker.join(10)


def measure(host: str, count: int = 200, pace: float = 0.01, patience: float = 2.0) -> Way:
    """Sends ``count`` datagrams to the echo and waits up to ``patience`` seconds for the last; call it in the
    client's namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.settimeout(0.001)
        sent: list[float] = []
        took: list[float] = []
        overtaken, highest = 0, -1
        until = 0.0  # a busy machine takes longer to send them all
        while len(took) < count and (len(sent) < count or time.monotonic() < until):
            if len(sent) < count:
                until = time.monotonic() + patience
                sent.append(time.monotonic())
                with contextlib.suppress(OSError):
                    here.sendto(str(len(sent) - 1).encode(), (host, PORT))
            end = time.monotonic() + pace
            while time.monotonic() < end:
                try:
                    number = int(here.recv(100))
                except OSError:
                    continue
                took.append(time.monotonic() - sent[number])
                overtaken += number < highest
                highest = max(highest, number)
    ordered = sorted(took) or [float("inf")]
    return Way(1 - len(took) / count, ordered[len(ordered) // 2], overtaken)


def answers(host: str, port: int, within: float = 1.0) -> bool:
    """Whether an HTTP server says anything there."""
    connection = http.client.HTTPConnection(host, port, timeout=within)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

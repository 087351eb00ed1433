"""A user-space relay between two TAP devices that delays and reorders what the client sends and gets."""

from __future__ import annotations

import fcntl
import heapq
import itertools
import os
import random
import select
import struct
import sys
import time
from dataclasses import dataclass
from subprocess import Popen

from tests.parts import end, spawn

from .namespaces import PATIENCE, CannotBreak, Namespace

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
INSIDE, OUTSIDE = "tap-in", "tap-out"


@dataclass
class Relay:
    """A running one."""

    middle: Namespace
    process: Popen[bytes]

    def close(self) -> None:
        """The client is on the bridge again; the devices go with the process."""
        self.middle.run("ip", "link", "set", "p-client", "master", "br0")
        end(self.process)
        self.middle.run("ip", "link", "del", "br1", check=False)


def relay(middle: Namespace, delay: float, jitter: float) -> Relay:
    """Puts it between the client's cable and the bridge; seconds one way.

    :raises CannotBreak: no TAP device can be made.
    """
    process = spawn(
        [*middle.prefix, sys.executable, "-m", "tests.faults.relay", str(delay), str(jitter)], cwd=os.getcwd()
    )
    until = time.monotonic() + PATIENCE
    while OUTSIDE not in middle.run("ip", "-br", "link"):
        if process.poll() is not None or time.monotonic() > until:
            raise CannotBreak("no TAP device can be made; is there a /dev/net/tun?")
        time.sleep(0.02)
    middle.run("ip", "link", "add", "br1", "type", "bridge")
    for device, bridge in (("br1", ""), (INSIDE, "br1"), (OUTSIDE, "br0"), ("p-client", "br1")):
        if bridge:
            middle.run("ip", "link", "set", device, "master", bridge)
        middle.run("ip", "link", "set", device, "up")
    return Relay(middle, process)


def _tap(name: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return device


def main(delay: float, jitter: float) -> None:
    """Until it is ended."""
    inside, outside = _tap(INSIDE), _tap(OUTSIDE)
    other = {inside: outside, outside: inside}
    due: list[tuple[float, int, int, bytes]] = []
    numbers = itertools.count()
    while True:
        wait = max(0.0, due[0][0] - time.monotonic()) if due else None
        ready, _, _ = select.select([inside, outside], [], [], wait)
        for device in ready:
            try:
                packet = os.read(device, 65_536)
            except OSError:  # a device that is not up yet
                continue
            at = time.monotonic() + delay + random.random() * jitter
            heapq.heappush(due, (at, next(numbers), other[device], packet))
        while due and due[0][0] <= time.monotonic():
            _, _, device, packet = heapq.heappop(due)
            try:
                os.write(device, packet)
            except OSError:
                continue


if __name__ == "__main__":
    main(float(sys.argv[1]), float(sys.argv[2]))

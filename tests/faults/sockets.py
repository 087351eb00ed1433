"""How many connections to the SFU the client's namespace really holds: ``ss``, twice a second."""

from __future__ import annotations

import re
import threading
import time

from tests.waits import PATIENCE

from .ends import HOST, SIGNAL
from .network import Network

EVERY = 0.5
PINGED = 6.5
"""Seconds since which a Room's connection has sent something: it pings every 5 s. The SDK also keeps the HTTP
connection over which it asked why it was refused (``/rtc/validate``), which is then silent and no Room's."""
LASTING = 8.0
"""Seconds from which a connection is a Room's own. Others are short: a probe lasts 2 s at most, and one of
the SDK's attempts to open a Room 5 s, so two that last at the same time are two Rooms."""


class Sockets:
    """Watches the app (by its process id) for as long as the block lasts. ``most`` is the greatest number of
    lasting ones at once."""

    def __init__(self, net: Network, app: int) -> None:
        self._net, self._owner = net, f"pid={app},"
        self._ended = threading.Event()
        self._seen: dict[str, list[float]] = {}  # local port -> first and last time
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Sockets:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(PATIENCE)

    def _watch(self) -> None:
        where = f"{HOST}:{SIGNAL}"
        while not self._ended.wait(EVERY):
            now = time.monotonic()
            told = self._net.client.run(
                "ss", "-HO", "-tnpi", "state", "established", "dst", where, check=False
            )
            for line in told.splitlines():
                words = line.split()
                mine = self._owner in line  # an orphan in the kernel is nobody's
                if len(words) > 3 and mine and silent_for(line) < PINGED:
                    self._seen.setdefault(words[2], [now, now])[1] = now

    @property
    def most(self) -> int:
        """See the class."""
        lasting = [span for span in self._seen.values() if span[1] - span[0] >= LASTING]
        return max((sum(b <= a <= e for b, e in lasting) for a, _ in lasting), default=0)


def silent_for(line: str) -> float:
    """Seconds since the connection of a line of ``ss -i`` sent anything."""
    found = re.search(r"\blastsnd:(\d+)", line)
    return int(found[1]) / 1000 if found else 0.0

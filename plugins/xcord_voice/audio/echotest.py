"""The echo test: what the microphone gives comes out of the loudspeaker three seconds later."""

from __future__ import annotations

import threading
from collections import deque

import numpy as np

from .frames import Block
from .mixer import Mixer
from .ring import RATE

DELAY = 3 * RATE  # samples
KEY = "echo-test"


class EchoTest:
    """Takes the sound instead of the call, through the same chain and the same voice activity."""

    def __init__(self, mixer: Mixer) -> None:
        self._mixer = mixer
        self._lock = threading.Lock()
        self._kept: deque[Block] = deque()
        self._length = 0
        mixer.add(KEY, "")

    def deliver(self, samples: Block) -> None:
        """On the capture thread."""
        with self._lock:
            self._kept.append(samples)
            self._length += len(samples)
            while self._length > DELAY:
                oldest = self._kept.popleft()
                self._length -= len(oldest)
                self._mixer.push(KEY, oldest.astype(np.float32) / np.float32(32768))

    def skip(self, count: int) -> None:
        """Nobody spoke: a pause of the same length is played."""
        self.deliver(np.zeros(count, np.int16))

    def shut(self) -> None:
        """Nothing that is kept is played."""
        with self._lock:
            self._kept.clear()
            self._length = 0

    def close(self) -> None:
        """The test is over."""
        self._mixer.remove(KEY)
        self.shut()

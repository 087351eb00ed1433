"""How much may be under way to a page. Pure; time is given, in seconds of any steady clock.

At most two batches are in flight. A page acknowledges the highest batch number that it has drawn, for all
before it, too; one that acknowledges nothing for a second has lost its connection.
"""

from __future__ import annotations

IN_FLIGHT = 2
TIMEOUT = 1.0


class Credit:
    """The account of one connection. Batches are numbered from 1; ``sent`` is the last number."""

    def __init__(self, in_flight: int = IN_FLIGHT, timeout: float = TIMEOUT) -> None:
        self._most = in_flight
        self._timeout = timeout
        self.sent = 0
        self._acknowledged = 0
        self._waiting_since = 0.0

    @property
    def in_flight(self) -> int:
        """Batches that were sent and not acknowledged."""
        return self.sent - self._acknowledged

    def may_send(self) -> bool:
        """Whether another batch may go out."""
        return self.in_flight < self._most

    def send(self, now: float) -> int:
        """Take one credit; the number of the batch that goes out.

        :raises RuntimeError: there is no credit.
        """
        if not self.may_send():
            raise RuntimeError("no credit is left")
        if self.in_flight == 0:
            self._waiting_since = now
        self.sent += 1
        return self.sent

    def acknowledge(self, number: int, now: float) -> bool:
        """Batches up to ``number`` were drawn; True if that was news. A repeat or an old number is harmless.

        :raises ValueError: a batch with this number was never sent.
        """
        if not 0 < number <= self.sent:
            raise ValueError("a batch was acknowledged that was never sent")
        if number <= self._acknowledged:
            return False
        self._acknowledged = number
        self._waiting_since = now
        return True

    def deadline(self) -> float | None:
        """When the next acknowledgement must have come; None while nothing is in flight."""
        return self._waiting_since + self._timeout if self.in_flight else None

    def expired(self, now: float) -> bool:
        """Whether the page has been silent for too long."""
        deadline = self.deadline()
        return deadline is not None and now >= deadline

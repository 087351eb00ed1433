"""Lets a device's thread run when it must.

A thread of the usual kind waits for its turn behind whatever else runs. On two cores at a load of five, 10 to
22 of 1,500 wake-ups came more than 7 ms late (51 ms at most), of a realtime thread none (4.6 ms), and a
loudspeaker has some 15 ms ahead. Sound servers and browsers run their audio threads like that too.
"""

from __future__ import annotations

import logging
import os
import threading

log = logging.getLogger("xcord.voice.audio")

PRIORITY = 5  # of 1 to 99: above everything usual, below the sound server's own


def hurry() -> bool:
    """Makes the calling thread a realtime one, if the system lets us; its children are not."""
    if not hasattr(os, "sched_setscheduler"):
        return False  # Windows and macOS do it themselves for the threads that they call
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(PRIORITY))
    except OSError as error:
        log.debug("thread %d stays a usual one: %s", threading.get_native_id(), error)
        return False
    return True

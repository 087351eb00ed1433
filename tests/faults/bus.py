"""A D-Bus of this run's own in the place of the system's, on which logind's words are spoken.

Not by python-dbusmock, which is built from C against the system's libdbus: the app's own D-Bus library sends
the same signal.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jeepney import DBusAddress, new_signal
from jeepney.io.blocking import open_dbus_connection
from tests.parts import end, spawn

from .namespaces import CannotBreak

PATIENCE = 30.0
MANAGER = DBusAddress("/org/freedesktop/login1", interface="org.freedesktop.login1.Manager")


@dataclass(frozen=True)
class SystemBus:
    """Where it is; a path, so that it reaches across network namespaces."""

    address: str = ""

    def tell_of_sleep(self, begins: bool) -> None:
        """The machine is about to sleep, or has woken up."""
        with open_dbus_connection(bus=self.address) as system:
            system.send(new_signal(MANAGER, "PrepareForSleep", "b", (begins,)))


@contextmanager
def system_bus(folder: Path) -> Iterator[SystemBus]:
    """For as long as the block lasts.

    :raises CannotBreak: there is no D-Bus on this machine.
    """
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        raise CannotBreak("programs are missing; run: apt-get install dbus-daemon")
    path = folder / "bus"
    command = [daemon, "--session", "--nofork", "--nopidfile", f"--address=unix:path={path}"]
    process = spawn(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while not path.exists():
            if process.poll() is not None or time.monotonic() > until:
                raise CannotBreak("dbus-daemon does not start")
            time.sleep(0.02)
        yield SystemBus(f"unix:path={path}")
    finally:
        end(process)

"""What the system says: the kernel's messages, the system's D-Bus, and clocks that jump."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import struct
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from jeepney import DBusAddress, new_signal
from jeepney.io.asyncio import open_dbus_connection
from tests.waits import PATIENCE, soon

from xcord.clock import MonotonicClock
from xcord.testing import FakeClock
from xcord_reconnection.signals import Network, Signal, Woke, addresses, clocks, logind, netlink
from xcord_reconnection.signals.clocks import Reading

LINK, UP, CARRIER = 16, 0x1, 0x40


def message(kind: int, body: bytes = b"") -> bytes:
    whole = struct.pack("=IHHII", 16 + len(body), kind, 0, 0, 0) + body
    return whole + b"\0" * (-len(whole) % 4)


def link(flags: int) -> bytes:
    return message(LINK, struct.pack("=BxHiII", 0, 1, 2, flags, 0) + b"\x05\x00\x03\x00a")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (message(20), [True]),
        (message(21), [False]),
        (message(24), [True]),
        (message(25), [False]),
        (link(UP | CARRIER), [True]),
        (link(UP), [False]),
        (link(UP) + message(21) + message(20), [False, False, True]),
        (message(3), []),
        (b"", []),
        (b"\0" * 16, []),
        (message(16), []),
        (message(20)[:7], []),
    ],
)
def test_the_kernels_messages_are_read(data: bytes, said: list[bool]) -> None:
    assert netlink.read(data) == said


IN_A_NAMESPACE = """
import asyncio, pathlib, subprocess
from xcord.clock import MonotonicClock
from xcord_reconnection.signals import netlink

async def main():
    heard = asyncio.Queue()
    watching = asyncio.ensure_future(netlink.watch(MonotonicClock(), heard.put_nowait))
    sockets = pathlib.Path("/proc/net/netlink")
    while not any(int(line.split()[3], 16) for line in sockets.read_text().splitlines()[1:]):
        await asyncio.sleep(0.01)  # nobody listens yet
    for state in ("up", "down"):
        subprocess.run(["ip", "link", "set", "lo", state], check=True)
        print((await asyncio.wait_for(heard.get(), 10)).up, flush=True)
        await asyncio.sleep(0.3)
    watching.cancel()

asyncio.run(main())
"""


def test_a_link_that_goes_up_and_down_is_heard() -> None:
    """In a network namespace of its own, on its own loopback."""
    unshare = shutil.which("unshare")
    assert unshare, "unshare is missing. Run: apt-get install util-linux"
    command = [unshare, "--user", "--map-root-user", "--net", sys.executable, "-c", IN_A_NAMESPACE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.stdout.split(), done.stderr) == (["True", "False"], "")


@pytest.mark.parametrize(
    ("before", "now", "seconds"),
    [
        (Reading(10, 10), Reading(11, 11), 0),
        (Reading(10, 10), Reading(15.5, 15.5), 0),
        (Reading(10, 10), Reading(41, 41), 30),
        (Reading(10, 10), Reading(11, 3611), 3600),
        (Reading(10, 10), Reading(11, 12.5), 0),
        (Reading(10, 500), Reading(11, 400), 0),
    ],
    ids=["a second", "a busy machine", "stopped", "asleep", "drift", "set back"],
)
def test_clocks_that_jump_are_noticed(before: Reading, now: Reading, seconds: int) -> None:
    assert clocks.missed(before, now) == seconds


async def test_a_sleep_is_told_once() -> None:
    clock, heard = FakeClock(0.0), list[Signal]()
    slept = 0.0
    watching = asyncio.ensure_future(
        clocks.watch(clock, heard.append, lambda: Reading(clock.now(), clock.now() + slept))
    )
    await clock.advance(5)
    assert heard == []
    slept = 1800.0
    await clock.advance(5)
    assert heard == [Woke(1800)]
    watching.cancel()


async def test_an_address_that_comes_or_goes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, heard, mine = FakeClock(0.0), list[Signal](), frozenset({"10.0.0.2"})
    monkeypatch.setattr(addresses, "mine", lambda: mine)
    watching = asyncio.ensure_future(addresses.watch(clock, heard.append))
    await clock.advance(4)
    mine = frozenset()
    await clock.advance(4)
    mine = frozenset({"192.168.1.7"})
    await clock.advance(4)
    assert heard == [Network(False), Network(True)]
    watching.cancel()


def test_the_own_addresses_can_be_asked_for_anywhere() -> None:
    assert all(isinstance(address, str) for address in addresses.mine())


@pytest.fixture
async def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """A D-Bus of this test's own, in the place of the system's."""
    daemon = shutil.which("dbus-daemon")
    assert daemon, "dbus-daemon is missing. Run: apt-get install dbus-daemon"
    address = f"unix:path={tmp_path / 'bus'}"
    process = await asyncio.create_subprocess_exec(
        daemon, "--session", "--nofork", f"--address={address}", "--print-address=1", stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    await soon(process.stdout.readline())
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
    try:
        yield address
    finally:
        process.terminate()
        await soon(process.wait())


async def test_the_systems_word_that_it_woke_up_is_heard(bus: str) -> None:
    heard: asyncio.Queue[Signal] = asyncio.Queue()
    watching = asyncio.ensure_future(logind.watch(MonotonicClock(), heard.put_nowait))
    manager = DBusAddress("/org/freedesktop/login1", interface="org.freedesktop.login1.Manager")
    async with await open_dbus_connection(bus="SYSTEM") as system:
        async with asyncio.timeout(PATIENCE):
            while heard.empty():  # until it listens
                for begins in (True, False):
                    await system.send(new_signal(manager, "PrepareForSleep", "b", (begins,)))
                await asyncio.sleep(0.1)
        assert isinstance(heard.get_nowait(), Woke)
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching


async def test_without_a_system_bus_it_goes_on_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'none'}")
    await asyncio.wait_for(logind.watch(MonotonicClock(), lambda signal: None), 10)

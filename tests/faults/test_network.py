"""The network does what it is told, and nothing of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from tests.waits import line_of

from .network import Network, address, network
from .proof import Way, echo, measure


@pytest.fixture
def net() -> Iterator[Network]:
    with network() as net:
        yield net


def way(net: Network, **how: float) -> Way:
    context = net.server.call(lambda: (each := echo(address("server"))).__enter__() or each)
    try:
        return net.client.call(lambda: measure(address("server"), **how))  # type: ignore[arg-type]
    finally:
        net.server.call(lambda: context.__exit__(None, None, None))


def test_a_whole_network_loses_nothing_and_every_cut_loses_all(net: Network) -> None:
    assert way(net).lost < 0.05
    for cut in (net.cut, net.unplug):
        cut()
        assert way(net, count=20, patience=0.5).lost == 1
        net.heal()
        assert way(net).lost < 0.05
    net.readdress()
    assert way(net).lost < 0.05


def test_loss_delay_and_disorder_are_as_asked(net: Network) -> None:
    net.lose(30)
    assert 0.35 < way(net, count=400).lost < 0.65, "30 % each way are 51 % there and back"
    net.heal()
    net.delay(250, 60)
    slow = way(net, patience=3.0)
    assert slow.lost < 0.1
    assert 0.5 <= slow.took < 0.8
    assert slow.overtaken > 10
    net.heal()
    assert way(net).took < 0.1


def test_a_killed_run_leaves_no_namespace_and_no_process() -> None:
    code = (
        "import time\nfrom tests.faults.network import network\nwith network() as net:\n"
        " print(*(n.holder for n in (net.middle, net.server, net.client, net.peer)), flush=True)\n"
        " time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as run:
        holders = [int(word) for word in line_of(run.stdout).split()]
        assert len(holders) == 4
        run.send_signal(signal.SIGKILL)
    until = time.monotonic() + 20
    while any(os.path.exists(f"/proc/{holder}") for holder in holders):
        assert time.monotonic() < until, "a holder stayed"
        time.sleep(0.05)

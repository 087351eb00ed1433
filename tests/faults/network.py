"""A small network of namespaces, and what can go wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from .namespaces import HOSTS, Namespace, must_be_able, namespace
from .relay import Relay, relay

PREFIX = "10.213.77"
MOVED_TO = 12  # last part of the client's second address


def address(host: str) -> str:
    """Of ``server``, ``client`` or ``peer``."""
    return f"{PREFIX}.{HOSTS[host]}"


def _mac(number: int) -> str:
    return f"02:00:00:00:00:{number:02x}"


@dataclass
class Network:
    """``middle`` holds the bridge; the others are on it by a cable (``p-NAME`` there, ``e0`` here)."""

    middle: Namespace
    server: Namespace
    client: Namespace
    peer: Namespace
    _relay: Relay | None = None
    last: int = HOSTS["client"]

    def cut(self) -> None:
        """A black hole: packets of the client go nowhere, and nobody says so."""
        self.middle.run("ip", "link", "set", "p-client", "nomaster")

    def unplug(self) -> None:
        """The client's interface goes down, as when a cable is pulled."""
        self.client.run("ip", "link", "set", "e0", "down")

    def heal(self) -> None:
        """Whatever was done to the client's way ends."""
        if self._relay is not None:
            self._relay.close()
            self._relay = None
        self.middle.run("ip", "link", "set", "p-client", "master", "br0")
        self.client.run("nft", "delete", "table", "inet", "faults", check=False)
        self.client.run("ip", "link", "set", "e0", "up")
        self._know()

    def lose(self, percent: int) -> None:
        """Of what the client sends and gets, so much is dropped at random. (Not by netem: many kernels lack
        it.)"""
        rules = "".join(
            f"add chain inet faults {hook} {{ type filter hook {hook} priority 0; }}\n"
            f"add rule inet faults {hook} {way} e0 numgen random mod 100 < {percent} drop\n"
            for hook, way in (("input", "iifname"), ("output", "oifname"))
        )
        self.client.run("nft", f"add table inet faults\n{rules}")

    def delay(self, milliseconds: int, jitter: int) -> None:
        """Each packet of the client takes so long more, and up to ``jitter`` longer, so that some overtake
        others."""
        self._relay = relay(self.middle, milliseconds / 1000, jitter / 1000)

    def readdress(self) -> None:
        """The client gets another address, as when it moves from one network to the next."""
        old, self.last = self.last, MOVED_TO if self.last == HOSTS["client"] else HOSTS["client"]
        self.client.run("ip", "addr", "del", f"{PREFIX}.{old}/24", "dev", "e0")
        self.client.run("ip", "addr", "add", f"{PREFIX}.{self.last}/24", "dev", "e0")
        self._know()

    def _know(self) -> None:
        """Everybody knows everybody's hardware address: a cut must not end in an ICMP error by itself."""
        there = {"server": HOSTS["server"], "client": self.last, "peer": HOSTS["peer"]}
        for name in there:
            for other, last in there.items():
                if name != other:
                    here: Namespace = getattr(self, name)
                    here.run("ip", "neigh", "replace", f"{PREFIX}.{last}", "lladdr", _mac(HOSTS[other]),
                             "dev", "e0", "nud", "permanent")  # fmt: skip
        self.client.run("ip", "route", "replace", "default", "via", address("server"))


@contextmanager
def network() -> Iterator[Network]:
    """All of it, for as long as the block lasts.

    :raises CannotBreak: it cannot be made here.
    """
    must_be_able()
    with ExitStack() as ends:
        middle = ends.enter_context(namespace("middle"))
        middle.run("ip", "link", "add", "br0", "type", "bridge")
        middle.run("ip", "link", "set", "br0", "up")
        made = {}
        for name, last in HOSTS.items():
            here = made[name] = ends.enter_context(namespace(name))
            middle.run("ip", "link", "add", f"p-{name}", "type", "veth", "peer", "name", "e0",
                       "netns", str(here.holder))  # fmt: skip
            middle.run("ip", "link", "set", f"p-{name}", "master", "br0")
            middle.run("ip", "link", "set", f"p-{name}", "up")
            here.run("ip", "link", "set", "e0", "address", _mac(last))
            here.run("ip", "addr", "add", f"{PREFIX}.{last}/24", "dev", "e0")
            here.run("ip", "link", "set", "e0", "up")
        net = Network(middle, made["server"], made["client"], made["peer"])
        net._know()
        try:
            yield net
        finally:
            if net._relay is not None:
                net._relay.close()

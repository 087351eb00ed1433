"""Network namespaces that exist for as long as their holder lives: nothing to remove, also after a crash.

Each is held open by a child that dies with us; the kernel takes a namespace away, with its devices, when
its last process is gone. They are joined by a bridge in one of their own; the machine's network is not used.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.parts import end, spawn

T = TypeVar("T")
CLONE_NEWNET = 0x40000000
PATIENCE = 30.0
HOSTS = {"server": 1, "client": 2, "peer": 3}  # last part of the address
NEEDED = {"ip": "iproute2", "ss": "iproute2", "nft": "nftables", "nsenter": "util-linux"}


class CannotBreak(RuntimeError):
    """The network cannot be made here; one sentence with the command that helps."""


def must_be_able() -> None:
    """:raises CannotBreak: no root (of the machine or of a user namespace), or a program is missing."""
    if os.geteuid() != 0:
        raise CannotBreak(
            "network namespaces need root; run: sudo python3 build/dev.py faults, or without sudo: "
            "bwrap --unshare-user --uid 0 --gid 0 --cap-add ALL --dev-bind / / python3 build/dev.py faults"
        )
    missing = sorted({package for program, package in NEEDED.items() if shutil.which(program) is None})
    if missing:
        raise CannotBreak(f"programs are missing; run: apt-get install {' '.join(missing)}")


@dataclass(frozen=True)
class Namespace:
    """``run`` waits for a command in it, ``prefix`` begins one, ``call`` calls a function on its thread."""

    name: str
    holder: int
    _thread: ThreadPoolExecutor

    @property
    def prefix(self) -> list[str]:
        return ["nsenter", f"--net=/proc/{self.holder}/ns/net", "--"]

    def run(self, *words: str, check: bool = True) -> str:
        """What it printed.

        :raises CannotBreak: it failed.
        """
        done = subprocess.run(
            [*self.prefix, *words], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        if check and done.returncode:
            raise CannotBreak(f"{' '.join(words)} failed: {done.stderr.strip()}")
        return done.stdout

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """The function's sockets are this namespace's."""
        return self._thread.submit(function, *arguments).result(4 * PATIENCE)


@contextmanager
def namespace(name: str) -> Iterator[Namespace]:
    """One for as long as the block lasts."""
    holder = spawn(["unshare", "--net", "sleep", "infinity"])
    path = f"/proc/{holder.pid}/ns/net"
    until = time.monotonic() + PATIENCE
    while _inode(path) in (None, _inode("/proc/self/ns/net")):
        if holder.poll() is not None or time.monotonic() > until:
            raise CannotBreak("the kernel gives no network namespace: needs CAP_SYS_ADMIN")
        time.sleep(0.01)
    thread = ThreadPoolExecutor(1, f"in-{name}", lambda: _enter(path))
    made = Namespace(name, holder.pid, thread)
    try:
        made.run("ip", "link", "set", "lo", "up")
        yield made
    finally:
        thread.shutdown(wait=False, cancel_futures=True)
        end(holder)


def _inode(path: str) -> int | None:
    try:
        return os.stat(path).st_ino
    except OSError:
        return None


def _enter(path: str) -> None:
    """This thread alone; Python has ``os.setns`` from 3.12 on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(descriptor, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(descriptor)

"""Linux: the kernel's messages about links, addresses and routes (rtnetlink, a plain socket)."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct

from xcord import Clock

from .kinds import Network, Tell

log = logging.getLogger("xcord.reconnection.netlink")

GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400  # link, IPv4 address and route, IPv6 address and route
NEW_LINK, NEW_ADDRESS, DELETE_ADDRESS, NEW_ROUTE, DELETE_ROUTE = 16, 20, 21, 24, 25
RUNNING = 0x40  # the link has a carrier
CALM = 0.1  # seconds in which one change's many messages come
_HEADER = struct.Struct("=IHHII")
_LINK = struct.Struct("=BxHiII")


def read(data: bytes) -> list[bool]:
    """What each message of a datagram says: a network came (true) or went."""
    said = []
    while len(data) >= _HEADER.size:
        length, kind, *_ = _HEADER.unpack_from(data)
        if length < _HEADER.size:
            break
        if kind in (NEW_ADDRESS, NEW_ROUTE):
            said.append(True)
        elif kind in (DELETE_ADDRESS, DELETE_ROUTE):
            said.append(False)
        elif kind == NEW_LINK and length >= _HEADER.size + _LINK.size:
            said.append(bool(_LINK.unpack_from(data, _HEADER.size)[3] & RUNNING))
        data = data[(length + 3) & ~3 :]
    return said


async def watch(clock: Clock, tell: Tell) -> None:
    """Until it is cancelled."""
    loop = asyncio.get_running_loop()
    try:
        listening = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    except OSError as error:
        log.info("no network signals: %s", error)
        return
    with listening:
        listening.setblocking(False)
        listening.bind((0, GROUPS))
        while True:
            said = await _receive(loop, listening)
            await clock.sleep(CALM)
            said += _rest(listening)
            if said:
                tell(Network(said[-1]))


async def _receive(loop: asyncio.AbstractEventLoop, listening: socket.socket) -> list[bool]:
    try:
        return read(await loop.sock_recv(listening, 65536))
    except OSError:
        return [True]  # more messages than the socket holds: something changed


def _rest(listening: socket.socket) -> list[bool]:
    said: list[bool] = []
    try:
        while True:
            said += read(listening.recv(65536))
    except OSError:
        return said

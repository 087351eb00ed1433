"""Does a server answer at all? Asked before what would otherwise try for half a minute."""

from __future__ import annotations

import asyncio
import socket
import ssl
from urllib.parse import urlsplit

TIMEOUT = 2.0  # seconds for all of it
KNOCK_EVERY = 0.3  # seconds; TCP itself asks a silent host again after 1 and 3 s, and would find it late
_PORTS = {"ws": 80, "http": 80, "wss": 443, "https": 443}


async def probe(url: str, timeout: float = TIMEOUT) -> str:
    """Empty if the server answers HTTP, else why not: ``bad_address``, ``unreachable``, ``timed_out``,
    ``certificate``, ``server_error``."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return "bad_address"
    if not host:
        return "bad_address"
    try:
        async with asyncio.timeout(timeout):
            return await _ask(host, port, parts.scheme in ("wss", "https"))
    except TimeoutError:
        return "timed_out"
    except ssl.SSLError:
        return "certificate"
    except (OSError, UnicodeError, EOFError):
        return "unreachable"


async def _ask(host: str, port: int, secure: bool) -> str:
    reader, writer = await _connect(host, port)
    try:
        if secure:
            await writer.start_tls(ssl.create_default_context(), server_hostname=host)
        writer.write(f"GET / HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        line = await reader.readexactly(len(b"HTTP/1.1 200"))
        if not line.startswith(b"HTTP/") or not line[9:].isdigit():
            return "unreachable"
        return "server_error" if line[9:] >= b"500" else ""
    finally:
        # Never waits: closing must not outlast the probe's own time.
        writer.transport.abort()


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _connect(host: str, port: int) -> Connection:
    """The first connection that comes about. While nobody answers, another one is begun every so often.

    :raises OSError: each of the host's addresses refused, or it has none.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    knocks: dict[asyncio.Task[Connection], str] = {}
    try:
        while True:
            addresses.append(addresses.pop(0))
            knock = asyncio.ensure_future(asyncio.open_connection(addresses[-1], port))
            knocks[knock] = addresses[-1]
            done, _ = await asyncio.wait(knocks, timeout=KNOCK_EVERY, return_when=asyncio.FIRST_COMPLETED)
            for knock in done:
                refused = knocks.pop(knock)
                if knock.exception() is not None and refused in addresses:
                    addresses.remove(refused)
                if knock.exception() is None or not addresses:
                    return knock.result()
    finally:
        for knock in knocks:
            knock.cancel()
            knock.add_done_callback(_let_go)


def _let_go(knock: asyncio.Task[Connection]) -> None:
    """One that came about just as another one did."""
    if not knock.cancelled() and knock.exception() is None:
        knock.result()[1].transport.abort()

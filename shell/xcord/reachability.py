"""Does a server answer at all? Asked before what would otherwise try for half a minute."""

from __future__ import annotations

import asyncio
import ssl
from urllib.parse import urlsplit

TIMEOUT = 2.0  # seconds for all of it
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
    reader, writer = await asyncio.open_connection(host, port, ssl=secure or None)
    try:
        writer.write(f"GET / HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        line = await reader.readexactly(len(b"HTTP/1.1 200"))
        if not line.startswith(b"HTTP/") or not line[9:].isdigit():
            return "unreachable"
        return "server_error" if line[9:] >= b"500" else ""
    finally:
        # Never waits: closing must not outlast the probe's own time.
        writer.transport.abort()

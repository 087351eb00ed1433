"""The events socket: one connection, what it tells, and why it ended as a typed ``CommandError``."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from xcord import CommandError

from . import contract, happenings
from .address import is_loopback

PING_SECONDS = 20.0
CONNECT_SECONDS = 8.0

_quiet = logging.getLogger("xcord.sync.socket")
_quiet.setLevel(logging.WARNING)  # at DEBUG the library writes headers, and so the login's token


class NoEvents(Exception):
    """This server end, or what stands before it, has no events socket; it has to be asked again and again."""


@asynccontextmanager
async def listening(
    address: str, token: str, after: int = 0, view: str = ""
) -> AsyncIterator[AsyncIterator[contract.Happening]]:
    """Connects and says hello; iterate what it gives.

    :raises NoEvents: see there.
    :raises CommandError: ``unreachable``, or what the server end says when it closes; always at its end.
    """
    url = address.replace("http", "ws", 1) + "/v1/events"
    headers = {"Authorization": f"Bearer {token}", contract.PROTOCOL_HEADER: str(contract.PROTOCOL)}
    near = is_loopback(urlsplit(address).hostname or "")
    try:
        async with connect(
            url,
            additional_headers=headers,
            proxy=None if near else True,
            open_timeout=CONNECT_SECONDS,
            close_timeout=1.0,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            max_size=happenings.EVENT_LIMIT,
            logger=_quiet,
        ) as socket:
            hello = contract.Hello(protocol=contract.PROTOCOL, after=after, view=view)
            await socket.send(msgspec.json.encode(hello).decode())
            async with aclosing(_told(socket)) as told:
                yield told
    except InvalidStatus as error:
        status = error.response.status_code
        if status == 401:
            raise CommandError("unauthorized", "the login has ended") from None
        if status in (403, 404, 405, 426):
            raise NoEvents from None
        raise CommandError("unavailable" if status >= 500 else "server_error", f"refused: {status}") from None
    except (WebSocketException, OSError, TimeoutError) as error:
        # The cause is dropped: it may quote the request.
        raise CommandError("unreachable", f"no events ({type(error).__name__})") from None


async def _told(socket: ClientConnection) -> AsyncGenerator[contract.Happening, None]:
    try:
        while True:
            message = await socket.recv(decode=False)
            try:
                yield msgspec.json.decode(message, type=contract.Happening)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                if _is_newer(message):
                    continue
                raise CommandError("server_error", "the server's events make no sense") from None
    except ConnectionClosed as error:
        code = contract.CLOSES.get(error.rcvd.code if error.rcvd else 0, "unreachable")
        raise CommandError(code if code in contract.PROBLEMS else "unreachable", "the socket ended") from None


def _is_newer(message: bytes) -> bool:
    """A kind of event that this version does not know is passed over."""
    try:
        kind = msgspec.json.decode(message, type=dict[str, msgspec.Raw]).get("type")
        return kind is not None and msgspec.json.decode(kind, type=str) not in _KINDS
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False


_KINDS = {
    "snapshot", "resumed", "changed", "directory", "moved", "called", "removed", "muted", "expelled", "ring",
    "ring_over",
}  # fmt: skip

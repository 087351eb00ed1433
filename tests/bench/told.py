"""What a page's probe tells a bench: a WebSocket server on loopback, for a page's policy allows no other."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve


class Told:
    """``messages`` grows. All processes share the monotonic clock; a page has only that of the day, which
    ``moment`` turns into it."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = listener.getsockname()[1]
        self._ahead = time.monotonic() - time.time()
        self._server: Server = serve(self._hear, sock=listener, compression=None)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _hear(self, page: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            for text in page:
                self.messages.append(json.loads(text))

    def moment(self, since_epoch_ms: float) -> float:
        """`time.monotonic()` of that moment."""
        return since_epoch_ms / 1000 + self._ahead

    def wait(self, what: str, true: Callable[[dict[str, Any]], Any], within: float = 30.0) -> dict[str, Any]:
        """The first message of which it is true.

        :raises TimeoutError: none came.
        """
        until = time.monotonic() + within
        while time.monotonic() < until:
            for message in list(self.messages):
                if true(message):
                    return message
            time.sleep(0.02)
        raise TimeoutError(f"{what} did not happen within {within:g} s")

    def close(self) -> None:
        self._server.shutdown()

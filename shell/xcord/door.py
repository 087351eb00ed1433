"""Who may open a window's connection. The local hub is a door to a microphone.

A page brings a one-use token, made by the shell and carried in the address's fragment; in exchange it
is given a secret with which it comes back after a reload. A token for watching may be used again and
again, and its window may not ask anything.
"""

from __future__ import annotations

import secrets
import socket
from collections import Counter
from dataclasses import dataclass

from .errors import SetupError


@dataclass(frozen=True)
class Admission:
    """What a page was admitted as. ``window`` is the window's name, ``page`` the page it shows."""

    window: str
    page: str
    watch_only: bool = False


class Door:
    """Tokens, secrets and counters of refusals (``counters``)."""

    def __init__(self) -> None:
        self._tokens: dict[str, Admission] = {}
        self._secrets: dict[str, Admission] = {}
        self._watchers = 0
        self.counters: Counter[str] = Counter()

    def issue(self, window: str, page: str, *, watch_only: bool = False) -> str:
        """A new token of 128 random bits. An earlier unused one of the same window is void."""
        self._tokens = {token: known for token, known in self._tokens.items() if known.window != window}
        token = secrets.token_urlsafe(16)
        self._tokens[token] = Admission(window, page, watch_only)
        return token

    def admit(self, token: str, secret: str, page: str) -> tuple[Admission, str] | None:
        """The admission and the window's secret, or ``None`` (counted) for a wrong or used token."""
        if secret and (known := self._secrets.get(secret)) is not None and known.page == page:
            return known, secret
        found = self._tokens.get(token)
        if found is None or found.page != page:
            self.counters["bad_token"] += 1
            return None
        if found.watch_only:
            self._watchers += 1
            found = Admission(f"{found.window}:{self._watchers}", found.page, watch_only=True)
        else:
            del self._tokens[token]
            self._secrets = {
                old: known for old, known in self._secrets.items() if known.window != found.window
            }
        secret = secrets.token_urlsafe(16)
        self._secrets[secret] = found
        return found, secret

    def revoke(self, window: str) -> None:
        """Voids the tokens and secrets of a closed window."""
        self._tokens = {token: known for token, known in self._tokens.items() if known.window != window}
        self._secrets = {old: known for old, known in self._secrets.items() if known.window != window}


def address(port: int, page: str, token: str) -> str:
    """Where a page is found. The token stands in the fragment, which is sent to nobody."""
    return f"http://127.0.0.1:{port}/{page}.html#t={token}"


def origins(port: int) -> frozenset[str]:
    """The origins that our own pages have."""
    return frozenset({f"http://127.0.0.1:{port}", f"http://localhost:{port}"})


def hosts(port: int) -> frozenset[str]:
    """The Host headers that name us; anything else is a foreign name that resolves to loopback."""
    return frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})


def listen(port: int = 0) -> socket.socket:
    """A listening socket on loopback, made before the slow imports so that a window can open at once.

    :param port: 0 takes any free one.
    :raises SetupError: the port is taken.
    """
    try:
        listener = socket.create_server(("127.0.0.1", port), backlog=64)
    except OSError as error:
        raise SetupError(
            "port_taken",
            f"Port {port} on 127.0.0.1 cannot be used: {error.strerror}.",
            "Leave out --port.",
            port=port,
        ) from error
    # Named as TCP, or asyncio leaves TCP_NODELAY off in what it accepts, and every second message waits for
    # the other end's delayed acknowledgement: 40 ms (test_door: messages_are_not_held_back).
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, listener.detach())
    listener.setblocking(False)
    return listener

"""An account at a server end, used as the app uses it: over HTTP, with a login and a join token."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from xcord_sync.contract import PROTOCOL, PROTOCOL_HEADER

NAMES = (
    "Elif", "Oliver", "Maya", "Deniz", "Emre", "Zeynep", "Grace", "Kerem", "Leyla", "Henry", "Defne",
    "Amelia", "Mert", "Sofia", "Can", "Isla", "Ayşe", "Noah", "Ece", "Lucas", "Selin", "Hannah", "Ozan",
    "Ruby", "Yağmur", "Arthur", "Bora", "Clara", "Nehir", "Felix", "Tuna", "Ivy",
)  # fmt: skip
PATIENCE = 20.0


@dataclass(frozen=True)
class Credentials:
    """What a person types in."""

    login: str
    password: str
    name: str

    def __repr__(self) -> str:
        return f"Credentials({self.login!r}, ...)"


@dataclass(frozen=True)
class Ticket:
    """The way into a call: a LiveKit address and a join token."""

    url: str
    token: str

    def __repr__(self) -> str:
        return f"Ticket({self.url!r}, ...)"


class AccountError(RuntimeError):
    """The server end refused; the sentence says what was asked and the answer's status, no content."""


class Account:
    """A logged-in account; see :func:`log_in`."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def directory(self) -> dict[str, Any]:
        """Who I am, and the servers with their channels."""
        return dict(_answer(self._client.get("/v1/directory")))

    def join(self, channel: str, device: str = "guest") -> Ticket:
        """Ask for a way into a channel."""
        answer = _answer(self._client.post(f"/v1/channels/{channel}/join", json={"device": device}))
        return Ticket(answer["url"], answer["token"])

    def remove(self, channel: str, user: str) -> None:
        """Take somebody out of a call; moderators may."""
        _answer(self._client.post(f"/v1/channels/{channel}/people/{user}/remove"))

    def add_user(self, person: Credentials) -> None:
        """Make an account for somebody; only an owner may."""
        body = {"login": person.login, "name": person.name, "password": person.password}
        _answer(self._client.post("/v1/users", json=body))


@contextmanager
def log_in(address: str, login: str, password: str, device: str = "guest") -> Iterator[Account]:
    """Log in; the session ends with the block.

    :raises AccountError: the server end refused.
    """
    with httpx.Client(base_url=address, timeout=PATIENCE, trust_env=False) as client:
        client.headers[PROTOCOL_HEADER] = str(PROTOCOL)
        body = {"login": login, "password": password, "device": device}
        try:
            token = _answer(client.post("/v1/login", json=body))["token"]
            client.headers["Authorization"] = f"Bearer {token}"
            yield Account(client)
        except httpx.HTTPError as error:
            raise AccountError(f"the server end cannot be reached: {type(error).__name__}") from None


def people(count: int, after: int = 0) -> tuple[Credentials, ...]:
    """So many people with names, logins and passwords of their own.

    :param after: how many there are already.
    """
    return tuple(
        Credentials(
            f"guest{number + 1}",
            secrets.token_urlsafe(12),
            NAMES[number % len(NAMES)] + (f" {number // len(NAMES) + 1}" if number >= len(NAMES) else ""),
        )
        for number in range(after, after + count)
    )


def tickets(address: str, channel: str, persons: Sequence[Credentials]) -> list[Ticket]:
    """Log everybody in and ask for the ways into one channel."""
    found = []
    for person in persons:
        with log_in(address, person.login, person.password) as account:
            found.append(account.join(channel))
    return found


def _answer(response: httpx.Response) -> Any:
    if response.is_error:
        request = response.request
        raise AccountError(f"{request.method} {request.url.path} was answered with {response.status_code}")
    return response.json() if response.content else {}

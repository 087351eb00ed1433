"""Asks the server end: one bounded HTTP request per method, every failure a typed ``CommandError``.

Codes: those of ``contract.PROBLEMS`` that an app can meet, and ``unreachable`` (no connection, or no
answer in time), ``server_error`` (also: an answer that makes no sense), ``server_too_old``.
"""

from __future__ import annotations

import asyncio
import logging
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from xcord import CommandError

from . import contract
from .address import is_loopback

CONNECT_SECONDS = 4.0
ANSWER_SECONDS = 8.0

T = TypeVar("T", bound=msgspec.Struct)

# At DEBUG these two write headers, and so the login's token.
for _chatty in ("httpx", "httpcore"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)


class Client:
    """A server end as one login (or nobody, without a token) sees it. Use as an async context manager."""

    def __init__(
        self, address: str, token: str = "", transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.address = address
        self.token = token
        self._http = httpx.AsyncClient(
            base_url=address,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            headers={contract.PROTOCOL_HEADER: str(contract.PROTOCOL), "Accept": "application/json"},
            follow_redirects=False,
            trust_env=not is_loopback(urlsplit(address).hostname or ""),  # no proxy reaches our own loopback
            transport=transport,
        )

    async def about(self) -> contract.About:
        """Who answers; checks that the two understand each other.

        :raises CommandError: also ``client_too_old`` and ``server_too_old``.
        """
        about = await self._ask("GET", "/v1/about", contract.About)
        if about.oldest > contract.PROTOCOL:
            raise CommandError("client_too_old", "this app is too old for the server")
        if about.protocol < contract.OLDEST_SERVER:
            raise CommandError("server_too_old", "the server is too old for this app")
        return about

    async def login(self, login: str, password: str, device: str) -> contract.LoggedIn:
        """Exchanges the password for a token, which this client uses from then on."""
        asked = contract.LoginRequest(login=login, password=password, device=device)
        answer = await self._ask("POST", "/v1/login", contract.LoggedIn, asked)
        self.token = answer.token
        return answer

    async def register(self, asked: contract.Registering) -> contract.LoggedIn:
        """Makes an account; this client uses its token from then on."""
        answer = await self._ask("POST", "/v1/register", contract.LoggedIn, asked)
        self.token = answer.token
        return answer

    async def logout(self) -> None:
        """Ends the login on the server end."""
        await self._send("POST", "/v1/logout")

    async def directory(self) -> contract.DirectoryAnswer:
        """What this login may see."""
        return await self._ask("GET", "/v1/directory", contract.DirectoryAnswer)

    async def members(self, server: str) -> contract.MemberList:
        """Who belongs to a server, for those who look after it."""
        return await self._ask("GET", f"/v1/servers/{part(server)}/members", contract.MemberList)

    async def invites(self, server: str) -> contract.InviteList:
        """A server's invites, for those who look after it."""
        return await self._ask("GET", f"/v1/servers/{part(server)}/invites", contract.InviteList)

    async def bans(self, server: str) -> contract.BanList:
        """Who may not come back to a server, for those who look after it."""
        return await self._ask("GET", f"/v1/servers/{part(server)}/bans", contract.BanList)

    async def ask(self, method: str, path: str, kind: type[T], body: msgspec.Struct | None = None) -> T:
        """Any other question; the parts of ``path`` that are not fixed went through ``part``."""
        return await self._ask(method, path, kind, body)

    async def do(self, method: str, path: str, body: msgspec.Struct | None = None) -> None:
        """Any other request whose answer does not matter."""
        await self._send(method, path, body)

    async def put(self, path: str, content: bytes) -> None:
        """Puts a picture there; what it is, the server end sees by its content."""
        await self._request("PUT", path, content, "application/octet-stream")

    async def picture(self, hash: str) -> bytes:
        """Somebody's picture; what it is has yet to be looked at."""
        return await self._request("GET", f"/v1/avatars/{part(hash)}", limit=contract.PICTURE_LIMIT)

    async def join(self, channel: str, device: str) -> contract.JoinAnswer:
        """A join token for a channel."""
        path = f"/v1/channels/{part(channel)}/join"
        return await self._ask("POST", path, contract.JoinAnswer, contract.JoinRequest(device=device))

    async def close(self) -> None:
        """Closes its connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _ask(self, method: str, path: str, kind: type[T], body: msgspec.Struct | None = None) -> T:
        answer = await self._send(method, path, body)
        try:
            return msgspec.json.decode(answer, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise CommandError("server_error", "the server's answer makes no sense") from None

    async def _send(self, method: str, path: str, body: msgspec.Struct | None = None) -> bytes:
        if body is None:
            return await self._request(method, path)
        return await self._request(method, path, msgspec.json.encode(body), "application/json")

    async def _request(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        kind: str = "",
        limit: int = contract.ANSWER_LIMIT,
    ) -> bytes:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if kind:
            headers["Content-Type"] = kind
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                async with self._http.stream(method, path, content=content, headers=headers) as response:
                    answer = await _read(response, limit)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            # The cause is dropped: a transport's error may quote the request.
            raise CommandError("unreachable", f"no answer ({type(error).__name__})") from None
        if response.status_code >= 300:
            raise refusal(response.status_code, answer, response.headers.get("Retry-After", ""))
        return answer


def part(text: str) -> str:
    """One part of a path, whatever stands in it."""
    return quote(text, safe="").replace(".", "%2E")


async def _read(response: httpx.Response, limit: int) -> bytes:
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) > limit:
            raise CommandError("server_error", "the server's answer is too large")
    return bytes(content)


_BY_STATUS = {401: "unauthorized", 403: "forbidden", 426: "client_too_old", 429: "rate_limited"}


def refusal(status: int, answer: bytes, retry_after: str = "") -> CommandError:
    """What a refused request means: by the problem document's code, else by its status. ``seconds`` is for
    how long the server end wants to be left alone, by the document or by the header ``Retry-After``.

    Anything that is not of the server end (a proxy's page, a redirect) is a ``server_error``.
    """
    try:
        problem = msgspec.json.decode(answer, type=contract.Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        problem = None
    # The header may also be a date; then nothing is known, and the asker waits as it pleases.
    said = int(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0
    if problem is not None and problem.code in contract.PROBLEMS:
        code, message = problem.code, contract.PROBLEMS[problem.code][1]
        params: dict[str, Any] = {"seconds": seconds} if (seconds := problem.retry_after or said) else {}
        return CommandError("server_error" if status >= 500 else code, message, **params)
    params = {"seconds": said} if said else {}
    return CommandError(
        _BY_STATUS.get(status, "server_error"), f"the server answered with {status}", **params
    )

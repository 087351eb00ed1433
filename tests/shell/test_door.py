"""Who may open a window's connection."""

from __future__ import annotations

import asyncio
import socket

import pytest

from xcord import SetupError
from xcord.door import Admission, Door, listen


def test_a_token_is_used_once_and_its_secret_comes_back() -> None:
    door = Door()
    token = door.issue("main", "main")
    admitted = door.admit(token, "", "main")
    assert admitted is not None
    admission, secret = admitted
    assert admission == Admission("main", "main")
    assert door.admit(token, "", "main") is None
    assert door.admit("", secret, "main") == (admission, secret)
    assert door.counters["bad_token"] == 1


@pytest.mark.parametrize(("token", "page"), [("", "main"), ("wrong", "main"), (None, "overlay")])
def test_a_wrong_token_or_another_page_is_refused(token: str | None, page: str) -> None:
    door = Door()
    issued = door.issue("main", "main")
    assert door.admit(issued if token is None else token, "", page) is None


def test_a_new_token_voids_the_unused_one_and_a_new_page_the_old_secret() -> None:
    door = Door()
    first = door.issue("main", "main")
    second = door.issue("main", "main")
    assert door.admit(first, "", "main") is None
    admitted = door.admit(second, "", "main")
    assert admitted is not None
    third = door.issue("main", "main")
    assert door.admit(third, "", "main") is not None
    assert door.admit("", admitted[1], "main") is None


def test_a_watching_token_is_used_again_and_each_page_is_a_window_of_its_own() -> None:
    door = Door()
    token = door.issue("watch", "main", watch_only=True)
    windows = [admitted[0] for _ in range(2) if (admitted := door.admit(token, "", "main"))]
    assert [window.window for window in windows] == ["watch:1", "watch:2"]
    assert all(window.watch_only for window in windows)


def test_a_closed_windows_secret_is_void() -> None:
    door = Door()
    admitted = door.admit(door.issue("main", "main"), "", "main")
    assert admitted is not None
    door.revoke("main")
    assert door.admit("", admitted[1], "main") is None


def test_a_port_that_is_taken_is_one_clear_sentence() -> None:
    with listen() as taken, pytest.raises(SetupError, match=r"Port \d+ on 127.0.0.1 cannot be used"):
        listen(taken.getsockname()[1])


async def test_messages_are_not_held_back() -> None:
    """A round trip took 43 ms where it takes one: Nagle's algorithm against delayed acknowledgements."""
    accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken: socket.socket = writer.get_extra_info("socket")
        accepted.set_result(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    listener = listen()
    async with await asyncio.start_server(take, sock=listener):
        _, writer = await asyncio.open_connection(*listener.getsockname())
        assert await accepted
        writer.close()

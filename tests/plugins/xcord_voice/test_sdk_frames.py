"""Whose a frame is, and that none is kept which nobody takes."""

from __future__ import annotations

import asyncio
import ctypes
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from livekit.rtc._proto import ffi_pb2

from xcord_voice.sdk_frames import Direct


class FakeClient:
    """The SDK's client: ``tell`` is its thread, ``dropped`` the memory that it has back."""

    def __init__(self) -> None:
        self.queue = self
        self.filters: list[Callable[[Any], bool]] = []
        self.dropped: list[int] = []
        self.during: Callable[[], None] = lambda: None
        self._number = 0
        self._ffi_lib = SimpleNamespace(livekit_ffi_drop_handle=self._drop)

    def _drop(self, handle: ctypes.c_uint64) -> None:
        self.dropped.append(handle.value)

    def subscribe(self, loop: asyncio.AbstractEventLoop, filter_fn: Callable[[Any], bool]) -> object:
        self.filters.append(filter_fn)
        return filter_fn

    def unsubscribe(self, queue: Any) -> None:
        self.filters.remove(queue)

    def request(self, request: Any) -> Any:
        self._number += 1
        self.during()
        answer = ffi_pb2.FfiResponse()
        answer.new_video_stream.stream.handle.id = self._number
        return answer

    def picture(self, stream: int, handle: int) -> None:
        event = ffi_pb2.FfiEvent()
        event.video_stream_event.stream_handle = stream
        event.video_stream_event.frame_received.buffer.handle.id = handle
        for each in list(self.filters):
            assert not each(event)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> FakeClient:
    from livekit.rtc import _ffi_client

    monkeypatch.setattr(_ffi_client, "FfiHandle", lambda handle: SimpleNamespace(dispose=lambda: None))
    return FakeClient()


async def test_each_gets_what_is_its_own_and_a_frame_after_the_close_is_let_go(client: FakeClient) -> None:
    direct, one, two = Direct(client), list[int](), list[int]()
    first = direct.open(None, "new_video_stream", lambda frame: one.append(frame.handle.id))
    second = direct.open(None, "new_video_stream", lambda frame: two.append(frame.handle.id))
    client.picture(1, 11)
    client.picture(2, 22)
    await first.aclose()
    client.picture(1, 12)
    assert (one, two, client.dropped) == ([11], [22], [12])
    await second.aclose()
    client.picture(2, 23)  # the last of all: a full reconnect closes them all at once
    assert (two, client.dropped) == ([22], [12, 23])
    assert len(client.filters) == 1


async def test_what_comes_before_the_stream_is_known_is_let_go_and_what_is_anothers_is_not(
    client: FakeClient,
) -> None:
    direct = Direct(client)

    def early() -> None:
        client.picture(1, 31)
        client.picture(99, 32)

    client.during = early
    stream = direct.open(None, "new_video_stream", lambda frame: None)
    assert client.dropped == [31]
    await stream.aclose()


async def test_who_fails_is_left_out_and_keeps_nothing(
    client: FakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    direct = Direct(client)

    def fails(frame: Any) -> None:
        raise ValueError("no")

    stream = direct.open(None, "new_video_stream", fails)
    client.picture(1, 41)
    client.picture(1, 42)
    assert caplog.text.count("was not taken") == 1
    assert client.dropped == [42]
    await stream.aclose()

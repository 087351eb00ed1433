"""What the pinned SDK does beside its public names, and what is done where it does not."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from xcord_voice import sdk


def test_the_private_names_of_the_pinned_sdk_are_there() -> None:
    assert sdk.private_api()


class Publication:
    """Remembers what is asked of it by the public way."""

    def __init__(self) -> None:
        self.subscribed: list[bool] = []

    def set_subscribed(self, on: bool) -> None:
        self.subscribed.append(on)


def test_without_the_private_names_video_is_switched_by_subscription(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk, "private_api", lambda: False)
    publication = Publication()
    assert sdk.set_video(publication, True, 320, 180)
    assert sdk.set_video(publication, False, 0, 0)
    assert publication.subscribed == [True, False]


def test_a_track_that_was_unpublished_a_moment_ago_is_no_error() -> None:
    stale: Any = SimpleNamespace(_ffi_handle=SimpleNamespace(handle=999_999_999))
    assert not sdk.set_video(stale, True, 320, 180)


async def test_a_stream_that_does_not_close_is_cut_off() -> None:
    from livekit.rtc._ffi_client import FfiClient

    class Stuck:
        def __init__(self) -> None:
            self._ffi_queue = FfiClient.instance.queue.subscribe(asyncio.get_running_loop())
            self._task = asyncio.ensure_future(asyncio.Event().wait())

        async def aclose(self) -> None:
            await asyncio.shield(self._task)

    stream = Stuck()
    before = len(FfiClient.instance.queue._subscribers)
    await sdk.close_stream(stream, within=0.05)
    assert len(FfiClient.instance.queue._subscribers) == before - 1
    await asyncio.sleep(0)
    assert stream._task.cancelled()


async def test_a_source_is_cleared_from_any_thread() -> None:
    import numpy as np

    source = sdk.MicrophoneSource()
    await source.feed(np.zeros(480, np.int16))
    await asyncio.to_thread(source.clear_now)
    source.clear()
    await source.aclose()


async def test_a_gate_that_shuts_while_the_source_is_let_go_is_no_error() -> None:
    """The gate shuts on the capture thread, the source ends on the loop."""
    source = sdk.MicrophoneSource()
    handle = source.source._ffi_handle.handle
    await source.aclose()
    source.source._ffi_handle.handle = handle
    source.clear_now()

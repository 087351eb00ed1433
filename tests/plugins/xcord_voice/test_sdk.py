"""What the pinned SDK does beside its public names, and what is done where it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from livekit import rtc

from xcord_voice import sdk
from xcord_voice.video.demand import Order


def test_the_private_names_of_the_pinned_sdk_are_there() -> None:
    assert sdk.private_api()
    assert sdk.video_way() == "settings"


class Publication:
    """Remembers what is asked of it by the public way."""

    height, simulcasted = 720, True

    def __init__(self, **traits: Any) -> None:
        self.asked: list[Any] = []
        self.track: Any = object()
        self.__dict__.update(traits)

    def set_subscribed(self, on: bool) -> None:
        self.asked.append(on)

    def set_video_quality(self, quality: Any) -> None:
        self.asked.append(rtc.VideoQuality.Name(quality).removeprefix("VIDEO_QUALITY_"))


@pytest.fixture
def without_private_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sdk, "private_api", lambda: False)
    sdk.video_way.cache_clear()
    yield
    sdk.video_way.cache_clear()


@pytest.mark.parametrize(
    ("order", "traits", "asked"),
    [
        (Order("TR", True, 320, 180), {}, [True, "LOW"]),
        (Order("TR", True, 320, 180, whole=False), {}, ["LOW"]),
        (Order("TR", True, 427, 240, whole=False), {}, ["MEDIUM"]),
        (Order("TR", True, 640, 360, whole=False), {}, ["MEDIUM"]),
        (Order("TR", True, 853, 480, whole=False), {}, ["HIGH"]),
        (Order("TR", True, 320, 180, whole=False), {"height": 0}, ["HIGH"]),
        (Order("TR", True, 320, 180), {"simulcasted": False}, [True]),
        (Order("TR", True, 320, 180), {"track": None}, [True]),
        (Order("TR", False, whole=False), {}, [False]),
        (Order("TR", False), {}, [False]),
    ],
)
@pytest.mark.usefixtures("without_private_names")
def test_without_the_private_names_video_is_switched_by_subscription_and_sized_by_quality(
    order: Order, traits: dict[str, Any], asked: list[Any]
) -> None:
    assert sdk.video_way() == "subscription"
    publication = Publication(**traits)
    assert sdk.set_video(publication, order) > 0
    assert publication.asked == asked


@pytest.mark.parametrize("error", [AttributeError, TypeError, ValueError])
def test_an_sdk_that_does_not_know_the_requests_is_noticed(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise error("no such field")

    monkeypatch.setattr(sdk, "_request", refuse)
    sdk.video_way.cache_clear()
    assert sdk.video_way() == "subscription"
    sdk.video_way.cache_clear()


def subscribed(publication: int, track: int | None) -> Any:
    """A publication, by the numbers of its handles."""
    return SimpleNamespace(
        _ffi_handle=SimpleNamespace(handle=publication),
        track=None if track is None else SimpleNamespace(_ffi_handle=SimpleNamespace(handle=track)),
    )


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    ("order", "said"),
    [
        (Order("TR", True, 320, 180), [(sdk.SWITCH, 2, True), (sdk.SIZE, 1, 320, 180)]),
        (Order("TR", False), [(sdk.SWITCH, 2, False), (sdk.SIZE, 1, 160, 90)]),
    ],
)
def test_the_switch_is_turned_on_this_side_alone_before_the_size_takes_it_along(
    monkeypatch: pytest.MonkeyPatch, order: Order, said: list[Any], whole: bool
) -> None:
    assert sdk.video_way() == "settings"
    heard: list[Any] = []
    monkeypatch.setattr(sdk, "_request", lambda name, **fields: heard.append((name, *fields.values())))
    assert sdk.set_video(subscribed(1, 2), replace(order, whole=whole)) == 1
    assert heard == said


def test_a_track_that_was_let_go_or_unpublished_a_moment_ago_is_no_error() -> None:
    assert sdk.set_video(subscribed(999_999_999, 999_999_998), Order("TR", True, 320, 180)) == 0
    assert sdk.set_video(subscribed(999_999_999, None), Order("TR", True, 320, 180)) == 0


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

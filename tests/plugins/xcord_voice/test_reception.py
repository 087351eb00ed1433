"""Statistics for nerds: how a video is received and why so, and only while somebody wants to know."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.plugins.xcord_voice.fakes import ARRIVED, FakeLink, Network, seen

from xcord import Demand, Statistics, VideoStatistics, Want
from xcord.testing import settle
from xcord_voice import events
from xcord_voice.events import Published
from xcord_voice.stats import Inbound
from xcord_voice.video.reception import describe, layer_of, why

LAYERED = Published(1280, 720, True, "vp8")
ALONE = Published(320, 180, False, "h264")
WANTED = Demand((Want("ann", "camera", 312, 176),))


@pytest.mark.parametrize(
    ("published", "asked", "height", "reason"),
    [
        (LAYERED, None, 180, "unseen"),
        (LAYERED, (320, 180), 0, "waiting"),
        (ALONE, (320, 180), 180, "only"),
        (ALONE, (1280, 720), 180, "only"),
        (Published(layered=True), (320, 180), 180, "only"),
        (LAYERED, (320, 180), 180, "fits"),
        (LAYERED, (160, 90), 180, "fits"),
        (LAYERED, (427, 240), 360, "fits"),
        (LAYERED, (1280, 720), 720, "fits"),
        (LAYERED, (3840, 2160), 720, "fits"),
        (LAYERED, (1280, 720), 360, "less"),
        (LAYERED, (427, 240), 180, "less"),
        (LAYERED, (320, 180), 720, "more"),
        (LAYERED, (320, 180), 358, "more"),
    ],
)
def test_why_it_is_that_layer(
    published: Published, asked: tuple[int, int] | None, height: int, reason: str
) -> None:
    assert why(published, asked, height) == reason


@pytest.mark.parametrize(
    ("published", "height", "layer"),
    [
        (LAYERED, 720, "full"),
        (LAYERED, 540, "half"),
        (LAYERED, 360, "half"),
        (LAYERED, 180, "quarter"),
        (LAYERED, 2, "quarter"),
        (LAYERED, 0, ""),
        (ALONE, 180, ""),
        (Published(layered=True), 180, ""),
    ],
)
def test_a_layer_is_named_by_its_share(published: Published, height: int, layer: str) -> None:
    assert layer_of(published, height) == layer


def test_all_of_it_is_told_in_whole_numbers() -> None:
    inbound = Inbound(pictures=9, received=1, lost=3, width=320, height=180, fps=14.7, jitter=0.0123)
    assert describe(
        ("ann", "camera", 0), LAYERED, (312, 176), (320, 180), 2, inbound, 112_499.0
    ) == VideoStatistics(
        user="ann",
        kind="camera",
        tile_width=312,
        tile_height=176,
        asked_width=320,
        asked_height=180,
        requests=2,
        full_width=1280,
        full_height=720,
        width=320,
        height=180,
        fps=15,
        kilobits=112,
        lost=3,
        jitter_ms=12,
        codec="vp8",
        layer="quarter",
        why="fits",
    )


def test_of_what_nobody_sees_only_that_is_told() -> None:
    told = describe(("ann", "screen", 0), LAYERED, None, None, 1, None, 0.0)
    assert (told.why, told.width, told.asked_width, told.tile_width) == ("unseen", 0, 0, 0)


async def test_nothing_is_asked_and_nothing_sent_until_somebody_wants_to_know(monkeypatch: Any) -> None:
    network = Network()
    looks: list[int] = []

    async def inbound(self: FakeLink, track: Any) -> Inbound:
        looks.append(1)
        return replace(ARRIVED, received=12_500 * len(looks))

    monkeypatch.setattr(FakeLink, "inbound", inbound)
    async with network.running(monkeypatch) as world:
        world.publish("demand", WANTED)
        track = events.TrackStarted("ann:phone", "PA_ann:phone", "TR_1", "camera", "TR_1", LAYERED)
        await network.join(world, "lobby", seen("ann:phone"), track)
        told: list[Statistics] = []
        world.hub.watch("test", lambda name, value: told.append(value), "statistics")
        await settle()
        for _ in range(20):
            # Pictures come, so that nobody doubts whether they are shown.
            await network.opener.streams["TR_1"][0].picture(1)
            await world.clock.advance(0.5)
        assert looks == []
        assert told == [Statistics(way="settings")]
        await world.ask("settings.set", {"name": "voice.statistics", "value": True})
        await world.until(lambda: world.read("statistics").videos)
        await network.opener.streams["TR_1"][0].picture(1)
        await world.clock.advance(1.0)
        await settle()
        (video,) = world.read("statistics").videos
        assert (video.user, video.why, video.layer, video.kilobits) == ("ann", "fits", "quarter", 100)
        assert (video.tile_width, video.asked_width, video.requests) == (312, 320, 1)
        await world.ask("settings.set", {"name": "voice.statistics", "value": False})
        await world.until(lambda: world.read("statistics") == Statistics(way="settings"))
        before = len(looks)
        for _ in range(10):
            await network.opener.streams["TR_1"][0].picture(1)
            await world.clock.advance(0.5)
        assert len(looks) == before
        assert world.read("statistics") == Statistics(way="settings")

"""Pictures from the media socket to the pixels of a real page, in Debian's Chromium."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import secrets
import socket
import time
import urllib.parse
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import av
import numpy as np
import pytest
from playwright.async_api import CDPSession, Error, Page, async_playwright
from tests.bench.browser import FLAGS, Pages
from tests.bench.stage_parts import build_pages

from xcord.media.server import MediaServer
from xcord.media.slots import Key, Slots, i420_length

ANN: Key = ("ann", "camera", 0)
BOB: Key = ("bob", "camera", 0)
RED, BLUE = (81, 90, 240), (41, 240, 110)  # Y, U, V as BT.601 has them
SOON = 60.0


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    folder = tmp_path_factory.mktemp("pages")
    build_pages(folder)
    pages = Pages(folder)
    yield pages
    pages.close()


class Scene:
    """Two tiles of 320x180, one for Ann and one for Bob, side by side in a page."""

    def __init__(self, pages: Pages, page: Page) -> None:
        self.pages, self.page = pages, page
        self.slots = Slots()
        self.slots.open(1)
        self.server = self.new_server()
        self.ticket = secrets.token_urlsafe(16)
        self.sid = 0

    def new_server(self) -> MediaServer:
        return MediaServer(self.slots, self.pages.port)

    async def open(self, painter: str) -> None:
        await self.server.start()
        self.let_in()
        where = f"port={self.server.port}&ticket={self.ticket}&painter={painter}"
        size = {"width": 320, "height": 180, "top": 0}
        tiles = json.dumps([{"user": "ann", "left": 0, **size}, {"user": "bob", "left": 320, **size}])
        await self.page.goto(
            f"http://127.0.0.1:{self.pages.port}/ours.html#{where}&tiles={urllib.parse.quote(tiles)}"
        )

    def let_in(self) -> None:
        self.server.admit(self.ticket, "main")
        self.server.show("main", frozenset({ANN, BOB}))

    def put(self, key: Key, colour: tuple[int, int, int], width: int = 320, height: int = 180) -> None:
        luma = width * height
        chroma = (i420_length(width, height) - luma) // 2
        y, u, v = colour
        data = bytes([y]) * luma + bytes([u]) * chroma + bytes([v]) * chroma
        assert self.slots.put(key, 1, str(self.sid), width, height, data, time.time() * 1000)

    async def keep(self, draw: Callable[[], None], true: Callable[[], Awaitable[bool]], what: str) -> None:
        """Draw on, fifteen times a second, until it is true."""
        until = time.monotonic() + SOON
        while not await true():
            assert time.monotonic() < until, f"{what} within {SOON:g} s"
            draw()
            await asyncio.sleep(1 / 15)

    async def video(self, tile: int) -> str:
        return str(await self.page.evaluate(f"document.querySelectorAll('.tile')[{tile}].dataset.video"))

    async def colour(self, tile: int) -> tuple[int, int, int]:
        """The colour in the middle of a tile, as it is on the screen."""
        shot = await self.page.screenshot(clip={"x": 320 * tile, "y": 0, "width": 320, "height": 180})
        with av.open(io.BytesIO(shot), "r") as png:
            picture = next(png.decode(video=0)).to_ndarray(format="rgb24")
        red, green, blue = np.asarray(picture)[90, 160].tolist()
        return red, green, blue


@pytest.fixture
async def scene(pages: Pages) -> AsyncIterator[Scene]:
    pages.reports.clear()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[flag for flag in FLAGS if flag != "--headless"],
        )
        page = await browser.new_page(viewport={"width": 640, "height": 180})
        scene = Scene(pages, page)
        yield scene
        await browser.close()
        await scene.server.stop()
    assert [report for report in pages.reports if "error" in report] == []


def is_red(colour: tuple[int, int, int]) -> bool:
    return colour[0] > 230 and max(colour[1:]) < 25


def is_blue(colour: tuple[int, int, int]) -> bool:
    return colour[2] > 230 and max(colour[:2]) < 25


PAINTERS = pytest.mark.parametrize("painter", ["generator", "canvas"])


@PAINTERS
async def test_each_tile_shows_its_own_person_in_true_colours(scene: Scene, painter: str) -> None:
    await scene.open(painter)

    def draw() -> None:
        scene.put(ANN, RED)
        scene.put(BOB, BLUE)

    async def right() -> bool:
        return is_red(await scene.colour(0)) and is_blue(await scene.colour(1))

    await scene.keep(draw, right, "Ann is red and Bob is blue")
    assert [await scene.video(0), await scene.video(1)] == ["on", "on"]


@PAINTERS
async def test_who_left_is_gone_from_the_screen_and_a_successor_shows_nothing_of_him(
    scene: Scene, painter: str
) -> None:
    await scene.open(painter)

    async def shown() -> bool:
        return is_red(await scene.colour(0))

    await scene.keep(lambda: scene.put(ANN, RED), shown, "Ann is red")
    scene.slots.drop(ANN)

    async def hidden() -> bool:
        return await scene.video(0) == "off"

    await scene.keep(lambda: None, hidden, "Ann's tile is empty")
    assert not is_red(await scene.colour(0))
    scene.sid += 1

    async def new() -> bool:
        colour = await scene.colour(0)
        assert not is_red(colour)
        return is_blue(colour)

    await scene.keep(lambda: scene.put(ANN, BLUE), new, "the next stream is blue")


@PAINTERS
async def test_a_picture_may_change_its_size_in_mid_stream(scene: Scene, painter: str) -> None:
    await scene.open(painter)
    sizes = [(320, 180), (1920, 1080), (33, 17), (1, 1), (180, 320), (2, 719), (3840, 2160), (641, 359)]
    sizes += [(1600, 160), (160, 1600)]
    for turn, (width, height) in enumerate(sizes):
        is_right, colour = (is_red, RED) if turn % 2 == 0 else (is_blue, BLUE)

        async def right(is_right: Any = is_right) -> bool:
            return bool(is_right(await scene.colour(0)))

        def draw(colour: Any = colour, width: int = width, height: int = height) -> None:
            scene.put(ANN, colour, width, height)

        await scene.keep(draw, right, f"a picture of {width}x{height}")


async def test_the_page_comes_back_by_itself_after_the_socket_was_lost(scene: Scene) -> None:
    await scene.open("")

    async def on() -> bool:
        return await scene.video(0) == "on"

    async def off() -> bool:
        return await scene.video(0) == "off"

    await scene.keep(lambda: scene.put(ANN, RED), on, "Ann is shown")
    port = scene.server.port
    await scene.server.stop()
    await scene.keep(lambda: None, off, "the tile is empty without a socket")
    scene.server = scene.new_server()
    scene.let_in()
    await scene.server.start(socket.create_server(("127.0.0.1", port)))
    await scene.keep(lambda: scene.put(ANN, RED), on, "Ann is shown again")


async def test_a_page_that_is_reloaded_again_and_again_shows_its_pictures(scene: Scene) -> None:
    await scene.open("")

    async def on() -> bool:
        return await scene.video(0) == "on"

    for _ in range(50):
        await scene.keep(lambda: scene.put(ANN, RED), on, "Ann is shown")
        await scene.page.reload()
    await scene.keep(lambda: scene.put(ANN, RED), on, "Ann is shown")
    assert len(scene.server._links) == 1, "no page that is gone is served"


async def test_a_second_page_shows_its_pictures_beside_the_first_and_alone(scene: Scene) -> None:
    await scene.open("")

    async def on() -> bool:
        return await scene.video(0) == "on"

    await scene.keep(lambda: scene.put(ANN, RED), on, "Ann is shown")
    browser = scene.page.context.browser
    assert browser is not None
    first, page = scene.page, await browser.new_page(viewport={"width": 640, "height": 180})
    ticket, scene.ticket = scene.ticket, secrets.token_urlsafe(16)
    scene.server.admit(scene.ticket, "second")
    scene.server.show("second", frozenset({ANN}))
    await page.goto(first.url.replace(ticket, scene.ticket))
    scene.page = page

    async def red() -> bool:
        return is_red(await scene.colour(0))

    await scene.keep(lambda: scene.put(ANN, RED), red, "the second page shows Ann")
    assert len(scene.server._links) == 2
    await first.close()

    async def blue() -> bool:
        return is_blue(await scene.colour(0))

    await scene.keep(lambda: scene.put(ANN, BLUE), blue, "the second page goes on without the first")


@PAINTERS
async def test_a_page_draws_on_after_its_gpu_process_was_lost(scene: Scene, painter: str) -> None:
    await scene.open(painter)

    async def red() -> bool:
        return is_red(await scene.colour(0))

    await scene.keep(lambda: scene.put(ANN, RED), red, "Ann is red")
    browser = scene.page.context.browser
    assert browser is not None
    devtools = await browser.new_browser_cdp_session()
    before = await gpu_processes(devtools)
    assert before, "there is a process that draws"
    with contextlib.suppress(Error):  # its answer goes down with it, in some versions
        await devtools.send("Browser.crashGpuProcess")

    async def another() -> bool:
        now = await gpu_processes(devtools)
        return bool(now) and not now & before

    await scene.keep(lambda: scene.put(ANN, RED), another, "there is another process that draws")

    async def blue() -> bool:
        return is_blue(await scene.colour(0))

    await scene.keep(lambda: scene.put(ANN, BLUE), blue, "Ann is blue")


async def gpu_processes(devtools: CDPSession) -> set[int]:
    """Of the browser, by process id."""
    found = await devtools.send("SystemInfo.getProcessInfo")
    return {process["id"] for process in found["processInfo"] if process["type"] == "GPU"}


@PAINTERS
async def test_the_page_reports_what_it_drew(scene: Scene, painter: str) -> None:
    await scene.open(painter)
    last: dict[str, Any] = {}

    async def reported() -> bool:
        last.update(scene.pages.reports[-1] if scene.pages.reports else {})
        return int(last.get("drawn", {}).get("ann/camera", 0)) >= 30

    await scene.keep(lambda: scene.put(ANN, RED), reported, "thirty frames are reported")
    assert last["painter"] == painter
    assert last["sizes"] == {"ann/camera": [320, 180]}
    ages = [age for report in scene.pages.reports for age in report["age_ms"]]
    assert ages
    assert all(0 <= age < 60_000 for age in ages)

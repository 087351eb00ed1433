"""The SFU or the server end does not answer: the window says so, nothing hangs, and trying again works."""

from __future__ import annotations

import contextlib
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import sync_playwright
from tests.guests import stack
from tests.guests.stack import App, ServerEnd
from tests.journeys.processes import family
from tests.journeys.world import World

from xcord.errors import CommandError

TOLD_WITHIN = 30.0
MESSAGES = Path(__file__).parents[2] / "webui" / "messages" / "en.json"


@pytest.fixture
def server(folder: Path) -> Iterator[ServerEnd]:
    with stack.server_end(folder) as server:
        yield server


@contextlib.contextmanager
def frozen(process: psutil.Process) -> Iterator[None]:
    """A process that answers nobody, as a machine that hangs."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def sfu_of(server: ServerEnd) -> psutil.Process:
    return next(each for each in family(server.child.process.pid) if each.name().startswith("livekit"))


def refused(app: App, channel: str) -> str:
    """Ask to join and return the code with which that is refused, or the reason why the call failed."""
    try:
        app.ask("voice.join", TOLD_WITHIN, channel=channel)
    except CommandError as error:
        return error.code
    slices = app.wait(
        "the end of the attempt", ["voice"], lambda s: s["voice"]["status"] != "connecting", TOLD_WITHIN
    )
    assert slices["voice"]["status"] in ("lost", "failed", "idle"), slices["voice"]["status"]
    return str(slices["voice"]["reason"])


def test_a_frozen_sfu_is_told_in_words_and_joining_works_once_it_answers(
    world: World, server: ServerEnd
) -> None:
    channel = server.channels()[0]["id"]
    words = json.loads(MESSAGES.read_text())
    with world.app("--measure", "--watch") as app:
        app.wait_painted()
        app.log_in(server)
        with frozen(sfu_of(server)):
            begin = time.monotonic()
            code = refused(app, channel)
            assert time.monotonic() - begin < TOLD_WITHIN
            assert code, "there is a reason"
            shown = app.read("voice")["voice"]["reason"]
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path="/usr/bin/chromium", args=["--no-sandbox"]
                )
                page = browser.new_page(locale="en-US")
                page.goto(app.watch_address())
                page.get_by_text(words[f"reason_{shown}"]).first.wait_for(timeout=30_000)
                browser.close()
        app.join(channel)


def test_a_frozen_server_end_leaves_the_call_alone_and_is_told(world: World, server: ServerEnd) -> None:
    channel = server.channels()[0]["id"]
    with world.app("--measure") as app:
        app.wait_painted()
        app.log_in(server)
        app.join(channel)
        epoch = app.read("voice")["voice"]["epoch"]
        with frozen(psutil.Process(server.child.process.pid)):
            slices = app.wait(
                "a directory that is known to be old",
                ["directory", "voice"],
                lambda s: s["directory"]["status"] == "stale" and s["directory"]["reason"],
                90.0,
            )
            assert (slices["voice"]["status"], slices["voice"]["epoch"]) == ("connected", epoch)
            app.ask("voice.leave")
            app.wait("the end of the call", ["voice"], lambda s: s["voice"]["status"] == "idle")
            assert refused(app, channel)
        app.wait("the directory", ["directory"], lambda s: s["directory"]["status"] == "connected", 60.0)
        app.join(channel)

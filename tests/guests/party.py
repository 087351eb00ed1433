"""Many guests in one process: each connected, on camera, and speaking when it is its turn.

Guests receive nothing, so that they leave the machine to the app. They need a LiveKit address and join
tokens, wherever these come from::

    async with party(url, tokens) as guests:
        ...

``run_guests`` is the same for a while; ``python -m tests.guests`` gets the tokens from a server end.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from livekit import rtc

from . import voice
from .live import Live
from .loop import SCREEN, Spec, load, spread
from .replay import Replay

CONNECT_SECONDS = 30.0
LEAVE_SECONDS = 5.0


class GuestError(RuntimeError):
    """A guest could not come, or is gone; one sentence."""


class Guest:
    """One guest. ``videos`` are what the guest shows, ``lost`` is the reason when the call ended without the
    guest's wish."""

    def __init__(self, number: int, count: int, *videos: Replay | Live, talks: bool = True) -> None:
        self.number = number
        self.videos = videos
        self.lost = ""
        self._count = count
        self._talks = talks
        self._room = rtc.Room()
        self._work: list[asyncio.Task[None]] = []
        self._leaving = False
        self._room.on("disconnected", self._disconnected)

    @property
    def user(self) -> str:
        """The user part of the identity, as it is in the room."""
        return self._room.local_participant.identity.partition(":")[0]

    async def join(self, url: str, token: str) -> None:
        """Connect and publish.

        :raises GuestError: the SFU refused or cannot be reached.
        """
        try:
            await self._room.connect(url, token, rtc.RoomOptions(auto_subscribe=False, dynacast=True))
        except rtc.ConnectError:
            # The SDK's own sentence may hold the address with the token in it.
            raise GuestError(f"guest {self.number} could not connect to {url}") from None
        for video in self.videos:
            await self._publish(video.track(), video.options())
            self._start(video.run())
        if self._talks:
            source = voice.source()
            microphone = rtc.LocalAudioTrack.create_audio_track("microphone", source)
            options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
            await self._publish(microphone, options)
            self._start(voice.speak(source, self.number, self._has_turn))

    async def leave(self) -> None:
        """Stop what it sends and leave the room."""
        self._leaving = True
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await asyncio.wait_for(self._room.disconnect(), LEAVE_SECONDS)

    def _has_turn(self) -> bool:
        return voice.whose_turn(self._count) == self.number

    async def _publish(
        self, track: rtc.LocalAudioTrack | rtc.LocalVideoTrack, options: rtc.TrackPublishOptions
    ) -> None:
        publishing = self._room.local_participant.publish_track(track, options)
        await asyncio.wait_for(publishing, CONNECT_SECONDS)

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        task.add_done_callback(self._ended)
        self._work.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self.lost = f"{type(error).__name__}: {error}"

    def _disconnected(self, reason: int) -> None:
        if not self._leaving:
            self.lost = f"disconnected: {rtc.DisconnectReason.Name(reason)}"  # type: ignore[arg-type]


@asynccontextmanager
async def party(
    url: str,
    tokens: Sequence[str],
    *,
    spec: Spec | None = None,
    live: int = 0,
    live_spec: Spec | None = None,
    talk: bool = True,
    video: bool = True,
    share: bool = False,
) -> AsyncIterator[list[Guest]]:
    """Bring one guest per token into the call, one after the other; they leave with the block.

    :param spec: size, rate and bits of what they show; looks and clock offsets are spread over them.
    :param live: how many of them, from the first, encode simulcast layers live (``live_spec``).
    :param talk: whether they publish a microphone and take turns.
    :param share: whether the first one shares a screen as well.
    """
    specs = spread(len(tokens), spec)
    shown: list[list[Callable[[], Replay | Live]]] = [[] for _ in tokens]
    for number, mine in enumerate(specs if video else ()):
        if number < live:
            shown[number].append(partial(Live, live_spec) if live_spec else Live)
        else:
            shown[number].append(partial(Replay, await asyncio.to_thread(load, mine)))
    if share:
        shown[0].append(partial(Replay, await asyncio.to_thread(load, SCREEN)))
    guests: list[Guest] = []
    try:
        for number, (token, makes) in enumerate(zip(tokens, shown, strict=True)):
            guest = Guest(number, len(tokens), *(make() for make in makes), talks=talk)
            guests.append(guest)
            await guest.join(url, token)
        yield guests
    finally:
        await asyncio.gather(*(guest.leave() for guest in guests), return_exceptions=True)


async def run_guests(
    tokens: Sequence[str],
    url: str,
    *,
    seconds: float | None = None,
    ready: Callable[[list[Guest]], None] | None = None,
    spec: Spec | None = None,
    live: int = 0,
    live_spec: Spec | None = None,
    talk: bool = True,
    video: bool = True,
    share: bool = False,
) -> None:
    """Run a party for ``seconds``, or until it is cancelled.

    :param ready: called when everybody is in and sends.
    :raises GuestError: a guest was lost; says who and why.
    """
    async with party(
        url, tokens, spec=spec, live=live, live_spec=live_spec, talk=talk, video=video, share=share
    ) as guests:
        if ready is not None:
            ready(guests)
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds if seconds is not None else float("inf")
        while (left := until - loop.time()) > 0:
            await asyncio.sleep(min(1.0, left))
            for guest in guests:
                if guest.lost:
                    raise GuestError(f"guest {guest.number} is gone: {guest.lost}")

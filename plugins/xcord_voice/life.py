"""The plugin's life: slices, commands and watchers on the hub's side, the call on the media loop's."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from xcord import (
    Asker,
    CommandError,
    Demand,
    Devices,
    Directory,
    Handle,
    Join,
    JoinTokenFor,
    Nothing,
    Quality,
    Rejoin,
    Settings,
    Simulate,
    Speaking,
    Switch,
    Voice,
    probe,
)

from .microphone import MicrophoneDesk
from .parts import Intents, Parts
from .playout import PlayoutDesk
from .tasks import Tasks
from .video.desk import StatisticsDesk, Way

if TYPE_CHECKING:
    from .audio.capture import Microphone
    from .audio.engine import AudioEngine
    from .audio.sound import Sound
    from .call import Call

log = logging.getLogger("xcord.voice")

TOKEN_WITHIN = 15.0  # seconds for the server end's answer
END_WITHIN = 10.4  # seconds for leaving; the supervisor allows 12 for all
SOUND_WITHIN = 1.0  # seconds for a sound server that may hang
FINISH_WITHIN = 0.4  # seconds for what is left to do on the hub


def find_engine() -> AudioEngine:
    """This machine's sound; tests replace it."""
    from .audio.devices import open_engine

    return open_engine()


def find_way() -> Way:
    """How the sizes of video are asked for; tests replace it."""
    from . import sdk

    return sdk.video_way()


def make_parts(sound: Sound, microphone: Microphone, hub: Handle) -> Parts:
    """The real parts; tests replace them."""
    from . import sdk
    from .room import RoomLink
    from .sdk_microphone import MicrophoneSource

    return Parts(
        make_link=RoomLink,
        make_source=MicrophoneSource,
        opener=sdk,
        probe=probe,
        sound=sound,
        microphone=microphone,
        slots=hub.media.slots,
        gate=hub.gate,
        clock=hub.clock,
    )


class VoiceLife:
    """Claims everything; touches the world only in ``life()``."""

    def __init__(self, hub: Handle) -> None:
        self._hub = hub
        self._intents = Intents(hub.option("muted"), hub.option("deafened"))
        self._voice = hub.slice(
            "voice", Voice, Voice(muted=self._intents.muted, deafened=self._intents.deafened)
        )
        self._speaking = hub.slice("speaking", Speaking, Speaking())
        self._quality = hub.slice("quality", Quality, Quality())
        self._devices = hub.slice("devices", Devices, Devices())
        hub.command("voice.join", Join, self._join)
        hub.command("voice.leave", Nothing, self._leave)
        hub.command("voice.rejoin", Rejoin, self._rejoin)
        hub.command("voice.probe", Nothing, self._probe, private=True)
        hub.command("voice.wait", Nothing, self._wait_asked, private=True)
        hub.command("voice.simulate", Simulate, self._simulate)
        hub.command("voice.mute", Switch, self._mute)
        hub.command("voice.deafen", Switch, self._deafen)
        self._playout = PlayoutDesk(hub)
        self._desk = MicrophoneDesk(hub)
        self._statistics = StatisticsDesk(hub)
        self._sound: Sound | None = None
        self._call: Call | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks = Tasks(self._failed)

    @contextlib.asynccontextmanager
    async def life(self) -> AsyncIterator[None]:
        """On the hub's loop. Leaving it leaves the room first."""
        hub = self._hub
        self._loop = asyncio.get_running_loop()
        try:
            sound = await asyncio.to_thread(self._prepare)
            await hub.media.run(sound.open(hub.option("output"), hub.option("input")))
            self._desk.begin()
            await self._statistics.begin(find_way, self._running().statistics)
            self._apply_silence()
            self._on_media(self._running().set_silence)
            hub.watch(self._on_slice, "settings", "directory", "demand")
            yield
        finally:
            hub.gate.set_shut("start", True)
            self._playout.end()
            self._desk.end()
            await self._statistics.end()
            await hub.media.run(self._aclose())
            await self._finish()

    async def _finish(self) -> None:
        """What is being written is written to its end; who waits for the server end is not waited for."""
        await self._tasks.ended(FINISH_WITHIN)
        self._tasks.cancel()

    def _prepare(self) -> Sound:
        """In a thread: importing LiveKit and numpy takes half a second."""
        from .audio.sound import Sound
        from .call import Call
        from .scene import Screen

        set_ = (self._voice.set, self._speaking.set, self._quality.set)
        screen = Screen(*set_, self._hub.notify, self._playout.chime)
        sound = self._sound = Sound(find_engine, self._devices.set)
        self._playout.prepare(sound)
        parts = make_parts(sound, self._desk.prepare(sound), self._hub)
        self._call = Call(parts, screen, self._intents, self._ask_token, self._remember)
        return sound

    # -- on the media loop -----------------------------------------------------------------------------

    async def _aclose(self) -> None:
        if self._call is not None:
            await self._call.aclose(END_WITHIN)
        if self._sound is not None:
            sound = Tasks(lambda error: log.error("the sound was not closed", exc_info=error))
            sound.start(self._desk.aclose())
            sound.start(self._sound.aclose())
            # Where the sound system hangs, both go on to their end without us.
            await sound.ended(SOUND_WITHIN)

    # -- commands, on the hub's loop -------------------------------------------------------------------

    async def _join(self, args: Join, asker: Asker) -> None:
        if bool(args.channel) == bool(args.url and args.token):
            raise CommandError("bad_arguments", "voice.join takes a channel, or a url and a token")
        await self._ask(lambda call: call.join(args.channel, args.url, args.token))

    async def _leave(self, args: Nothing, asker: Asker) -> None:
        await self._ask(lambda call: call.leave())

    async def _rejoin(self, args: Rejoin, asker: Asker) -> None:
        await self._ask(lambda call: call.rejoin(args.take_over))

    async def _probe(self, args: Nothing, asker: Asker) -> str:
        return await self._hub.media.run(self._running().probe())

    async def _wait_asked(self, args: Nothing, asker: Asker) -> int:
        return await self._hub.media.run(self._running().wait())

    async def _simulate(self, args: Simulate, asker: Asker) -> None:
        if self._hub.read("faults") is None:
            raise CommandError("faults_off", "faults are made only while the plugin faults is on")
        try:
            await self._hub.media.run(self._running().simulate(args.kind))
        except TimeoutError:
            raise CommandError("timed_out", f"the SDK did not act out {args.kind}") from None

    async def _ask(self, of: Callable[[Call], None]) -> None:
        async def ask() -> None:
            of(self._running())

        await self._hub.media.run(ask())

    async def _mute(self, args: Switch, asker: Asker) -> None:
        await self._set_intent("muted", args.on)

    async def _deafen(self, args: Switch, asker: Asker) -> None:
        await self._set_intent("deafened", args.on)

    async def _set_intent(self, name: str, on: bool) -> None:
        """Silence first and the disk after; sound only once it is on disk that it is wanted."""
        if on:
            self._take_intent(name, on)
        await self._hub.set_option(name, on)
        self._take_intent(name, on)

    # -- intents ---------------------------------------------------------------------------------------

    def _take_intent(self, name: str, on: bool) -> None:
        if getattr(self._intents, name) == on:
            return
        setattr(self._intents, name, on)
        self._apply_silence()
        if (call := self._call) is not None:
            self._on_media(call.set_deafened if name == "deafened" else call.set_silence)

    def _apply_silence(self) -> None:
        """At the source, from this very moment."""
        self._hub.gate.set_shut("deafened", self._intents.deafened)
        self._hub.gate.set_muted(self._intents.muted)

    def _on_slice(self, name: str, value: Any) -> None:
        match name, value:
            case "settings", Settings():
                self._on_settings()
            case "directory", _:
                people = value.people if isinstance(value, Directory) else {}
                self._on_media(lambda: self._running().scene.profiles(people))
            case "demand", _:
                tracks = value.tracks if isinstance(value, Demand) else ()
                self._intents.wants = {(want.user, want.kind): (want.width, want.height) for want in tracks}
                self._on_media(self._running().set_demand)

    def _on_settings(self) -> None:
        """Settings may also be changed elsewhere: they are the truth about what the user wants."""
        option = self._hub.option
        self._take_intent("muted", option("muted"))
        self._take_intent("deafened", option("deafened"))
        self._playout.apply()
        self._tasks.start(self._follow())

    async def _follow(self) -> None:
        if await self._playout.follow():
            self._desk.device_changed()

    # -- between the loops -----------------------------------------------------------------------------

    def _running(self) -> Call:
        if self._call is None:
            raise CommandError("starting", "voice is starting")
        return self._call

    def _on_media(self, function: Any) -> None:
        async def call() -> None:
            function()

        self._tasks.start(self._wait(self._hub.media.run(call())))

    @staticmethod
    async def _wait(future: asyncio.Future[None]) -> None:
        await future

    def _ask_token(self, attempt: int, channel: str) -> None:
        """From the media loop: asks the server end on the hub's loop, and brings the answer back."""
        self._on_hub(self._fetch_token(attempt, channel))

    async def _fetch_token(self, attempt: int, channel: str) -> None:
        call = self._running()
        try:
            token = await self._hub.ask("directory.join_token", JoinTokenFor(channel), timeout=TOKEN_WITHIN)
        except CommandError as error:
            code = "no_directory" if error.code == "unknown_command" else error.code
            wait = error.params.get("seconds", 0)
            self._on_media(lambda: call.token_refused(attempt, code, wait))
        else:
            self._on_media(lambda: call.token_ready(attempt, token))

    def _remember(self, channel: str) -> None:
        """From the media loop: what to offer after a crash or at the next start."""
        self._on_hub(self._hub.set_option("last_channel", channel))

    def _on_hub(self, coroutine: Coroutine[Any, Any, None]) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._tasks.start, coroutine)

    def _failed(self, error: BaseException) -> None:
        self._hub.report("voice_failed", f"voice: {type(error).__name__}: {error}")

"""What is heard, as the hub knows it: how loud everybody is, interface sounds, latency, devices."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from xcord import Asker, CommandError, Handle, Nothing, PersonSwitch, Volume

from .ringtone import Ringtone

if TYPE_CHECKING:
    from .audio.chimes import Chime
    from .audio.sound import Sound


class PlayoutDesk:
    """Claims the commands around it. On the hub's loop, except where a method says otherwise."""

    def __init__(self, hub: Handle) -> None:
        self._hub = hub
        hub.command("voice.volume", Volume, self._set_volume)
        hub.command("voice.silence", PersonSwitch, self._silence)
        hub.command("voice.prioritize", PersonSwitch, self._prioritize)
        hub.command("voice.test_sound", Nothing, self._test)
        hub.watch_notices(self._hear)
        self._ringtone = Ringtone(hub, lambda: self.chime("ring"))
        self._sound: Sound | None = None
        self._chimes: frozenset[str] = frozenset()
        self._loudness = 0.0

    def prepare(self, sound: Sound) -> None:
        """In a thread: this is the sound."""
        self._sound = sound

    def end(self) -> None:
        """Nothing sounds by itself any more."""
        self._ringtone.end()

    def chime(self, chime: Chime) -> None:
        """On the media loop: something happened that has a sound."""
        if chime in self._chimes and self._loudness:
            self._ring(chime)

    def _ring(self, chime: Chime) -> asyncio.Task[bool]:
        from .audio.chimes import sound_of

        assert self._sound is not None
        return self._sound.chime(sound_of(chime) * self._loudness)

    def _hear(self, name: str, params: dict[str, Any]) -> None:
        """Whoever shuts the microphone in doubt sends this notice; the person must hear it at once."""

        async def ring() -> None:
            self.chime("shut")

        if name == "microphone.shut" and self._sound is not None:
            self._hub.media.run(ring())

    # -- settings --------------------------------------------------------------------------------------

    def apply(self) -> None:
        """Takes over what the settings say; they are the truth."""
        from .audio.chimes import CHIMES
        from .audio.mixer import Levels

        if self._sound is None:
            return
        option = self._hub.option
        self._sound.mixer.set_levels(
            Levels(
                voices=option("volumes"),
                screens=option("shared_volumes"),
                silenced=frozenset(option("silenced")),
                chosen=frozenset(option("prioritized")),
                attenuation=option("attenuation"),
            )
        )
        self._sound.mixer.set_volume(option("output_volume"))
        self._chimes = frozenset(
            chime for chime in CHIMES if chime != "test" and option(f"{self._hub.name}.sounds.{chime}")
        )
        self._loudness = option(f"{self._hub.name}.sounds.volume") / 100

    async def follow(self) -> bool:
        """Puts the chosen devices and latency into effect; true if it is another microphone now."""
        from .audio.engine import PROFILES

        sound, option = self._sound, self._hub.option
        if sound is None:
            return False
        output, input, profile = option("output"), option("input"), PROFILES[option("latency")]
        changed = input != sound.input
        await self._hub.media.run(sound.set_profile(profile))
        await self._hub.media.run(sound.choose(output, input))
        return bool(changed)

    # -- commands --------------------------------------------------------------------------------------

    async def _set_volume(self, args: Volume, asker: Asker) -> None:
        if not 0 <= args.percent <= 200:
            raise CommandError("bad_arguments", "a volume is 0 to 200 percent")
        name = "shared_volumes" if args.shared else "volumes"
        volumes: dict[str, int] = dict(self._hub.option(name))
        if args.percent == 100:
            volumes.pop(args.user, None)
        else:
            volumes[args.user] = args.percent
        await self._hub.set_option(name, volumes)

    async def _silence(self, args: PersonSwitch, asker: Asker) -> None:
        await self._switch("silenced", args)

    async def _prioritize(self, args: PersonSwitch, asker: Asker) -> None:
        await self._switch("prioritized", args)

    async def _switch(self, name: str, args: PersonSwitch) -> None:
        users: list[Any] = [user for user in self._hub.option(name) if user != args.user]
        await self._hub.set_option(name, [*users, args.user] if args.on else users)

    async def _test(self, args: Nothing, asker: Asker) -> None:
        if self._sound is None:
            raise CommandError("starting", "voice is starting")

        async def ring() -> bool:
            return await self._ring("test")

        if not await self._hub.media.run(ring()):
            raise CommandError("no_sound", "there is no loudspeaker that could be opened")

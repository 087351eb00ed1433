"""Another voice: the same slices and commands as the built-in one, with an echo instead of a network."""

from __future__ import annotations

import msgspec

from xcord import (
    Asker,
    Capture,
    CommandError,
    Devices,
    Handle,
    Join,
    JoinTokenFor,
    Meter,
    Nothing,
    Person,
    PersonSwitch,
    Quality,
    Rejoin,
    Simulate,
    Speaking,
    Statistics,
    Switch,
    Voice,
    Volume,
    hookimpl,
)


class Echo:
    """A call in which only an echo answers."""

    def __init__(self, hub: Handle) -> None:
        self.hub = hub
        self.voice = hub.slice("voice", Voice, Voice())
        self.speaking = hub.slice("speaking", Speaking, Speaking())
        hub.slice("devices", Devices, Devices())
        hub.slice("quality", Quality, Quality())
        hub.slice("capture", Capture, Capture())
        hub.slice("meter", Meter, Meter())
        hub.slice("statistics", Statistics, Statistics())
        hub.command("voice.join", Join, self.join)
        hub.command("voice.leave", Nothing, self.leave)
        hub.command("voice.rejoin", Rejoin, self.rejoin)
        hub.command("voice.probe", Nothing, self.probe, private=True)
        hub.command("voice.wait", Nothing, self.wait, private=True)
        hub.command("voice.simulate", Simulate, self.refuse)
        hub.command("voice.mute", Switch, self.mute)
        hub.command("voice.deafen", Switch, self.deafen)
        hub.command("voice.volume", Volume, self.volume)
        hub.command("voice.silence", PersonSwitch, self.accept)
        hub.command("voice.prioritize", PersonSwitch, self.accept)
        hub.command("voice.test_sound", Nothing, self.accept)
        hub.command("voice.meter", Switch, self.refuse)
        hub.command("voice.echo_test", Switch, self.refuse)

    def change(self, **changes: object) -> None:
        self.voice.set(msgspec.structs.replace(self.voice.value, **changes))

    async def join(self, args: Join, _asker: Asker) -> None:
        room = "direct"
        if args.channel:
            room = (await self.hub.ask("directory.join_token", JoinTokenFor(args.channel))).room
        me = Person(user="me", name="Me", me=True)
        people = (me, Person(user="echo", name="Echo"))
        self.change(status="connected", channel=args.channel, room=room, me="me", people=people)
        self.speaking.set(Speaking(("echo",)))

    async def leave(self, _args: Nothing, _asker: Asker) -> None:
        self.change(status="idle", channel="", room="", me="", people=())
        self.speaking.set(Speaking())

    async def accept(self, _args: object, _asker: Asker) -> None:
        """An echo is as loud as it is."""

    async def wait(self, _args: Nothing, _asker: Asker) -> int:
        return 0

    async def refuse(self, _args: object, _asker: Asker) -> None:
        raise CommandError("microphone_none", "An echo has no microphone.")

    async def rejoin(self, _args: Rejoin, _asker: Asker) -> None:
        raise CommandError("not_needed", "An echo is never lost.")

    async def probe(self, _args: Nothing, _asker: Asker) -> str:
        return ""

    async def mute(self, args: Switch, _asker: Asker) -> None:
        self.change(muted=args.on)

    async def deafen(self, args: Switch, _asker: Asker) -> None:
        self.change(deafened=args.on)

    async def volume(self, args: Volume, _asker: Asker) -> None:
        if not 0 <= args.percent <= 200:
            raise CommandError("bad_arguments", "0 to 200 percent")


@hookimpl
def xcord_start(hub: Handle) -> None:
    Echo(hub)

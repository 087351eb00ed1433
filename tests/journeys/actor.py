"""A call without a network: one object plays voice and sync, and remembers what it was asked."""

from __future__ import annotations

from typing import Any

import msgspec

from xcord import CommandError, Handle, hookimpl
from xcord.model import (
    Devices,
    Person,
    Quality,
    Speaking,
    Voice,
)
from xcord.places import Account, Banned, Channel, Directory, Invite, Member, Profile, Server, Upkeep
from xcord.recovery import Reconnection
from xcord.requests import (
    AcceptInvite,
    CreateInvite,
    Join,
    LeaveServer,
    Login,
    LookAfter,
    ModeratePerson,
    Nothing,
    PlaceChannel,
    Register,
    Rejoin,
    SetAvatar,
    Switch,
)
from xcord.ringing import Ring, Ringing, RingPerson

NAMES = (
    "Ada Lovelace",
    "Mehmet Öztürk",
    "Işıl Çağlayan",
    "Grace Hopper",
    "Şükrü Ağaoğlu",
    "Maximiliane-Charlotte von Hohenzollern-Sigmaringen",
    "Ümit",
    "Kit",
    "Zeynep Güneş",
)
ACCOUNT = Account(user="u0", login="ada", name=NAMES[0], role="owner")
SERVERS = (
    Server(
        id="s1",
        name="Gece Kuşları",
        role="owner",
        channels=(
            Channel(id="c1", name="Lobi"),
            Channel(id="c2", name="Müzik", people=("u8", "u5"), limit=5),
        ),
        members=(Member(user="u0", role="owner"), Member(user="u8"), Member(user="u5", role="moderator")),
    ),
)
PEOPLE = tuple(
    Person(
        user=f"u{n}",
        name=name,
        me=n == 0,
        muted=n == 3,
        deafened=n == 4,
        present=n != 7,
    )
    for n, name in enumerate(NAMES)
)


PROFILES = {f"u{n}": Profile(user=f"u{n}", name=name) for n, name in enumerate(NAMES)}
LINK = "xcord://join/ses.example.org/Ab12cd34"
UPKEEP = Upkeep(
    server="s1",
    invites=(
        Invite(server="s1", code="Ab12cd34", link=LINK, expires_at=1_800_000_000, by="u0"),
        Invite(server="s1", code="Ef56gh78", link=LINK.replace("Ab12cd34", "Ef56gh78"), uses=3, by="u9"),
    ),
    bans=(Banned(user="u20", name="Bo", reason="spam", at=1_700_000_000),),
)


class Actor:
    """The plugin ``actor``. ``asked`` holds (command, arguments); ``refuse`` is the next answer's code;
    ``pictures`` are what it gives pages, by name."""

    def __init__(self) -> None:
        self.pictures: dict[str, bytes] = {}
        self.asked: list[tuple[str, Any]] = []
        self.refuse = ""

    @hookimpl
    def xcord_start(self, hub: Handle) -> None:
        self.voice = hub.slice("voice", Voice, Voice())
        self.speaking = hub.slice("speaking", Speaking, Speaking())
        self.quality = hub.slice("quality", Quality, Quality())
        self.reconnection = hub.slice("reconnection", Reconnection, Reconnection())
        self.devices = hub.slice("devices", Devices, Devices(engine="null", problem="no_sound"))
        self.ringing = hub.slice("ringing", Ringing, Ringing())
        self.address = hub.pictures(self._picture)
        self.directory = hub.slice("directory", Directory, Directory(address="https://ses.example.org"))
        for name, args in (
            ("voice.join", Join),
            ("voice.leave", Nothing),
            ("voice.rejoin", Rejoin),
            ("voice.mute", Switch),
            ("voice.deafen", Switch),
            ("reconnection.try_now", Nothing),
            ("reconnection.stop", Nothing),
            ("directory.login", Login),
            ("directory.logout", Nothing),
            ("directory.register", Register),
            ("directory.create_invite", CreateInvite),
            ("directory.put_invite_away", Nothing),
            ("directory.kick", ModeratePerson),
            ("directory.look_after", LookAfter),
            ("directory.leave_server", LeaveServer),
            ("directory.accept_invite", AcceptInvite),
            ("directory.place_channel", PlaceChannel),
            ("directory.set_avatar", SetAvatar),
            ("ringing.call", RingPerson),
            ("ringing.cancel", RingPerson),
            ("ringing.answer", RingPerson),
            ("ringing.dismiss", RingPerson),
        ):
            hub.command(name, args, self._answer_to(name))

    async def _picture(self, name: str) -> bytes:
        if name not in self.pictures:
            raise CommandError("not_found")
        return self.pictures[name]

    def show_picture(self, user: str, name: str) -> None:
        """Somebody has a picture from now on; ``pictures`` may have it or not."""
        directory = self.directory.value
        seen = msgspec.structs.replace(directory.people[user], avatar=self.address(name))
        self.directory.set(msgspec.structs.replace(directory, people={**directory.people, user: seen}))

    def _answer_to(self, name: str) -> Any:
        async def answer(args: Any, _asker: Any) -> None:
            self.asked.append((name, args))
            if code := self.refuse:
                self.refuse = ""
                raise CommandError(code)
            if name in ("directory.login", "directory.register"):
                self.sign_in()
            elif name == "directory.create_invite":
                made = Invite(server="s1", code="Ab12cd34", link=LINK, expires_at=1_800_000_000)
                self.directory.set(msgspec.structs.replace(self.directory.value, invite=made))
            elif name == "directory.put_invite_away":
                self.directory.set(msgspec.structs.replace(self.directory.value, invite=None))
            elif name == "directory.look_after":
                upkeep = UPKEEP if args.server else None
                self.directory.set(msgspec.structs.replace(self.directory.value, upkeep=upkeep))
            elif name == "directory.place_channel":
                self._place(args)
            elif name == "directory.set_avatar":
                self.pictures["mine"] = args.picture
                self.show_picture("u0", "mine")
            elif name == "ringing.call":
                self.ring(outgoing=(args.user,))
            elif name.startswith("ringing."):
                self.ring()
            elif name == "voice.join":
                self.enter()
            elif name == "voice.leave":
                self.voice.set(Voice())

        return answer

    def _place(self, args: PlaceChannel) -> None:
        server, *others = self.directory.value.servers
        moved = next(each for each in server.channels if each.id == args.channel)
        rest = [each for each in server.channels if each is not moved]
        rest.insert(args.position, moved)
        changed = msgspec.structs.replace(server, channels=tuple(rest))
        self.directory.set(msgspec.structs.replace(self.directory.value, servers=(changed, *others)))

    def sign_in(self) -> None:
        """As after a good password."""
        self.directory.set(
            Directory(
                status="connected",
                address="https://ses.example.org",
                account=ACCOUNT,
                servers=SERVERS,
                people=PROFILES,
                kept="keyring",
            )
        )

    def ring(self, *incoming: str, outgoing: tuple[str, ...] = (), channel: str = "c1") -> None:
        """Just these users call, and are called."""
        place = {"c1": "Lobi", "c2": "Müzik"}[channel]

        def rings(users: tuple[str, ...]) -> tuple[Ring, ...]:
            return tuple(
                Ring(channel=channel, user=user, name=PROFILES[user].name, place=place) for user in users
            )

        self.ringing.set(Ringing(incoming=rings(incoming), outgoing=rings(outgoing)))

    def enter(self, **more: Any) -> None:
        """Nine people in the lobby; ``more`` are further fields of ``voice``."""
        self.voice.set(
            Voice(
                **{
                    "status": "connected",
                    "channel": "c1",
                    "room": "vc_c1",
                    "epoch": 1,
                    "people": PEOPLE,
                    "me": "u0",
                    **more,
                }
            )
        )
        self.speaking.set(Speaking(("u1", "u2")))
        self.quality.set(Quality({"u0": "excellent", "u1": "good", "u2": "poor", "u3": "lost"}))

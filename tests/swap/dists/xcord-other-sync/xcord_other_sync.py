"""Another sync: the same slice and commands as the built-in one, with one channel and no server end.

``OTHER_SYNC_URL`` and ``OTHER_SYNC_TOKEN`` in the environment are what it hands to who joins.
"""

from __future__ import annotations

import os
from typing import Any

from xcord import (
    AcceptInvite,
    Account,
    Asker,
    Ban,
    ChangePassword,
    Channel,
    CommandError,
    CreateChannel,
    CreateInvite,
    CreateServer,
    DeleteChannel,
    DeleteServer,
    Directory,
    EditChannel,
    Handle,
    JoinToken,
    JoinTokenFor,
    LeaveServer,
    Login,
    LookAfter,
    ModeratePerson,
    MovePerson,
    Nothing,
    PlaceChannel,
    Profile,
    Register,
    RemoveMember,
    RenameServer,
    RevokeInvite,
    Ringing,
    RingPerson,
    Server,
    ServerFault,
    SetAvatar,
    SetName,
    SetRole,
    Unban,
    hookimpl,
)

ROOM = "vc_porch"
FACE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
    "0000000b4944415478da63fcff1f0003030200efbfa7db0000000049454e44ae426082"
)  # a PNG of one pixel
NEVER: dict[str, type[Any]] = {
    "logout_everywhere": Nothing,
    "register": Register,
    "accept_invite": AcceptInvite,
    "create_invite": CreateInvite,
    "put_invite_away": Nothing,
    "create_server": CreateServer,
    "rename_server": RenameServer,
    "delete_server": DeleteServer,
    "create_channel": CreateChannel,
    "edit_channel": EditChannel,
    "place_channel": PlaceChannel,
    "delete_channel": DeleteChannel,
    "kick": ModeratePerson,
    "mute": ModeratePerson,
    "move": MovePerson,
    "ban": Ban,
    "unban": Unban,
    "remove_member": RemoveMember,
    "set_role": SetRole,
    "leave_server": LeaveServer,
    "look_after": LookAfter,
    "fault": ServerFault,
    "revoke_invite": RevokeInvite,
    "set_avatar": SetAvatar,
    "set_name": SetName,
    "change_password": ChangePassword,
}


class Porch:
    """Whoever says a name is in."""

    def __init__(self, hub: Handle) -> None:
        self.directory = hub.slice("directory", Directory, Directory())
        hub.slice("ringing", Ringing, Ringing())
        self.picture = hub.pictures(self.face)
        hub.command("directory.login", Login, self.login)
        hub.command("directory.logout", Nothing, self.logout)
        hub.command("directory.refresh", Nothing, self.refresh)
        for verb, kind in NEVER.items():
            hub.command(f"directory.{verb}", kind, self.refuse)
        for verb in ("call", "cancel", "answer", "dismiss"):
            hub.command(f"ringing.{verb}", RingPerson, self.refuse)
        hub.command("directory.join_token", JoinTokenFor, self.join_token, private=True)

    async def face(self, _name: str) -> bytes:
        """Everybody looks alike."""
        return FACE

    async def login(self, args: Login, _asker: Asker) -> None:
        self.directory.set(
            Directory(
                status="connected",
                address=args.address,
                account=Account(user=args.login, login=args.login, name=args.login.title()),
                servers=(Server(id="home", name="Home", channels=(Channel(id="porch", name="Porch"),)),),
                people={
                    args.login: Profile(
                        user=args.login, name=args.login.title(), avatar=self.picture(args.login)
                    )
                },
            )
        )

    async def logout(self, _args: Nothing, _asker: Asker) -> None:
        self.directory.set(Directory())

    async def refresh(self, _args: Nothing, _asker: Asker) -> None:
        """Here all is always as it is."""

    async def refuse(self, _args: Any, _asker: Asker) -> None:
        raise CommandError("forbidden", "Nobody looks after the porch.")

    async def join_token(self, args: JoinTokenFor, _asker: Asker) -> JoinToken:
        if args.channel != "porch":
            raise CommandError("unknown_channel", "There is but the porch.")
        url, token = os.environ.get("OTHER_SYNC_URL", ""), os.environ.get("OTHER_SYNC_TOKEN", "")
        return JoinToken(url=url, token=token, room=ROOM, channel="porch")


@hookimpl
def xcord_start(hub: Handle) -> None:
    Porch(hub)

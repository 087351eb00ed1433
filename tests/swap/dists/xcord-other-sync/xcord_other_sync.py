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
    Login,
    ModeratePerson,
    MovePerson,
    Nothing,
    Register,
    RenameServer,
    Server,
    SetName,
    hookimpl,
)

ROOM = "vc_porch"
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
    "delete_channel": DeleteChannel,
    "kick": ModeratePerson,
    "mute": ModeratePerson,
    "move": MovePerson,
    "ban": Ban,
    "set_name": SetName,
    "change_password": ChangePassword,
}


class Porch:
    """Whoever says a name is in."""

    def __init__(self, hub: Handle) -> None:
        self.directory = hub.slice("directory", Directory, Directory())
        hub.command("directory.login", Login, self.login)
        hub.command("directory.logout", Nothing, self.logout)
        hub.command("directory.refresh", Nothing, self.refresh)
        for verb, kind in NEVER.items():
            hub.command(f"directory.{verb}", kind, self.refuse)
        hub.command("directory.join_token", JoinTokenFor, self.join_token, private=True)

    async def login(self, args: Login, _asker: Asker) -> None:
        self.directory.set(
            Directory(
                status="connected",
                address=args.address,
                account=Account(user=args.login, login=args.login, name=args.login.title()),
                servers=(Server(id="home", name="Home", channels=(Channel(id="porch", name="Porch"),)),),
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

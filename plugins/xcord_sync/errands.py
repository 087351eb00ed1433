"""What a person has done on the server end: one request each, and the directory is looked at afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from xcord import (
    AcceptInvite,
    Ban,
    ChangePassword,
    CommandError,
    CreateChannel,
    CreateInvite,
    CreateServer,
    DeleteChannel,
    DeleteServer,
    EditChannel,
    Invite,
    LeaveServer,
    ModeratePerson,
    MovePerson,
    PlaceChannel,
    RemoveMember,
    RenameServer,
    RevokeInvite,
    SetAvatar,
    SetName,
    SetRole,
    Unban,
)

from . import contract
from .address import read_invite
from .translate import invite

if TYPE_CHECKING:
    from .client import Client

Errand = Callable[["Client", Any], Awaitable[None]]


async def accept_invite(client: Client, args: AcceptInvite) -> None:
    """Becomes a member of the invite's server.

    :raises CommandError: also ``other_server``, when the invite is for another server end.
    """
    address, code = read_invite(args.invite)
    if address not in ("", client.address):
        raise CommandError("other_server", "the invite is for another server end", address=address)
    await client.ask("POST", "/v1/invites/accept", contract.ServerInfo, contract.InviteCode(code=code))


async def create_server(client: Client, args: CreateServer) -> None:
    await client.do("POST", "/v1/servers", contract.ServerName(name=args.name.strip()))


async def rename_server(client: Client, args: RenameServer) -> None:
    await client.do("PATCH", _server(args.server), contract.ServerName(name=args.name.strip()))


async def delete_server(client: Client, args: DeleteServer) -> None:
    await client.do("DELETE", _server(args.server))


async def create_channel(client: Client, args: CreateChannel) -> None:
    wanted = contract.NewChannel(name=args.name.strip(), user_limit=args.limit)
    await client.do("POST", f"{_server(args.server)}/channels", wanted)


async def edit_channel(client: Client, args: EditChannel) -> None:
    wanted = contract.ChannelChange(name=args.name.strip(), user_limit=args.limit)
    await client.do("PATCH", _channel(args.channel), wanted)


async def place_channel(client: Client, args: PlaceChannel) -> None:
    await client.do("PATCH", _channel(args.channel), contract.ChannelChange(position=args.position))


async def delete_channel(client: Client, args: DeleteChannel) -> None:
    await client.do("DELETE", _channel(args.channel))


async def kick(client: Client, args: ModeratePerson) -> None:
    await client.do("POST", f"{person(args.channel, args.user)}/remove")


async def mute(client: Client, args: ModeratePerson) -> None:
    await client.do("POST", f"{person(args.channel, args.user)}/mute", contract.MuteRequest())


async def move(client: Client, args: MovePerson) -> None:
    await client.do("POST", f"{person(args.channel, args.user)}/move", contract.MoveRequest(to=args.to))


async def ban(client: Client, args: Ban) -> None:
    await client.do("POST", f"{_server(args.server)}/bans/{_part(args.user)}", contract.BanRequest())


async def unban(client: Client, args: Unban) -> None:
    await client.do("DELETE", f"{_server(args.server)}/bans/{_part(args.user)}")


async def remove_member(client: Client, args: RemoveMember) -> None:
    await client.do("DELETE", _member(args.server, args.user))


async def set_role(client: Client, args: SetRole) -> None:
    await client.do("PATCH", _member(args.server, args.user), contract.RoleChange(role=args.role))


async def leave_server(client: Client, args: LeaveServer) -> None:
    account = (await client.directory()).account
    await client.do("DELETE", _member(args.server, account.user))


async def revoke_invite(client: Client, args: RevokeInvite) -> None:
    await client.do("POST", f"{_server(args.server)}/invites/revoke", contract.InviteCode(code=args.code))


async def set_avatar(client: Client, args: SetAvatar) -> None:
    if args.picture:
        await client.put("/v1/me/avatar", args.picture)
    else:
        await client.do("DELETE", "/v1/me/avatar")


async def set_name(client: Client, args: SetName) -> None:
    await client.do("PATCH", "/v1/me", contract.ProfileChange(name=args.name.strip()))


async def change_password(client: Client, args: ChangePassword) -> None:
    await client.do("POST", "/v1/me/password", contract.PasswordChange(old=args.old, new=args.new))


async def create_invite(client: Client, args: CreateInvite) -> Invite:
    """The invite, with the link to send."""
    wanted = contract.NewInvite(lasts=args.hours * 3600 or None, uses=args.uses or None)
    made = await client.ask("POST", f"{_server(args.server)}/invites", contract.InviteInfo, wanted)
    return invite(client.address, made)


#: Verb of ``directory.*`` -> its arguments and what it does.
ERRANDS: dict[str, tuple[type[Any], Errand]] = {
    "accept_invite": (AcceptInvite, accept_invite),
    "create_server": (CreateServer, create_server),
    "rename_server": (RenameServer, rename_server),
    "delete_server": (DeleteServer, delete_server),
    "create_channel": (CreateChannel, create_channel),
    "edit_channel": (EditChannel, edit_channel),
    "place_channel": (PlaceChannel, place_channel),
    "delete_channel": (DeleteChannel, delete_channel),
    "kick": (ModeratePerson, kick),
    "mute": (ModeratePerson, mute),
    "move": (MovePerson, move),
    "ban": (Ban, ban),
    "unban": (Unban, unban),
    "remove_member": (RemoveMember, remove_member),
    "set_role": (SetRole, set_role),
    "leave_server": (LeaveServer, leave_server),
    "revoke_invite": (RevokeInvite, revoke_invite),
    "set_avatar": (SetAvatar, set_avatar),
    "set_name": (SetName, set_name),
    "change_password": (ChangePassword, change_password),
}


def _part(text: str) -> str:
    from .client import part  # not at the top: it brings the HTTP library

    return part(text)


def _server(server: str) -> str:
    return f"/v1/servers/{_part(server)}"


def _member(server: str, user: str) -> str:
    return f"{_server(server)}/members/{_part(user)}"


def _channel(channel: str) -> str:
    return f"/v1/channels/{_part(channel)}"


def person(channel: str, user: str) -> str:
    """Where the server end knows somebody as far as a channel is concerned."""
    return f"{_channel(channel)}/people/{_part(user)}"

"""The contract's words in the shell's words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xcord import (
    Account,
    Banned,
    Channel,
    Directory,
    Invite,
    JoinToken,
    Member,
    Profile,
    Server,
    Upkeep,
)

from . import contract
from .address import invite_link
from .album import is_hash


def directory(
    address: str,
    answer: contract.DirectoryAnswer,
    picture: Callable[[str], str],
    members: Mapping[str, tuple[contract.MemberInfo, ...]] = {},
) -> Directory:
    """What the pages show while all is well.

    :param picture: where pages find a picture, by its hash.
    :param members: of each server whose members this account looks after.
    """
    account = answer.account
    people: list[contract.PersonInfo | contract.MemberInfo] = [
        *(each for known in members.values() for each in known),
        *answer.people,
        contract.PersonInfo(user=account.user, name=account.name, avatar=account.avatar),
    ]
    return Directory(
        status="connected",
        address=address,
        account=Account(user=account.user, login=account.login, name=account.name, role=account.role),
        servers=tuple(
            Server(
                id=server.id,
                name=server.name,
                role=server.role,
                channels=tuple(
                    Channel(id=channel.id, name=channel.name, limit=channel.user_limit)
                    for channel in server.channels
                ),
                members=tuple(
                    Member(user=member.user, role=member.role) for member in members.get(server.id, ())
                ),
            )
            for server in answer.servers
        ),
        people={
            person.user: Profile(
                user=person.user,
                name=person.name,
                avatar=picture(person.avatar) if is_hash(person.avatar) else "",
            )
            for person in people
        },
    )


def invite(address: str, known: contract.InviteInfo) -> Invite:
    """An invite, with the link to send."""
    return Invite(
        server=known.server,
        code=known.code,
        link=invite_link(address, known.code),
        expires_at=known.expires_at or 0,
        uses=known.uses_left or 0,
        by=known.created_by,
    )


def upkeep(address: str, server: str, invites: contract.InviteList, bans: contract.BanList) -> Upkeep:
    """What those who look after a server see."""
    return Upkeep(
        server=server,
        invites=tuple(invite(address, each) for each in invites.invites),
        bans=tuple(
            Banned(user=each.user, name=each.name, reason=each.reason, at=each.at) for each in bans.bans
        ),
    )


def channel_name(directory: Directory, channel: str) -> str:
    """A channel's name; empty if the directory does not know it."""
    found = (each.name for server in directory.servers for each in server.channels if each.id == channel)
    return next(found, "")


def join_token(answer: contract.JoinAnswer) -> JoinToken:
    """What voice needs to connect."""
    return JoinToken(
        url=answer.url,
        token=answer.token,
        room=answer.room,
        channel=answer.channel,
        expires_at=answer.expires_at,
    )

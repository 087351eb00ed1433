"""The contract's words in the shell's words. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from xcord import Account, Channel, Directory, JoinToken, Member, Profile, Server

from . import contract


def directory(
    address: str,
    answer: contract.DirectoryAnswer,
    members: Mapping[str, tuple[contract.MemberInfo, ...]] = {},
) -> Directory:
    """What the pages show while all is well.

    :param members: of each server whose members this account looks after.
    """
    account = answer.account
    people: list[contract.PersonInfo | contract.MemberInfo] = [
        *(each for known in members.values() for each in known),
        *answer.people,
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
            person.user: Profile(user=person.user, name=person.name, avatar=person.avatar)
            for person in people
        },
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

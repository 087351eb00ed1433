"""The contract's words in the shell's words. Pure."""

from __future__ import annotations

from xcord import Account, Channel, Directory, JoinToken, Profile, Server

from . import contract


def directory(address: str, answer: contract.DirectoryAnswer) -> Directory:
    """What the pages show while all is well."""
    account = answer.account
    return Directory(
        status="connected",
        address=address,
        account=Account(user=account.user, login=account.login, name=account.name, role=account.role),
        servers=tuple(
            Server(
                id=server.id,
                name=server.name,
                channels=tuple(Channel(id=channel.id, name=channel.name) for channel in server.channels),
            )
            for server in answer.servers
        ),
        people={
            person.user: Profile(user=person.user, name=person.name, avatar=person.avatar)
            for person in answer.people
        },
    )


def join_token(answer: contract.JoinAnswer) -> JoinToken:
    """What voice needs to connect."""
    return JoinToken(
        url=answer.url,
        token=answer.token,
        room=answer.room,
        channel=answer.channel,
        expires_at=answer.expires_at,
    )

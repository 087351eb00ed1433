"""Who is in which channel, as the events socket tells it. Pure."""

from __future__ import annotations

import msgspec

from xcord import Directory

from . import contract


class Presence(msgspec.Struct, frozen=True):
    """``seq`` and ``view`` are what a client says to be told only what it missed; 0: it knows nothing."""

    seq: int = 0
    view: str = ""
    channels: dict[str, tuple[str, ...]] = {}


def after(before: Presence, happening: contract.Happening) -> Presence:
    """What is known once this was told. Told twice, or late, it does no harm."""
    if isinstance(happening, contract.Snapshot):
        channels = {each.channel: each.people for each in happening.channels if each.people}
        return Presence(happening.seq, happening.view, channels)
    if isinstance(happening, contract.Resumed):
        return msgspec.structs.replace(before, view=happening.view)
    if not isinstance(happening, contract.Changed) or happening.seq <= before.seq:
        return before
    people = tuple(user for user in before.channels.get(happening.channel, ()) if user != happening.user)
    if happening.here:
        people += (happening.user,)
    channels = {**before.channels, happening.channel: people}
    if not people:
        del channels[happening.channel]
    return Presence(happening.seq, before.view, channels)


def filled(directory: Directory, presence: Presence) -> Directory:
    """The directory with the people in its channels."""
    servers = tuple(
        msgspec.structs.replace(
            server,
            channels=tuple(
                msgspec.structs.replace(channel, people=presence.channels.get(channel.id, ()))
                for channel in server.channels
            ),
        )
        for server in directory.servers
    )
    return msgspec.structs.replace(directory, servers=servers)

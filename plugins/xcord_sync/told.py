"""What the server end tells this person and is no state: acted on, and said as notices."""

from __future__ import annotations

import contextlib

from xcord import CommandError, Directory, Handle, Join

from . import contract
from .translate import channel_name

_EXPELLED = {
    "banned": "directory.banned",
    "no_member": "directory.removed",
    "no_such_server": "directory.server_deleted",
}


async def heard(hub: Handle, happening: contract.Happening, device: str, shown: Directory) -> None:
    """A moderator calls this device to another channel, or the person is out of a server. Whatever else is
    told, voice sees by itself.

    :param shown: the directory as it was when this was told.
    """
    if isinstance(happening, contract.Expelled):
        # An unknown reason is a newer server end's: that the person is out is true in any case.
        notice = _EXPELLED.get(happening.reason, "directory.removed")
        hub.notify(notice, server=happening.name)
    elif isinstance(happening, contract.Called) and happening.device == device:
        voice = hub.read("voice")
        if voice is not None and voice.channel == happening.channel and voice.status != "idle":
            with contextlib.suppress(CommandError):  # voice tells its own trouble
                await hub.ask("voice.join", Join(happening.to), timeout=10)
            hub.notify("directory.called", channel=channel_name(shown, happening.to))

"""What the server end tells this person and is no state: acted on, and said as notices."""

from __future__ import annotations

import contextlib

from xcord import CommandError, Directory, Handle, Join, Switch

from . import contract
from .translate import channel_name

_EXPELLED = {
    "banned": "directory.banned",
    "no_member": "directory.removed",
    "no_such_server": "directory.server_deleted",
}


async def heard(hub: Handle, happening: contract.Happening, device: str, shown: Directory) -> None:
    """A moderator calls this device to another channel or mutes it, or the person is out of a server.
    Whatever else is told, voice sees by itself.

    :param shown: the directory as it was when this was told.
    """
    if isinstance(happening, contract.Expelled):
        # An unknown reason is a newer server end's: that the person is out is true in any case.
        notice = _EXPELLED.get(happening.reason, "directory.removed")
        hub.notify(notice, server=happening.name)
    elif isinstance(happening, contract.Called | contract.Muted) and happening.device == device:
        voice = hub.read("voice")
        if voice is None or voice.channel != happening.channel or voice.status == "idle":
            return
        if isinstance(happening, contract.Called):
            with contextlib.suppress(CommandError):  # voice tells its own trouble
                await hub.ask("voice.join", Join(happening.to), timeout=10)
            hub.notify("directory.called", channel=channel_name(shown, happening.to))
        elif happening.source in ("microphone", "all") and not voice.muted:
            # The SFU has muted the track; a wish of one's own is what the app shows and can take back.
            with contextlib.suppress(CommandError):
                await hub.ask("voice.mute", Switch(True), timeout=10)
            hub.notify("directory.muted")

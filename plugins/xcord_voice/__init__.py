"""The call: LiveKit connection, sound, speaking, and the video of others into the shell's slots."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from xcord import Handle, Options, hookimpl


@hookimpl
def xcord_add_options(options: Options) -> None:
    options.add("muted", bool, False, "Whether my microphone is muted.")
    options.add("deafened", bool, False, "Whether I hear nobody; nobody hears me then either.")
    options.add("volumes", dict[str, int], {}, "How loud each person is for me, in percent, by user.")
    options.add("input", str, "", "Name of the microphone; empty for the system's default.")
    options.add("output", str, "", "Name of the loudspeaker; empty for the system's default.")
    options.add("last_channel", str, "", "The channel of the call that was not left; empty after a leave.")


@hookimpl
def xcord_start(hub: Handle) -> AbstractAsyncContextManager[None]:
    from .life import VoiceLife

    return VoiceLife(hub).life()

"""The call: LiveKit connection, sound, speaking, and the video of others into the shell's slots."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Annotated, Literal

import msgspec

from xcord import Handle, Options, hookimpl

Gating = Literal["open", "voice", "ptt"]
Decibels = Annotated[int, msgspec.Meta(ge=-90, le=0)]
Milliseconds = Annotated[int, msgspec.Meta(ge=50, le=2000)]
Suppressor = Literal["off", "deepfilternet"]


@hookimpl
def xcord_add_options(options: Options) -> None:
    options.add("muted", bool, False, "Whether my microphone is muted.")
    options.add("deafened", bool, False, "Whether I hear nobody; nobody hears me then either.")
    options.add("volumes", dict[str, int], {}, "How loud each person is for me, in percent, by user.")
    options.add("input", str, "", "Name of the microphone; empty for the system's default.")
    options.add("output", str, "", "Name of the loudspeaker; empty for the system's default.")
    options.add("gate", Gating, "open", "When I am heard: always, when I speak, or while a key is held.")
    options.add("threshold", Decibels, -50, "Level in dBFS from which sound counts as speech.")
    options.add("hold", Milliseconds, 300, "How long speech goes on after its last sound, in ms.")
    options.add("echo_cancellation", bool, True, "Whether what my loudspeaker plays is taken out again.")
    options.add("noise_suppression", bool, True, "Whether steady noise is taken out.")
    options.add("gain_control", bool, True, "Whether I am brought to an even loudness.")
    options.add("high_pass", bool, True, "Whether rumble below speech is taken out.")
    options.add("suppressor", Suppressor, "off", "A stronger noise suppressor, from the extra 'suppressor'.")
    options.add("last_channel", str, "", "The channel of the call that was not left; empty after a leave.")


@hookimpl
def xcord_start(hub: Handle) -> AbstractAsyncContextManager[None]:
    from .life import VoiceLife

    return VoiceLife(hub).life()

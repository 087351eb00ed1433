"""What the user may choose about the call and its sound."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from xcord import Options

Gating = Literal["open", "voice", "ptt"]
Decibels = Annotated[int, msgspec.Meta(ge=-90, le=0)]
Milliseconds = Annotated[int, msgspec.Meta(ge=50, le=2000)]
Suppressor = Literal["off", "deepfilternet"]
Latency = Literal["normal", "low"]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Loudness = Annotated[int, msgspec.Meta(ge=0, le=200)]
Volumes = dict[str, Loudness]
Attenuation = Annotated[int, msgspec.Meta(ge=0, le=60)]
SOUNDS = {
    "join": "Somebody joins, or I do.",
    "leave": "Somebody leaves.",
    "mute": "I mute or deafen myself.",
    "unmute": "I am heard again.",
    "shut": "My microphone was shut although my key may be held.",
    "lost": "My call is interrupted.",
    "returned": "My call goes on.",
    "ring": "Somebody calls me into a channel.",
}


def add_options(options: Options) -> None:
    """Declares them."""
    options.add("muted", bool, False, "Whether my microphone is muted.")
    options.add("deafened", bool, False, "Whether I hear nobody; nobody hears me then either.")
    options.add("volumes", Volumes, {}, "How loud each person is for me, in percent, by user.")
    options.add("shared_volumes", Volumes, {}, "How loud the sound of each person's screen is for me.")
    options.add("silenced", list[str], [], "People of whom nothing is played here.")
    options.add("prioritized", list[str], [], "People for whom the others are quieter while they speak.")
    options.add("attenuation", Attenuation, 12, "By how many decibels the others are quieter then; 0 is off.")
    options.add("latency", Latency, "normal", "Less delay, or more calm on a busy machine.")
    options.add("sounds.volume", Percent, 50, "How loud interface sounds are.")
    for name, when in SOUNDS.items():
        options.add(f"sounds.{name}", bool, True, f"Whether there is a sound for this: {when}")
    options.add("input", str, "", "Name of the microphone; empty for the system's default.")
    options.add("output", str, "", "Name of the loudspeaker; empty for the system's default.")
    options.add("input_volume", Loudness, 100, "How loud I am for the others, in percent.")
    options.add("output_volume", Loudness, 100, "How loud everything is for me, in percent.")
    options.add("gate", Gating, "open", "When I am heard: always, when I speak, or while a key is held.")
    options.add("threshold", Decibels, -50, "Level in dBFS from which sound counts as speech.")
    options.add("hold", Milliseconds, 300, "How long speech goes on after its last sound, in ms.")
    options.add("echo_cancellation", bool, True, "Whether what my loudspeaker plays is taken out again.")
    options.add("noise_suppression", bool, True, "Whether steady noise is taken out.")
    options.add("gain_control", bool, True, "Whether I am brought to an even loudness.")
    options.add("high_pass", bool, True, "Whether rumble below speech is taken out.")
    options.add("suppressor", Suppressor, "off", "A stronger noise suppressor, from the extra 'suppressor'.")
    options.add("statistics", bool, False, "Whether tiles tell how their video is received, and why so.")
    options.add("last_channel", str, "", "The channel of the call that was not left; empty after a leave.")

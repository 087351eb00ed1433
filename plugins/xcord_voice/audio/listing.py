"""What slice ``devices`` shows: the devices that there are, those in use, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from xcord import Devices

from .engine import AudioEngine
from .line import Line, trouble_of

HANGS = "sound_server_hangs"

Names = tuple[str, ...]


class Listing:
    """Told what was found; ``publish`` gets the slice whenever it changed."""

    def __init__(self, speakers: Line, microphone: Line, publish: Callable[[Devices], None]) -> None:
        self._speakers, self._microphone, self._publish = speakers, microphone, publish
        self._found, self._shown = Devices(), Devices()
        self._hangs = False

    def found(self, engine: AudioEngine, listed: tuple[Names, Names] | None) -> None:
        """Inputs and outputs that are there now; None if the sound system did not say."""
        self._hangs = listed is None
        if listed is None:
            return
        inputs, outputs = listed
        self._microphone.listed(inputs)
        self._speakers.listed(outputs)
        self._found = Devices(
            engine=engine.name,
            inputs=inputs,
            outputs=outputs,
            input=self._microphone.choice if self._microphone.choice in inputs else "",
            output=self._speakers.choice if self._speakers.choice in outputs else "",
        )

    def show(self, engine: AudioEngine, now: float) -> None:
        """To be called whenever anything may have changed; costs nothing if nothing did."""
        trouble = trouble_of(self._speakers, self._found.outputs, self._microphone, now)
        problem = HANGS if self._hangs else engine.problem or trouble
        shown = msgspec.structs.replace(self._found, problem=problem)
        if shown != self._shown:
            self._shown = shown
            self._publish(shown)

"""Is it the system that mutes the microphone? And why a microphone is silent, from all that is known."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable

from .silence import Cause, Listening, likely_cause

log = logging.getLogger("xcord.voice.audio")

ASK_WITHIN = 2.0  # seconds for the system's answer


def muted_in_system(device: str) -> bool | None:
    """Whether the system mutes the named microphone (empty: its default one); None if it cannot be asked.

    Asks PulseAudio or PipeWire. Windows and macOS are not asked. May block: for a thread.
    """
    if sys.platform != "linux":
        return None
    import pulsectl

    try:
        with pulsectl.Pulse("xcord", connect=False) as pulse:
            pulse.connect(timeout=ASK_WITHIN)
            default = pulse.server_info().default_source_name
            for source in pulse.source_list():
                if device in (source.description, source.name) or (not device and source.name == default):
                    return bool(source.mute) or source.volume.value_flat == 0.0
    except (pulsectl.PulseError, OSError) as error:
        log.info("the sound server does not say what it mutes: %s", error)
    return None


async def find_cause(listening: Listening, device: str, ask: Callable[[str], bool | None]) -> Cause:
    """Why the microphone is silent; empty if it is not."""
    muted: bool | None = None
    if listening.state:
        try:
            async with asyncio.timeout(ASK_WITHIN):
                muted = await asyncio.to_thread(ask, device)
        except TimeoutError:
            log.info("the system does not say whether the microphone is muted")
    return likely_cause(listening.state, listening.heard, muted)

"""Is it the system that mutes the microphone?"""

from __future__ import annotations

import logging
import sys

log = logging.getLogger("xcord.voice.audio")


def muted_in_system(device: str) -> bool | None:
    """Whether the system mutes the named microphone (empty: its default one); None if it cannot be asked.

    Asks PulseAudio or PipeWire. Windows and macOS are not asked. May block: for a thread.
    """
    if sys.platform != "linux":
        return None
    import pulsectl

    try:
        with pulsectl.Pulse("xcord", connect=False) as pulse:
            # Without a timeout: with one, pulsectl 24.12 gives up now and then on a server that answers.
            pulse.connect()
            default = pulse.server_info().default_source_name
            for source in pulse.source_list():
                if device in (source.description, source.name) or (not device and source.name == default):
                    return bool(source.mute) or source.volume.value_flat == 0.0
    except (pulsectl.PulseError, OSError) as error:
        log.info("the sound server does not say what it mutes: %s", error)
    return None

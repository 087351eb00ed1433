"""What ``xcord doctor`` learns from the app that runs."""

from __future__ import annotations

from collections.abc import Iterator

from . import instance, overlay_findings
from .errors import CommandError, SetupError
from .findings import Finding, Machine


def findings(here: Machine) -> Iterator[Finding]:
    """Whether one runs, and what it found out about itself."""
    try:
        slices = instance.call(here.folders[2], {"read": ["statistics", "desktop"]}, timeout=10)["slices"]
    except CommandError as error:
        yield Finding("instance", "fault", f"another xcord runs and says: {error}.", "Run: xcord doctor")
    except SetupError as error:
        if error.code == "not_running":
            yield Finding("instance", "ok", "no other xcord runs.")
            yield from overlay_findings.unasked(here)
        else:
            yield Finding("instance", "fault", str(error).removesuffix(error.remedy).strip(), error.remedy)
    else:
        yield Finding("instance", "ok", "xcord runs; another start shows its window.")
        desktop = slices.get("desktop", {})
        looked = desktop.get("screens")
        yield from overlay_findings.of_limits(desktop["limits"]) if looked else overlay_findings.unasked(here)
        yield from _video(slices.get("statistics", {}).get("way", ""))


def _video(way: str) -> Iterator[Finding]:
    """What the running app's self-test of the SDK said."""
    if way == "settings":
        yield Finding("video", "ok", "each video is asked for in the size of its tile, by track settings.")
    elif way == "subscription":
        yield Finding(
            "video",
            "note",
            "This SDK takes no track settings; video is switched by subscription and sized by quality.",
            "Run: python3 build/dev.py setup, which brings the right one.",
        )

"""``xcord keys``: shows the LiveKit keys, and changes them step by step while everything runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .child import locked
from .errors import CannotServe
from .ground import ttl_from
from .inforce import is_held, secrets_file, told_by
from .secrets import Keys, load, next_step, save, wait_left

TAKEN_WITHIN = 90.0  # seconds for a running server end to take new keys; its SFU may have to start anew


@dataclass(frozen=True)
class Shown:
    """What ``xcord keys show`` tells. ``retire_in``: seconds until the old key may go."""

    file: Path
    keys: Keys
    running: bool
    in_force: bool
    retire_in: float

    def plain(self, with_secrets: bool) -> dict[str, Any]:
        """For ``--json``."""
        pairs = [
            {"key": pair.key, "use": use} | ({"secret": pair.secret} if with_secrets else {})
            for pair, use in uses(self.keys)
        ]
        return {
            "file": str(self.file),
            "keys": pairs,
            "stage": self.keys.stage,
            "running": self.running,
            "in_force": self.in_force,
            "retire_in": round(self.retire_in),
        }


def uses(keys: Keys) -> list[tuple[Any, str]]:
    """Each pair with what it is good for."""
    if keys.also is None:
        return [(keys.signing, "signs")]
    return [(keys.signing, "signs"), (keys.also, "new, not signing yet" if keys.stage == "added" else "old")]


def show(environment: Mapping[str, str], data: Path) -> Shown:
    """The keys as the file has them, and whether a running server end is on them.

    :raises CannotServe: there is no file, or it cannot be trusted.
    """
    file = _file(environment, data)
    keys, running = load(file), told_by(data)
    return Shown(
        file,
        keys,
        running is not None,
        running is not None and running.keys == keys.mark,
        wait_left(keys, time.time(), _lifetime(environment, data)),
    )


async def rotate(environment: Mapping[str, str], data: Path, at_once: bool) -> list[str]:
    """Takes the next step; with an SFU of our own the first two, which need nobody in between.

    :param at_once: forget the old key though tokens that it signed may still be good.
    :returns: sentences: what was done, and what comes next.
    :raises CannotServe: it is too early, or the step was written down and not taken.
    """
    file = _file(environment, data)
    async with locked(file.with_suffix(".lock"), 0, f"Another xcord keys rotate works on {file}."):
        keys = load(file)
        left = wait_left(keys, time.time(), _lifetime(environment, data))
        if left and not at_once:
            raise CannotServe(
                f"Tokens that {_old(keys)} signed may be good for {_span(left)} more; "
                "run this again then, or with --now, which lets their owners in again by a new token."
            )
        keys = await _step(file, keys, data)
        if keys.stage == "":
            return [f"{keys.signing.key} is the only key now. The change is done."]
        said = [f"Added {keys.newest.key}; webhooks signed by either key are taken."]
        running = told_by(data)
        outside = environment.get("LIVEKIT_URL") if running is None else not running.embedded_livekit
        if keys.stage == "added" and outside:
            return [
                *said,
                "Now give it to every livekit-server (`xcord keys show --secrets` prints the lines), make it "
                "webhook.api_key, start them anew one after the other; then run `xcord keys rotate` again.",
            ]
        if keys.stage == "added":
            keys = await _step(file, keys, data)
        else:
            said = []
        left = wait_left(keys, time.time(), _lifetime(environment, data))
        return [
            *said,
            f"{keys.signing.key} signs from now on.",
            f"{_old(keys)} stays good for {_span(left)}; then run `xcord keys rotate` again to forget it"
            + (", and take it from every livekit-server." if outside else "."),
        ]


async def _step(file: Path, keys: Keys, data: Path) -> Keys:
    """One step, written down, and taken by the server end when one runs."""
    keys = next_step(keys, time.time())
    save(file, keys)
    until = time.monotonic() + TAKEN_WITHIN
    while is_held(data / "serve.lock"):
        running = told_by(data)
        if running is not None and running.keys == keys.mark:
            break
        if time.monotonic() > until:
            raise CannotServe(
                f"{file} has the new keys, but the running xcord serve did not take them within "
                f"{TAKEN_WITHIN:.0f} s; its log says why."
            )
        await asyncio.sleep(0.1)
    return keys


def _file(environment: Mapping[str, str], data: Path) -> Path:
    if environment.get("LIVEKIT_API_KEY") and environment.get("LIVEKIT_URL"):
        raise CannotServe(
            "The keys come from LIVEKIT_API_KEY and LIVEKIT_API_SECRET; change them there (LIVEKIT_ALSO_KEY "
            "and LIVEKIT_ALSO_SECRET hold the second pair meanwhile), or keep them in a file (XCORD_SECRETS)."
        )
    file = secrets_file(environment, data)
    if not file.exists():
        raise CannotServe(f"There are no keys in {file} yet; `xcord serve` makes them, or name its --data.")
    return file


def _lifetime(environment: Mapping[str, str], data: Path) -> float:
    running = told_by(data)
    return running.join_ttl if running else ttl_from(environment)


def _old(keys: Keys) -> str:
    return keys.also.key if keys.also else ""


def _span(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"

"""What a change of a slice means, in words of a timeline. Pure: old value, new value -> (what, detail)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xcord import Stage, Voice, Windows

Said = tuple[str, str]


def of_voice(old: Voice | None, new: Voice | None) -> Iterator[Said]:
    """Status, connections, mute, trouble, and who came and went."""
    if new is None:
        yield "status", "off"
        return
    old = old or Voice()
    if new.status != old.status:
        yield "status", f"{new.status} {new.reason}".strip()
    if new.epoch != old.epoch:
        yield "epoch", str(new.epoch)
    if new.muted != old.muted:
        yield "muted", "on" if new.muted else "off"
    if (problem := getattr(new, "problem", "")) != getattr(old, "problem", ""):
        yield "problem", problem or "none"
    if not (old.people and new.people):
        return  # the whole call came or went
    before = {person.user: person for person in old.people}
    after = {person.user: person for person in new.people}
    for user in before.keys() - after.keys():
        yield "vanished", user
    for user in after.keys() - before.keys():
        yield "appeared", user
    for user in before.keys() & after.keys():
        if before[user].present != after[user].present:
            yield ("back" if after[user].present else "away"), user


def of_stage(old: Stage | None, new: Stage | None, *, resized: bool) -> Iterator[Said]:
    """Whose tile in the main window is somewhere else; people who come or go move the others rightly."""
    before, after = places(old), places(new)
    if resized or before.keys() != after.keys():
        return
    yield from (("moved", user) for user in sorted(before) if before[user] != after[user])


def places(stage: Stage | None) -> dict[str, tuple[int, int, int, int]]:
    """Where each person is shown; a camera and the avatar in its place are one tile."""
    if stage is None:
        return {}
    tiles = stage.windows.get("main", ())
    return {f"{t.user}/{t.n}": (t.x, t.y, t.width, t.height) for t in tiles if t.kind != "screen"}


def of_windows(old: Windows | None, new: Windows | None) -> Iterator[Said]:
    """Which windows are connected."""
    before, after = connected(old), connected(new)
    yield from (("window", f"{name} gone") for name in sorted(before - after))
    yield from (("window", f"{name} back") for name in sorted(after - before))


def connected(windows: Windows | None) -> set[str]:
    """Names of the windows whose page is there."""
    return {state.name for state in windows.windows if state.connected} if windows else set()


def of_notice(name: str, params: dict[str, Any]) -> Said:
    """A notice, with whom it is about."""
    return "notice", " ".join([name, *(str(params[key]) for key in ("user", "code") if key in params)])

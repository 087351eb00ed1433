"""The kit catches what is broken, names it, and lets good modes pass."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.shell.view_kit.modes import GOOD, NONSENSE, RESTLESS, release, row

from xcord.testing import BrokenModeError, view_mode
from xcord.view_kit import asking, check


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(asking, "PATIENCE", 2.0)
    yield
    release.set()
    release.clear()


@pytest.mark.parametrize("name", [*NONSENSE, *RESTLESS])
def test_a_broken_mode_is_caught_by_its_rule_and_named(name: str) -> None:
    broken = (NONSENSE | RESTLESS)[name]
    with pytest.raises(BrokenModeError) as caught:
        view_mode(broken.arrange, name)
    assert next(iter(caught.value.broken)) == broken.rule
    assert broken.kit in caught.value.broken[broken.rule]
    assert f"view mode {name} is broken:\n  {broken.rule}: " in str(caught.value)
    assert re.search(r": \d+ (person|people) in \d+x\d+", str(caught.value)), "in which call it happened"


@pytest.mark.parametrize("arrange", GOOD)
def test_a_good_mode_passes_and_its_time_is_printed(
    arrange: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "ARRANGE_WITHIN", 5.0)  # a busy machine is not what this is about
    view_mode(arrange)  # type: ignore[arg-type]
    name = re.escape(arrange.__qualname__)  # type: ignore[attr-defined]
    assert re.fullmatch(
        rf"view mode {name} \(modes\.py:\d+\): \d+\.\d\d ms for 100 people\n", capsys.readouterr().out
    )


def test_every_broken_rule_is_told_at_once() -> None:
    def both(tiles, viewport):  # type: ignore[no-untyped-def]
        if viewport.width > 5000:
            raise KeyError("8K")
        return row(tiles[:4], viewport)

    with pytest.raises(BrokenModeError) as caught:
        view_mode(both)
    assert set(caught.value.broken) == {"answer", "pinned"}
    assert "KeyError: '8K' at test_check.py" in str(caught.value)


def test_a_mode_that_fails_the_first_time_alone_is_caught() -> None:
    calls = 0

    def late(tiles, viewport):  # type: ignore[no-untyped-def]
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ValueError("not yet")
        return row(tiles, viewport)

    with pytest.raises(BrokenModeError, match=r"100 people in 1280x720: .*not yet"):
        view_mode(late)

"""The kit and the running app judge alike: what the kit calls broken is replaced by gallery, and named."""

from collections.abc import Iterator

import pytest
from tests.shell.view_kit.modes import NONSENSE, release

import xcord_layout
from xcord import Person, SetMode, ViewMode, Voice, hookimpl
from xcord.testing import running, states, view_mode
from xcord_layout import focus, gallery


class Stranger:
    """The plugin ``broken`` with its one mode."""

    __name__ = "xcord_broken"

    def __init__(self, arrange: object) -> None:
        self.arrange = arrange

    @hookimpl
    def xcord_view_modes(self) -> list[ViewMode]:
        return [ViewMode("broken", "Broken", self.arrange)]  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _released() -> Iterator[None]:
    yield
    release.set()
    release.clear()


@pytest.mark.parametrize("name", NONSENSE)
async def test_a_broken_mode_is_replaced_by_gallery_and_named(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = NONSENSE[name]
    if "50 ms" not in broken.app:
        monkeypatch.setattr("xcord_layout.stage.DEADLINE", 1.0)  # a busy machine is not what this is about
    people = tuple(Person(user=user, name=user) for user in ("ann", "bob", "cem"))
    async with running(xcord_layout, Stranger(broken.arrange)) as world:
        world.hub.is_stranger = "broken".__eq__
        world.open_window("main")
        await world.resize(1280, 720)
        world.publish("voice", Voice(status="connected", room="r", people=people))
        await world.until(lambda: len(world.read("stage").windows.get("main", ())) == 3)
        as_gallery = world.read("stage").windows
        await world.ask("stage.mode", SetMode("broken"))
        await world.until(lambda: world.faults)
        (fault,) = world.faults
        assert (fault.plugin, fault.code) == ("broken", "view_mode_failed")
        assert "View mode 'broken'" in str(fault)
        assert broken.app in str(fault)
        await world.until(lambda: world.read("stage").chosen == "broken")
        assert world.read("stage").mode == "gallery"
        assert world.read("stage").windows == as_gallery
        assert states(world) == {"layout": "on", "broken": "on"}


@pytest.mark.parametrize("mode", [gallery, focus])
def test_our_own_modes_keep_the_rules(mode: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "xcord.view_kit.check.ARRANGE_WITHIN", 5.0
    )  # a busy machine is not what this is about
    view_mode(mode.arrange)  # type: ignore[attr-defined]

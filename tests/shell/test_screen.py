"""What a window is shown follows from the stage, and only from it."""

from __future__ import annotations

from xcord import Demand, Placed, Stage, Viewport, Want, Windows, WindowState
from xcord.door import Admission
from xcord.hub import Hub
from xcord.screen import Key, Screen
from xcord.testing import FakeClock


class Pictures:
    """Stands for the media socket."""

    port = 9

    def __init__(self) -> None:
        self.tickets: dict[str, str] = {}
        self.shown: dict[str, frozenset[Key]] = {}

    def admit(self, ticket: str, window: str) -> None:
        self.tickets[ticket] = window

    def revoke(self, ticket: str) -> None:
        del self.tickets[ticket]

    def show(self, window: str, keys: frozenset[Key]) -> None:
        self.shown[window] = keys


def stage() -> Stage:
    tile = Placed(user="ada", kind="camera", n=0, x=0, y=0, width=5000, height=10_000)
    return Stage(windows={"main": (tile,)})


def window(**changes: object) -> Windows:
    fields = {"name": "main", "page": "main", "connected": True, "viewport": Viewport(width=640, height=360)}
    return Windows((WindowState(**{**fields, **changes}),))  # type: ignore[arg-type]


async def test_a_placed_camera_is_shown_and_wanted_and_a_hidden_window_wants_nothing() -> None:
    hub, pictures = Hub(FakeClock()), Pictures()
    Screen(hub, pictures)
    windows = hub.claim_slice("windows", "shell", Windows, window())
    hub.claim_slice("stage", "layout", Stage, stage())
    assert pictures.shown == {"main": frozenset({("ada", "camera", 0)})}
    assert hub.read("demand") == Demand((Want("ada", "camera", 320, 360),))
    windows.set(window(visible=False))
    assert pictures.shown == {"main": frozenset()}
    assert hub.read("demand") == Demand()


async def test_without_a_stage_nothing_is_shown() -> None:
    hub, pictures = Hub(FakeClock()), Pictures()
    Screen(hub, pictures)
    hub.claim_slice("windows", "shell", Windows, window())
    hub.claim_slice("stage", "layout", Stage, stage())
    hub.withdraw("layout")
    assert pictures.shown == {"main": frozenset()}
    assert hub.read("demand") == Demand()


async def test_a_windows_old_ticket_is_void_and_a_closed_windows_too() -> None:
    hub, pictures = Hub(FakeClock()), Pictures()
    screen = Screen(hub, pictures)
    windows = hub.claim_slice("windows", "shell", Windows, window())
    first = screen.ticket(Admission("main", "main"))
    second = screen.ticket(Admission("main", "main"))
    assert pictures.tickets == {second.ticket: "main"}
    assert first.ticket != second.ticket
    windows.set(Windows())
    assert pictures.tickets == {}


async def test_of_two_windows_the_larger_tile_counts_and_the_other_one_once_it_is_gone() -> None:
    hub, pictures = Hub(FakeClock()), Pictures()
    Screen(hub, pictures)
    (large,) = window().windows
    (small,) = window(name="small", viewport=Viewport(width=300, height=200, scale=200)).windows
    windows = hub.claim_slice("windows", "shell", Windows, Windows((large, small)))
    tile = stage().windows["main"]
    hub.claim_slice("stage", "layout", Stage, Stage(windows={"main": tile, "small": tile}))
    assert hub.read("demand") == Demand((Want("ada", "camera", 320, 400),))
    windows.set(Windows((large, *window(name="small", visible=False).windows)))
    assert hub.read("demand") == Demand((Want("ada", "camera", 320, 360),))
    windows.set(Windows((small,)))
    assert hub.read("demand") == Demand((Want("ada", "camera", 300, 400),))
    windows.set(Windows())
    assert hub.read("demand") == Demand()

"""What must be received follows from what windows show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcord.demand import FULL, LARGEST, derive_demand, keys_by_window, pixels
from xcord.model import Demand, Placed, Stage, Viewport, Want, Windows, WindowState

WIDE = Viewport(width=1000, height=500)


def placed(user: str, kind: str = "camera", n: int = 0, width: int = FULL, height: int = FULL) -> Placed:
    return Placed(user=user, kind=kind, n=n, x=0, y=0, width=width, height=height)  # type: ignore[arg-type]


def window(name: str, viewport: Viewport | None = WIDE, **state: bool) -> WindowState:
    return WindowState(name=name, page="main", viewport=viewport, **({"connected": True} | state))


def stage(**windows: tuple[Placed, ...]) -> Stage:
    return Stage(windows=windows)


@pytest.mark.parametrize(
    ("of", "windows", "wanted"),
    [
        (stage(), (window("main"),), ()),
        (stage(main=(placed("a"),)), (), ()),
        (stage(main=(placed("a"),)), (window("main", None),), ()),
        (stage(main=(placed("a"),)), (window("main", connected=False),), ()),
        (stage(main=(placed("a"),)), (window("main"),), (Want("a", "camera", 1000, 500),)),
        (stage(main=(placed("a", "avatar"),)), (window("main"),), ()),
        (stage(main=(placed("a", width=0),)), (window("main"),), ()),
        (
            stage(main=(placed("a", width=3333, height=5000), placed("b", "screen", width=1))),
            (window("main", Viewport(width=1000, height=500, scale=125)),),
            (Want("a", "camera", 417, 313), Want("b", "screen", 1, 625)),
        ),
        (
            stage(main=(placed("a", width=2500),), small=(placed("a", height=100),)),
            (window("main"), window("small")),
            (Want("a", "camera", 1000, 500),),
        ),
        (stage(main=(placed("a"),)), (window("main", Viewport(width=9, height=9, visible=False)),), ()),
        (stage(main=(placed("a"),)), (window("main", Viewport(width=0, height=9)),), ()),
        (stage(main=(placed("a"),)), (window("main", Viewport(width=9, height=-9)),), ()),
        (stage(main=(placed("a"),)), (window("main", watch_only=True),), ()),
    ],
)
def test_the_largest_visible_tile_of_a_track_decides(
    of: Stage, windows: tuple[WindowState, ...], wanted: tuple[Want, ...]
) -> None:
    assert derive_demand(of, Windows(windows)) == Demand(wanted)


def test_a_window_shows_its_own_videos_and_a_hidden_one_none() -> None:
    of = stage(
        main=(placed("a"), placed("b", "avatar")), small=(placed("c", "screen", 1),), gone=(placed("d"),)
    )
    windows = Windows((window("main"), window("small"), window("hidden", None)))
    assert keys_by_window(of, windows) == {
        "main": {("a", "camera", 0)},
        "small": {("c", "screen", 1)},
        "hidden": frozenset(),
    }


def test_a_watch_only_page_shows_what_main_has_placed_and_wants_nothing() -> None:
    of = stage(main=(placed("a"),), watch=(placed("z"),))
    windows = Windows((window("main", None), window("watch", watch_only=True)))
    assert keys_by_window(of, windows)["watch"] == {("a", "camera", 0)}
    assert derive_demand(of, windows) == Demand()


def test_absurd_sizes_are_held_within_a_screen() -> None:
    assert pixels(placed("a"), Viewport(width=10**12, height=10**12, scale=10**6)) == LARGEST


users = st.sampled_from("abc")
tiles = st.builds(
    placed,
    users,
    st.sampled_from(["camera", "screen", "avatar"]),
    st.integers(0, 1),
    st.integers(-5, FULL),
    st.integers(-5, FULL),
)
viewports = st.builds(
    Viewport, width=st.integers(-1, 4000), height=st.integers(-1, 3000), scale=st.integers(0, 300)
) | st.just(Viewport(width=800, height=600, visible=False))
states = st.tuples(st.none() | viewports, st.booleans(), st.booleans())


@given(st.dictionaries(st.sampled_from(["main", "two", "three"]), st.tuples(st.lists(tiles), states)))
def test_every_wanted_track_is_shown_somewhere_and_the_other_way_round(
    drawn: dict[str, tuple[list[Placed], tuple[Viewport | None, bool, bool]]],
) -> None:
    of = Stage(windows={name: tuple(placements) for name, (placements, _) in drawn.items()})
    windows = Windows(
        tuple(
            window(name, viewport, connected=connected, watch_only=watch_only)
            for name, (_, (viewport, connected, watch_only)) in drawn.items()
        )
    )
    wanted = derive_demand(of, windows)
    keys = keys_by_window(of, windows)
    active = [state.name for state in windows.windows if not state.watch_only]
    shown = {(user, kind) for name in active for user, kind, _ in keys[name]}
    assert {(want.user, want.kind) for want in wanted.tracks} == shown
    assert all(1 <= want.width <= LARGEST[0] and 1 <= want.height <= LARGEST[1] for want in wanted.tracks)
    for name in active:
        for tile in of.windows.get(name, ()):
            if (tile.user, tile.kind, tile.n) in keys[name] and tile.width > 0 and tile.height > 0:
                viewport = next(state.viewport for state in windows.windows if state.name == name)
                assert viewport is not None
                width, height = pixels(tile, viewport)
                want = next(
                    want for want in wanted.tracks if (want.user, want.kind) == (tile.user, tile.kind)
                )
                assert want.width >= width
                assert want.height >= height

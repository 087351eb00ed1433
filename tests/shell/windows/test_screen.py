"""What is asked of a machine before Qt is."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.screen import virtual_screen

from xcord.errors import SetupError
from xcord.windows import screen


def test_every_missing_library_is_named_with_one_command() -> None:
    def load(name: str) -> None:
        if name in {"libxcb-cursor.so.0", "libxkbcommon-x11.so.0"}:
            raise OSError(name)

    with pytest.raises(
        SetupError, match=r"missing: libxcb-cursor\.so\.0, libxkbcommon-x11\.so\.0\."
    ) as caught:
        screen.check_libraries(screen.PLATFORM_LIBRARIES, load)
    assert caught.value.remedy.startswith("Run: sudo apt-get install libxcb-cursor0 libxkbcommon-x11-0")


def test_a_screen_answers_or_not() -> None:
    with virtual_screen(100, 100, manager=False) as made:
        screen.check_screen({"DISPLAY": made.display})
    with pytest.raises(SetupError, match="does not answer"):
        screen.check_screen({"DISPLAY": made.display})
    with pytest.raises(SetupError, match="DISPLAY is not set"):
        screen.check_screen({"WAYLAND_DISPLAY": "wayland-9", "XDG_RUNTIME_DIR": "/nowhere"})


def test_a_platform_without_a_screen_needs_none() -> None:
    screen.check({"QT_QPA_PLATFORM": "offscreen"})


@pytest.mark.parametrize(
    ("environ", "device", "wanted"),
    [
        ({}, "", "software"),
        ({}, "dri/card0", "software"),
        ({}, "dri/renderD128", "gpu"),
        ({}, "nvidia0", "gpu"),
        ({}, "dxg", "gpu"),
        ({"LIBGL_ALWAYS_SOFTWARE": "1"}, "dri/renderD128", "software"),
        ({"LIBGL_ALWAYS_SOFTWARE": "0"}, "dri/renderD128", "gpu"),
        ({"XCORD_RENDERING": "software"}, "dri/renderD128", "software"),
        ({"XCORD_RENDERING": "gpu"}, "", "gpu"),
        ({"XCORD_RENDERING": "nonsense"}, "", "software"),
    ],
)
def test_how_pages_are_drawn(tmp_path: Path, environ: dict[str, str], device: str, wanted: str) -> None:
    if device:
        path = tmp_path / device
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert screen.rendering(environ, tmp_path) == wanted

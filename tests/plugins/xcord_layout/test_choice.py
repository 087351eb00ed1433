from xcord import ModeEntry, ViewMode
from xcord_layout.choice import choose


def mode(name: str, plugin: str = "stranger") -> ModeEntry:
    return ModeEntry(ViewMode(name, name.title(), lambda tiles, viewport: []), plugin)


GALLERY, SPIRAL = mode("gallery", "layout"), mode("spiral")


def test_the_chosen_mode_is_used() -> None:
    assert choose("spiral", [GALLERY, SPIRAL]) is SPIRAL


def test_gallery_stands_in_for_a_mode_that_is_not_there() -> None:
    assert choose("spiral", [GALLERY]) is GALLERY


def test_gallery_stands_in_for_a_mode_that_failed() -> None:
    assert choose("spiral", [SPIRAL, GALLERY], {SPIRAL}) is GALLERY


def test_there_may_be_nothing_to_choose() -> None:
    assert choose("spiral", []) is None
    assert choose("gallery", [SPIRAL]) is None

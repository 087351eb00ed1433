"""Desktop notifications on a D-Bus of the test's own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.shell.notification_service import PATIENCE, notification_service, private_bus

from xcord import notifications
from xcord.notifications import MOST, Notifications


class Around:
    """The app around: clicks, and what is shown where there is no service."""

    def __init__(self) -> None:
        self.clicked = threading.Event()
        self.fallen: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self.notifications = Notifications(
            self.clicked.set, lambda title, more: self.fallen.put((title, more))
        )


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with private_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


@pytest.fixture
def around() -> Iterator[Around]:
    made = Around()
    yield made
    made.notifications.close()


def test_a_notification_is_shown_and_a_newer_one_takes_its_place(bus: str, around: Around) -> None:
    with notification_service(bus) as service:
        around.notifications.show("fate", "A moderator moved you to <b>&", "more")
        first = service.shown.get(timeout=PATIENCE)
        assert (first.app, first.title, first.more) == ("xcord", "A moderator moved you to <b>&", "more")
        assert first.icon.startswith("file:///")
        assert first.hints["desktop-entry"] == ("s", "xcord")
        around.notifications.show("lost", "The call broke off")
        assert service.shown.get(timeout=PATIENCE).replaces == 0
        around.notifications.show("fate", "You were banned")
        assert service.shown.get(timeout=PATIENCE).replaces == first.number


def test_what_is_over_is_taken_away(bus: str, around: Around) -> None:
    with notification_service(bus) as service:
        around.notifications.withdraw("lost")
        around.notifications.show("lost", "The call broke off")
        number = service.shown.get(timeout=PATIENCE).number
        around.notifications.withdraw("lost")
        assert service.closed.get(timeout=PATIENCE) == number
        around.notifications.withdraw("lost")
        around.notifications.show("lost", "The call broke off")
        assert service.shown.get(timeout=PATIENCE).replaces == 0
        assert service.closed.empty()


def test_a_click_opens_the_app_and_one_on_somebody_else_s_does_not(bus: str, around: Around) -> None:
    with notification_service(bus) as service:
        around.notifications.show("fate", "You were banned")
        shown = service.shown.get(timeout=PATIENCE)
        assert "default" in shown.actions
        service.click(shown.number + 7)
        around.notifications.show("lost", "The call broke off")  # what was clicked was heard by now
        service.shown.get(timeout=PATIENCE)
        assert not around.clicked.is_set()
        service.click(shown.number)
        assert around.clicked.wait(PATIENCE)


def test_without_a_service_the_tray_shows_it(bus: str, around: Around) -> None:
    around.notifications.show("fate", "You were banned", "more")
    assert around.fallen.get(timeout=PATIENCE) == ("You were banned", "more")


@pytest.mark.parametrize("address", ["disabled:", "unix:path=/nowhere/bus", ""])
def test_without_a_bus_the_tray_shows_it(
    address: str, around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    if not address:
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    around.notifications.show("fate", "You were banned")
    assert around.fallen.get(timeout=PATIENCE) == ("You were banned", "")


def test_a_service_that_hangs_delays_nobody_and_the_tray_shows_it(
    bus: str, around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "WITHIN", 0.5)
    with notification_service(bus, answers=False):
        for number in range(3 * MOST):
            around.notifications.show("fate", f"notification {number}")
        assert around.fallen.get(timeout=PATIENCE) == ("notification 0", "")


def test_a_desktop_that_came_back_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    around = Around()
    for title in ("first", "second"):
        with private_bus(tmp_path) as address:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
            with notification_service(address) as service:
                around.notifications.show("fate", title)
                shown = service.shown.get(timeout=PATIENCE)
                assert (shown.title, shown.replaces) == (title, 0)
    around.notifications.close()
    assert around.fallen.empty()

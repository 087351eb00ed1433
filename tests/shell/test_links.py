"""Invite links: what is one, that the window asks about it, and that the desktop opens them with xcord."""

from __future__ import annotations

import configparser
import subprocess
from pathlib import Path

import pytest

from xcord import Asker, CommandError
from xcord.links import SCHEME, Desktop, default_in, desktop, entry_of, invite_in, with_default
from xcord.testing import running

LINK = "xcord://join/voice.example.org/Ab12cd34"
COMMAND = ("/opt/a b/py$th%on", "-m", "xcord", "run")
CHOICES = """\
# mine
[Added Associations]
x-scheme-handler/xcord=other.desktop;

[Default Applications]
text/html=firefox.desktop
"""


@pytest.mark.parametrize(
    "text", [LINK, f"  {LINK}\n", f"{LINK}/", "xcord://join/192.168.1.5:7800/Ab12cd34?http"]
)
def test_an_invite_link_is_one(text: str) -> None:
    assert invite_in(text) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "", "xcord://", "xcord://join/", "xcord://join/host", "xcord://join/host/short?token=abc",
        "xcord://join/host/Ab12cd34#k=secret", "xcord://join//Ab12cd34", "xcord://join/ho st/Ab12cd34",
        "xcord://join/host/abc", "xcord://join/host/" + "a" * 33, "xcord://join/" + "h" * 301 + "/Ab12cd34",
        "xcord://join/host/../Ab12cd34", "xcord://call/host/Ab12cd34", "https://voice.example.org/Ab12cd34",
        "wss://livekit.example.org?token=eyJ", f"{LINK}\n{LINK}", f"{LINK}\0",
    ],
)  # fmt: skip
def test_anything_else_is_none_and_a_token_never_is(text: str) -> None:
    with pytest.raises(CommandError) as caught:
        invite_in(text)
    assert caught.value.code == "bad_link"


async def test_a_link_is_asked_about_and_put_away() -> None:
    async with running() as world:
        await world.hub.ask("app.open_link", {"link": LINK}, Asker("control", "cli"))
        assert world.read("app").link == LINK
        await world.ask("app.open_link", {})
        assert world.read("app").link == ""


async def test_a_link_that_is_none_is_told_in_the_window_too() -> None:
    async with running() as world:
        with pytest.raises(CommandError):
            await world.ask("app.open_link", {"link": "xcord://join/x/abcd1234#token"})
        assert world.read("app").link == ""
        await world.until(lambda: world.notices == [("app.bad_link", {})])


async def test_where_the_links_are_not_ours_that_is_said() -> None:
    async with running() as world:
        assert world.read("app").links == ""
        with pytest.raises(CommandError) as caught:
            await world.ask("app.handle_links", {"on": True})
        assert caught.value.code == "links_elsewhere"


# -- the desktop's files -----------------------------------------------------------------------------


def test_links_are_switched_on_and_off_and_other_choices_stay(tmp_path: Path) -> None:
    here = Desktop(tmp_path / "data", tmp_path / "config", COMMAND)
    here.choices.parent.mkdir()
    here.choices.write_text(CHOICES)
    assert here.state() == "off"
    here.set(True)
    here.set(True)
    assert here.state() == "on"
    read = configparser.ConfigParser(delimiters="=", strict=True)
    read.read_string(here.choices.read_text())
    assert dict(read["Default Applications"]) == {
        "text/html": "firefox.desktop",
        SCHEME: "xcord-links.desktop",
    }
    assert read["Added Associations"][SCHEME] == "other.desktop;"
    assert Desktop(here.data, here.config, ("/other",)).state() == "off"
    here.set(False)
    assert here.choices.read_text() == CHOICES
    assert not here.entry.exists()


def test_another_program_s_choice_is_replaced_only_by_switching_on() -> None:
    theirs = f"[Default Applications]\n{SCHEME}=other.desktop;\n"
    assert with_default(theirs, "") == theirs
    assert default_in(with_default(theirs, "xcord-links.desktop")) == "xcord-links.desktop"
    assert default_in(with_default("", "xcord-links.desktop")) == "xcord-links.desktop"


def test_the_entry_names_the_command_whatever_stands_in_its_path() -> None:
    read = configparser.ConfigParser(delimiters="=", interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(entry_of(COMMAND))
    entry = read["Desktop Entry"]
    assert entry["MimeType"] == f"{SCHEME};"
    string = entry["Exec"].replace("\\\\", "\\").replace("%%", "%")
    # Inside of double quotes the key escapes what a shell does.
    said = subprocess.run(
        ["sh", "-c", f"printf '%s\\n' {string}"], capture_output=True, text=True, check=True, timeout=10
    ).stdout
    assert said.splitlines() == [*COMMAND, "%u"]


@pytest.mark.parametrize(
    ("environ", "platform"), [({"XCORD_HOME": "/x"}, "linux"), ({}, "win32"), ({}, "darwin")]
)
def test_elsewhere_an_installer_registers_the_links(environ: dict[str, str], platform: str) -> None:
    assert desktop(environ, platform) is None


def test_the_files_are_where_the_desktop_looks_for_them() -> None:
    here = desktop({"HOME": "/home/a", "XDG_CONFIG_HOME": "/c"}, "linux")
    assert here is not None
    assert str(here.entry) == "/home/a/.local/share/applications/xcord-links.desktop"
    assert str(here.choices) == "/c/mimeapps.list"

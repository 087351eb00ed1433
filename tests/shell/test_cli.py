"""The command line, as a person meets it."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from xcord.instance import Instance

HEAVY = ("webview", "PySide6", "fastapi", "uvicorn", "livekit", "numpy", "httpx", "miniaudio", "sqlalchemy")


class Terminal:
    """Runs ``xcord`` with a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *words: str, code: int = 0, silent: bool = True, **environ: str) -> str:
        """What was printed on stdout (stderr, when the code is not 0); one sentence, no traceback."""
        mine = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
        done = subprocess.run(
            [sys.executable, "-m", "xcord", *words],
            env={**mine, "XCORD_HOME": str(self.home), **environ},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done.stderr
        if code == 0:
            assert not (silent and done.stderr), done.stderr
            return done.stdout
        return done.stderr


@pytest.fixture
def xcord(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
def app(xcord: Terminal) -> Iterator[list[bytes]]:
    """An app that has only a control socket: voice is known, anything asked is noted and granted."""
    asked: list[bytes] = []

    def answer(request: bytes) -> bytes:
        asked.append(request)
        if b"read" in request:
            return b'{"ok":true,"slices":{"voice":{"status":"idle"}}}'
        if b"refused" in request:
            return b'{"ok":false,"error":{"code":"not_now","params":{"message":"not now, thank you"}}}'
        return b'{"ok":true}'

    claimed = Instance.claim(xcord.home / "run")
    assert claimed is not None
    claimed.serve(answer)
    yield asked
    claimed.close()


def plugin(home: Path, name: str, code: str) -> None:
    folder = home / "config" / "plugins"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(code)


def test_help_names_every_command_and_loads_nothing_heavy(xcord: Terminal) -> None:
    text = xcord("--help")
    for command in ("run", "plugins", "schema", "doctor", "ask", "read", "view", "selftest", "serve"):
        assert f"\n    {command} " in text
    code = f"""if True:
        import sys
        from xcord.cli import main
        try:
            main(["--help"])
        except SystemExit:
            pass
        loaded = {{name.partition(".")[0] for name in sys.modules}} & set({HEAVY!r})
        sys.exit(", ".join(sorted(loaded)) or 0)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"xcord --help loads {done.stderr}"


def test_the_version_is_printed(xcord: Terminal) -> None:
    assert xcord("--version").startswith("xcord 0.")


def test_without_a_command_the_app_is_run(xcord: Terminal) -> None:
    assert "no screen" in xcord(code=2)
    assert "no screen" in xcord("-p", "no:voice", "--measure", code=2)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nonsense",), "invalid choice: 'nonsense'"),
        (("-p",), "expected one argument. Run: xcord run --help"),
        (("-p", "no:nothing"), "there is no plugin 'nothing'. There are: faults, hotkeys, layout, "),
        (("run", "--port", "x"), "invalid int value: 'x'. Run: xcord run --help"),
        (("ask", "voice.mute", "{on"), "is no JSON"),
        (("ask", "voice.mute"), "does not run here. Start it: xcord"),
        (("read", "voice"), "does not run here. Start it: xcord"),
        (("view", "nothing"), "there is no view mode 'nothing'. There are: focus, gallery, pip."),
        (("view", "gallery", "--size", "wide"), "'wide' is no size up to 32768. Write --size 1280x720."),
        (("view", "gallery", "--size", "99999x2"), "'99999x2' is no size"),
        (("view", "gallery", "--people", "-1"), "-1 people cannot be drawn. Write --people 0 to 1000."),
        (("view", "gallery", "--people", "many"), "invalid int value: 'many'. Run: xcord view --help"),
        (("view", "gallery", "--pinned", "13"), "--pinned 13: these are no places of 12 people."),
        (("view", "gallery", "--speaking", "ann"), "--speaking ann: these are no places"),
        (("view", "gallery", "--out", "gallery.gif"), "gallery.gif is neither .svg nor .png."),
        (
            ("view", "gallery", "--out", "/no/such/folder/g.svg"),
            "cannot be written: No such file or directory.",
        ),
        (("view", "gallery", "--size", "0x0", "--out", "empty.png"), "has no area"),
    ],
)
def test_a_mistake_is_one_sentence(xcord: Terminal, words: tuple[str, ...], sentence: str) -> None:
    said = xcord(*words, code=2)
    assert sentence in said
    assert said.startswith("xcord: ")
    assert said.count("\n") == 1


def test_a_broken_config_file_is_one_sentence(xcord: Terminal) -> None:
    (xcord.home / "config").mkdir()
    (xcord.home / "config" / "config.toml").write_text("[plugins")
    said = xcord("run", code=2)
    assert "config.toml cannot be read" in said
    assert said.count("\n") == 1


def test_a_traceback_is_there_for_whoever_asks(xcord: Terminal) -> None:
    assert "Traceback" in xcord("read", "voice", code=1, XCORD_DEBUG="1")


def test_plugins_are_listed_with_where_they_come_from(xcord: Terminal) -> None:
    plugin(xcord.home, "cracked", "import no_such_module")
    states = {entry["name"]: entry for entry in json.loads(xcord("plugins", "--json", "-p", "no:voice"))}
    assert states["layout"] | {"version": ""} == {
        "name": "layout",
        "distribution": "xcord",
        "version": "",
        "state": "on",
        "reason": "",
    }
    assert states["voice"]["state"] == "blocked"
    assert states["cracked"]["state"] == "failed"
    assert "no_such_module" in states["cracked"]["reason"]
    assert "-p no:cracked" in states["cracked"]["reason"]
    table = xcord("plugins")
    assert table.startswith("NAME ")
    assert "cracked.py" in table


def test_a_plugin_adds_a_command(xcord: Terminal) -> None:
    plugin(
        xcord.home,
        "greeter",
        """if True:
        from xcord import hookimpl

        @hookimpl
        def xcord_add_commands(parser):
            added = parser.add_parser("greet", help="greet somebody")
            added.add_argument("name")
            added.set_defaults(run=lambda args: print("hello", args.name))
        """,
    )
    assert xcord("greet", "you") == "hello you\n"
    assert "greet somebody" in xcord("--help")
    assert "invalid choice: 'greet'" in xcord("-p", "no:greeter", "greet", "you", code=2)


def test_a_plugin_that_fails_at_its_commands_is_named_when_one_is_missed(xcord: Terminal) -> None:
    plugin(
        xcord.home,
        "cracked",
        """if True:
        from xcord import hookimpl

        @hookimpl
        def xcord_add_commands(parser):
            raise RuntimeError("no luck")
        """,
    )
    assert "run the app" in xcord("--help")
    said = xcord("crack", code=2)
    assert "no luck" in said
    assert "'cracked'" in said
    assert "Traceback" not in said


def test_ask_and_read_reach_the_running_app(xcord: Terminal, app: list[bytes]) -> None:
    assert xcord("ask", "voice.mute", '{"on": true}') == ""
    assert json.loads(app[0]) == {"ask": "voice.mute", "args": {"on": True}}
    assert json.loads(xcord("read", "voice")) == {"voice": {"status": "idle"}}
    assert "not now, thank you" in xcord("ask", "refused", code=2)
    assert "nobody owns slice 'stage'" in xcord("read", "voice", "stage", code=2)


def test_a_second_start_shows_the_first_one_s_window(xcord: Terminal, app: list[bytes]) -> None:
    assert "running already" in xcord("run")
    assert json.loads(app[0]) == {"ask": "window.show"}


@pytest.mark.parametrize("words", [["xcord://join/host/Ab12cd34"], ["run", "xcord://join/host/Ab12cd34"]])
def test_a_second_start_hands_its_link_to_the_first(
    xcord: Terminal, app: list[bytes], words: list[str]
) -> None:
    assert "running already" in xcord(*words)
    assert json.loads(app[0]) == {"ask": "app.open_link", "args": {"link": "xcord://join/host/Ab12cd34"}}


def test_a_folder_can_be_named_on_the_line(xcord: Terminal, tmp_path: Path, app: list[bytes]) -> None:
    elsewhere = tmp_path / "elsewhere"
    assert "does not run here" in xcord("read", "voice", "--data-dir", str(elsewhere), code=2)
    assert "does not run here" in xcord("--data-dir", str(elsewhere), "read", "voice", code=2)


def test_a_view_mode_is_drawn_on_the_standard_output_or_into_a_file(xcord: Terminal, tmp_path: Path) -> None:
    line = ("view", "focus", "--people", "5", "--size", "800x600", "--sharing", "3", "--speaking", "2")
    drawing = ElementTree.fromstring(xcord(*line))
    assert drawing.get("viewBox") == "0 0 800 600"
    assert "3 Cem, screen, presenting, focus" in "".join(drawing.itertext())
    said = xcord(*line, "--out", str(tmp_path / "focus.svg"))
    assert re.fullmatch(r".*focus\.svg: \d of 6 tiles in 800x600, \d+\.\d\d ms[^\n]*\n", said)
    assert ElementTree.parse(tmp_path / "focus.svg").getroot().get("viewBox") == "0 0 800 600"
    xcord(*line, "--out", str(tmp_path / "focus.png"))
    head = (tmp_path / "focus.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:]) == (800, 600)


def test_a_view_mode_that_fails_is_named_with_its_line(xcord: Terminal) -> None:
    head = "from xcord import ViewMode, hookimpl\n"
    tail = "\n@hookimpl\ndef xcord_view_modes(): return [ViewMode('bad', 'Bad', arrange)]\n"
    plugin(xcord.home, "bad", head + "def arrange(tiles, viewport): return 1 / 0" + tail)
    assert "view mode 'bad' failed: ZeroDivisionError: division by zero at bad.py:2 in arrange" in xcord(
        "view", "bad", code=2
    )
    said = xcord("view", "bad", "--check", code=1)
    assert said.startswith(
        "xcord: view mode bad is broken:\n  answer: 0 people in 1280x720: ZeroDivisionError"
    )
    plugin(xcord.home, "bad", head + "def arrange(tiles, viewport) return 1" + tail)
    said = xcord("view", "bad", code=2)
    assert "SyntaxError: expected ':' at bad.py:2" in said
    assert said.endswith("There are: focus, gallery, pip.\n")


def test_a_view_mode_is_checked(xcord: Terminal) -> None:
    assert re.fullmatch(
        r"view mode gallery: \d+\.\d\d ms for 100 people\n", xcord("view", "gallery", "--check")
    )


def test_schema_prints_the_protocol(xcord: Terminal) -> None:
    assert "Snapshot" in json.loads(xcord("schema"))["$defs"]


def test_the_self_test_passes(xcord: Terminal) -> None:
    # A machine that is busy for a second while plugins are loaded is told so on stderr.
    steps = xcord("selftest", silent=False).splitlines()
    assert steps[-1] == "ok    everything has ended"
    assert all(step.startswith("ok    ") for step in steps)
    assert list(xcord.home.iterdir()) == [], "it touches nothing of the user's"

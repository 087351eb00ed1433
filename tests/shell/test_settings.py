"""Settings on disk: nothing is lost, whatever stands in the file."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from xcord import CommandError
from xcord.errors import SetupError
from xcord.options import Option, OptionTable
from xcord.settings import VERSION, Settings, write_atomically


def table() -> OptionTable:
    options = OptionTable()
    options.add(Option("voice.muted", "voice", bool, False, "Muted."))
    options.add(Option("voice.volumes", "voice", dict[str, int], {}, "Loudness by user."))
    return options


async def test_a_value_is_on_disk_when_set_returns(tmp_path: Path) -> None:
    await Settings(tmp_path, table()).set("voice.muted", True)
    assert Settings(tmp_path, table()).get("voice.muted") is True
    assert (tmp_path / "settings.json").stat().st_mode & 0o077 == 0


async def test_values_of_plugins_that_are_not_loaded_are_kept(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"version": 1, "values": {"spiral.turns": 7}}))
    await Settings(tmp_path, table()).set("voice.muted", True)
    assert json.loads((tmp_path / "settings.json").read_text())["values"] == {
        "spiral.turns": 7,
        "voice.muted": True,
    }


async def test_a_newer_file_is_kept_untouched_and_our_own_stands_beside_it(tmp_path: Path) -> None:
    newer = json.dumps({"version": VERSION + 1, "anything": [1]})
    (tmp_path / "settings.json").write_text(newer)
    settings = Settings(tmp_path, table())
    assert settings.problem == ("settings.newer", {"file": "settings.json"})
    await settings.set("voice.muted", True)
    assert (tmp_path / "settings.json").read_text() == newer
    assert Settings(tmp_path, table()).get("voice.muted") is True


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 1}', '{"values": {}}', '{"version": 1, "values": []}']
)
async def test_a_broken_file_is_moved_aside_and_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.json").write_text(text)
    settings = Settings(tmp_path, table())
    assert settings.problem is not None
    name, params = settings.problem
    assert name == "settings.broken"
    assert (tmp_path / params["file"]).read_text() == text
    assert settings.get("voice.muted") is False


def test_a_file_that_cannot_be_read_is_one_sentence_and_stays(tmp_path: Path) -> None:
    (tmp_path / "settings.json").mkdir()
    with pytest.raises(
        SetupError, match=r"settings\.json cannot be read: Is a directory\. Run: chmod u\+rw "
    ):
        Settings(tmp_path, table())
    assert (tmp_path / "settings.json").is_dir()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("voice.muted", "yes", "bad_arguments"),
        ("voice.volumes", {"a": 1.5}, "bad_arguments"),
        ("no", 1, "unknown_setting"),
    ],
)
async def test_wrong_values_and_names_are_refused(tmp_path: Path, name: str, value: Any, code: str) -> None:
    with pytest.raises(CommandError) as caught:
        await Settings(tmp_path, table()).set(name, value)
    assert caught.value.code == code


async def test_a_stored_value_of_another_type_counts_as_unset(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"version": 1, "values": {"voice.muted": "no"}}))
    assert Settings(tmp_path, table()).get("voice.muted") is False


async def test_many_quick_changes_end_with_the_last_one_on_disk(tmp_path: Path) -> None:
    settings = Settings(tmp_path, table())
    await asyncio.gather(*(settings.set("voice.volumes", {"ada": number}) for number in range(100)))
    assert json.loads(settings.path.read_text())["values"]["voice.volumes"] == {"ada": 99}


async def test_a_value_that_could_not_be_written_is_written_when_it_is_set_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(tmp_path, table())

    def fail(path: Path, content: bytes) -> None:
        raise OSError("disk is full")

    with monkeypatch.context() as staged:
        staged.setattr("xcord.settings.write_atomically", fail)
        with pytest.raises(CommandError) as caught:
            await settings.set("voice.muted", True)
    assert caught.value.code == "settings_not_written"
    await settings.set("voice.muted", True)
    assert Settings(tmp_path, table()).get("voice.muted") is True


async def test_the_same_value_twice_at_once_is_on_disk_when_either_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, may_write = Settings(tmp_path, table()), threading.Event()

    def write(path: Path, content: bytes) -> None:
        assert may_write.wait(30)
        write_atomically(path, content)

    monkeypatch.setattr("xcord.settings.write_atomically", write)
    first = asyncio.ensure_future(settings.set("voice.muted", True))
    second = asyncio.ensure_future(settings.set("voice.muted", True))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not second.done()
    may_write.set()
    await asyncio.gather(first, second)
    assert Settings(tmp_path, table()).get("voice.muted") is True


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def fail(source: Any, target: Any) -> None:
        raise OSError("disk is full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk is full"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"


class Spot(msgspec.Struct, frozen=True):
    x: int = 0


async def test_an_option_may_be_a_struct_and_is_kept_and_told_in_plain_values(tmp_path: Path) -> None:
    options = table()
    options.add(Option("a.spots", "a", dict[str, Spot], {}, "Places."))
    settings = Settings(tmp_path, options)
    for given in ({"one": Spot(3)}, {"one": {"x": 3}}):
        await settings.set("a.spots", given)
        assert settings.get("a.spots") == {"one": Spot(3)}
        assert settings.values()["a.spots"] == {"one": {"x": 3}}
    assert json.loads((tmp_path / "settings.json").read_text())["values"] == {"a.spots": {"one": {"x": 3}}}
    assert Settings(tmp_path, options).get("a.spots") == {"one": Spot(3)}

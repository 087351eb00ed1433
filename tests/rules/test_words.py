"""Python sends codes and pages have the words: every code that Python can send is a sentence."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from xcord import Capture
from xcord_hotkeys import machine
from xcord_sync.contract import PROBLEMS
from xcord_voice import errors as voice_errors
from xcord_voice.audio.silence import Cause

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = sorted(path.stem for path in (ROOT / "webui" / "messages").glob("*.json"))
RAISED = {"CommandError": 0, "Refuse": 0}  # call -> which argument is the code


def words(language: str) -> dict[str, object]:
    """The message file of a language."""
    text = (ROOT / "webui" / "messages" / f"{language}.json").read_text(encoding="utf-8")
    found: dict[str, object] = json.loads(text)
    return found


def calls(*roots: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call in the app's own sources, by the name that is called."""
    for root in roots or ("shell/xcord", "plugins"):
        for path in sorted((ROOT / root).glob("**/*.py")):
            if "backend" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    name = (
                        node.func.attr
                        if isinstance(node.func, ast.Attribute)
                        else getattr(node.func, "id", "")
                    )
                    yield name, node


def constant(node: ast.Call, at: int) -> str | None:
    """The argument as text, if it is written there as text."""
    argument = node.args[at] if len(node.args) > at else None
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def texts(node: ast.Call, at: int) -> set[str]:
    """Every text that stands in the argument, also where it is one of several."""
    found = ast.walk(node.args[at]) if len(node.args) > at else ()
    return {part.value for part in found if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def refusals() -> set[str]:
    """Codes with which a command can be refused."""
    raised = {code for name, node in calls() if name in RAISED and (code := constant(node, RAISED[name]))}
    return raised | set(PROBLEMS)


def notices() -> set[str]:
    """Names of the notices that can be sent."""
    return {code for name, node in calls() if name in ("notify", "_notify") and (code := constant(node, 0))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_a_sentence(language: str) -> None:
    found = refusals()
    assert {"unknown_command", "wrong_login", "not_needed"} <= found
    assert sorted(code for code in found if f"error_{code}" not in words(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_has_a_sentence(language: str) -> None:
    found = notices()
    assert {"participant.joined", "plugin.fault"} <= found
    known = words(language)
    assert sorted(name for name in found if f"notice_{name.replace('.', '_')}" not in known) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_can_be_wrong_with_a_microphone_has_a_sentence(language: str) -> None:
    known = words(language)
    problems = set(get_args(get_type_hints(Capture)["problem"])) - {""}
    assert {"none", "muted_in_system"} <= problems
    silent = set(get_args(Cause)) - {""}
    assert sorted(name for name in silent if f"notice_microphone_{name}" not in known) == []
    assert sorted(name for name in problems - silent if f"error_microphone_{name}" not in known) == []
    assert "error_microphone_permission" in known


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_way_to_lose_a_call_has_a_sentence(language: str) -> None:
    known = words(language)
    reasons = set(voice_errors.REASONS.values()) | voice_errors.FINAL
    assert sorted(code for code in reasons if f"reason_{code}" not in known) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_to_shut_the_microphone_has_a_sentence(language: str) -> None:
    reasons = set(get_args(machine.Reason))
    assert {"lost_key_up", "locked", "stalled"} <= reasons
    assert sorted(code for code in reasons if f"shut_{code}" not in words(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_of_a_timeline_has_a_sentence(language: str) -> None:
    noted = {
        code
        for name, node in calls("plugins/xcord_reconnection")
        if name == "_note"
        for code in texts(node, 0)
    }
    assert {"lost", "failed", "back", "network_up", "sign_in", "stopped"} <= noted
    missing = {f"missing_{who}" for who in ("network", "voice_server", "server_end")}
    wanted = {f"timeline_{code}" for code in noted} | missing
    assert sorted(wanted - words(language).keys()) == []


def test_both_languages_are_there() -> None:
    assert LANGUAGES == ["en", "tr"]

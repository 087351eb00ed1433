"""The protocol's schema holds every slice and command and starts nothing."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from xcord import Handle, JoinToken, JoinTokenFor, Switch, Voice, hookimpl
from xcord.plugins import Candidate
from xcord.schema import make_schema, print_schema


class Talker:
    """Claims one of each."""

    started = False

    @hookimpl
    def xcord_start(self, hub: Handle) -> contextlib.AbstractAsyncContextManager[None]:
        hub.slice("voice", Voice, Voice())
        hub.command("voice.mute", Switch, _answer)
        hub.command("directory.join_token", JoinTokenFor, _answer, private=True)
        return self._live()

    @contextlib.asynccontextmanager
    async def _live(self) -> AsyncIterator[None]:
        Talker.started = True
        yield


async def _answer(args: object, asker: object) -> JoinToken:
    raise AssertionError("nothing is asked")


def candidates() -> list[Candidate]:
    return [Candidate("talker", "xcord", "0", Talker)]


def test_it_maps_slices_and_commands_to_their_types_and_hides_private_ones() -> None:
    schema = make_schema(candidates())
    definitions = schema["$defs"]
    assert definitions["Slices"]["properties"]["voice"] == {"$ref": "#/$defs/Voice"}
    assert definitions["Commands"]["properties"]["voice.mute"] == {"$ref": "#/$defs/Switch"}
    assert "directory.join_token" not in definitions["Commands"]["properties"]
    assert not Talker.started


def test_what_the_hub_sends_has_every_field_and_what_pages_send_may_leave_defaults_out() -> None:
    definitions = make_schema(candidates())["$defs"]
    assert definitions["Voice"]["required"] == sorted(definitions["Voice"]["properties"])
    assert definitions["SetViewport"]["required"] == ["width", "height"]


def test_it_is_the_same_text_each_time() -> None:
    assert print_schema(candidates()) == print_schema(candidates())

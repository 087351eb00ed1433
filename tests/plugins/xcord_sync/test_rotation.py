"""The LiveKit keys are changed step by step under a call that goes on, at an SFU of its own."""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import jwt
import pytest
from livekit.api import LiveKitAPI, ServerError
from livekit.protocol.room import ListParticipantsRequest
from tests.plugins.xcord_sync.callers import eventually, in_call, join, listening
from tests.plugins.xcord_sync.presence import body_of, event, signed
from tests.plugins.xcord_sync.served import Served, Servers
from tests.plugins.xcord_sync.test_deploy import free
from tests.plugins.xcord_sync.test_events import PASSWORD, begun, newcomer
from tests.plugins.xcord_sync.test_operations import xcord
from tests.swap.page import Page, opened

from xcord.config import Config
from xcord.core import running
from xcord.door import Door, listen
from xcord_sync.backend import livekit
from xcord_sync.backend.ground import make_folder
from xcord_sync.backend.secrets import Keys, LiveKitKey, load, new_key, save

LONG = 90.0  # seconds for what the SDK and the plugin that reconnects may take


def told(served: Served, pair: LiveKitKey) -> int:
    """The status of a genuine webhook that is signed with a pair."""
    body = body_of(event("room_started", room_sid=f"RM_{uuid.uuid4().hex}"))
    with served.http() as http:
        headers = {"Authorization": signed(body, pair.key, pair.secret)}
        return http.post("/livekit/webhook", content=body, headers=headers).status_code


@asynccontextmanager
async def in_an_app(folder: Path, served: Served, login: str, channel: str) -> AsyncIterator[Page]:
    """A whole app but for its windows, in a call. The SDK alone does not come back from an SFU that was
    stopped in order."""
    (folder / "web").mkdir(parents=True)
    config = Config(config_dir=folder / "config", data_dir=folder / "data", runtime_dir=folder / "run")
    async with running(config, listen(), Door(), web=folder / "web") as core, opened(core) as page:
        await page.ask("directory.login", address=served.address, login=login, password=PASSWORD)
        await page.ask("voice.join", channel=channel)
        await page.until(lambda slices: slices["voice"]["status"] == "connected", LONG)
        yield page


@pytest.mark.usefixtures("silence_about_secrets")
async def test_a_call_goes_on_while_its_keys_are_changed_step_by_step(
    servers: Servers, tmp_path: Path
) -> None:
    file, port, hurry = (
        servers.folder / "keys" / "secrets.json",
        str(free(socket.SOCK_STREAM)),
        asyncio.Event(),
    )
    hurry.set()
    make_folder(servers.folder / "sfu")
    file.parent.mkdir()
    save(file, Keys(new_key()))
    old = load(file).signing
    hook = f"http://127.0.0.1:{port}/livekit/webhook"
    outside = livekit.embedded(servers.folder / "sfu", "127.0.0.1", load(file), hook, 0.2, hurry)
    async with outside as sfu:
        environment = {"LIVEKIT_URL": sfu.address, "XCORD_SECRETS": str(file)}
        one = await asyncio.to_thread(servers.start, "one", "--port", port, **environment)
        user, login, token = newcomer(one)
        friend, _, friends = newcomer(one)
        channel = one.channels(token)[0]

        async def rotate(*words: str) -> Keys:
            done = await asyncio.to_thread(
                xcord, "keys", "rotate", *words, "--data", one.data, XCORD_SECRETS=str(file)
            )
            assert done.returncode == 0, done.stderr
            return load(file)

        async def let_in(by: LiveKitKey) -> None:
            """Somebody gets a token that this pair signed, and the SFU's webhooks tell of it."""
            ticket = join(one, friends, channel)
            assert jwt.decode(ticket["token"], options={"verify_signature": False})["iss"] == by.key
            async with in_call(ticket):
                await ear.sees(channel, user, friend)
            await ear.sees(channel, user)

        async with listening(one, token) as ear, in_an_app(tmp_path, one, login, channel) as page:

            async def mine() -> str:
                """The sid of the call, by the SFU's list; another one after the SFU was started anew."""
                pair, asked = load(file).signing, ListParticipantsRequest(room=f"vc_{channel}")
                async with LiveKitAPI(sfu.address, pair.key, pair.secret) as api:
                    there = (await api.room.list_participants(asked)).participants
                return next((each.sid for each in there if each.identity.startswith(user)), "")

            async def back() -> bool:
                with suppress(ServerError):  # there may be no such room yet
                    return await mine() not in ("", first)
                return False

            await begun(ear)
            await ear.sees(channel, user)
            first = await mine()

            added = await rotate()
            new = added.newest
            assert (added.stage, new != old, told(one, old), told(one, new)) == ("added", True, 200, 200)
            await let_in(by=old)
            assert await mine() == first, "nothing was started anew yet"

            await sfu.use(added)  # what its own people do now
            await eventually(back, LONG)
            await let_in(by=old)
            second = await mine()

            assert (await rotate()).stage == "switched"
            await let_in(by=new)
            assert (told(one, old), told(one, new)) == (200, 200)

            assert (await rotate("--now")).pairs == (new,)
            assert (told(one, old), told(one, new)) == (401, 200)
            await let_in(by=new)
            assert (await mine(), page.slices["voice"]["status"]) == (second, "connected")
        said = one.output.read_text()
        assert not any(each in said for each in (old.secret, new.secret, "Traceback"))

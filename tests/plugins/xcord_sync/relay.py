"""PostgreSQL and SFU outside the server end, and a way between SFU and server end that loses webhooks."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
from aiohttp import web
from livekit.api import LiveKitAPI, TwirpError
from livekit.protocol.models import ParticipantInfo
from livekit.protocol.room import ListParticipantsRequest, ListRoomsRequest
from tests.plugins.xcord_sync.served import processes_of

from xcord_sync.backend import livekit, postgres
from xcord_sync.backend.ground import make_folder
from xcord_sync.backend.presence.line import dsn
from xcord_sync.backend.secrets import Keys, LiveKitKey

KEY = LiveKitKey("outside", "o" * 40)


@dataclass
class Outside:
    """What the server end is told of by its environment. ``to``: where webhooks go; ``lost(n)`` says
    whether the n-th is."""

    folder: Path
    database: str
    sfu: str = ""
    to: str = ""
    lost: Callable[[int], bool] = lambda _: False
    seen: int = 0
    dropped: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """For ``xcord serve``."""
        return {
            "DATABASE_URL": self.database,
            "LIVEKIT_URL": self.sfu,
            "LIVEKIT_API_KEY": KEY.key,
            "LIVEKIT_API_SECRET": KEY.secret,
            "XCORD_RECONCILE_EVERY": "1",
        }

    async def listed(self) -> set[tuple[str, str, str]]:
        """Room, participant sid and identity of everybody who is active, by the SFU's own lists."""
        found = set()
        async with LiveKitAPI(self.sfu, KEY.key, KEY.secret) as api:
            for room in (await api.room.list_rooms(ListRoomsRequest())).rooms:
                try:
                    there = await api.room.list_participants(ListParticipantsRequest(room=room.name))
                except TwirpError:
                    continue
                for each in there.participants:
                    if each.state == ParticipantInfo.State.ACTIVE:
                        found.add((room.name, each.sid, each.identity))
        return found

    async def kept(self) -> set[tuple[str, str, str]]:
        """The same, as the database has it."""
        connection = await asyncpg.connect(dsn(self.database))
        try:
            rows = await connection.fetch(
                "SELECT room, participant_sid, user_id::text || ':' || device FROM voice_sessions"
                " WHERE left_at IS NULL"
            )
        finally:
            await connection.close()
        return {tuple(row) for row in rows}

    def kill(self, program: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Kills a program of ours that runs below the folder; it is started again by its keeper."""
        for pid, line in processes_of(self.folder).items():
            if Path(line.split()[0]).name.startswith(program):
                os.kill(pid, number)
                return
        raise AssertionError(f"no {program} runs")


@asynccontextmanager
async def outside(folder: Path) -> AsyncIterator[Outside]:
    """Both, and the relay."""
    make_folder(folder)
    async with postgres.embedded(folder) as database, aiohttp.ClientSession() as http:
        found = Outside(folder, database)

        async def relay(request: web.Request) -> web.Response:
            body, headers = await request.read(), {"Authorization": request.headers["Authorization"]}
            found.seen += 1
            if found.lost(found.seen):
                found.dropped += 1
                return web.Response()
            try:
                address = f"{found.to}/livekit/webhook"
                async with http.post(address, data=body, headers=headers) as answer:
                    return web.Response(status=answer.status)
            except aiohttp.ClientError:
                return web.Response(status=503)

        app = web.Application()
        app.router.add_post("/livekit/webhook", relay)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}/livekit/webhook"
        hurry = asyncio.Event()
        hurry.set()
        try:
            async with livekit.embedded(folder, "127.0.0.1", Keys(KEY), address, 0.2, hurry) as sfu:
                found.sfu = sfu.address
                yield found
        finally:
            await runner.cleanup()


def keys_of(data: Path) -> tuple[str, str]:
    """The LiveKit key pair of a server end of its own."""
    kept: dict[str, Any] = json.loads((data / "secrets.json").read_text())
    return kept["livekit_key"], kept["livekit_secret"]

"""Webhook at one instance -> database -> another instance -> app, beside a bare NOTIFY and one commit.

Latencies are taken at a steady pace, with many rooms; the cost is the CPU time of both instances and
PostgreSQL per change, at different numbers of people in calls. The SFU is played by this process.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import websockets
from tests.bench import Report, quantile, reporting
from tests.plugins.xcord_sync.presence import body_of, event, signed
from tests.plugins.xcord_sync.served import Served, Servers, processes_of

from xcord_sync.backend import postgres
from xcord_sync.backend.ground import make_folder
from xcord_sync.backend.presence.line import dsn

KEY, SECRET = "bench", "b" * 40
CHANGES = 5000  # half of them are comings, half goings
PER_SECOND = 80
PEER_SAMPLES = 500
CHANNELS = 25
COST_CHANGES = 600
ONLINE = (100, 1000, 10_000)
PEOPLE = 200


class Sender:
    """One room's webhooks, over a connection that stays open and each in one piece, as livekit-server sends
    them; not by an HTTP client, whose half a millisecond would be taken for the server end's."""

    def __init__(self, address: str) -> None:
        self._host, _, port = address.rpartition("/")[2].partition(":")
        self._port = int(port)
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, body: bytes, signature: str) -> None:
        """Returns when it is answered."""
        if self._ends is None:
            self._ends = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._ends
        head = (
            f"POST /livekit/webhook HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: {signature}\r\n"
            f"Content-Type: application/webhook+json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer
        assert b"content-length: 0" in answer.lower(), answer

    def close(self) -> None:
        """Hangs up."""
        if self._ends is not None:
            self._ends[1].close()


class Stage:
    """Two instances on one PostgreSQL; webhooks go to the first, the app listens at the second."""

    def __init__(self, folder: Path, database: str, first: Served, second: Served) -> None:
        self.folder, self.database, self.first, self.second = folder, database, first, second
        self.people = [uuid.uuid4() for _ in range(PEOPLE)]
        self.channels: list[uuid.UUID] = []

    async def furnish(self, db: asyncpg.Connection[Any]) -> None:
        """People and channels of one server, which the owner sees."""
        server = await db.fetchval("SELECT id FROM servers LIMIT 1")
        self.channels = [uuid.uuid4() for _ in range(CHANNELS)]
        await db.executemany(
            "INSERT INTO channels (id, server_id, name, position) VALUES ($1, $2, 'c', $3)",
            [(each, server, at + 10) for at, each in enumerate(self.channels)],
        )
        await db.executemany(
            "INSERT INTO users (id, login, name, role, password_hash) VALUES ($1, $2, 'p', 'member', '-')",
            [(each, each.hex[:30]) for each in self.people],
        )
        await db.executemany(
            "INSERT INTO members (server_id, user_id, role) VALUES ($1, $2, 'member')",
            [(server, each) for each in self.people],
        )

    async def fill(self, db: asyncpg.Connection[Any], online: int) -> None:
        """So many people in calls of other servers, twenty in each."""
        await db.execute("TRUNCATE voice_sessions, webhook_events")
        await db.execute(
            """INSERT INTO voice_sessions
                   (room_sid, participant_sid, room, channel_id, user_id, device, source)
               SELECT 'RM_' || n / 20, 'PA_' || n, 'other', md5((n / 20)::text)::uuid, gen_random_uuid(),
                      'desk', 'webhook' FROM generate_series(1, $1) n""",
            online,
        )
        await db.execute("ANALYZE voice_sessions")

    def cpu(self) -> float:
        """Seconds that both instances and PostgreSQL have used."""
        pids = {self.first.process.pid, self.second.process.pid, *processes_of(self.folder)}
        total = 0.0
        for pid in pids:
            try:
                used = psutil.Process(pid).cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += used.user + used.system
        return total

    def changes(self, number: int) -> list[tuple[str, uuid.UUID, bool, bytes, str]]:
        """Signed webhooks by which people come and go in turn: channel, user, here, body, token."""
        made: list[tuple[str, uuid.UUID, uuid.UUID, bool, bytes]] = []
        seats = itertools.cycle(self.people)
        for at in range(number // 2):
            user = next(seats)
            channel = self.channels[at % CHANNELS]
            for kind, here in (("participant_joined", True), ("participant_left", False)):
                told = event(kind, f"PA_{uuid.uuid4().hex}" if here else made[-1][0], user=user,
                             channel=channel, room_sid=f"RM_{channel.hex}")  # fmt: skip
                made.append((told.participant.sid, channel, user, here, body_of(told)))
        return [(str(c), u, h, body, signed(body, KEY, SECRET)) for _, c, u, h, body in made]


async def run(stage: Stage, number: int, pace: float) -> tuple[list[float], int, int]:
    """Latencies in ms, how many never came, how many came twice."""
    webhooks = stage.changes(number)
    sent: dict[tuple[str, str, bool], list[tuple[float, asyncio.Event]]] = {}
    took: list[float] = []
    doubled = 0
    token = await asyncio.to_thread(stage.second.log_in)
    address = stage.second.address.replace("http", "ws") + "/v1/events"
    senders = {str(channel): Sender(stage.first.address) for channel in stage.channels}
    async with websockets.connect(address, proxy=None, max_size=None) as socket:
        await socket.send(json.dumps({"type": "hello", "token": token}))
        await socket.recv()

        async def listen() -> None:
            nonlocal doubled
            while len(took) < number:
                told = json.loads(await socket.recv())
                if told["type"] != "changed":
                    continue
                waiting = sent.get((told["channel"], told["user"], told["here"]))
                if waiting:
                    begun, heard = waiting.pop(0)
                    took.append((time.perf_counter() - begun) * 1000)
                    heard.set()
                else:
                    doubled += 1

        async def post(turn: asyncio.Lock, at: float, one: Any, other: Any) -> None:
            # One room's webhooks one after the other, as livekit-server sends them. Nobody goes before all
            # have seen them come: both at once are no change to anybody.
            # The goings fall between the comings, so that all come as evenly as the peer's commits.
            for when, (channel, user, here, body, signature) in (
                (at, one),
                (at + 0.5 + 1 / pace, other),
            ):
                await asyncio.sleep(max(0.0, when - time.perf_counter()))
                async with turn:
                    heard = asyncio.Event()
                    sent.setdefault((channel, str(user), here), []).append((time.perf_counter(), heard))
                    await senders[channel].send(body, signature)
                try:
                    async with asyncio.timeout(20):
                        await heard.wait()
                except TimeoutError:
                    continue  # it counts as lost

        turns = {str(channel): asyncio.Lock() for channel in stage.channels}
        listener = asyncio.ensure_future(listen())
        begun = time.perf_counter() + 0.2
        pairs = [(webhooks[at], webhooks[at + 1]) for at in range(0, len(webhooks), 2)]
        await asyncio.gather(
            *(post(turns[one[0]], begun + at * 2 / pace, one, two) for at, (one, two) in enumerate(pairs))
        )
        try:
            async with asyncio.timeout(20):
                await listener
        except TimeoutError:
            pass  # what did not come is lost, and said so
    for sender in senders.values():
        sender.close()
    return took, number - len(took), doubled


async def peer(database: str) -> list[float]:
    """A commit of one row, then a NOTIFY until it is heard, in ms."""
    speaker, hearer = await asyncpg.connect(dsn(database)), await asyncpg.connect(dsn(database))
    heard: asyncio.Queue[str] = asyncio.Queue()
    await hearer.add_listener("bench", lambda *told: heard.put_nowait(told[3]))
    await speaker.execute("CREATE TABLE IF NOT EXISTS bench (id bigserial PRIMARY KEY, what text)")
    took = []
    begun = time.perf_counter()
    for at in range(PEER_SAMPLES):
        await asyncio.sleep(max(0.0, begun + at / PER_SECOND - time.perf_counter()))
        start = time.perf_counter()
        await speaker.execute("INSERT INTO bench (what) VALUES ($1)", "x" * 100)
        await speaker.execute("SELECT pg_notify('bench', $1)", str(at))
        await heard.get()
        took.append((time.perf_counter() - start) * 1000)
    await speaker.close()
    await hearer.close()
    return took


async def measure(report: Report) -> None:
    """All runs on one pair of instances."""
    with tempfile.TemporaryDirectory(prefix="xcord-bench-") as name:
        folder, servers = Path(name), Servers(Path(name))
        make_folder(folder / "outside")
        try:
            async with postgres.embedded(folder / "outside") as database:
                environment = {
                    "DATABASE_URL": database, "LIVEKIT_URL": "ws://127.0.0.1:9",
                    "LIVEKIT_API_KEY": KEY, "LIVEKIT_API_SECRET": SECRET,
                }  # fmt: skip
                first = await asyncio.to_thread(servers.start, "first", **environment)
                second = await asyncio.to_thread(servers.start, "second", **environment)
                stage = Stage(folder, database, first, second)
                db = await asyncpg.connect(dsn(database))
                await stage.furnish(db)
                await stage.fill(db, 1000)
                await run(stage, 400, PER_SECOND)  # warm
                for turn in report.turns():
                    if turn % 2:
                        bare = await peer(database)
                    took, lost, doubled = await run(stage, CHANGES, PER_SECOND)
                    if not turn % 2:
                        bare = await peer(database)
                    report.ratio(
                        "webhook_to_client_p95_vs_notify", quantile(took, 0.95), quantile(bare, 0.95)
                    )
                    report.figure("webhook_to_client_p50_ms", quantile(took, 0.5), "ms")
                    report.figure("webhook_to_client_p95_ms", quantile(took, 0.95), "ms")
                    report.figure("notify_p95_ms", quantile(bare, 0.95), "ms")
                    report.figure("lost", lost, "")
                    report.figure("doubled", doubled, "")
                    for online in ONLINE:
                        await stage.fill(db, online)
                        await run(stage, 100, PER_SECOND)
                        before = stage.cpu()
                        await run(stage, COST_CHANGES, PER_SECOND * 2)
                        cost = (stage.cpu() - before) * 1000 / COST_CHANGES
                        report.figure(f"cost_per_change_{online}", cost, "ms")
                    await stage.fill(db, 1000)
                await db.close()
                await asyncio.to_thread(servers.end)
        finally:
            await asyncio.to_thread(servers.end)


def main() -> None:
    """See the module."""
    with reporting("presence", runs=3) as report:
        asyncio.run(measure(report))


if __name__ == "__main__":
    main()

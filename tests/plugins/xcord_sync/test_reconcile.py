"""After any fault, two comparisons later, the database says what the SFU's lists say."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from tests.journeys.secrets import own_folder
from tests.plugins.xcord_sync.callers import Call, counters, eventually, in_call, join
from tests.plugins.xcord_sync.relay import Outside, outside
from tests.plugins.xcord_sync.served import OWNER_PASSWORD, Served, Servers

from xcord_sync.backend.presence.line import OUTAGE

pytestmark = pytest.mark.asyncio(loop_scope="module")
PASSWORD = "a long enough one"
PEOPLE = 6
HEALED = 'xcord_webhook_events_total{result="healed"}'


def everything(_: int) -> bool:
    return True


def nothing(_: int) -> bool:
    return False


class Scene:
    """A server end on an outside PostgreSQL and SFU, and people who come and go. ``tell`` is the test's."""

    tell: Callable[[str, object], None]

    def __init__(self, ground: Outside, servers: Servers) -> None:
        self.ground, self.servers = ground, servers
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = str(probe.getsockname()[1])
        self.served: Served
        self.tokens: list[str] = []
        self.calls: dict[int, tuple[AsyncExitStack, Call]] = {}

    async def start(self) -> None:
        self.served = await asyncio.to_thread(
            self.servers.start, "one", "--port", self.port, **self.ground.environment
        )
        self.ground.to = self.served.address

    async def register(self) -> None:
        owner = self.served.log_in()
        for number in range(PEOPLE):
            about = {"login": f"person{number}", "name": "Somebody", "password": PASSWORD}
            assert self.served.ask("POST", "/v1/users", owner, **about).status_code == 201
            self.tokens.append(self.served.log_in(f"person{number}", PASSWORD))
        self.channels = self.served.channels(owner)

    async def tickets(self, *people: int) -> dict[int, dict[str, Any]]:
        async def ticket(person: int) -> dict[str, Any]:
            channel = self.channels[person % 2]
            return await asyncio.to_thread(join, self.served, self.tokens[person], channel, "desk")

        return {person: await ticket(person) for person in people}

    async def enter(self, person: int, ticket: dict[str, Any]) -> None:
        stack = AsyncExitStack()
        self.calls[person] = stack, await stack.enter_async_context(in_call(ticket))

    async def come(self, *people: int) -> None:
        for person, ticket in (await self.tickets(*people)).items():
            await self.enter(person, ticket)

    async def go(self, *people: int) -> None:
        for person in people:
            if person in self.calls:
                await self.calls.pop(person)[0].aclose()

    async def passes(self, number: int) -> None:
        async def passed() -> bool:
            now = await asyncio.to_thread(counters, self.served)
            return now["xcord_reconcile_passes_total"] >= wanted

        wanted = (await asyncio.to_thread(counters, self.served))["xcord_reconcile_passes_total"] + number
        await eventually(passed, 60)

    async def has_lost(self) -> bool:
        """Whether a webhook was lost."""
        return self.ground.dropped > 0

    async def healed(self) -> int:
        """How many sessions the server end that runs now has put right."""
        return int((await asyncio.to_thread(counters, self.served))[HEALED])

    async def same(self, people: int | None, within: float) -> None:
        """The database says what the SFU's lists say."""

        async def is_same() -> bool:
            listed = await self.ground.listed()
            try:
                kept = await self.ground.kept()
            except OUTAGE:
                return False
            return listed == kept and (people is None or len(listed) == people)

        await eventually(is_same, within)

    async def agree(self, what: str, people: int | None = None) -> None:
        """After two whole passes the two are the same."""
        await self.passes(2)
        await self.same(people, 3)
        told = await asyncio.to_thread(counters, self.served)
        events = {name.partition('"')[2][:-2]: int(n) for name, n in told.items() if "events_total" in name}
        there = len(await self.ground.kept())
        self.tell("counted", f"{what}: {there} in calls, {events}, {self.ground.dropped} dropped")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def set_up() -> AsyncIterator[Scene]:
    with own_folder(OWNER_PASSWORD, PASSWORD) as folder:
        servers = Servers(folder)
        async with outside(folder / "outside") as ground:
            found = Scene(ground, servers)
            try:
                await found.start()
                await found.register()
                yield found
            finally:
                await asyncio.to_thread(servers.end)


@pytest_asyncio.fixture(loop_scope="module")
async def scene(set_up: Scene, record_property: Callable[[str, object], None]) -> AsyncIterator[Scene]:
    """With nobody in a call, and no webhook lost."""
    set_up.tell, set_up.ground.lost, set_up.ground.dropped = record_property, nothing, 0
    yield set_up
    await set_up.go(*range(PEOPLE))
    await set_up.passes(2)


async def test_half_of_the_webhooks_lost(scene: Scene) -> None:
    before = await scene.healed()
    scene.ground.lost = lambda number: number % 2 == 0
    await scene.come(0, 1, 2, 3, 4, 5)
    await scene.agree("half lost, all came", 6)
    await scene.go(0, 1, 2)
    await scene.agree("half lost, half went", 3)
    scene.ground.lost = everything
    await scene.go(3)
    await scene.come(0, 1)
    await scene.agree("all lost", 4)
    assert scene.ground.dropped > 6
    assert await scene.healed() >= before + 3


async def test_the_server_end_killed_in_the_middle_of_a_burst(scene: Scene) -> None:
    await scene.come(0, 1, 2)
    tickets = await scene.tickets(3, 4, 5)
    fatal = scene.ground.seen + 3

    def strike(number: int) -> bool:
        """Kills it with two webhooks of the burst taken. The SFU tries the others again until it gives up."""
        if number == fatal:
            scene.served.process.kill()
        return number >= fatal

    scene.ground.lost = strike
    await asyncio.gather(scene.go(0, 1), *(scene.enter(*each) for each in tickets.items()))
    assert await asyncio.to_thread(scene.served.process.wait, 20) == -signal.SIGKILL
    scene.ground.lost = nothing
    await scene.start()
    await scene.agree("killed and back", 4)
    assert await scene.healed() >= 1
    await scene.come(0)
    await scene.agree("one more came", 5)


async def test_the_sfu_killed_so_that_nobody_is_said_to_have_left(scene: Scene) -> None:
    await scene.come(0, 1, 2, 3)
    await scene.agree("before the SFU was killed", 4)
    before = await scene.healed()
    scene.ground.kill("livekit-server")
    await scene.go(2, 3)  # who does not come back by themselves
    await scene.agree("the SFU was killed")
    assert await scene.healed() >= before + 4, "somebody was said to have left"
    await scene.go(0, 1)
    await scene.agree("all went", 0)


async def test_postgresql_restarted(scene: Scene) -> None:
    await scene.come(0, 1, 2)
    await scene.agree("before PostgreSQL was stopped", 3)
    before = await scene.healed()
    scene.ground.lost = everything  # the SFU gives up on what it cannot tell
    scene.ground.kill("postgres", signal.SIGINT)
    await scene.go(0)
    await eventually(scene.has_lost)
    scene.ground.lost = nothing  # or tells it later
    await scene.go(1)
    await scene.passes(1)
    await scene.come(3)
    await scene.agree("PostgreSQL was restarted", 2)
    assert await scene.healed() >= before + 1

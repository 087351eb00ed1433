"""``xcord serve``: PostgreSQL, livekit-server and the web application, started, kept and stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from ..happenings import HELLO_LIMIT
from . import livekit, postgres
from .child import locked
from .errors import CannotServe
from .ground import (
    bind,
    make_folder,
    metrics_token_from,
    reconcile_from,
    registration_from,
    ttl_from,
    write_ready,
)
from .inforce import TOLD, InForce, Running, keys_from, tell
from .logs import Requests, start_log
from .secrets import Keys

if TYPE_CHECKING:
    from .app import Parts

log = logging.getLogger("xcord.server")

DEFAULT_DRAIN = 5.0


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for. ``drain``: seconds that people in calls get when we stop;
    ``log_json``: the log as one JSON object a line, with one for each request; ``faults``: it may be told to
    fail (see ``faults.py``)."""

    host: str
    port: int
    data: Path
    ready_file: Path | None = None
    drain: float = DEFAULT_DRAIN
    log_json: bool = False
    faults: bool = False


class Stopping:
    """The first signal asks for an orderly stop, the second for a quick one."""

    def __init__(self) -> None:
        self.asked, self.hurry = asyncio.Event(), asyncio.Event()

    def signalled(self) -> None:
        """SIGINT, SIGTERM or SIGHUP came."""
        (self.hurry if self.asked.is_set() else self.asked).set()

    def listen(self) -> None:
        """Takes the signals from now on."""
        loop = asyncio.get_running_loop()
        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # the terminal is closed; nohup ignores it
            numbers.append(signal.SIGHUP)
        for number in numbers:
            loop.add_signal_handler(number, self.signalled)


class _Quiet(uvicorn.Server):
    """Signals are ours, not uvicorn's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(wanted: Wanted) -> int:
    """Serves until a signal comes. 0, or 2 with one sentence on stderr."""
    start_log(wanted.log_json)
    try:
        asyncio.run(serve(wanted, os.environ))
    except CannotServe as error:
        print(f"xcord serve: {error}", file=sys.stderr)
        return 2
    return 0


async def serve(wanted: Wanted, environment: Mapping[str, str]) -> None:
    """Runs the whole server end; must be called on the main thread, which its children are bound to.

    :raises CannotServe: it cannot start.
    """
    stopping = Stopping()
    stopping.listen()
    async with contextlib.AsyncExitStack() as stack:
        starting = asyncio.ensure_future(_start(wanted, environment, stopping, stack))
        asked = asyncio.ensure_future(stopping.asked.wait())
        first: set[asyncio.Future[Any]] = {starting, asked}
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.wait({starting})
            return
        try:
            web = starting.result()
            either: set[asyncio.Future[Any]] = {asked, web}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if web.done() and not asked.done():
                raise CannotServe("The web server ended by itself; its log says why.")
        finally:
            asked.cancel()


async def _start(
    wanted: Wanted, environment: Mapping[str, str], stopping: Stopping, stack: contextlib.AsyncExitStack
) -> asyncio.Future[None]:
    """Starts everything in order; what was started is stopped, in the other order, by ``stack``."""
    ttl, registration = ttl_from(environment), registration_from(environment)
    every, metrics = reconcile_from(environment), metrics_token_from(environment)
    listening = stack.enter_context(bind(wanted.host, wanted.port))
    make_folder(wanted.data)
    held = f"Another xcord serve uses {wanted.data}; stop it, or name another folder with --data."
    await stack.enter_async_context(locked(wanted.data / "serve.lock", 1, held))  # a look at it takes it
    (wanted.data / TOLD).unlink(missing_ok=True)
    # The web application's libraries take longer to load than the children to start; both go on at once.
    loading = asyncio.ensure_future(asyncio.to_thread(import_module, ".app", __package__))
    host = livekit.bracketed(wanted.host)
    address = f"http://{host}:{listening.getsockname()[1]}"
    told, ready = wanted.data / TOLD, wanted.ready_file
    try:
        ground = await _children(wanted, environment, address, stopping, stack)
    finally:
        await asyncio.wait({loading})
    from .app import Parts
    from .presence.life import presence
    from .store import Store

    store = await Store.open(ground.database)
    stack.push_async_callback(store.close)
    parts = Parts(store, ground.keys.signing, ground.livekit_url, ttl, also=ground.keys.also)
    parts.registration, parts.metrics_token = registration, metrics
    if wanted.faults:
        from .faults import Faults

        parts.faults = Faults()
    async with store.alone():
        if await store.is_new():
            await _begin(parts, environment)
    watched = presence(ground.database, ground.livekit_url, lambda: parts.key, parts.issuers, every)
    parts.calls = parts.presence = await stack.enter_async_context(watched)
    proxies = environment.get("XCORD_PROXIES", "")
    web = await stack.enter_async_context(_web(parts, listening, wanted, proxies))
    running = Running(
        pid=os.getpid(), address=address, livekit=ground.livekit_url, join_ttl=ttl, keys=ground.keys.mark,
        embedded_livekit=ground.sfu is not None, embedded_postgres=not environment.get("DATABASE_URL"),
        metrics_token=metrics,
    )  # fmt: skip
    tell(told, running)
    stack.callback(told.unlink, missing_ok=True)
    if ground.secrets is not None:
        force = InForce(ground.secrets, ground.keys, parts, ground.sfu, told)
        await stack.enter_async_context(_going_on(force.watch()))
    if ready is not None:
        write_ready(ready, {"address": address, "livekit": running.livekit, "pid": running.pid})
        stack.callback(ready.unlink, missing_ok=True)
    if wanted.faults:
        print("xcord serve: --faults: the owner may make it fail; never in production", flush=True)
    gc.collect()
    gc.freeze()  # what was loaded stays: looking through all of it holds each request up now and then
    print(f"xcord serve: ready at {address}, calls at {running.livekit}, data in {wanted.data}", flush=True)
    return web


@dataclass(frozen=True)
class _Ground:
    """What the web application stands on. ``secrets`` is the file that the keys may change in, ``sfu`` our
    own one, where there are such."""

    database: str
    keys: Keys
    livekit_url: str
    secrets: Path | None
    sfu: livekit.Sfu | None


async def _children(
    wanted: Wanted,
    environment: Mapping[str, str],
    address: str,
    stopping: Stopping,
    stack: contextlib.AsyncExitStack,
) -> _Ground:
    """The database, the keys and the SFU; embedded where none is named."""
    keys, secrets = keys_from(environment, wanted.data)
    outside = environment.get("LIVEKIT_URL", "")
    if not outside:
        livekit.find(environment, Path.home())  # before anything slow is started
    url = environment.get("DATABASE_URL", "") or await stack.enter_async_context(
        postgres.embedded(wanted.data)
    )
    if outside:
        return _Ground(url, keys, outside, secrets, None)
    webhook = f"{address}/livekit/webhook"
    sfu = await stack.enter_async_context(
        livekit.embedded(wanted.data, wanted.host, keys, webhook, wanted.drain, stopping.hurry)
    )
    return _Ground(url, keys, sfu.address, secrets, sfu)


@contextlib.asynccontextmanager
async def _going_on(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Work beside everything else; cancelled on leaving."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=5)


async def _begin(parts: Parts, environment: Mapping[str, str]) -> None:
    """The first account. Printed before it is kept: a password that nobody saw would lock everybody out."""
    given = environment.get("XCORD_OWNER_PASSWORD", "")
    if given and len(given) < 8:
        raise CannotServe("XCORD_OWNER_PASSWORD must have at least 8 characters.")
    from .accounts import new_password

    password = given or new_password()
    hashed = await parts.passwords.hash(password)
    if not given:
        print(
            f"xcord serve: the owner's login is `owner`, the password `{password}`, shown only now",
            flush=True,
        )
    await parts.store.begin(hashed)


@contextlib.asynccontextmanager
async def _web(
    parts: Parts, listening: socket.socket, wanted: Wanted, proxies: str
) -> AsyncIterator[asyncio.Future[None]]:
    from .app import make_app

    # No access log: nothing about who calls is written down. No proxy headers but those of proxies that are
    # named, for anybody could send them.
    app = make_app(parts)
    config = uvicorn.Config(
        Requests(app) if wanted.log_json else app,
        access_log=False, log_config=None, server_header=False,
        proxy_headers=bool(proxies), forwarded_allow_ips=proxies,
        lifespan="off", timeout_graceful_shutdown=3, timeout_keep_alive=30,
        ws="websockets-sansio", ws_max_size=HELLO_LIMIT, ws_ping_interval=20, ws_ping_timeout=20,
        ws_per_message_deflate=False,
    )  # fmt: skip
    server = _Quiet(config)
    running = asyncio.ensure_future(server.serve(sockets=[listening]))
    try:
        while not server.started and not running.done():  # noqa: ASYNC110 (uvicorn offers no event)
            await asyncio.sleep(0.01)
        yield running
    finally:
        server.should_exit = True
        await asyncio.wait({running}, timeout=10)

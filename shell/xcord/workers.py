"""One thread per stranger for its synchronous code, given up at the first missed deadline.

Python cannot end a thread. A worker that misses its deadline is therefore abandoned: its daemon thread
may run on, its result is dropped and nothing is handed to it again.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any

from .errors import PluginFault

Job = tuple[asyncio.Future[Any], Callable[..., Any], tuple[Any, ...]]


class Worker:
    """The thread of one plugin."""

    def __init__(self, plugin: str) -> None:
        self.plugin = plugin
        self.abandoned = False
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=f"worker-{plugin}", daemon=True)
        self._thread.start()

    def submit(self, function: Callable[..., Any], args: tuple[Any, ...]) -> asyncio.Future[Any]:
        """Queues a call; the future belongs to the running loop."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._jobs.put((future, function, args))
        return future

    def stop(self) -> None:
        """Lets the thread end after what it is doing."""
        self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, function, args = job
            try:
                result, error = function(*args), None
            except Exception as raised:  # noqa: BLE001 it goes to the caller
                result, error = None, raised
            if not self.abandoned:
                _settle_soon(future, result, error)


def _settle_soon(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    def settle() -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)

    loop = future.get_loop()
    if not loop.is_closed():
        loop.call_soon_threadsafe(settle)


class Workers:
    """All workers, made at first use."""

    def __init__(self) -> None:
        self._workers: dict[str, Worker] = {}

    async def run(self, plugin: str, function: Callable[..., Any], *args: Any, deadline: float) -> Any:
        """Calls ``function(*args)`` in the plugin's thread.

        :param deadline: seconds until the worker is abandoned.
        :raises PluginFault: ``raised`` or ``missed_deadline``; ``abandoned`` for every later call.
        """
        worker = self._workers.get(plugin)
        if worker is None:
            worker = self._workers[plugin] = Worker(plugin)
        if worker.abandoned:
            raise PluginFault(
                plugin, "abandoned", f"plugin {plugin!r} is not called any more: it missed a deadline"
            )
        future = worker.submit(function, args)
        done, _ = await asyncio.wait({future}, timeout=deadline)
        if not done:
            worker.abandoned = True
            future.cancel()
            milliseconds = round(deadline * 1000)
            raise PluginFault(
                plugin,
                "missed_deadline",
                f"plugin {plugin!r} did not answer within {milliseconds} ms and is not called any more; "
                "switch it off and on to try again",
                milliseconds=milliseconds,
            )
        try:
            return future.result()
        except Exception as error:
            raise PluginFault(plugin, "raised", describe(plugin, error)) from error

    def forget(self, plugin: str) -> None:
        """Ends a plugin's worker, so that switching it on again begins afresh."""
        worker = self._workers.pop(plugin, None)
        if worker is not None:
            worker.abandoned = True
            worker.stop()

    def close(self) -> None:
        """Ends all workers."""
        for plugin in tuple(self._workers):
            self.forget(plugin)


def describe(plugin: str, error: BaseException) -> str:
    """One sentence for a plugin's exception, with the author's own last line of code."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    where = ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "xcord/" not in code.co_filename.replace("\\", "/").rsplit("/shell/", 1)[-1]:
            where = f" at {code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} in {code.co_name}"
        trace = trace.tb_next
    return f"plugin {plugin!r} raised {type(error).__name__}: {error}{where}"

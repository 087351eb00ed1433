"""One thread per stranger for its synchronous code, given up at the first missed deadline.

Python cannot end a thread. A worker that misses its deadline is therefore abandoned: its daemon thread
may run on, its result is dropped and nothing is handed to it again.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import Callable
from typing import Any

from .errors import PluginFault

SHELL_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep

Job = tuple[asyncio.Future[Any], Callable[..., Any], tuple[Any, ...]]


class Worker:
    """The thread of one plugin."""

    def __init__(self, plugin: str) -> None:
        self.plugin = plugin
        self.abandoned = False
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._waiting: set[asyncio.Future[Any]] = set()
        self._thread = threading.Thread(target=self._work, name=f"worker-{plugin}", daemon=True)
        self._thread.start()

    def submit(self, function: Callable[..., Any], args: tuple[Any, ...]) -> asyncio.Future[Any]:
        """Queues a call; the future belongs to the running loop."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        self._jobs.put((future, function, args))
        return future

    def stop(self) -> None:
        """Lets the thread end after what it is doing; whoever waits for it hears so at once."""
        self.abandoned = True
        self._jobs.put(None)
        for future in tuple(self._waiting):
            if not future.done():
                sentence = f"plugin {self.plugin!r} was switched off meanwhile"
                future.set_exception(PluginFault(self.plugin, "switched_off", sentence))

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, function, args = job
            result, error = attempted(function, *args)
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
        :raises PluginFault: ``raised`` or ``missed_deadline``; ``abandoned`` for every later call;
            ``switched_off`` if it is forgotten meanwhile.
        """
        worker = self._workers.get(plugin)
        if worker is None:
            worker = self._workers[plugin] = Worker(plugin)
        if worker.abandoned:
            raise PluginFault(
                plugin, "abandoned", f"plugin {plugin!r} is not called any more: it missed a deadline"
            )
        future = worker.submit(function, args)
        try:
            done, _ = await asyncio.wait({future}, timeout=deadline)
        except asyncio.CancelledError:
            future.cancel()
            raise
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
        except PluginFault:
            raise
        except Exception as error:
            raise PluginFault(plugin, "raised", describe(plugin, error)) from error

    def forget(self, plugin: str) -> None:
        """Ends a plugin's worker, so that switching it on again begins afresh."""
        worker = self._workers.pop(plugin, None)
        if worker is not None:
            worker.stop()

    def close(self) -> None:
        """Ends all workers."""
        for plugin in tuple(self._workers):
            self.forget(plugin)


def attempted(function: Callable[..., Any], *args: Any) -> tuple[Any, Exception | None]:
    """What a stranger's function returned, or raised: its ``sys.exit()`` ends nobody else's thread."""
    try:
        return function(*args), None
    except Exception as error:  # noqa: BLE001 it goes to the caller
        return None, error
    except BaseException as error:  # noqa: BLE001 and so does this
        return None, RuntimeError(f"{type(error).__name__}: {error}").with_traceback(error.__traceback__)


def describe(plugin: str, error: BaseException) -> str:
    """One sentence for a plugin's exception, with the author's own last line of code."""
    return f"plugin {plugin!r} raised {told(error)}"


def told(error: BaseException) -> str:
    """An exception in words: its kind, what it says, and the author's own last line of code."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    if isinstance(error, SyntaxError) and error.filename:
        return f"{type(error).__name__}: {error.msg} at {_file(error.filename)}:{error.lineno}"
    where = ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if _is_authors(code.co_filename):
            where = f" at {_file(code.co_filename)}:{trace.tb_lineno} in {code.co_name}"
        trace = trace.tb_next
    return f"{type(error).__name__}: {error}{where}"


def _is_authors(file: str) -> bool:
    """Neither of the shell (whose folder is not the only one of its name), nor of what imports and calls."""
    return not file.startswith((SHELL_FOLDER, "<frozen ")) and f"{os.sep}pluggy{os.sep}" not in file


def _file(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1]

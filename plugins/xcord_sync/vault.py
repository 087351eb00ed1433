"""The system's keyring, asked with bounds: it may want a password from the person, hang, or not be there.

Each question runs in a daemon thread: a keyring that never answers must not hold up the app's end.
``XCORD_HOME`` keeps everything of a run below one folder, so then the keyring is left alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar

SERVICE = "xcord"
PATIENCE = 10.0
"""Seconds for one question."""

T = TypeVar("T")


class VaultError(Exception):
    """The keyring is not there, stays locked or failed. The text names the kind of trouble and no content."""


def wanted() -> bool:
    """Whether this run may use the keyring."""
    return not os.environ.get("XCORD_HOME")


async def read(name: str) -> str:
    """The secret of this name; empty if there is none.

    :raises VaultError: see there.
    """
    return await _bounded(lambda: _keyring().get_password(SERVICE, name) or "")


async def write(name: str, secret: str) -> None:
    """Puts the secret where only this person's session can read it.

    :raises VaultError: see there.
    """
    await _bounded(lambda: _keyring().set_password(SERVICE, name, secret))


async def forget(name: str) -> None:
    """Takes the secret out of it.

    :raises VaultError: see there.
    """
    await _bounded(lambda: _keyring().delete_password(SERVICE, name))


def _keyring() -> Any:
    import keyring

    backend = keyring.get_keyring()
    if backend.priority < 1:  # none, or one that writes plain files in places of its own
        raise VaultError("no keyring")
    return backend


async def _bounded(question: Callable[[], T]) -> T:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, trouble: VaultError | None) -> None:
        if answer.done():
            return
        if trouble is not None:
            answer.set_exception(trouble)
        else:
            answer.set_result(value)  # type: ignore[arg-type]

    def run() -> None:
        value: T | None = None
        trouble: VaultError | None = None
        try:
            value = question()
        except VaultError as error:
            trouble = error
        except Exception as error:  # noqa: BLE001 - what their systems raise; a text may hold content
            trouble = VaultError(type(error).__name__)
        with contextlib.suppress(RuntimeError):  # the app ended meanwhile
            loop.call_soon_threadsafe(settle, value, trouble)

    threading.Thread(target=run, name="keyring", daemon=True).start()
    try:
        return await asyncio.wait_for(answer, PATIENCE)
    except TimeoutError:
        raise VaultError("no answer in time") from None

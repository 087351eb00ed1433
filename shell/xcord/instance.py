"""One app per user, and the control socket by which a second start, the command line and tools reach it.

A lock decides who is the one app; the kernel drops it with the process, however that ends. The socket is
a Unix socket of mode 0600 (a named pipe on Windows), never a port. A message is JSON in bytes::

    {"ask": "voice.mute", "args": {"on": true}} -> {"ok": true}
    {"read": ["voice", "stage"]}                -> {"ok": true, "slices": {"voice": {...}}}
    anything else                               -> {"ok": false, "error": {"code": "bad_request", ...}}
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from .errors import CommandError, SetupError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

log = logging.getLogger("xcord.instance")

LARGEST_REQUEST = 64 * 1024
LARGEST_ANSWER = 16 * 1024 * 1024
LONGEST_PATH = 100  # bytes; the kernel takes 107
PATIENCE = 5.0  # seconds for one request to come through whole; an idle connection ends after it too
AT_ONCE = 16  # connections; more are refused

Answer = Callable[[bytes], bytes]


def address_in(runtime_dir: Path) -> str:
    """The socket's place for this folder. One that is too long for the kernel gets a short stand-in."""
    if sys.platform == "win32":
        return rf"\\.\pipe\xcord-{_digest(runtime_dir)}"
    path = runtime_dir / "control.sock"
    if len(os.fsencode(path)) <= LONGEST_PATH:
        return str(path)
    return str(Path(tempfile.gettempdir()) / f"xcord-{os.getuid()}" / f"{_digest(runtime_dir)}.sock")


def call(runtime_dir: Path, request: dict[str, Any], timeout: float = 40.0) -> dict[str, Any]:
    """Ask the running app one thing and return its whole answer.

    :param timeout: seconds.
    :raises SetupError: ``not_running``, ``not_reached``, or ``no_answer`` within ``timeout``.
    :raises CommandError: the app refused; code and params are its own.
    """
    from multiprocessing.connection import Client

    try:
        with Client(address_in(runtime_dir)) as connection:
            _bound(connection, timeout)
            connection.send_bytes(json.dumps(request).encode())
            answer = json.loads(connection.recv_bytes(LARGEST_ANSWER))
    except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError) as error:
        raise SetupError("not_running", "xcord does not run here.", "Start it: xcord") from error
    except PermissionError as error:
        raise SetupError(
            "not_reached",
            f"The socket in {runtime_dir} cannot be reached: {error.strerror}.",
            "Ask as the user who started xcord.",
        ) from error
    except (BlockingIOError, EOFError, ConnectionError, ValueError) as error:
        raise SetupError(
            "no_answer",
            f"The running xcord gave no answer within {timeout:g} s.",
            "End it and start it again.",
        ) from error
    if not answer.get("ok"):
        problem = answer.get("error") or {}
        params = dict(problem.get("params") or {})
        code = str(problem.get("code", "unknown"))
        message = str(params.pop("message", code))
        raise CommandError(code, message, **{k: v for k, v in params.items() if k != "code"})
    return dict(answer)


def hand_over(runtime_dir: Path, request: dict[str, Any], within: float = 15.0) -> None:
    """What a second start does: ask the first one, which may itself be starting just now.

    :raises SetupError: it does not answer ``within`` so many seconds.
    :raises CommandError: it refused.
    """
    until = time.monotonic() + within
    while True:
        try:
            call(runtime_dir, request, timeout=within)
            return
        except (SetupError, CommandError) as error:
            if error.code not in ("not_running", "starting") or time.monotonic() > until:
                raise
            time.sleep(0.1)


class Instance:
    """Held by the one app for as long as it runs."""

    def __init__(self, runtime_dir: Path, lock: IO[bytes]) -> None:
        self._address = address_in(runtime_dir)
        self._lock = lock
        self._ended = threading.Event()
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._thread: threading.Thread | None = None

    @classmethod
    def claim(cls, runtime_dir: Path) -> Instance | None:
        """Become the one app; ``None`` when another one is.

        :raises SetupError: the folder cannot be used.
        """
        try:
            runtime_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = open(runtime_dir / "lock", "a+b")  # noqa: SIM115 held until the process ends
        except OSError as error:
            raise SetupError(
                "no_runtime_dir",
                f"The folder {runtime_dir} cannot be used: {error.strerror}.",
                "Make it writable, or name another with XDG_RUNTIME_DIR.",
            ) from error
        if not _take(lock):
            lock.close()
            return None
        return cls(runtime_dir, lock)

    def serve(self, answer: Answer) -> None:
        """Answer requests from now on.

        :param answer: called on a thread of each connection, at most 64 KiB in; bounds itself.
        """
        from multiprocessing.connection import Listener

        folder = Path(self._address).parent
        if sys.platform != "win32":
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _insist_on_owner(folder)
            Path(self._address).unlink(missing_ok=True)  # ours by the lock, so whoever left it is dead
        listener = Listener(self._address, backlog=AT_ONCE)
        if sys.platform != "win32":
            os.chmod(self._address, 0o600)

        def accept() -> None:
            while not self._ended.is_set():
                try:
                    connection = listener.accept()
                except OSError:
                    if not self._ended.is_set():
                        log.exception("the control socket failed; the command line cannot reach this app")
                    break
                self._greet(connection, answer)
            listener.close()

        self._thread = threading.Thread(target=accept, name="xcord-control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer no more and let another app start."""
        from multiprocessing.connection import Client

        self._ended.set()
        if self._thread is not None:
            with contextlib.suppress(OSError):
                Client(self._address).close()  # wakes accept(), which closing alone does not
            self._thread.join(PATIENCE)
        self._lock.close()

    def _greet(self, connection: Any, answer: Answer) -> None:
        if self._ended.is_set() or not self._places.acquire(blocking=False):
            with contextlib.suppress(OSError):
                connection.send_bytes(refusal("busy", "too many connections at once"))
            connection.close()
            return

        def serve() -> None:
            try:
                with connection:
                    _bound(connection, PATIENCE)
                    while _serve_one(connection, answer):
                        pass
            except OSError as error:
                log.info("a control connection ended: %s", type(error).__name__)
            finally:
                self._places.release()

        threading.Thread(target=serve, name="xcord-control-connection", daemon=True).start()


def refusal(code: str, message: str, params: dict[str, Any] | None = None) -> bytes:
    """An answer that says no."""
    error = {"code": code, "params": {**(params or {}), "message": message}}
    return json.dumps({"ok": False, "error": error}).encode()


def _serve_one(connection: Connection[Any, Any], answer: Answer) -> bool:
    """Serve one request; False when the connection is over."""
    try:
        request = connection.recv_bytes(LARGEST_REQUEST)
    except EOFError:
        return False
    except BlockingIOError:
        connection.send_bytes(refusal("timed_out", f"no whole request within {PATIENCE:g} s"))
        return False
    except OSError:
        # What is too large stays unread, so this connection cannot go on.
        connection.send_bytes(refusal("too_large", f"a request has at most {LARGEST_REQUEST} bytes"))
        return False
    try:
        said = answer(request)
    except Exception:
        log.exception("a request on the control socket failed")
        said = refusal("failed", "the app failed to answer; its log says why")
    connection.send_bytes(said)
    return True


def _bound(connection: Connection[Any, Any], seconds: float) -> None:
    """Let every single read and write of this connection end; the library offers no timeout itself."""
    if sys.platform == "win32":
        return
    import socket
    import struct

    limit = struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
    with socket.socket(fileno=os.dup(connection.fileno())) as twin:
        twin.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        twin.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)


def _take(lock: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _insist_on_owner(folder: Path) -> None:
    state = folder.stat()
    if state.st_uid != os.getuid() or state.st_mode & 0o022:
        raise SetupError(
            "unsafe_runtime_dir",
            f"The folder {folder} belongs to another user or others may write to it.",
            f"Run: chmod 700 {folder}",
        )


def _digest(runtime_dir: Path) -> str:
    return hashlib.sha256(os.fsencode(runtime_dir.absolute())).hexdigest()[:16]

"""For all tests."""

import atexit
import os
import sys

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is slow, not wrong; what must be quick has a bench.
settings.register_profile("xcord", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("xcord")

# No test puts anything into the keyring of whoever runs it; apps that tests start inherit this.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

REAL = ("tests/journeys/", "tests/swap/", "tests/guests/", "tests/shell/windows/", "/test_real_")
"""What hears, sees and waits: one of these at a time, in one lane, and everything else beside it."""

_status = 0


@pytest.hookimpl(tryfirst=True)  # pytest-xdist's own hook, which reads these marks, would come first
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two lanes for a run with ``-n 2 --dist loadgroup``; the tests of one file stay together."""
    for item in items:
        file = item.nodeid.partition("::")[0]
        lane = "real" if any(part in file for part in REAL) else file
        item.add_marker(pytest.mark.xdist_group(lane))


def pytest_sessionfinish(exitstatus: int | pytest.ExitCode) -> None:
    global _status
    _status = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """End without the interpreter's own ending once LiveKit's SDK has been used.

    A native thread of the SDK that calls into an ending Python 3.11 is unwound by it through Rust, which
    aborts: the whole session passed and its exit code was 134 (seen once in ten sessions).
    """
    if (sdk := sys.modules.get("livekit.rtc._ffi_client")) is None:
        return
    sdk.FfiClient._ffi_disposed = True  # its own exit function races with the same threads
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(_status)

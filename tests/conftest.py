"""For all tests."""

import atexit
import os
import sys
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is slow, not wrong; what must be quick has a bench.
settings.register_profile("xcord", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("xcord")

# No test puts anything into the keyring of whoever runs it; apps that tests start inherit this.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

REAL = (
    "tests/journeys/",
    "tests/faults/",
    "tests/swap/",
    "tests/guests/",
    "tests/shell/windows/",
    "/test_real_",
)
"""What hears, sees and waits: one of these at a time, in one lane, and everything else beside it."""
COMPANY = (
    "tests/faults/test_network.py",
    "tests/journeys/test_out_of_reach.py",
    "tests/journeys/test_processes.py",
    "tests/swap/",
)
"""Real as well, but they count no sound and no frame: they bear a neighbour, and both lanes end together."""

_status = 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Numbers tests of one name: lanes know a test by its name and would run only one of them.

    schemathesis calls all operations of a document alike.
    """
    seen = Counter[str]()
    for item in items:
        seen[item.nodeid] += 1
        if (number := seen[item.nodeid]) > 1 and item.parent is not None:
            item._id = item.parent.id.child(f"{item.name}[{number}]")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Two lanes for a whole run (``-n 2``); the tests of one file stay together.

    Marks with ``--dist loadgroup`` would say the same, but pytest 9.2 keeps a test's name where pytest-xdist
    3.8 does not change it, and every test then goes its own way.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Lanes(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            alone = any(part in file for part in REAL) and not any(part in file for part in COMPANY)
            return "real" if alone else file

    return Lanes(config, log)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Says at once what failed: a run that is ended from outside prints no summary."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\n{report.nodeid} failed ({report.when})\n{report.longreprtext}", file=sys.stderr, flush=True)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints what tests have counted: ``record_property("counted", ...)``."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    lines = [
        f"{report.nodeid.rpartition('::')[2]}: {value}"
        for report in reports
        if report.when == "call"
        for name, value in report.user_properties
        if name == "counted"
    ]
    if lines:
        terminalreporter.section("counted")
        for line in lines:
            terminalreporter.line(line)


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

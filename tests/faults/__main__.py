"""``build/dev.py faults``: runs the matrix, one variant at a time, and goes on where it was stopped."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from .matrix import MATRIX, SHORT, SUBSET, Variant
from .namespaces import CannotBreak, must_be_able
from .options import arguments
from .result import Result, limits, table
from .stage import stage
from .trial import MODES, run

STATE = Path(__file__).resolve().parents[2] / ".cache" / "faults"
WHOLE = 60 * 60.0  # seconds for all


def chosen(names: list[str], short: bool) -> list[tuple[Variant, str]]:
    """Variants with the mode of the plugin, in the order of the matrix.

    A name of a variant, with or without a mode, asks for it alone; any other begins the names of a family.
    """
    if short:
        return [(variant, "on") for variant in SHORT]
    every = [(variant, "on") for variant in MATRIX]
    every += [(variant, mode) for mode in ("off", "hostile") for variant in SUBSET]
    if not names:
        return every
    whole = {each.name for each in MATRIX} | {f"{each.name}:{mode}" for each in MATRIX for mode in MODES}

    def means(name: str, variant: Variant, mode: str) -> bool:
        full = f"{variant.name}:{mode}"
        return name in (variant.name, full) if name in whole else full.startswith(name)

    return [(variant, mode) for variant, mode in every if any(means(name, variant, mode) for name in names)]


def done(variant: Variant, mode: str) -> Path:
    """Where the result of an earlier run is."""
    return STATE / f"{variant.name}-{mode}.json"


def main() -> int:
    """1 if a promise was broken, 2 if the bench cannot run here."""
    asked = arguments().parse_args()
    wanted = chosen(asked.names, asked.short)
    if not wanted:
        print(f"faults: no variant is called {' '.join(asked.names)}; --list names them", file=sys.stderr)
        return 2
    if asked.list:
        print("\n".join(f"{variant.name}:{mode:<8} {variant.steps}" for variant, mode in wanted))
        return 0
    try:
        must_be_able()
        results, leaked = run_all(wanted, asked)
    except CannotBreak as error:
        print(f"faults: {error}", file=sys.stderr)
        return 2
    print("\n".join(table(results)))
    late = []
    for limit in limits(MATRIX, results):
        if limit.p95 is not None:
            most = f", at most {limit.most:g} s" if limit.most is not None else ""
            print(f"p95 of {limit.what}: {limit.p95:.1f} s of {len(limit.values)}{most}")
        if limit.broken and not (asked.names or asked.short):  # a promise about the whole matrix
            late.append(limit.what)
            print(f"BROKEN  {limit.what} is late")
    if asked.json:
        asked.json.write_text(json.dumps([result.plain() for result in results], indent=1) + "\n")
    broken = [result for result in results if result.broken]
    for each in leaked:
        print(f"BROKEN  when all had ended, a log held what is secret: {each}")
    print(f"{len(results)} run, {len(broken)} broken a promise")
    return 1 if broken or late or leaked or not results else 0


def run_all(wanted: list[tuple[Variant, str]], asked: argparse.Namespace) -> tuple[list[Result], list[str]]:
    """In order; each result is on disk before the next one begins. And what was found in the logs when
    everything had ended that must not be in any."""
    STATE.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    leaked: list[str] = []
    to_do = [each for each in wanted if asked.again or asked.names or asked.short or not done(*each).exists()]
    until = time.monotonic() + WHOLE
    with tempfile.TemporaryDirectory(prefix="xcord-faults-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if asked.keep:
            asked.keep.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=asked.keep.resolve()))
        folder.chmod(0o711)  # PostgreSQL's user passes through
        if to_do:
            with stage(folder) as here:
                for variant, mode in to_do:
                    if time.monotonic() > until:
                        raise CannotBreak("60 minutes are over; the same command goes on from here")
                    print(f"{variant.name}:{mode}", flush=True)
                    result = attempt(here, variant, mode)
                    result.broken += [f"a log holds what is secret: {each}" for each in here.leaks()]
                    done(variant, mode).write_text(json.dumps(result.plain()))
            leaked = here.leaks()
    for variant, mode in wanted:
        results.append(Result(**json.loads(done(variant, mode).read_text())))
    return results, leaked


def attempt(here: object, variant: Variant, mode: str) -> Result:
    """One variant; a failure to even begin is a broken promise too, and the next one begins anew."""
    begun = time.monotonic()

    def say(words: str) -> None:
        print(f"    {time.monotonic() - begun:6.1f} s  {words}", flush=True)

    try:
        return run(here, variant, mode, say)  # type: ignore[arg-type]
    except (TimeoutError, RuntimeError, OSError) as error:
        if isinstance(error, CannotBreak):
            raise
        here.stop_app()  # type: ignore[attr-defined]
        here.leave_peer()  # type: ignore[attr-defined]
        return Result(variant.name, mode, broken=[f"{type(error).__name__}: {error}"])


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)

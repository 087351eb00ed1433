"""Overlay, push to talk and one truth: how soon they are seen and heard, at what cost.

XCORD_BENCH_PARTS chooses among light, cost, brain and keys; `build/README.md` tells how each is taken. A
part of the app that is not there is named and has no figure.
"""

from __future__ import annotations

import os

from . import overlay_brain, overlay_cost, overlay_keys, overlay_light, reporting
from .overlay_stage import MissingError, staged

PARTS = {
    "light": overlay_light.measure,
    "cost": overlay_cost.measure,
    "brain": overlay_brain.measure,
    "keys": overlay_keys.measure,
}
CHOSEN = os.environ.get("XCORD_BENCH_PARTS", ",".join(PARTS)).split(",")


def main() -> None:
    """See the module."""
    if unknown := set(CHOSEN) - PARTS.keys():
        raise SystemExit(f"bench overlay: no such part: {', '.join(sorted(unknown))}")
    with reporting("overlay", runs=3) as report, staged() as stage:
        for _ in report.turns():
            for name in CHOSEN:
                try:
                    PARTS[name](report, stage)
                except MissingError as missing:
                    print(f"  {name}: not measured: {missing}", flush=True)


if __name__ == "__main__":
    main()

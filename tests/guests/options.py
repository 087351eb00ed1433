"""What ``python3 build/dev.py demo`` may be told. Standard library only: it is asked before anything is set
up."""

from __future__ import annotations

import argparse
from pathlib import Path


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 build/dev.py demo",
        description="A whole call with synthetic guests, until Ctrl-C or for --seconds.",
    )
    parser.add_argument("--seconds", type=float, metavar="N", help="end N s after the first drawn frame")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was seen there")
    parser.add_argument("--guests", type=int, default=8, metavar="N", help="how many guests (8)")
    parser.add_argument(
        "--screenshot", type=Path, default=Path("main.png"), metavar="FILE", help="where the picture goes"
    )
    return parser

"""What ``python3 build/dev.py faults`` may be told. Standard library only: it is asked before anything is set
up."""

from __future__ import annotations

import argparse
from pathlib import Path


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 build/dev.py faults",
        description="Runs the matrix, one variant at a time, and goes on where it was stopped.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a variant, or the begin of variant:mode")
    parser.add_argument("--short", action="store_true", help="the part that every test run has")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    parser.add_argument("--again", action="store_true", help="also what passed or failed before")
    parser.add_argument("--list", action="store_true", help="only name the variants")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave logs there")
    return parser

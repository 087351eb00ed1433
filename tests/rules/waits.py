"""Finds waits without a bound in a test's source."""

from __future__ import annotations

import ast
from collections.abc import Iterator

ENDLESS = {"wait", "get", "join", "communicate", "acquire", "readline", "recv", "receive"}
"""Methods that, called without anything, wait for as long as it takes."""
BOUNDS = {"timeout", "timeout_at", "wait_for", "soon"}
CLOCKS = {"monotonic", "perf_counter", "time"}
POLLS = {"sleep"}
OURS = {"stage", "here", "call"}
"""What has a ``join`` of our own, which is bounded inside."""


def endless(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each wait that nothing bounds.

    A bound is ``asyncio.timeout``, ``wait_for`` or ``soon`` around it in the same function, or, for a loop, a
    look at a clock inside. A wait that is meant to hang is ``asyncio.Event().wait()``: nobody has that event.
    ``while True`` without a way out is a work of its own, which whoever began it cancels, and a loop over
    what comes, ``while data := await ...``, ends with it.
    """
    yield from _look(ast.parse(source), bounded=False)


def _look(node: ast.AST, bounded: bool) -> Iterator[tuple[int, str]]:
    for child in ast.iter_child_nodes(node):
        inner = bounded
        match child:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                inner = False
            case ast.AsyncWith():
                inner = bounded or any(_name(item.context_expr) in BOUNDS for item in child.items)
            case ast.Call():
                inner = bounded or _name(child) in BOUNDS
                if not bounded and _waits(child):
                    yield child.lineno, ast.unparse(child)
            case ast.While():
                inner = bounded or _goes_on(child)
                if not inner and _polls(child) and not _sees_a_clock(child):
                    yield child.lineno, f"while {ast.unparse(child.test)}"
        yield from _look(child, inner)


def _name(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _waits(call: ast.Call) -> bool:
    if call.args or call.keywords or not isinstance(call.func, ast.Attribute):
        return False
    of = call.func.value
    is_ours = isinstance(of, ast.Name) and of.id in OURS
    return call.func.attr in ENDLESS and not isinstance(of, ast.Call) and not is_ours


def _goes_on(loop: ast.While) -> bool:
    if isinstance(loop.test, ast.Constant):
        return not any(isinstance(part, ast.Return | ast.Break) for part in ast.walk(loop))
    return isinstance(loop.test, ast.NamedExpr) and isinstance(loop.test.value, ast.Await)


def _polls(loop: ast.While) -> bool:
    """Whether it goes round until something is so, rather than working something off."""
    parts = list(ast.walk(loop))
    return any(isinstance(part, ast.Await | ast.Pass) or _name(part) in POLLS for part in parts)


def _sees_a_clock(loop: ast.While) -> bool:
    return any(_name(part) in CLOCKS for part in ast.walk(loop))

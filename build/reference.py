"""The generated parts of ``plugins/README.md``: what the hooks and the handle say of themselves.

Run ``.venv/bin/python -m cogapp -r -I build plugins/README.md`` after changing either; a test runs the check.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import FunctionType

from xcord import hookspecs
from xcord.handle import Handle


def hooks() -> str:
    """Each hook: signature, what it is for, its arguments and result."""
    parts = []
    for name, hook in vars(hookspecs).items():
        if name.startswith("xcord_") and isinstance(hook, FunctionType):
            parts.append(f"### `{name}({', '.join(inspect.signature(hook).parameters)})`\n")
            parts.append("\n".join(_paragraphs(hook)) + "\n")
    return "\n".join(parts)


def handle() -> str:
    """A table of what a plugin can do with ``hub``."""
    rows = ["| `hub.` | |", "|---|---|"]
    for name, member in vars(Handle).items():
        if name.startswith("_") or name == "close":
            continue
        if isinstance(member, property):
            rows.append(f"| `{name}` | {_one_line(member)} |")
        elif isinstance(member, FunctionType):
            before = "await " if inspect.iscoroutinefunction(member) else ""
            rows.append(f"| `{before}{name}({_arguments(member)})` | {_one_line(member)} |")
    return "\n".join(rows)


def _arguments(function: FunctionType) -> str:
    """As a caller writes them: names, defaults, a star before what must be named."""
    signature = inspect.signature(function)
    bare = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in list(signature.parameters.values())[1:]
    ]
    return str(inspect.Signature(bare))[1:-1]


def _one_line(documented: object) -> str:
    return (inspect.getdoc(documented) or "").split("\n\n", 1)[0].replace("\n", " ").replace("``", "`")


def _paragraphs(hook: FunctionType) -> Iterator[str]:
    """The docstring as Markdown; ``:param x:`` and ``:returns:`` become a list."""
    lines = (inspect.getdoc(hook) or "").replace("``", "`").splitlines()
    for line in lines:
        if line.startswith(":param "):
            name, _, text = line.removeprefix(":param ").partition(": ")
            yield f"- `{name}`: {text}"
        elif line.startswith(":returns: "):
            yield f"- returns {line.removeprefix(':returns: ')}"
        else:
            yield f"  {line.strip()}" if line.startswith("    ") else line

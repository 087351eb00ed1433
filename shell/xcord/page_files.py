"""The built pages and what they load, from the disk.

They are few and small, and each is read whole and at once. A general server of static files hands each look
and each read to a thread; while the windows start, every such thread waits for the interpreter once more,
and the first picture with it (``bench start``).
"""

from __future__ import annotations

import mimetypes
from pathlib import Path

WEB = Path(__file__).parent / "web"
"""Where they are built to."""


def read_page_file(web: Path, path: str) -> tuple[str, bytes] | None:
    """Media type and content of ``path`` (``/main.html``) below ``web``, if there is such a file."""
    try:
        file = (web / path.lstrip("/")).resolve()
        if not file.is_relative_to(web.resolve()) or not file.is_file():
            return None
        content = file.read_bytes()
    except (OSError, ValueError):  # a name too long for the disk, or with a zero in it
        return None
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream", content

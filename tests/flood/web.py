"""The shipped pages with a script in front of each page's own."""

from __future__ import annotations

import shutil
from pathlib import Path

from xcord.page_files import WEB

PROBE = Path(__file__).with_name("probe.js")


def probed(folder: Path, port: int, probe: Path = PROBE) -> Path:
    """A copy of the built pages, probed.

    :param port: of loopback, where the probe takes its orders.
    :raises FileNotFoundError: the pages are not built.
    """
    shutil.copytree(WEB, folder)
    shutil.copy(probe, folder / "probe.js")
    for page in folder.glob("*.html"):
        head = f'<head>\n    <script src="/probe.js" data-port="{port}"></script>'
        page.write_text(page.read_text("utf-8").replace("<head>", head, 1), "utf-8")
    return folder

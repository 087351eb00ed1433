"""Invite links as the desktop gives them: to the first start, and to a second one."""

from __future__ import annotations

import subprocess
import sys

from tests.journeys.world import World

FIRST = "xcord://join/ses.example.org/Ab12cd34"
SECOND = "xcord://join/192.168.1.5:7800/Ef56gh78?http"
NO_INVITE = "xcord://join/ses.example.org/Ab12cd34?token=abc"


def test_both_starts_show_their_link_and_nothing_is_joined(world: World) -> None:
    with world.app("--measure", FIRST) as app:
        app.wait_painted()
        app.wait("the link", ["app"], lambda slices: slices["app"]["link"] == FIRST)

        def again(link: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, "-m", "xcord", link],
                env={**world.environ, "XCORD_HOME": str(app.home)},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )

        assert again(SECOND).returncode == 0
        assert app.read("app")["app"]["link"] == SECOND
        refused = again(NO_INVITE)
        assert refused.returncode == 2
        assert "no invite link" in refused.stderr
        assert app.read("app")["app"]["link"] == SECOND
        slices = app.read("voice", "directory", "plugins")
        assert (slices["voice"]["status"], slices["directory"]["status"]) == ("idle", "signed_out")

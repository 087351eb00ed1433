"""livekit-client in Chromium as somebody in the call, for comparison.

``python -m tests.faults.browser LIVEKIT_CLIENT``: the ticket is a line of JSON on stdin; ten times a second a
line tells how many packets of sound have come.
"""

from __future__ import annotations

import json
import sys
import threading
import time

from playwright.sync_api import Error, sync_playwright

PAGE = """async ({url, token}) => {
    const room = new LivekitClient.Room({ adaptiveStream: false, dynacast: true });
    window.packets = 0;
    window.room = room;
    await room.connect(url, token);
    const seen = new Map();
    setInterval(async () => {
        for (const person of room.remoteParticipants.values()) {
            for (const publication of person.audioTrackPublications.values()) {
                const receiver = publication.track?.receiver;
                if (!receiver) continue;
                for (const each of (await receiver.getStats()).values()) {
                    if (each.type !== 'inbound-rtp') continue;
                    const before = seen.get(each.ssrc) ?? 0;
                    if (each.packetsReceived > before) window.packets += each.packetsReceived - before;
                    seen.set(each.ssrc, each.packetsReceived);
                }
            }
        }
    }, 50);
}"""


def main() -> None:
    """Until stdin ends."""
    ticket = json.loads(sys.stdin.readline())
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(path=sys.argv[1])
        page.evaluate(PAGE, {"url": ticket["url"], "token": ticket["token"]})
        while not ended.is_set():
            try:
                packets = page.evaluate("window.packets")
            except Error:
                break
            print(json.dumps({"t": time.monotonic(), "packets": packets}), flush=True)
            page.wait_for_timeout(100)
        browser.close()


if __name__ == "__main__":
    main()

"""A program for test_qt: real windows, told what to do by lines of JSON, telling what happens likewise."""

from __future__ import annotations

import gc
import json
import sys
import threading
from functools import partial
from typing import Any

import msgspec

from xcord.errors import SetupError
from xcord.tray_state import TrayState
from xcord.window_spec import WindowSpec
from xcord.windows import Place, WindowEvents, window_layer

stubborn = "stubborn" in sys.argv


def say(event: str, *details: Any) -> None:
    print(json.dumps([event, *details]), flush=True)


def obey() -> None:
    for line in sys.stdin:
        what, *details = json.loads(line)
        if what == "open":
            name, url = details
            layer.open(WindowSpec(name, "page", title=f"window {name}", width=400, height=300), url)
        elif what == "overlay":
            (url,) = details
            layer.open(WindowSpec("over", "page", title="window over", overlay=True), url)
        elif what == "place":
            layer.place("over", Place(*details))
        elif what == "break":  # as a fault of the toolkit would: it gets input that is not its own
            layer._send(stop_letting_through)
        elif what == "clock":  # for the overlay it is so late from now on
            layer._send(partial(set_clock, *details))
        elif what == "move over":  # as the last event of edit mode, which comes after its end
            layer._send(move_over)
        elif what == "where":
            layer._send(lambda: say("place", *layer._windows["over"].native.geometry().getRect()))  # type: ignore[attr-defined]
        elif what == "click on close":
            layer._send(lambda: layer._windows["main"].native.close())  # type: ignore[attr-defined]
        elif what == "look":
            layer._send(lambda: say("state", layer._windows["main"].native.isMinimized()))  # type: ignore[attr-defined]
        elif what == "set_tray":
            layer.set_tray(TrayState(**details[0]))
        elif what == "collect":
            gc.collect()
            say("collected")
        else:
            getattr(layer, what)(*details)
    layer.quit()


def stop_letting_through() -> None:
    from PySide6.QtCore import Qt

    native = layer._windows["over"].native  # type: ignore[attr-defined]
    native.windowHandle().setFlag(Qt.WindowType.WindowTransparentForInput, False)


def set_clock(seconds: float) -> None:
    layer._overlays["over"].now = lambda: seconds  # type: ignore[attr-defined]


def move_over() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
    from PySide6.QtGui import QMouseEvent

    here, none = QPointF(20, 20), Qt.MouseButton.NoButton
    event = QMouseEvent(QEvent.Type.MouseMove, here, here, none, none, Qt.KeyboardModifier.NoModifier)
    QCoreApplication.sendEvent(layer._windows["over"].native.windowHandle(), event)  # type: ignore[attr-defined]


def quit_asked(why: str) -> None:
    say("quit asked", why)
    if not stubborn:
        layer.quit()


try:
    layer = window_layer(
        WindowEvents(
            loaded=lambda: None,
            ready=lambda: say("ready"),
            quit_asked=quit_asked,
            visible=lambda name, on: say("visible", name, on),
            left_full_screen=lambda name: say("left full screen", name),
            closed=lambda name: say("closed", name),
            page_lost=lambda name: say("page lost", name),
            took_input=lambda name: say("took input", name),
            desktop=lambda seen: say("desktop", msgspec.to_builtins(seen)),
            put_away=lambda place: say("put away", place),
            tray_there=lambda there: say("tray", there),
            tray_asked=lambda command, args: say("tray asked", command, args),
        )
    )
except SetupError as error:
    say("setup error", error.code, str(error))
    sys.exit(2)
layer.start_hidden = "hidden" in sys.argv
layer.open(WindowSpec("main", "page", title="window main", width=600, height=400), sys.argv[1])
threading.Thread(target=obey, daemon=True).start()
layer.run()
say("ended")

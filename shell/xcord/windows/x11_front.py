"""What is in front on an X11 desktop, whether something composites it, and whether it has a tray."""

from __future__ import annotations

from pathlib import Path

from .x11 import PROPERTY_NOTIFY, X11

ACTIVE, STACKING, PID, SUPPORTED = (
    "_NET_ACTIVE_WINDOW",
    "_NET_CLIENT_LIST_STACKING",
    "_NET_WM_PID",
    "_NET_SUPPORTED",
)


def name_of(pid: int, processes: Path = Path("/proc")) -> str:
    """A process' name, as the kernel knows it (15 characters at most); empty if it is gone."""
    try:
        return (processes / str(pid) / "comm").read_text(errors="replace").rstrip("\n")
    except OSError:
        return ""


class Front:
    """Read anew each time. On one thread.

    :param screen: of the display, as in ``:0.1``.
    :raises OSError: there is no X11 screen, or its library is missing.
    """

    def __init__(self, screen: int = 0) -> None:
        self._compositor, self._tray = f"_NET_WM_CM_S{screen}", f"_NET_SYSTEM_TRAY_S{screen}"
        self._x11 = x11 = X11((ACTIVE, STACKING, PID, SUPPORTED, self._compositor, self._tray))
        self._new_owner = x11.watch_owners(self._compositor, self._tray)
        x11.watch(x11.root)
        x11.flush()

    @property
    def descriptor(self) -> int:
        """Readable when something may have changed."""
        return self._x11.descriptor

    def changed(self) -> tuple[bool, bool]:
        """Since the last call: whether anything here changed, and whether windows were stacked anew."""
        x11 = self._x11
        # Not every window manager takes back what is active when the last window goes; its list changes.
        order = {x11.atoms[name] for name in (ACTIVE, STACKING)}
        some = restacked = False
        for kind, atom in x11.reported():
            restacked = restacked or (kind == PROPERTY_NOTIFY and atom in order)
            supported = kind == PROPERTY_NOTIFY and atom == x11.atoms[SUPPORTED]
            some = some or restacked or supported or kind == self._new_owner
        return some, restacked

    def application(self) -> str:
        """The process name of the program whose window is active; empty if none is, or it does not say."""
        x11 = self._x11
        window = next(iter(x11.property(x11.root, ACTIVE)), 0)
        pid = next(iter(x11.property(window, PID)), 0) if window else 0
        return name_of(pid) if pid else ""

    def tells_application(self) -> bool:
        """Whether the window manager says which window is active."""
        return self._x11.atoms[ACTIVE] in self._x11.property(self._x11.root, SUPPORTED)

    def composited(self) -> bool:
        """Whether windows can be transparent now."""
        return self._x11.owner(self._compositor) != 0

    def close(self) -> None:
        """Lets the connection go."""
        self._x11.close()

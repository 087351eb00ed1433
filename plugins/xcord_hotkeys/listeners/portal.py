"""Wayland: the desktop sees the keys and tells (org.freedesktop.portal.GlobalShortcuts). The user chooses
them in the desktop's own dialog; ``Activated`` and ``Deactivated`` are down and up. On the hub's loop.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.asyncio import DBusRouter, Proxy, open_dbus_connection

from xcord import HotkeyAction

from ..keys import Combination
from .kinds import ListenerError

log = logging.getLogger("xcord.hotkeys.portal")

WITHIN = 5.0  # seconds for an answer of the portal
CHOSEN_WITHIN = 180.0  # seconds for the user in the desktop's dialog
NAME, PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
APP = "org.xcord.xcord"
SIGNS = {"ctrl": "CTRL", "alt": "ALT", "shift": "SHIFT", "super": "LOGO"}
KEYSYMS = {
    "space": "space",
    "page_up": "Page_Up",
    "page_down": "Page_Down",
    "plus": "plus",
    "enter": "Return",
}

Press = Callable[[HotkeyAction, bool], None]
Bound = Callable[[dict[HotkeyAction, str]], None]


def trigger(keys: Combination) -> str:
    """A combination as freedesktop's shortcuts specification spells it; empty for what it has no word for."""
    if keys.key.startswith(("mouse", "key", "num")):
        return ""
    key = KEYSYMS.get(keys.key, keys.key if len(keys.key) == 1 else keys.key.capitalize())
    return "+".join([*(SIGNS[each] for each in SIGNS if each in keys.modifiers), key])


class Portal:
    """One session of one set of shortcuts; a portal takes no others into it later.

    :param shortcuts: what each does, in words, and the keys that are wished for (``""`` for none).
    :param press: an action's keys went down or up.
    :param bound: the user has chosen: the keys of each action, in the desktop's words.
    """

    def __init__(self, shortcuts: Mapping[HotkeyAction, tuple[str, str]], press: Press, bound: Bound) -> None:
        self._shortcuts, self._press, self._bound = shortcuts, press, bound
        self._owner = ""
        self._tokens = (f"xcord_{secrets.token_hex(4)}_{n}" for n in itertools.count())

    async def run(self, bus: str = "SESSION") -> None:
        """Until it is cancelled, or the portal goes.

        :raises ListenerError: there is no portal, or the user refused.
        """
        try:
            async with asyncio.timeout(WITHIN):
                connection = await open_dbus_connection(bus=bus)
        except (OSError, TimeoutError, ValueError, KeyError) as error:
            raise ListenerError("portal_missing") from error
        async with connection, DBusRouter(connection) as router:
            with router.filter(MatchRule(type="signal"), queue=asyncio.Queue(1024)) as signals:
                await self._speak(router, signals)

    async def _speak(self, router: DBusRouter, signals: asyncio.Queue[Message]) -> None:
        bus = Proxy(message_bus, router)
        owner = MatchRule(
            type="signal",
            interface="org.freedesktop.DBus",
            member="NameOwnerChanged",
            sender="org.freedesktop.DBus",
        )
        owner.add_arg_condition(0, NAME)
        async with asyncio.timeout(WITHIN):
            for rule in (MatchRule(type="signal", sender=NAME), owner):
                await bus.AddMatch(rule)
            # Only an app with a name may ask; portals without this are older and need none.
            await router.send_and_get_reply(self._call("Register", "sa{sv}", (APP, {}), registry=True))
        session = await self._create(router, signals)
        await self._bind(router, signals, session)
        while True:
            self._hear(session, await signals.get())

    async def _create(self, router: DBusRouter, signals: asyncio.Queue[Message]) -> str:
        options = {
            "handle_token": ("s", next(self._tokens)),
            "session_handle_token": ("s", next(self._tokens)),
        }
        call = self._call("CreateSession", "a{sv}", (options,))
        results = await self._request(router, signals, call, WITHIN)
        return str(results["session_handle"][1])

    async def _bind(self, router: DBusRouter, signals: asyncio.Queue[Message], session: str) -> None:
        shortcuts = [
            (action, {"description": ("s", text), **({"preferred_trigger": ("s", keys)} if keys else {})})
            for action, (text, keys) in self._shortcuts.items()
        ]
        options = {"handle_token": ("s", next(self._tokens))}
        call = self._call("BindShortcuts", "oa(sa{sv})sa{sv}", (session, shortcuts, "", options))
        results = await self._request(router, signals, call, CHOSEN_WITHIN)
        self._tell(results.get("shortcuts", ("", []))[1])

    async def _request(
        self, router: DBusRouter, signals: asyncio.Queue[Message], call: Message, within: float
    ) -> dict[str, Any]:
        """A portal answers a call with the path at which its result will be signalled."""
        try:
            async with asyncio.timeout(WITHIN):
                reply = await router.send_and_get_reply(call)
            if reply.header.message_type != MessageType.method_return:
                raise ListenerError("portal_missing")
            self._owner = _field(reply, HeaderFields.sender)
            async with asyncio.timeout(within):
                while True:
                    signal = await signals.get()
                    if self._is_answer(signal, reply.body[0]):
                        break
        except TimeoutError as error:
            raise ListenerError("portal_missing" if within == WITHIN else "portal_refused") from error
        code, results = signal.body
        if code != 0:
            raise ListenerError("portal_refused")
        return dict(results)

    def _is_answer(self, signal: Message, path: str) -> bool:
        said = tuple(_field(signal, field) for field in (HeaderFields.sender, HeaderFields.path))
        return said == (self._owner, path) and bool(_member(signal) == "Response")

    def _hear(self, session: str, signal: Message) -> None:
        ours = _field(signal, HeaderFields.sender) == self._owner  # anybody may send a signal of that name
        match _member(signal), signal.body:
            case "NameOwnerChanged", (name, _, _) if name == NAME:
                raise ListenerError("died")
            case _ if not ours:
                return
            case ("Activated" | "Deactivated") as what, (of, action, *_) if of == session:
                if action in self._shortcuts:
                    self._press(action, what == "Activated")
            case "ShortcutsChanged", (of, shortcuts) if of == session:
                self._tell(shortcuts)
            case "Closed", _ if _field(signal, HeaderFields.path) == session:
                raise ListenerError("died")

    def _tell(self, shortcuts: list[tuple[str, dict[str, Any]]]) -> None:
        found = {action: str(told.get("trigger_description", ("s", ""))[1]) for action, told in shortcuts}
        self._bound({action: found[action] for action in self._shortcuts if found.get(action)})

    @staticmethod
    def _call(method: str, signature: str, body: tuple[Any, ...], registry: bool = False) -> Message:
        interface = "org.freedesktop.host.portal.Registry" if registry else SHORTCUTS
        return new_method_call(DBusAddress(PATH, NAME, interface), method, signature, body)


def _field(message: Message, field: HeaderFields) -> Any:
    return message.header.fields.get(field)


def _member(message: Message) -> Any:
    return _field(message, HeaderFields.member)

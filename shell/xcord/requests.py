"""The arguments of the commands that the shell's words name, so that any plugin can claim them.

A command sets a wanted state and never toggles; a repeat is harmless.
"""

from __future__ import annotations

from typing import Any

import msgspec

from .places import Role


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``voice.leave``, ``app.quit``, ``directory.logout``, ``directory.refresh`` and others: none."""


class Switch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``voice.mute``, ``voice.deafen``, ``app.handle_links`` (links open this xcord), ``app.autostart`` (it
    starts with the desktop, hidden), ``window.full_screen``
    (the window that asks, or ``main``): the wanted state.
    ``voice.meter`` and ``voice.echo_test`` too; they belong to the window that asks and end with it."""

    on: bool


class Join(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``voice.join``: a channel of the directory, or a direct LiveKit ``url`` and ``token``."""

    channel: str = ""
    url: str = ""
    token: str = ""


class Rejoin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``voice.rejoin``. ``take_over`` also replaces a connection that the SDK still tries to save."""

    take_over: bool = False


class Volume(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``voice.volume``: how loud a person is for me, 0 to 200 percent; ``shared`` means the sound of the
    screen that the person shows, which has a volume of its own."""

    user: str
    percent: int
    shared: bool = False


class PersonSwitch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``voice.silence``: whether nothing of a person is played here. ``voice.prioritize``: whether all
    others are quieter while this person speaks."""

    user: str
    on: bool


class SetSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``settings.set``: ``name`` is an option's full name; the value is checked against its type."""

    name: str
    value: Any


class SetPlugin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``plugins.set``."""

    name: str
    on: bool


class ShowWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``window.show``, ``window.close``."""

    name: str = "main"


class OpenLink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``app.open_link``: an ``xcord://join`` link is shown, and asked about; empty puts it away."""

    link: str = ""

    def __repr__(self) -> str:
        return "OpenLink(...)"


class SetViewport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``stage.viewport`` of the window that asks: CSS pixels, device pixels per hundred of them, and
    ``focus`` if it shows but one tile, the one with the focus."""

    width: int
    height: int
    scale: int = 100
    visible: bool = True
    focus: bool = False


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.login``: address of the server end, for example ``http://127.0.0.1:7800``."""

    address: str
    login: str
    password: str

    def __repr__(self) -> str:
        return "Login(...)"


class Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.register``: a new account, signed in at once. ``invite`` is a code or an ``xcord://join``
    link, whose address counts where ``address`` is empty."""

    address: str
    login: str
    name: str
    password: str
    invite: str = ""

    def __repr__(self) -> str:
        return "Register(...)"


class AcceptInvite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.accept_invite``: a code or an ``xcord://join`` link."""

    invite: str

    def __repr__(self) -> str:
        return "AcceptInvite(...)"


class CreateServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.create_server``."""

    name: str


class RenameServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.rename_server``."""

    server: str
    name: str


class DeleteServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.delete_server``: with all its channels."""

    server: str


class CreateChannel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.create_channel``; ``limit`` 0 takes any number of people."""

    server: str
    name: str
    limit: int = 0


class EditChannel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.edit_channel``."""

    channel: str
    name: str
    limit: int = 0


class PlaceChannel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.place_channel``: among all of its server; ``position`` counts from 0, others make room."""

    channel: str
    position: int


class DeleteChannel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.delete_channel``: also while people are in it."""

    channel: str


class CreateInvite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.create_invite``: it appears in slice ``directory``. 0 is without end."""

    server: str
    hours: int = 168
    uses: int = 0


class ModeratePerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.kick``, ``directory.mute``: somebody in a channel."""

    channel: str
    user: str


class MovePerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.move``: to another channel of the same server."""

    channel: str
    user: str
    to: str


class Ban(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.ban``: out of the server, and not let in again."""

    server: str
    user: str


class Unban(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.unban``: may come back, by an invite."""

    server: str
    user: str


class RemoveMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.remove_member``: out of the server; an invite lets them in again."""

    server: str
    user: str


class SetRole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.set_role``: what a member may do on a server."""

    server: str
    user: str
    role: Role


class LeaveServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.leave_server``: I am no member of it any more."""

    server: str


class LookAfter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.look_after``: its members, invites and bans appear in slice ``directory``, as far as I may
    see them; empty: of no server."""

    server: str = ""


class RevokeInvite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.revoke_invite``: it lets nobody in any more."""

    server: str
    code: str

    def __repr__(self) -> str:
        return f"RevokeInvite(server={self.server!r}, code=...)"


class SetAvatar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.set_avatar``: the picture that others see of me, as PNG, JPEG or WebP (base64 on the wire);
    empty for none."""

    picture: bytes = b""

    def __repr__(self) -> str:
        return f"SetAvatar({len(self.picture)} bytes)"


class SetName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.set_name``: how others see me."""

    name: str


class ChangePassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.change_password``; every other login of the account ends."""

    old: str
    new: str

    def __repr__(self) -> str:
        return "ChangePassword(...)"


class JoinTokenFor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``directory.join_token``, asked by xcord_voice alone; answered with a ``JoinToken``."""

    channel: str

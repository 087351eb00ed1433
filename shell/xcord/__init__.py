"""xcord: voice and video for friends and teams. The public API for plugins, re-exports only.

Importing this loads neither a window toolkit, a web framework nor LiveKit; the names below are loaded
when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOMES = {
    "clock": ("Clock",),
    "config": ("Config",),
    "errors": ("CommandError", "PluginFault", "SetupError", "WiringError", "XcordError"),
    "faults": ("BlockLoop", "FaultEvent", "Faults", "HubFault", "ServerFault", "Simulate"),
    "gate": ("Gate",),
    "handle": ("Handle",),
    "hookspecs": ("hookimpl",),
    "hotkeys": (
        "BindKeys",
        "HotkeyAction",
        "HotkeyConflict",
        "Hotkeys",
        "KeyListener",
        "KeyProblem",
        "KeyTrouble",
        "OneAction",
        "PressKeys",
    ),
    "hub": ("Asker", "Slice"),
    "model": (
        "App",
        "Capture",
        "Demand",
        "Devices",
        "Meter",
        "ModeInfo",
        "Person",
        "Placed",
        "Placement",
        "Plugins",
        "PluginState",
        "Quality",
        "Settings",
        "Speaking",
        "Stage",
        "Tile",
        "View",
        "Viewport",
        "Voice",
        "Want",
        "Windows",
        "WindowState",
    ),
    "options": ("Options",),
    "overlay": (
        "ApplyOverlayPreset",
        "Content",
        "Corner",
        "Does",
        "Overlay",
        "OverlayWindow",
        "PlaceOverlay",
        "Preset",
        "PutOverlay",
        "SetOverlayRule",
        "Trouble",
    ),
    "places": (
        "Account",
        "Banned",
        "Channel",
        "Directory",
        "Invite",
        "JoinToken",
        "Member",
        "Profile",
        "Server",
        "Upkeep",
    ),
    "placements": ("PARTS", "NonsenseError", "placed"),
    "reachability": ("probe",),
    "reception": ("Statistics", "VideoStatistics"),
    "recovery": ("Happening", "Reconnection", "RecoveryPhase"),
    "remote": ("RunningApp",),
    "requests": (
        "AcceptInvite",
        "Ban",
        "ChangePassword",
        "CreateChannel",
        "CreateInvite",
        "CreateServer",
        "DeleteChannel",
        "DeleteServer",
        "EditChannel",
        "Join",
        "JoinTokenFor",
        "LeaveServer",
        "Login",
        "LookAfter",
        "ModeratePerson",
        "MovePerson",
        "Nothing",
        "PersonSwitch",
        "PlaceChannel",
        "Register",
        "Rejoin",
        "RemoveMember",
        "RenameServer",
        "RevokeInvite",
        "SetAvatar",
        "SetName",
        "SetPlugin",
        "SetRole",
        "SetSetting",
        "SetViewport",
        "ShowWindow",
        "Switch",
        "Unban",
        "Volume",
    ),
    "ringing": ("Ring", "Ringing", "RingPerson"),
    "settings": ("write_atomically",),
    "stage_requests": ("Expand", "Pin", "SetMode", "TurnPage"),
    "surroundings": ("Desktop", "Limit", "Screen", "Withdrawn"),
    "views": ("ARRANGE_WITHIN", "Arrange", "ModeEntry", "ViewMode"),
    "window_requests": ("PlaceWindow", "SetOpacity", "TakeInput"),
    "window_spec": ("WindowSpec",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)

if TYPE_CHECKING:
    from .calls import Asker as Asker
    from .clock import Clock as Clock
    from .config import Config as Config
    from .errors import CommandError as CommandError
    from .errors import PluginFault as PluginFault
    from .errors import SetupError as SetupError
    from .errors import WiringError as WiringError
    from .errors import XcordError as XcordError
    from .faults import BlockLoop as BlockLoop
    from .faults import FaultEvent as FaultEvent
    from .faults import Faults as Faults
    from .faults import HubFault as HubFault
    from .faults import ServerFault as ServerFault
    from .faults import Simulate as Simulate
    from .gate import Gate as Gate
    from .handle import Handle as Handle
    from .hookspecs import hookimpl as hookimpl
    from .hotkeys import BindKeys as BindKeys
    from .hotkeys import HotkeyAction as HotkeyAction
    from .hotkeys import HotkeyConflict as HotkeyConflict
    from .hotkeys import Hotkeys as Hotkeys
    from .hotkeys import KeyListener as KeyListener
    from .hotkeys import KeyProblem as KeyProblem
    from .hotkeys import KeyTrouble as KeyTrouble
    from .hotkeys import OneAction as OneAction
    from .hotkeys import PressKeys as PressKeys
    from .hub import Slice as Slice
    from .model import App as App
    from .model import Capture as Capture
    from .model import Demand as Demand
    from .model import Devices as Devices
    from .model import Meter as Meter
    from .model import ModeInfo as ModeInfo
    from .model import Person as Person
    from .model import Placed as Placed
    from .model import Placement as Placement
    from .model import Plugins as Plugins
    from .model import PluginState as PluginState
    from .model import Quality as Quality
    from .model import Settings as Settings
    from .model import Speaking as Speaking
    from .model import Stage as Stage
    from .model import Tile as Tile
    from .model import View as View
    from .model import Viewport as Viewport
    from .model import Voice as Voice
    from .model import Want as Want
    from .model import Windows as Windows
    from .model import WindowState as WindowState
    from .options import Options as Options
    from .overlay import ApplyOverlayPreset as ApplyOverlayPreset
    from .overlay import Content as Content
    from .overlay import Corner as Corner
    from .overlay import Does as Does
    from .overlay import Overlay as Overlay
    from .overlay import OverlayWindow as OverlayWindow
    from .overlay import PlaceOverlay as PlaceOverlay
    from .overlay import Preset as Preset
    from .overlay import PutOverlay as PutOverlay
    from .overlay import SetOverlayRule as SetOverlayRule
    from .overlay import Trouble as Trouble
    from .placements import PARTS as PARTS
    from .placements import NonsenseError as NonsenseError
    from .placements import placed as placed
    from .places import Account as Account
    from .places import Banned as Banned
    from .places import Channel as Channel
    from .places import Directory as Directory
    from .places import Invite as Invite
    from .places import JoinToken as JoinToken
    from .places import Member as Member
    from .places import Profile as Profile
    from .places import Server as Server
    from .places import Upkeep as Upkeep
    from .reachability import probe as probe
    from .reception import Statistics as Statistics
    from .reception import VideoStatistics as VideoStatistics
    from .recovery import Happening as Happening
    from .recovery import Reconnection as Reconnection
    from .recovery import RecoveryPhase as RecoveryPhase
    from .remote import RunningApp as RunningApp
    from .requests import AcceptInvite as AcceptInvite
    from .requests import Ban as Ban
    from .requests import ChangePassword as ChangePassword
    from .requests import CreateChannel as CreateChannel
    from .requests import CreateInvite as CreateInvite
    from .requests import CreateServer as CreateServer
    from .requests import DeleteChannel as DeleteChannel
    from .requests import DeleteServer as DeleteServer
    from .requests import EditChannel as EditChannel
    from .requests import Join as Join
    from .requests import JoinTokenFor as JoinTokenFor
    from .requests import LeaveServer as LeaveServer
    from .requests import Login as Login
    from .requests import LookAfter as LookAfter
    from .requests import ModeratePerson as ModeratePerson
    from .requests import MovePerson as MovePerson
    from .requests import Nothing as Nothing
    from .requests import PersonSwitch as PersonSwitch
    from .requests import PlaceChannel as PlaceChannel
    from .requests import Register as Register
    from .requests import Rejoin as Rejoin
    from .requests import RemoveMember as RemoveMember
    from .requests import RenameServer as RenameServer
    from .requests import RevokeInvite as RevokeInvite
    from .requests import SetAvatar as SetAvatar
    from .requests import SetName as SetName
    from .requests import SetPlugin as SetPlugin
    from .requests import SetRole as SetRole
    from .requests import SetSetting as SetSetting
    from .requests import SetViewport as SetViewport
    from .requests import ShowWindow as ShowWindow
    from .requests import Switch as Switch
    from .requests import Unban as Unban
    from .requests import Volume as Volume
    from .ringing import Ring as Ring
    from .ringing import Ringing as Ringing
    from .ringing import RingPerson as RingPerson
    from .settings import write_atomically as write_atomically
    from .stage_requests import Expand as Expand
    from .stage_requests import Pin as Pin
    from .stage_requests import SetMode as SetMode
    from .stage_requests import TurnPage as TurnPage
    from .surroundings import Desktop as Desktop
    from .surroundings import Limit as Limit
    from .surroundings import Screen as Screen
    from .surroundings import Withdrawn as Withdrawn
    from .views import ARRANGE_WITHIN as ARRANGE_WITHIN
    from .views import Arrange as Arrange
    from .views import ModeEntry as ModeEntry
    from .views import ViewMode as ViewMode
    from .window_requests import PlaceWindow as PlaceWindow
    from .window_requests import SetOpacity as SetOpacity
    from .window_requests import TakeInput as TakeInput
    from .window_spec import WindowSpec as WindowSpec


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'xcord' has no attribute {name!r}")
    return getattr(import_module(f".{_HOME_OF[name]}", __name__), name)

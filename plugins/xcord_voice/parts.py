"""What a connection is made of, and what the user wants of it, whatever happens to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from xcord import Clock, Gate

if TYPE_CHECKING:  # these load with the call, once there is something to look at
    from .audio.capture import Microphone
    from .audio.feeder import Source
    from .audio.sound import Sound
    from .events import LinkEvent
    from .stall import Vital
    from .stats import Inbound
    from .streams import Opener
    from .video.demand import Order


class Link(Protocol):
    """A connection; ``RoomLink`` is one, tests bring their own."""

    async def connect(self, url: str, token: str) -> None: ...

    async def disconnect(self) -> None: ...

    async def publish(self, source: Any, muted: bool) -> None: ...

    def set_muted(self, on: bool) -> None: ...

    async def send(self, topic: str, data: bytes, to: tuple[str, ...] = ()) -> None: ...

    async def simulate(self, kind: str) -> None: ...

    def set_video(self, order: Order) -> int: ...

    async def inbound(self, track: Any) -> Inbound | None: ...

    def receive(self, track_sid: str, on: bool) -> None: ...

    def received(self, track_sid: str) -> Any: ...

    async def vital(self) -> Vital | None: ...


@dataclass(frozen=True)
class Parts:
    """What sessions are made of; tests replace what they need."""

    make_link: Callable[[Callable[[LinkEvent], None]], Link]
    make_source: Callable[[], Source]
    probe: Callable[[str], Awaitable[str]]
    opener: Opener
    sound: Sound
    microphone: Microphone
    slots: Any
    gate: Gate
    clock: Clock


@dataclass
class Intents:
    """What the user wants, whatever happens to the connection."""

    muted: bool = False
    deafened: bool = False
    wants: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    @property
    def silent(self) -> bool:
        """Nothing of us is sent."""
        return self.muted or self.deafened

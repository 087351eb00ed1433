"""The words of the connection's state machine: what happens to it, and what it wants done."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Target:
    """Where the user wants to be: a channel of the directory, or a direct link."""

    channel: str = ""
    url: str = ""
    token: str = field(default="", repr=False)

    @property
    def direct(self) -> bool:
        """A direct link has no fresh token to rejoin with."""
        return not self.channel


@dataclass(frozen=True)
class Ticket:
    """What one connection needs. Lives in memory only."""

    url: str
    token: str = field(repr=False)


# -- events ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Join:
    """The user wants to be there."""

    target: Target


@dataclass(frozen=True)
class Leave:
    """The user wants to be nowhere; ``forget`` is false when the app or the plugin merely ends."""

    forget: bool = True


@dataclass(frozen=True)
class Rejoin:
    """Again to the same place; ``take_over`` also while the SDK still tries to save the connection."""

    now: float
    take_over: bool = False


@dataclass(frozen=True)
class TokenReady:
    attempt: int
    ticket: Ticket


@dataclass(frozen=True)
class TokenRefused:
    """``wait``: seconds for which the server end asked to be left alone, 0 if it did not."""

    attempt: int
    code: str
    wait: int = 0


@dataclass(frozen=True)
class Checked:
    """Before a rejoin: the server answered, or ``code`` says why not."""

    check: int
    code: str = ""


@dataclass(frozen=True)
class Probed:
    """The server answered, or ``code`` says why not."""

    attempt: int
    code: str = ""


@dataclass(frozen=True)
class Opened:
    """``connect()`` came back with a connection."""

    epoch: int


@dataclass(frozen=True)
class OpenFailed:
    """``connect()`` came back with an error."""

    epoch: int
    code: str


@dataclass(frozen=True)
class Overdue:
    """``connect()`` or ``disconnect()`` took longer than it may; it is not cancelled."""

    epoch: int


@dataclass(frozen=True)
class Stuck:
    """``connect()`` has not come back for so long that it never will."""

    epoch: int


@dataclass(frozen=True)
class Closed:
    """``disconnect()`` came back: the link holds no sockets."""

    epoch: int


@dataclass(frozen=True)
class Dropped:
    """The SDK gave the connection up, or the server ended it."""

    epoch: int
    reason: str


@dataclass(frozen=True)
class Reconnecting:
    epoch: int
    now: float


@dataclass(frozen=True)
class Reconnected:
    epoch: int


@dataclass(frozen=True)
class Watched:
    """What the connection's statistics say about once a second: is media missing that should be there?
    ``blind``: there are none, since the SDK has given the path up and builds another one."""

    epoch: int
    now: float
    missing: bool
    blind: bool = False


@dataclass(frozen=True)
class Told:
    """The server says why it is about to end this connection."""

    epoch: int
    reason: str


Event = (
    Join | Leave | Rejoin | Checked | TokenReady | TokenRefused | Probed | Opened | OpenFailed | Overdue
    | Stuck | Closed | Dropped | Reconnecting | Reconnected | Watched | Told
)  # fmt: skip


# -- effects ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AskToken:
    attempt: int
    channel: str


@dataclass(frozen=True)
class Check:
    """Before a rejoin, while the old connection is still kept: does the server answer?"""

    check: int
    url: str


@dataclass(frozen=True)
class Probe:
    attempt: int
    url: str


@dataclass(frozen=True)
class Open:
    epoch: int
    ticket: Ticket


@dataclass(frozen=True)
class Close:
    """``polite`` tells the others that it is a leave and no accident."""

    epoch: int
    polite: bool


@dataclass(frozen=True)
class Begin:
    """The connection is up: publish, subscribe, remember the channel."""

    epoch: int
    channel: str


@dataclass(frozen=True)
class Reassert:
    """The SDK reconnected: what the user wants is said again."""

    epoch: int


@dataclass(frozen=True)
class Forget:
    """An intended leave: nothing is offered at the next start."""


@dataclass(frozen=True)
class Refuse:
    """The command is not done; the state is unchanged."""

    code: str


Effect = AskToken | Check | Probe | Open | Close | Begin | Reassert | Forget | Refuse

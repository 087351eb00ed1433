"""When a connection starts and ends: a pure state machine, ``step(state, event) -> (state, effects)``.

Two things are kept apart. The *target* is where the user wants to be; every join, leave and rejoin raises
``attempt``, and what an older attempt still brings is dropped. The *link* is the one Room that may hold
sockets; each has an ``epoch``. ``Open`` is asked only while there is no link, so there are never two Rooms.
A Room that is still connecting is never cancelled (livekit/python-sdks#784): it is closed when it has
arrived, and whoever wants to join meanwhile waits for that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from .moves import (
    AskToken,
    Begin,
    Check,
    Checked,
    Close,
    Closed,
    Dropped,
    Effect,
    Event,
    Forget,
    Join,
    Leave,
    Open,
    Opened,
    OpenFailed,
    Overdue,
    Probe,
    Probed,
    Reassert,
    Reconnected,
    Reconnecting,
    Refuse,
    Rejoin,
    Stuck,
    Target,
    Ticket,
    TokenReady,
    TokenRefused,
    Told,
    Watched,
)

Status = Literal["idle", "connecting", "connected", "reconnecting", "lost", "failed"]
Problem = Literal["", "media", "signal"]

TAKE_OVER_AFTER = 3.0  # seconds that the SDK has for itself once it reconnects
TAKE_OVER_EVERY = 5.0  # seconds between two take-overs
ASK_EVERY = 0.5  # seconds between two questions whether the server answers before one
SLOW_AFTER = 4.0  # seconds of reconnecting that are a problem; a resume takes up to 3.3 with media flowing


@dataclass(frozen=True)
class Link:
    """The one Room. ``attempt`` is whose it is; ``since`` the time at which the SDK began to reconnect;
    ``told`` a reason that the server announced before it ends the connection (``moved``); ``stalled`` since
    when media is missing; ``slow`` that the SDK has been reconnecting for too long to hide it; ``blind`` that
    it has no path any more on which media could return."""

    epoch: int
    attempt: int
    phase: Literal["opening", "live", "saving", "closing"] = "opening"
    since: float = 0.0
    told: str = ""
    stalled: float | None = None
    slow: bool = False
    blind: bool = False

    @property
    def trouble(self) -> float | None:
        """Since when the SDK reconnects or media is missing; None while all is well."""
        moments = [self.stalled] if self.stalled is not None else []
        return min([*moments, self.since] if self.phase == "saving" else moments, default=None)


@dataclass(frozen=True)
class State:
    """Everything that decides. ``step`` is what is under way for the present attempt, ``check`` the number
    of the question whether the server (``url``, of the last ticket) answers before a rejoin, 0 for none."""

    target: Target | None = None
    attempt: int = 0
    step: Literal["", "token", "wait", "probe", "open"] = ""
    ticket: Ticket | None = None
    reason: str = ""
    link: Link | None = None
    epoch: int = 0
    failed: bool = False
    taken_over_at: float = float("-inf")
    asked_at: float = float("-inf")
    url: str = ""
    check: int = 0
    checks: int = 0
    wait: int = 0

    @property
    def status(self) -> Status:
        """As the slice ``voice`` says it."""
        if self.failed:
            return "failed"
        if self.target is None:
            return "idle"
        if self.link is not None and self.link.attempt == self.attempt:
            if self.link.phase == "live":
                return "connected"
            if self.link.phase == "saving":
                return "reconnecting"
        return "connecting" if self.step or self.check else "lost"

    @property
    def problem(self) -> Problem:
        """What people should know about a call that is up."""
        if not self.up or self.link is None:
            return ""
        return "media" if self.link.stalled is not None else "signal" if self.link.slow else ""

    @property
    def up(self) -> bool:
        """In the room, as far as the user is concerned."""
        return self.status in ("connected", "reconnecting")


Result = tuple[State, tuple[Effect, ...]]


def step(state: State, event: Event) -> Result:
    """What follows from an event. Events of an old attempt or epoch change nothing."""
    match event:
        case Join():
            return _join(state, event)
        case Leave():
            return _leave(state, event)
        case Rejoin():
            return _rejoin(state, event)
        case Checked():
            return _checked(state, event)
        case TokenReady() | TokenRefused() | Probed():
            return _progress(state, event)
        case _:
            if state.link is None or state.link.epoch != event.epoch:
                return state, ()
            return _link_event(state, state.link, event)


def _join(state: State, event: Join) -> Result:
    if state.failed:
        return state, (Refuse("restart_needed"),)
    if event.target == state.target and state.status != "lost":
        return state, ()
    return _start(state, event.target, polite=True)


def _start(state: State, target: Target, *, polite: bool) -> Result:
    """A new attempt: whatever is up for an older one ends first."""
    url = state.url if target == state.target else ""
    state, effects = _end_link(
        replace(state, target=target, attempt=state.attempt + 1, reason="", check=0, url=url, wait=0),
        polite=polite,
    )
    if target.direct:
        state = replace(state, step="wait", ticket=Ticket(target.url, target.token))
        state, more = _advance(state)
        return state, effects + more
    state = replace(state, step="token", ticket=None)
    return state, (*effects, AskToken(state.attempt, target.channel))


def _leave(state: State, event: Leave) -> Result:
    forget: tuple[Effect, ...] = (Forget(),) if event.forget else ()
    if state.target is None:
        return state, forget
    state = replace(state, target=None, attempt=state.attempt + 1, step="", ticket=None, reason="", check=0)
    state, effects = _end_link(state, polite=True)
    return state, effects + forget


def _rejoin(state: State, event: Rejoin) -> Result:
    """Asks the server first: no connection is given up for one that does not answer."""
    target = state.target
    if target is None:
        return state, (Refuse("restart_needed" if state.failed else "not_in_channel"),)
    if state.status == "failed":
        return state, (Refuse("restart_needed"),)
    if state.step or state.check:
        return state, (Refuse("connecting"),)
    if state.up and (refusal := _not_yet(state, event)):
        return state, (refusal,)
    if target.direct:
        return state, (Refuse("direct_link"),)
    if state.up:
        state = replace(state, asked_at=event.now)
    if not state.url:
        return _start(state, target, polite=False)
    check = state.checks + 1
    return replace(state, check=check, checks=check), (Check(check, state.url),)


def _not_yet(state: State, event: Rejoin) -> Refuse | None:
    """Why a connection that is up may not be replaced now; None if it may."""
    trouble = state.link.trouble if state.link else None
    if trouble is None:
        return Refuse("not_needed")
    if not event.take_over:
        return Refuse("reconnecting")
    waits = ((trouble, TAKE_OVER_AFTER), (state.taken_over_at, TAKE_OVER_EVERY), (state.asked_at, ASK_EVERY))
    early = any(event.now - moment < wait for moment, wait in waits)
    return Refuse("too_soon") if early else None


def _checked(state: State, event: Checked) -> Result:
    target = state.target
    if event.check != state.check or target is None:
        return state, ()
    state = replace(state, check=0)
    if event.code:
        return (state if state.up else replace(state, reason=event.code)), ()
    if state.up and state.link is not None and state.link.trouble is None:
        return state, ()  # the SDK was quicker
    if state.up:
        state = replace(state, taken_over_at=state.asked_at)
    return _start(state, target, polite=False)


def _progress(state: State, event: TokenReady | TokenRefused | Probed) -> Result:
    if event.attempt != state.attempt:
        return state, ()
    match event:
        case TokenReady() if state.step == "token":
            return _advance(replace(state, step="wait", ticket=event.ticket, url=event.ticket.url))
        case TokenRefused() if state.step == "token":
            return replace(state, step="", reason=event.code, wait=event.wait), ()
        case Probed(code=code) if state.step == "probe" and code:
            return replace(state, step="", ticket=None, reason=code), ()
        case Probed() if state.step == "probe" and state.ticket is not None:
            epoch = state.epoch + 1
            opened = replace(state, step="open", epoch=epoch, link=Link(epoch, state.attempt), ticket=None)
            return opened, (Open(epoch, state.ticket),)
    return state, ()


def _link_event(state: State, link: Link, event: Event) -> Result:
    mine = link.attempt == state.attempt
    match event:
        case Opened() if link.phase == "opening" and mine and not state.failed:
            channel = state.target.channel if state.target else ""
            return replace(state, step="", link=replace(link, phase="live")), (Begin(link.epoch, channel),)
        case Opened() if link.phase == "opening":
            return replace(state, link=replace(link, phase="closing")), (Close(link.epoch, polite=False),)
        case OpenFailed(code=code) if link.phase == "opening":
            if mine:
                return replace(state, link=None, step="", reason=code), ()
            return _advance(replace(state, link=None))
        case Overdue() if link.phase == "closing":
            return replace(state, failed=True, step="", reason="restart_needed"), ()
        case Overdue() if link.phase == "opening" and mine:
            # Given up, not cancelled: what still arrives belongs to no attempt and is closed.
            return replace(state, attempt=state.attempt + 1, step="", reason="timed_out"), ()
        case Stuck() if link.phase == "opening":
            return replace(state, failed=True, step="", reason="restart_needed"), ()
        case Closed() if link.phase == "closing":
            return _advance(replace(state, link=None))
        case Dropped(reason=reason) if link.phase in ("live", "saving"):
            state = replace(state, reason=link.told or reason)
            return replace(state, link=replace(link, phase="closing")), (Close(link.epoch, polite=False),)
        case Reconnecting(now=now) if link.phase == "live":
            return replace(state, link=replace(link, phase="saving", since=now)), ()
        case Reconnected() if link.phase == "saving":
            # A take-over that is being considered is dropped: the SDK was quicker.
            link = replace(link, phase="live", slow=False)
            return replace(state, check=0, link=link), (Reassert(link.epoch),)
        case Watched() if link.phase in ("live", "saving"):
            return replace(state, link=_watched(link, event)), ()
        case Told(reason=reason):
            return replace(state, link=replace(link, told=reason)), ()
    return state, ()


def _watched(link: Link, event: Watched) -> Link:
    stalled = (event.now if link.stalled is None else link.stalled) if event.missing else None
    slow = link.phase == "saving" and event.now - link.since >= SLOW_AFTER
    return replace(link, stalled=stalled, slow=slow, blind=event.blind)


def _end_link(state: State, *, polite: bool) -> Result:
    """Closes a link that is up. One that is opening or closing already ends by itself."""
    link = state.link
    if link is None or link.phase not in ("live", "saving"):
        return state, ()
    return replace(state, link=replace(link, phase="closing")), (Close(link.epoch, polite=polite),)


def _advance(state: State) -> Result:
    """Goes on to the probe once there is a ticket and no link."""
    if state.step != "wait" or state.link is not None or state.failed or state.ticket is None:
        return state, ()
    return replace(state, step="probe"), (Probe(state.attempt, state.ticket.url),)

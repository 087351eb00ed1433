"""When a call is brought back, and how. Pure: every method is told the time and returns what is to be done.

LiveKit's SDK recovers by itself for as long as it has its connection; only ``xcord_voice`` opens and closes
one. So nothing is opened here: ``Ask`` asks for a rejoin, and only what was seen up in this life is brought
back. Being in a channel is no wish.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xcord import CommandError, RecoveryPhase

from .actions import BUSY, FRESH_AT_MOST, NETWORK, RETRY, Action, action_for
from .pace import SIGNAL_PATIENCE, TAKE_OVER_AFTER, asked_pause, look_pause, pause, take_over_pause

SHOWN_AFTER = 1.0  # seconds of missing media before anybody is asked
TRY_WITHIN = 70.0  # seconds in which an attempt must have come to an end
SETTLED = 30.0  # seconds of a good call after which take-overs may begin anew
PENDING = ("away", "waiting", "trying")
GONE = (*PENDING, "offered", "ended", "sign_in", "stopped")


@dataclass(frozen=True)
class Ask:
    """Ask for a rejoin, which gets a fresh token."""

    take_over: bool = False


@dataclass(frozen=True)
class Look:
    """Ask whether the voice server answers, and the server end too where that had failed."""

    server_end: bool = False


Effects = list[Ask | Look]


@dataclass(frozen=True)
class View:
    """What counts of slice ``voice``."""

    status: str = "idle"
    reason: str = ""
    problem: str = ""
    channel: str = ""
    wait: int = 0


class Policy:
    """One life of the plugin.

    :param chance: a random number from 0 to 1.
    :param note: a line for the timeline: code, reason, number.
    """

    def __init__(self, chance: Callable[[], float], note: Callable[[str, str, int], None]) -> None:
        self._chance, self._note = chance, note
        self.phase: RecoveryPhase = "off"
        self.attempt = 0
        self.due: float | None = None
        self.reason = self.missing = ""
        self._view = View()
        self._mine = False  # the call was up in this life
        self._since: float | None = None  # the present trouble's begin
        self._action: Action = RETRY
        self._fresh = self._looks = self._taken = 0
        self._taken_at = self._well_since = float("-inf")
        self._looking = self._doubt = False
        self._looked_at = float("-inf")
        self._online: bool | None = None

    # -- the call --------------------------------------------------------------------------------------

    def see(self, now: float, view: View) -> Effects:
        """Slice ``voice`` changed."""
        before, self._view = self._view, view
        match view.status:
            case "connected" | "reconnecting" if view.problem or view.status == "reconnecting":
                return self._troubled(now, before)
            case "connected":
                self._well(now)
            case "lost" if before.status != "lost":
                return self._lost(now, tried=before.status == "connecting")
            case "connecting" if self.phase in GONE and self.phase != "trying":
                self.phase, self.due = "trying", now + TRY_WITHIN
            case "failed":
                self._begin(now)
                self._settle("ended", view.reason)
            case "idle":
                self._reset()
        return []

    def _well(self, now: float) -> None:
        if self._since is not None:
            self._note("back", "", round(now - self._since))
            self._well_since = now
        self._reset()
        self._mine = True

    def _reset(self) -> None:
        self.phase, self.attempt, self.due = "off", 0, None
        self.reason = self.missing = ""
        self._mine, self._since = False, None
        self._fresh = self._looks = 0
        self._doubt = False

    def _begin(self, now: float) -> None:
        if self._since is None:
            self._since = now
            if now - self._well_since >= SETTLED:
                self._taken = 0

    def _troubled(self, now: float, before: View) -> Effects:
        self._mine = True
        view = self._view
        if view.status == "reconnecting" != before.status:
            self._note("reconnecting", "", 0)
        if view.problem == "media" != before.problem:
            self._note("media_missing", "", 0)
        self._begin(now)
        if self.phase not in ("saving", "stopped"):
            self.phase = "saving"
            self.due = now + (SHOWN_AFTER if view.problem == "media" else TAKE_OVER_AFTER)
        return []

    def _lost(self, now: float, *, tried: bool) -> Effects:
        view = self._view
        self._begin(now)
        self._note("failed" if tried else "lost", view.reason, self.attempt if tried else 0)
        self.reason = view.reason
        if tried and view.reason in NETWORK and not self.missing:
            self._doubt = True  # the voice server had answered, so it may be the other one
        if self.phase == "stopped":
            return []
        if not self._mine:
            return self._settle("offered", view.reason)
        action = self._action = action_for(view.reason)
        if action.kind == "fresh" and tried:
            self._fresh += 1
        if not view.channel or action.kind == "never":
            return self._settle("ended", view.reason)
        if action.kind == "sign_in" or self._fresh >= FRESH_AT_MOST:
            return self._settle("sign_in", view.reason)
        if view.reason in BUSY and view.wait:
            # It answers and said when: a question in between would only make it busier.
            self.phase, self.missing = "waiting", ""
            self.due = now + asked_pause(view.wait, self._chance())
            return []
        return self._search(now)

    def _settle(self, phase: RecoveryPhase, reason: str) -> Effects:
        if phase != self.phase and phase in ("sign_in", "stopped"):
            self._note("sign_in" if phase == "sign_in" else "stopped", reason, 0)
        self.phase, self.reason, self.due, self.missing = phase, reason, None, ""
        return []

    # -- is there anybody to go back to? ---------------------------------------------------------------

    def _search(self, now: float) -> Effects:
        self.phase, self.due, self._looks = "away", None, 0
        return self._look(now)

    def _look(self, now: float) -> Effects:
        if self._looking:
            self.due = now + 0.25
            return []
        self._looking, self.due, self._looked_at = True, None, now
        self._looks += 1
        return [Look(self._doubt)]

    def answered(self, now: float, voice_server: str, server_end: str) -> Effects:
        """The codes of those who were asked; empty for an answer."""
        self._looking = False
        missing = "voice_server" if voice_server else "server_end" if server_end else ""
        if missing and self._online is False:
            missing = "network"
        returned = bool(self.missing) and not missing
        if missing and not self.missing:
            self._note("no_answer", missing, 0)
        if self.phase not in ("away", "saving"):
            return []
        self.missing = missing
        if missing:
            # From its begin on: a question that nobody answers takes two seconds, and is a wait already.
            self.due = max(now, self._looked_at + look_pause(self._looks, self._chance()))
            return []
        if returned:
            self._note("answers", "", 0)
            self.attempt = self._looks = 0
        self._doubt = self._doubt and not returned
        if self.phase == "saving":
            return self._consider(now)
        spread = self._action.spread
        self.phase, self.due = "waiting", now + pause(self.attempt + 1, spread, self._chance())
        return []

    def _consider(self, now: float) -> Effects:
        """The server answers and the SDK has not recovered yet."""
        begun = now if self._since is None else self._since
        patience = TAKE_OVER_AFTER if self._view.problem == "media" else SIGNAL_PATIENCE
        earliest = max(begun + patience, self._taken_at + take_over_pause(self._taken))
        if now < earliest:
            self.due = min(earliest, now + look_pause(self._looks, self._chance()))
            return []
        self._taken, self._taken_at = self._taken + 1, now
        self.due = now + look_pause(self._looks, self._chance())
        self._note("take_over", "", 0)
        return [Ask(take_over=True)]

    def tick(self, now: float) -> Effects:
        """The moment ``due`` has come."""
        if self.due is None or now < self.due:
            return []
        self.due = None
        if self.phase == "waiting":
            return self._try(now)
        if self.phase == "trying":
            return self._search(now) if self._view.status == "lost" else []
        return self._look(now) if self.phase in ("away", "saving") else []

    def _try(self, now: float) -> Effects:
        self.phase, self.due, self.attempt = "trying", now + TRY_WITHIN, self.attempt + 1
        self._note("trying", "", self.attempt)
        return [Ask()]

    def refused(self, now: float, code: str) -> Effects:
        """The rejoin was refused."""
        if self.phase != "trying" or self._view.status != "lost":
            return []  # somebody else's attempt is under way, or the SDK was quicker
        self._note("failed", code, self.attempt)
        if action_for(code).kind == "never" or code in ("direct_link", "not_in_channel", "unknown_command"):
            return self._settle("ended", code)
        self.phase = "waiting"
        self.due = now + pause(self.attempt + 1, self._action.spread, self._chance())
        return []

    # -- what else happens -----------------------------------------------------------------------------

    def network(self, now: float, up: bool) -> Effects:
        """The system says that a network came or went."""
        changed, self._online = self._online is not up, up
        if self._since is None:
            return []
        if changed:
            self._note("network_up" if up else "network_down", "", 0)
        return self._hurry(now) if up else []

    def woke(self, now: float, seconds: int) -> Effects:
        """The machine slept, or the app stood still."""
        if self._mine:
            self._note("woke", "", seconds)
        return self._hurry(now)

    def _hurry(self, now: float) -> Effects:
        if self.phase in ("away", "waiting"):
            self.attempt = 0
            return self._search(now)
        if self.phase == "saving":
            self._looks = 0
            return self._look(now)
        return []

    def try_now(self, now: float) -> Effects:
        """The user wants it now.

        :raises CommandError: there is nothing to bring back.
        """
        if self._view.status in ("connected", "reconnecting") and self._since is not None:
            self.phase, self.due = "saving", now + TAKE_OVER_AFTER
            return [Ask(take_over=True)]
        if self._view.status != "lost":
            raise CommandError("not_needed", "there is no call to bring back")
        self._mine, self.attempt, self._fresh = True, 0, 0
        return self._try(now)

    def stop(self, now: float) -> Effects:
        """The user wants no more attempts.

        :raises CommandError: there are none.
        """
        if self.phase not in (*PENDING, "saving"):
            raise CommandError("not_needed", "nothing is tried")
        return self._settle("stopped", self.reason)

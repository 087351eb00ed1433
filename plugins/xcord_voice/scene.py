"""What the others and I look like to the windows: slices and notices. On the media loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import msgspec

from xcord import Clock, Person, Profile, Quality, Speaking, Voice

from . import events
from .errors import FINAL
from .machine import State
from .parts import Intents
from .roster import Roster, describe, user_of
from .speaking import Speakers

if TYPE_CHECKING:
    from .audio.chimes import Chime


@dataclass(frozen=True)
class Screen:
    """Where it is shown; each may be called from the media loop and returns at once."""

    voice: Callable[[Voice], None]
    speaking: Callable[[Speaking], None]
    quality: Callable[[Quality], None]
    notify: Callable[..., None]
    chime: Callable[[Chime], None]


class Scene:
    """The people of the call, who speaks, how well they are connected.

    :param state: the connection's state of now.
    """

    def __init__(
        self, clock: Clock, screen: Screen, intents: Intents, roster: Roster, state: Callable[[], State]
    ) -> None:
        self._clock, self._screen, self._intents, self._state = clock, screen, intents, state
        self._roster = roster
        self._speakers = Speakers()
        self._speaking = threading.Lock()
        self._quality: dict[str, str] = {}
        self._profiles: Mapping[str, Profile] = {}
        self._me: Person | None = None
        self._room = ""
        self._microphone = "off"
        self._told: dict[str, str] = {}
        self._broken = False
        self._expiry: tuple[float, asyncio.Task[None]] | None = None
        self._silent = intents.silent
        self._closed = False

    # -- what happens ----------------------------------------------------------------------------------

    def moved(self, before: State, after: State) -> None:
        """The connection's state changed: what that means for the people who are shown."""
        now = self._clock.now()
        self._tell_of_loss(before, after)
        if before.status != after.status:
            if after.status == "reconnecting":
                self._roster.away(now)
            elif after.status == "connected":
                self._roster.back(now)
            elif before.up:
                self._roster.lost(now)
                self._quality.clear()
        if before.up and not after.up:
            self._microphone = "off"
            with self._speaking:
                self._speakers.clear()
                self._screen.speaking(Speaking())
        if before.target != after.target:
            self._forget()
            self._me, self._room = None, ""
        elif after.status == "lost" and after.reason in FINAL:
            self._forget()

    def entered(self, event: events.Connected) -> None:
        """I am in the room."""
        name, avatar = describe(event.identity, event.name, event.metadata)
        self._me = Person(user=user_of(event.identity), name=name, avatar=avatar, me=True)
        self._room = event.room

    def filled(self) -> None:
        """Whoever is there by now did not join just now."""
        self._told = {person.user: person.name for person in self._people()}

    def level(self, user: str, dbfs: float | None, slices: Iterable[float] = ()) -> None:
        """A block of sound of ``user``, None when it ended. From any thread."""
        with self._speaking:
            if not self._state().up:
                return
            if dbfs is None:
                changed = self._speakers.silent(user)
            else:
                changed = self._speakers.level(user, self._clock.now(), dbfs, slices)
            if changed:
                self._screen.speaking(Speaking(self._speakers.users))

    def grade(self, identity: str, grade: str) -> None:
        """How well somebody is connected."""
        self._quality[user_of(identity)] = grade

    def microphone(self, state: str) -> None:
        """``on``, ``none``, ``denied`` or ``off``."""
        self._microphone = state
        self.publish()

    def silenced(self) -> None:
        """I was muted or deafened, or am not any more."""
        before, self._silent = self._silent, self._intents.silent
        if before != self._silent and self._state().up:
            self._screen.chime("mute" if self._silent else "unmute")

    def profiles(self, profiles: Mapping[str, Profile]) -> None:
        """The directory's names."""
        self._profiles = profiles
        self.publish()

    def close(self) -> None:
        """Nothing comes back by itself after this."""
        self._closed = True
        if self._expiry is not None:
            self._expiry[1].cancel()

    def _forget(self) -> None:
        """Nobody of the last call is known here any more; nobody is told that they left."""
        self._roster.clear()
        self._quality.clear()
        self._told = {}

    # -- what is shown ---------------------------------------------------------------------------------

    def publish(self) -> None:
        """Sets the slices; equal values cost nothing."""
        self._expire()
        state = self._state()
        people = self._people()
        self._tell(people)
        grades = {
            person.user: self._quality[person.user] for person in people if person.user in self._quality
        }
        self._screen.quality(Quality(cast("dict[str, Any]", grades)))
        self._screen.voice(
            Voice(
                status=state.status,
                channel=state.target.channel if state.target else "",
                room=self._room if state.up else "",
                reason=state.reason,
                problem=state.problem,
                epoch=state.epoch,
                people=people,
                me=self._me.user if self._me else "",
                muted=self._intents.muted,
                deafened=self._intents.deafened,
                microphone=cast("Any", self._microphone),
            )
        )

    def _people(self) -> tuple[Person, ...]:
        """I, and the others in the order in which they came."""
        if self._me is None:
            return ()
        profile = self._profiles.get(self._me.user)
        me = msgspec.structs.replace(
            self._me,
            name=profile.name if profile else self._me.name,
            avatar=profile.avatar if profile else self._me.avatar,
            muted=self._intents.silent,
            deafened=self._intents.deafened,
            present=self._state().up,
        )
        others = self._roster.people(self._clock.now(), self._profiles)
        return (me, *(person for person in others if person.user != me.user))

    def _tell(self, people: tuple[Person, ...]) -> None:
        """Notices for those who came and went; a person who only reconnected did neither."""
        now = {person.user: person.name for person in people}
        if self._state().up:
            for user in now.keys() - self._told.keys():
                if self._me is not None and user != self._me.user:
                    self._screen.notify("participant.joined", user=user, name=now[user])
            for user in self._told.keys() - now.keys():
                self._screen.notify("participant.left", user=user, name=self._told[user])
            others = (now.keys() ^ self._told.keys()) - {self._me.user if self._me else ""}
            if others:
                self._screen.chime("join" if others & now.keys() else "leave")
        self._told = now

    def _tell_of_loss(self, before: State, after: State) -> None:
        """Notice and sound of a call that broke and came back; a blip that nobody noticed is neither."""
        if not self._broken and (after.problem or (before.up and after.status == "lost")):
            self._broken = True
            self._screen.notify("voice.lost")
            self._screen.chime("lost")
        elif self._broken and after.status == "connected" and not after.problem:
            self._broken = False
            self._screen.notify("voice.returned")
            self._screen.chime("returned")
        elif after.target is None or before.target not in (None, after.target):
            self._broken = False
        elif after.status == "connected" and not before.up:
            self._screen.chime("join")

    def _expire(self) -> None:
        """Ends grace times, and comes back for the next one."""
        moment = None if self._closed else self._roster.expire(self._clock.now())
        if self._expiry is not None:
            if self._expiry[0] == moment:
                return
            self._expiry[1].cancel()
        self._expiry = None if moment is None else (moment, asyncio.ensure_future(self._expire_at(moment)))

    async def _expire_at(self, moment: float) -> None:
        await self._clock.sleep(moment - self._clock.now())
        self._expiry = None
        self.publish()

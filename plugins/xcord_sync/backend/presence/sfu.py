"""What we ask of the SFU. Each request is bounded; that somebody is not there (any more) is no failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, TypeVar

import aiohttp
from livekit.api import LiveKitAPI, ServerError
from livekit.protocol.models import DataPacket, ParticipantInfo
from livekit.protocol.room import (
    ListParticipantsRequest,
    ListRoomsRequest,
    MuteRoomTrackRequest,
    RoomParticipantIdentity,
    SendDataRequest,
)

from ..secrets import LiveKitKey
from .book import Key, Session
from .signals import channel_of, person_of

log = logging.getLogger("xcord.server")

ANSWER_SECONDS = 5.0
ROOMS_AT_ONCE = 8
T = TypeVar("T")


class NoAnswer(Exception):
    """The SFU did not answer, or did not do it."""


class Sfu:
    """:param key: the key pair that is in force."""

    def __init__(self, url: str, key: Callable[[], LiveKitKey]) -> None:
        self._url, self._key = url, key
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Sfu:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def everybody(self) -> dict[Key, Session]:
        """All active people of ours in all calls.

        :raises NoAnswer: the list would not be whole.
        """
        rooms = (await self._ask(lambda api: api.room.list_rooms(ListRoomsRequest()))).rooms
        turns = asyncio.Semaphore(ROOMS_AT_ONCE)
        found: dict[Key, Session] = {}

        async def look(name: str, sid: str) -> None:
            channel = channel_of(name)
            if channel is None:
                return
            async with turns:
                people = await self.people(name)
            for info in people:
                person = person_of(info)
                if person is not None and info.state == ParticipantInfo.State.ACTIVE:
                    session = Session(
                        sid, person.participant_sid, name, channel, person.user, person.device, person.since
                    )
                    found[session.key] = session

        try:
            async with asyncio.TaskGroup() as group:
                for room in rooms:
                    group.create_task(look(room.name, room.sid))
        except* NoAnswer as failed:
            raise failed.exceptions[0] from None
        return found

    async def people(self, room: str) -> list[ParticipantInfo]:
        """All participants of a room.

        :raises NoAnswer:
        """
        asked = ListParticipantsRequest(room=room)
        try:
            return list((await self._ask(lambda api: api.room.list_participants(asked))).participants)
        except NobodyThere:
            return []

    async def remove(self, room: str, identity: str) -> bool:
        """Ends somebody's call; whether they were there.

        :raises NoAnswer:
        """
        asked = RoomParticipantIdentity(room=room, identity=identity)
        try:
            await self._ask(lambda api: api.room.remove_participant(asked))
        except NobodyThere:
            return False
        return True

    async def mute(self, room: str, identity: str, track: str) -> bool:
        """Mutes a track, which its owner can unmute; whether it was there.

        :raises NoAnswer:
        """
        asked = MuteRoomTrackRequest(room=room, identity=identity, track_sid=track, muted=True)
        try:
            await self._ask(lambda api: api.room.mute_published_track(asked))
        except NobodyThere:
            return False
        return True

    async def tell(self, room: str, identity: str, topic: str) -> None:
        """A data packet, as from the server end, to one participant.

        :raises NoAnswer:
        """
        asked = SendDataRequest(
            room=room, kind=DataPacket.Kind.RELIABLE, destination_identities=[identity], topic=topic
        )
        try:
            await self._ask(lambda api: api.room.send_data(asked))
        except NobodyThere:
            return

    async def _ask(self, what: Callable[[LiveKitAPI], Coroutine[Any, Any, T]]) -> T:
        key = self._key()
        api = LiveKitAPI(self._url, key.key, key.secret, session=self._session, failover=False)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await what(api)
        except ServerError as error:
            if error.code == "not_found":
                raise NobodyThere from None
            raise NoAnswer(f"the SFU refused ({error.code})") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NoAnswer(f"the SFU does not answer ({type(error).__name__})") from None


class NobodyThere(NoAnswer):
    """The room, the person or the track is not there."""

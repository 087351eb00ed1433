"""Webhooks over HTTP: nothing genuine is refused, nothing else believed, never a wrong person shown."""

import gzip
import json
import secrets
import time
import uuid
from collections.abc import Callable

import asyncpg
import httpx
import pytest
from livekit.protocol.webhook import WebhookEvent
from tests.plugins.xcord_sync.callers import counters, listening
from tests.plugins.xcord_sync.presence import CHANNEL, body_of, event, signed
from tests.plugins.xcord_sync.relay import keys_of
from tests.plugins.xcord_sync.served import Served

from xcord_sync.backend import postgres
from xcord_sync.backend.presence.line import dsn

PASSWORD = "a long enough one"


class Sender:
    """The SFU, as far as anybody with its key can tell."""

    def __init__(self, served: Served) -> None:
        self.served, self.keys = served, keys_of(served.data)

    def post(self, body: bytes, token: str | None = None, **headers: str) -> httpx.Response:
        with self.served.http() as http:
            token = signed(body, *self.keys) if token is None else token
            return http.post("/livekit/webhook", content=body, headers={"Authorization": token, **headers})

    def tell(self, told: WebhookEvent) -> int:
        return self.post(body_of(told)).status_code


@pytest.fixture
def sender(served: Served) -> Sender:
    return Sender(served)


def person(served: Served) -> tuple[uuid.UUID, str, uuid.UUID]:
    """A new account: user, token, a channel of theirs."""
    login = f"w{uuid.uuid4().hex[:10]}"
    made = served.ask("POST", "/v1/users", served.log_in(), login=login, name="W", password=PASSWORD)
    token = served.log_in(login, PASSWORD)
    return uuid.UUID(made.json()["user"]), token, uuid.UUID(served.channels(token)[2])


def test_what_is_not_genuine_is_refused_with_a_problem_document(served: Served, sender: Sender) -> None:
    body = body_of(event("participant_joined"))
    good, before = signed(body, *sender.keys), counters(served)
    refused = [
        sender.post(body, ""),
        sender.post(body, f"Bearer {good}"),
        sender.post(body + b" ", good),
        sender.post(body, signed(body, sender.keys[0], "x" * 40)),
        sender.post(body, signed(body, "stranger", sender.keys[1])),
        sender.post(body, signed(body, *sender.keys, ttl=-120)),
        sender.post(gzip.compress(body), good, **{"Content-Encoding": "gzip"}),
    ]
    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    after = counters(served)
    kind = 'xcord_webhook_events_total{result="%s"}'
    assert after[kind % "refused"] - before[kind % "refused"] == len(refused)


def test_a_huge_body_is_not_taken(sender: Sender) -> None:
    body = b" " * (3 * 1024 * 1024)
    assert sender.post(body).status_code == 413
    assert sender.post(body, "nobody").status_code == 401


async def stored(served: Served, query: str, *values: object) -> list[tuple[object, ...]]:
    """Rows of the server end's own database."""
    db = await asyncpg.connect(dsn(postgres.address(served.data)))
    try:
        return [tuple(row) for row in await db.fetch(query, *values)]
    finally:
        await db.close()


@pytest.mark.parametrize("body", [b"", b"\xff\x00", b"[]", b'{"event":"participant_joined"}', b"{" * 5000])
async def test_what_is_genuine_and_odd_is_kept_once_and_answered(
    served: Served, sender: Sender, body: bytes
) -> None:
    assert sender.post(body).status_code == 200
    assert sender.post(body).status_code == 200
    assert await stored(served, "SELECT count(*) FROM webhook_events WHERE payload = $1", body) == [(1,)]


async def test_kinds_and_rooms_that_nobody_knows_are_kept_and_answered_and_show_nobody(
    served: Served, sender: Sender
) -> None:
    told = [
        event(kind) for kind in ("egress_started", "something_new", "room_started", "track_unpublished", "")
    ]
    rooms = [
        "vc_' OR 1=1; --\0",
        "test",
        "vc_",
        f"vc_{CHANNEL}x",
        f"VC_{CHANNEL}",
        f"vc_{str(CHANNEL).upper()}",
    ]
    for room in rooms:
        strange = event("participant_joined", room_sid=f"RM_strange{uuid.uuid4().hex}")
        strange.room.name = room
        told.append(strange)
    nobody = event("participant_joined", room_sid=f"RM_strange{uuid.uuid4().hex}")
    nobody.participant.identity = "recorder"
    told += [nobody, event("participant_left", secrets.token_hex(600), room_sid="R" * 5000)]
    assert [sender.tell(each) for each in told] == [200] * len(told)
    kept = await stored(
        served,
        "SELECT id, kind, applied_at IS NULL FROM webhook_events WHERE id = ANY($1)",
        [e.id for e in told],
    )
    assert sorted(kept) == sorted((each.id, each.event, False) for each in told)
    sessions = "SELECT room FROM voice_sessions WHERE room_sid LIKE 'RM_strange%' OR room = ANY($1)"
    assert await stored(served, sessions, [room.replace("\0", "") for room in rooms]) == []


def test_a_moment_beyond_the_calendar_is_answered(sender: Sender) -> None:
    far = event("participant_joined", joined_ms=2**62, at=2**62, metadata=json.dumps({"asked": 2**70}))
    assert sender.tell(far) == 200


async def test_no_order_of_webhooks_shows_a_wrong_person(
    served: Served, sender: Sender, record_property: Callable[[str, object], None]
) -> None:
    user, token, channel = person(served)
    room, before = f"RM_{uuid.uuid4().hex}", counters(served)

    def said(kind: str, sid: str, id: str = "") -> WebhookEvent:
        return event(kind, sid, user=user, channel=channel, room_sid=room, id=id)

    joined = said("participant_joined", "PA_new", f"EV_{uuid.uuid4().hex}")
    async with listening(served, token) as ear:
        await ear.hear()
        for told in (
            said("participant_left", "PA_first"),
            said("participant_joined", "PA_first"),  # late
            joined,
            joined,  # a replay
            said("participant_joined", "PA_old"),
            said("participant_left", "PA_old"),
        ):
            assert sender.tell(told) == 200
        await ear.until("changed", user=str(user), here=True)
        assert sender.tell(said("participant_connection_aborted", "PA_new")) == 200
        await ear.until("changed", user=str(user), here=False)
        assert sender.tell(joined) == 200
        assert sender.tell(event("room_finished", channel=channel, room_sid=room)) == 200
        assert sender.tell(said("participant_joined", "PA_after")) == 200
        sent = time.monotonic()
        assert sender.tell(event("participant_joined", user=user, channel=channel, room_sid="RM_next")) == 200
        await ear.until("changed", user=str(user), here=True)
        assert time.monotonic() - sent < 5
    after = counters(served)
    counted = {
        kind: after[f'xcord_webhook_events_total{{result="{kind}"}}']
        - before[f'xcord_webhook_events_total{{result="{kind}"}}']
        for kind in ("seen", "doubled", "late")
    }
    record_property("counted", counted)
    assert counted["seen"] >= 11
    assert counted["doubled"] >= 2  # two replays of one joined
    assert counted["late"] >= 2  # after its left, and after its room
    mine = [told["here"] for told in ear.said if told["type"] == "changed" and told["user"] == str(user)]
    assert mine == [True, False, True]

"""The schema's steps on the real PostgreSQL, with rows in the tables."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, inspect, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tests.plugins.xcord_sync.world import a_world

from xcord_sync.backend import migrations
from xcord_sync.backend.accounts import hash_of
from xcord_sync.backend.errors import CannotServe
from xcord_sync.backend.presence import ledger
from xcord_sync.backend.presence.line import Line
from xcord_sync.backend.queries import logins, members, places, ringing
from xcord_sync.backend.store import Store
from xcord_sync.backend.tables import (
    Attempt,
    Audit,
    Avatar,
    Ban,
    Base,
    Channel,
    Invite,
    LoginToken,
    Member,
    PresenceChange,
    Ring,
    Seat,
    Server,
    User,
    VoiceSession,
    WebhookEvent,
)

TABLES = set(Base.metadata.tables) | {"alembic_version"}
FIRST_TABLES = {"users", "login_tokens", "servers", "members", "channels"}


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    found = create_async_engine(url)
    yield found
    await found.dispose()


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def fill_first(connection: Connection) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID]:
    """Rows in every table of the first step, in that step's columns; a user, a server, a channel."""
    user, server, channel = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    connection.execute(insert(User).values(id=user, login="a", name="A", role="owner", password_hash="h"))
    connection.execute(insert(LoginToken).values(token_hash=b"x", user_id=user, device="d"))
    connection.execute(insert(Server).values(id=server, name="S"))
    connection.execute(insert(Member).values(server_id=server, user_id=user, role="owner"))
    connection.execute(insert(Channel).values(id=channel, server_id=server, name="C", position=0))
    return user, server, channel


def fill(connection: Connection) -> None:
    """Rows in every table."""
    user, server, channel = fill_first(connection)
    connection.execute(insert(Avatar).values(user_id=user, hash="ab", type="png", content=b"x"))
    connection.execute(update(User).values(avatar="ab"))
    connection.execute(insert(Invite).values(code=user.hex, server_id=server, created_by=user))
    connection.execute(insert(Ban).values(server_id=server, user_id=user, by=user))
    connection.execute(insert(Audit).values(actor=user, action="ban", detail={"a": 1}))
    connection.execute(
        insert(VoiceSession).values(
            room_sid="RM", participant_sid=user.hex, room="vc", channel_id=channel, user_id=user, device="d",
            source="webhook",
        )
    )  # fmt: skip
    connection.execute(insert(WebhookEvent).values(id=user.hex, kind="room_started", payload=b"{}"))
    connection.execute(
        insert(PresenceChange).values(channel_id=channel, user_id=user, device="d", kind="joined")
    )


def fill_last(connection: Connection) -> None:
    """Rows in the tables of the last step."""
    now = datetime.now(UTC)
    connection.execute(insert(Attempt).values(key=b"k", times=[now], refused=False, until=now))
    connection.execute(insert(Seat).values(channel_id=uuid.uuid4(), user_id=uuid.uuid4(), until=now))
    people = {"user_id": uuid.uuid4(), "by": uuid.uuid4()}
    connection.execute(insert(Ring).values(channel_id=uuid.uuid4(), **people, until=now))


async def test_up_gives_exactly_the_tables_that_the_code_knows(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(migrations.upgrade)
        assert await connection.run_sync(tables) == TABLES

        def differences(sync: Connection) -> list[object]:
            context = MigrationContext.configure(sync, opts={"compare_server_default": True})
            return list(compare_metadata(context, Base.metadata))

        assert await connection.run_sync(differences) == []


async def test_down_and_up_again_with_rows_in_every_table(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(migrations.upgrade)
        await connection.run_sync(fill)
        await connection.run_sync(fill_last)
    async with engine.begin() as connection:
        await connection.run_sync(migrations.downgrade, "base")
        assert await connection.run_sync(tables) == {"alembic_version"}
    async with engine.begin() as connection:
        await connection.run_sync(migrations.upgrade)
        assert await connection.run_sync(tables) == TABLES
        assert (await connection.execute(select(User))).first() is None
        await connection.run_sync(fill)


async def test_one_step_up_and_down_keeps_the_rows_that_were_there(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(migrations.upgrade, "0001")
        await connection.run_sync(fill_first)
    async with engine.begin() as connection:
        await connection.run_sync(migrations.upgrade, "0002")
        assert (await connection.execute(select(Channel.name, Channel.user_limit))).all() == [("C", 0)]
        await connection.execute(text("TRUNCATE login_tokens, channels, members, servers, users CASCADE"))
        await connection.run_sync(fill)
    async with engine.begin() as connection:
        await connection.run_sync(migrations.downgrade, "0001")
        assert await connection.run_sync(tables) == FIRST_TABLES | {"alembic_version"}
        for table in FIRST_TABLES:
            assert (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 1
        assert (await connection.execute(select(User.avatar))).scalar_one() == ""


Rows = dict[str, list[dict[str, Any]]]


async def contents(engine: AsyncEngine) -> Rows:
    """All rows of all tables."""
    found = {}
    async with engine.begin() as connection:
        for table in sorted(await connection.run_sync(tables) - {"alembic_version"}):
            rows = await connection.execute(text(f"SELECT to_jsonb(t) FROM {table} t"))
            found[table] = sorted((row[0] for row in rows), key=str)
    return found


def only(rows: Rows, known: Rows) -> Rows:
    """What ``known`` can hold of the rows: its tables, and of them its columns. A picture may go."""
    found: Rows = {}
    for table, theirs in known.items():
        columns = sorted(set(theirs[0]) - {"avatar"}) if theirs else []
        found[table] = sorted(({c: row.get(c) for c in columns} for row in rows[table]), key=str)
    return found


async def test_a_system_that_was_in_use_goes_down_and_up_step_by_step_with_all_that_a_step_can_hold(
    url: str, engine: AsyncEngine
) -> None:
    async with a_world(url) as world:
        owner = await world.person("Zoë")
        server, channel = await owner.server("Den")
        await owner.get("PATCH", f"/v1/channels/{channel}", user_limit=3)
        await owner.get("POST", f"/v1/channels/{channel}/join", device="d")
        friend, noisy = await world.member(owner, server, "moderator"), await world.member(owner, server)
        await owner.ask("PUT", "/v1/me/avatar", b"\x89PNG\r\n\x1a\n" + b"x" * 100)
        await friend.get("POST", f"/v1/servers/{server}/bans/{noisy.user}", 204, reason="noise")
        seen = await friend.get("GET", "/v1/directory")
        async with world.parts.store.change() as db:
            assert await ringing.begin(db, *map(uuid.UUID, (channel, friend.user, owner.user)))
    whole = await contents(engine)
    empty = {table for table, rows in whole.items() if not rows}
    assert empty == {"presence_changes", "voice_sessions", "webhook_events"}
    for revision in ("0004", "0003", "0002", "0001"):
        async with engine.begin() as connection:
            await connection.run_sync(migrations.downgrade, revision)
        left = await contents(engine)
        assert only(left, left) == only(whole, left), revision
    assert set(left) == FIRST_TABLES
    for revision in ("0002", "0003", "0004", "0005"):
        async with engine.begin() as connection:
            await connection.run_sync(migrations.upgrade, revision)
        now = await contents(engine)
        assert only(now, left) == only(left, left), revision
    store = await Store.open(url)
    try:
        async with store.change() as db:
            login = await logins.find(db, hash_of(friend.token))  # it lived through all of it
            assert login is not None
            servers = await places.seen_by(db, login.account.id)
        assert [each[0].name for each in servers] == [each["name"] for each in seen["servers"]]
        line = Line(url)
        applied = await ledger.everybody(line)  # presence begins anew
        assert applied[1] == {}
        await line.close()
    finally:
        await store.close()


async def test_up_on_a_schema_that_is_up_to_date_changes_nothing(engine: AsyncEngine) -> None:
    for _ in range(2):
        async with engine.begin() as connection:
            await connection.run_sync(migrations.upgrade)
    async with engine.begin() as connection:
        await connection.run_sync(fill)
        await connection.run_sync(migrations.upgrade)
        assert len((await connection.execute(select(Channel.id))).all()) == 1


async def test_a_role_that_nobody_knows_is_refused_by_the_database(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(migrations.upgrade)
    with pytest.raises(Exception, match="ck_users_role"):
        async with engine.begin() as connection:
            await connection.execute(
                insert(User).values(id=uuid.uuid4(), login="a", name="A", role="king", password_hash="h")
            )


async def test_a_schema_of_a_newer_xcord_is_named_and_left_alone(url: str, engine: AsyncEngine) -> None:
    store = await Store.open(url)
    await store.close()
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CannotServe, match="newer xcord"):
        await Store.open(url)


async def test_a_user_who_is_in_no_server_sees_no_channel(url: str) -> None:
    store = await Store.open(url)
    try:
        assert await store.is_new()
        await store.begin("h")
        assert not await store.is_new()
        async with store.change() as db:
            owner = await logins.password_of(db, "owner")
            assert owner is not None
            member = (await logins.create(db, "bo", "Bo", "h")).id
            await members.follow(db, owner[0].id, member)
            [(server, role, channels)] = await places.seen_by(db, member)
            assert (server.name, role, len(channels)) == ("xcord", "member", 3)
            place = await places.of_channel(db, member, channels[0].id)
            assert place == places.Place(server.id, "member", channels[0].id)
            assert len(await logins.near(db, member)) == 2
            await db.execute(text("DELETE FROM members WHERE role = 'member'"))
            assert await places.seen_by(db, member) == []
            assert [each.id for each in await logins.near(db, member)] == [member]
            assert await places.of_channel(db, member, channels[0].id) is None
            assert await places.of_server(db, member, server.id) is None
    finally:
        await store.close()


async def test_a_login_that_was_not_used_for_long_has_ended(url: str) -> None:
    store = await Store.open(url)
    try:
        await store.begin("h")
        async with store.change() as db:
            found = await logins.password_of(db, "owner")
            assert found is not None
            for token in (b"old", b"tired"):
                await logins.add(db, found[0].id, token, "d")
            for token, days in (("old", 61), ("tired", 2)):
                earlier = f"UPDATE login_tokens SET used_at = now() - interval '{days} days'"
                await db.execute(text(f"{earlier} WHERE token_hash = '{token}'"))
            assert await logins.find(db, b"old") is None
            assert await logins.find(db, b"tired") is not None
            fresh = "SELECT used_at > now() - interval '1 minute' FROM login_tokens"
            assert (await db.execute(text(f"{fresh} WHERE token_hash = 'tired'"))).scalar_one()
            await logins.add(db, found[0].id, b"new", "d")
            assert (await db.execute(text("SELECT count(*) FROM login_tokens"))).scalar_one() == 2
    finally:
        await store.close()

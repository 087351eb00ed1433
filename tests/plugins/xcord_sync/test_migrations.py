"""The schema's steps on the real PostgreSQL, with rows in the tables."""

import uuid
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tests.plugins.xcord_sync.served import Served

from xcord_sync.backend import migrations
from xcord_sync.backend.errors import CannotServe
from xcord_sync.backend.store import Store
from xcord_sync.backend.tables import Base, Channel, LoginToken, Member, Server, User

TABLES = set(Base.metadata.tables) | {"alembic_version"}


@pytest.fixture
async def url(served: Served) -> AsyncIterator[str]:
    """An empty database of this test's own."""
    name = f"t{uuid.uuid4().hex}"
    address = f"postgresql+asyncpg://xcord@/{{}}?host={quote(str(served.data / 'postgres-18'))}"
    keeper = create_async_engine(address.format("postgres"), isolation_level="AUTOCOMMIT")
    async with keeper.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    yield address.format(name)
    async with keeper.connect() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await keeper.dispose()


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    found = create_async_engine(url)
    yield found
    await found.dispose()


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def fill(connection: Connection) -> None:
    user, server = uuid.uuid4(), uuid.uuid4()
    connection.execute(insert(User).values(id=user, login="a", name="A", role="owner", password_hash="h"))
    connection.execute(insert(LoginToken).values(token_hash=b"x", user_id=user, device="d"))
    connection.execute(insert(Server).values(id=server, name="S"))
    connection.execute(insert(Member).values(server_id=server, user_id=user, role="owner"))
    connection.execute(insert(Channel).values(id=uuid.uuid4(), server_id=server, name="C", position=0))


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
    async with engine.begin() as connection:
        await connection.run_sync(migrations.downgrade, "base")
        assert await connection.run_sync(tables) == {"alembic_version"}
    async with engine.begin() as connection:
        await connection.run_sync(migrations.upgrade)
        assert await connection.run_sync(tables) == TABLES
        assert (await connection.execute(select(User))).first() is None
        await connection.run_sync(fill)


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
        member = await store.add_user("bo", "Bo", "h")
        [(server, channels)] = await store.servers_of(member.id)
        assert [channel.position is None for channel in channels] == [True] * 3
        assert server.name
        assert await store.guest(member, channels[0].id, "d")
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.execute(text("DELETE FROM members WHERE role = 'member'"))
        await engine.dispose()
        assert await store.servers_of(member.id) == []
        assert await store.people_near(member.id) == []
        assert await store.guest(member, channels[0].id, "d") is None
    finally:
        await store.close()


async def test_a_login_that_was_not_used_for_long_has_ended(url: str, engine: AsyncEngine) -> None:
    store = await Store.open(url)
    try:
        await store.begin("h")
        found = await store.password_of("owner")
        assert found is not None
        await store.add_login(found[0].id, b"old", "d")
        await store.add_login(found[0].id, b"tired", "d")
        async with engine.begin() as connection:
            await connection.execute(
                text("UPDATE login_tokens SET used_at = now() - interval '61 days' WHERE token_hash = 'old'")
            )
            await connection.execute(
                text("UPDATE login_tokens SET used_at = now() - interval '2 days' WHERE token_hash = 'tired'")
            )
        assert await store.login_of(b"old") is None
        assert await store.login_of(b"tired") is not None
        async with engine.begin() as connection:
            fresh = (
                "SELECT used_at > now() - interval '1 minute' FROM login_tokens WHERE token_hash = 'tired'"
            )
            assert (await connection.execute(text(fresh))).scalar_one()
        await store.add_login(found[0].id, b"new", "d")
        async with engine.begin() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM login_tokens"))).scalar_one() == 2
    finally:
        await store.close()

"""Migrating: once, together, and never past what this program knows."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

import migrations
from judge.database.migrating import migrate
from judge.database.schema import check_migrated
from judge.errors import JudgeError

REVISIONS = sorted(path.name[:4] for path in (Path(migrations.__file__).parent / "versions").glob("*.sql"))


async def test_an_empty_database_becomes_current(empty_dsn: str) -> None:
    """The first migration applies every revision, and the second finds nothing to do."""
    assert await migrate(empty_dsn) == REVISIONS
    assert await migrate(empty_dsn) == []
    await check_migrated(empty_dsn)


async def test_two_processes_may_migrate_at_once(empty_dsn: str) -> None:
    """Of migrations started together, exactly one applies the revisions, and none fails."""
    applied = await asyncio.gather(*(migrate(empty_dsn) for _ in range(4)))

    assert sorted(applied) == [[], [], [], REVISIONS]


async def test_a_failed_migration_leaves_nothing(empty_dsn: str) -> None:
    """A revision that fails half-way is undone whole, so that it can be tried again."""
    connection = await asyncpg.connect(empty_dsn)
    await connection.execute("CREATE TABLE security_events ()")  # the last table that revision 0001 makes

    with pytest.raises(JudgeError, match=r"refused.*security_events"):
        await migrate(empty_dsn)

    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    assert [row["tablename"] for row in tables] == ["security_events"]


async def test_an_empty_database_is_refused_with_the_command_to_run(empty_dsn: str) -> None:
    """Nothing starts on a database without a schema, and the error says what to do."""
    with pytest.raises(JudgeError, match="judge migrate"):
        await check_migrated(empty_dsn)


async def test_a_newer_schema_is_refused(dsn: str) -> None:
    """A program older than its database neither migrates nor starts."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    await connection.close()

    with pytest.raises(JudgeError, match=r"newer than this program.*9999"):
        await check_migrated(dsn)
    with pytest.raises(JudgeError, match="newer than this program"):
        await migrate(dsn)


async def test_an_unreachable_server_is_a_clear_error() -> None:
    """A wrong address is reported as such, not as a traceback of the driver's."""
    with pytest.raises(JudgeError, match="cannot connect to the database"):
        await migrate("postgresql://judge@127.0.0.1:9/judge")

"""Bringing the schema of the database that the judge runs on up to date. Which one it is, ``schema.py`` tells."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import sqlalchemy
import sqlalchemy.exc
import structlog
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import migrations
from judge.database import schema
from judge.errors import JudgeError
from judge.store import copying
from judge.store.pool import Connection

T = TypeVar("T")

#: Held by whoever migrates, until its transaction ends.
_MIGRATION_LOCK = 0x6A75646765
#: How long a migration may keep others from a table while it waits for it, and then lets them pass.
LOCK_TIMEOUT_S = 2.0
_LET_PASS_S = 3.0
#: And how long it tries.
MOST_WAITED_S = 600.0
_IN_USE = (asyncpg.LockNotAvailableError.sqlstate, asyncpg.DeadlockDetectedError.sqlstate)

log = structlog.get_logger(__name__)


class _InUseError(JudgeError):
    """Somebody else has a table that a migration changes."""


async def migrate(dsn: str, *, to: str = "head") -> list[str]:
    """Bring the schema up to this program's, or to an older revision, and give the revisions applied.

    Several processes may do so at once: the first one migrates, the others wait and find nothing to do.
    The judge may be in use meanwhile. Whoever waits for a table keeps all who come later from it, so that this gives up
    after a moment, lets them pass, and tries again.

    Raises:
        JudgeError: the server cannot be reached, its schema is one that this program does not know, or somebody keeps
            a table for too long.
    """
    deadline = asyncio.get_running_loop().time() + MOST_WAITED_S
    while True:
        try:
            return await _upgrade(dsn, to)
        except _InUseError as error:
            if asyncio.get_running_loop().time() > deadline:
                raise
            log.warning("a table is in use; trying again", error=str(error))
            await asyncio.sleep(_LET_PASS_S)


async def _upgrade(dsn: str, to: str) -> list[str]:
    applied: list[str] = []

    def upgrade(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
        # Not before: other migrations may take as long as they need.
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(1000 * LOCK_TIMEOUT_S)}")
        config = _alembic_config()
        config.attributes.update(connection=connection, applied=applied)
        command.upgrade(config, to)
        connection.commit()

    await _with_connection(dsn, upgrade)
    return applied


async def rebuild(
    dsn: str, *, revision: str, replaces: bool, load: Callable[[Connection], Awaitable[None]]
) -> list[str]:
    """Make the schema anew at a revision, have it filled, then bring it up to this program's: one transaction.

    Args:
        dsn: of a database that nobody else uses.
        revision: one that this program knows.
        replaces: whether what the database holds may go.
        load: fills the tables, within the transaction.

    Raises:
        JudgeError: the revision is a newer program's, or the database is in use or not empty; nothing was changed.
    """
    if revision not in schema.REVISIONS:
        raise JudgeError(f"the backup's schema is newer than this program ({revision}): update the program")
    applied: list[str] = []

    def work(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
        driver = connection.connection.dbapi_connection
        assert driver is not None
        driver.run_async(lambda own: _make_room(own, replaces=replaces))
        config = _alembic_config()
        config.attributes.update(connection=connection, applied=[])
        command.upgrade(config, revision)
        driver.run_async(load)
        config.attributes.update(applied=applied)
        command.upgrade(config, "head")
        connection.commit()

    await _with_connection(dsn, work)
    return applied


async def _make_room(connection: Connection, *, replaces: bool) -> None:
    others = await connection.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    if others:
        raise JudgeError(f"the database is in use by {others} other connections: stop web servers and daemons first")
    if not replaces and await copying.revision(connection) is not None and not await copying.is_empty(connection):
        raise JudgeError("the database is not empty: restore into a new one, or replace what it holds with --replace")
    await copying.drop_all(connection)


async def _with_connection(dsn: str, function: Callable[[sqlalchemy.Connection], T]) -> T:
    """Call a function with a synchronous connection: Alembic knows no other kind."""

    async def connect() -> asyncpg.Connection[Any]:
        # asyncpg reads the DSN itself, so that it means here exactly what it means to the store's pool.
        try:
            return await asyncpg.connect(dsn, timeout=10)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
            raise JudgeError(f"cannot connect to the database: {error}") from error

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(function)
    except (sqlalchemy.exc.DBAPIError, asyncpg.PostgresError) as error:
        if _sqlstate(error) in _IN_USE:
            raise _InUseError(f"the database is in use: {error}") from error
        raise JudgeError(f"the database refused: {error}") from error
    except CommandError as error:
        raise JudgeError(schema.newer(str(error))) from error
    finally:
        await engine.dispose()


def _sqlstate(error: sqlalchemy.exc.DBAPIError | asyncpg.PostgresError) -> str | None:
    cause = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error
    return getattr(cause, "sqlstate", None)


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    return config

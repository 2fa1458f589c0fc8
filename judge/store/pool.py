"""Connections to Postgres, each with the object store beside it: a pool, and single ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeAlias

import asyncpg
import structlog

from judge.errors import JudgeError
from judge.store.objects import ObjectStore

#: A connection from the pool or of one's own; both have the same methods.
Connection: TypeAlias = "asyncpg.Connection[Any] | asyncpg.pool.PoolConnectionProxy[Any]"
Pool: TypeAlias = "asyncpg.Pool[Any]"
#: A statement that was made: ``query``, ``args``, and ``elapsed`` in seconds.
Asked: TypeAlias = asyncpg.connection.LoggedQuery
#: Told of each.
Heard: TypeAlias = Callable[[Asked], None]

COMMAND_TIMEOUT_S = 60.0
#: For the few statements that are about every submission there is.
LONG_TIMEOUT_S = 600.0
CLOSE_TIMEOUT_S = 5.0

#: The server went away, or is not there yet: the same call may succeed after ``wait_to_reconnect``.
DISCONNECTED = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # What the driver raises over a connection that is cut in the middle of a statement.
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    # A migration came between: statements prepared before it are prepared anew, and whoever lost to it tries again.
    asyncpg.InvalidCachedStatementError,
    asyncpg.exceptions.OutdatedSchemaCacheError,
    asyncpg.DeadlockDetectedError,
)
_RECONNECT_S = 1.0

log = structlog.get_logger()


@asynccontextmanager
async def open_pool(
    dsn: str, *, max_size: int = 10, objects: ObjectStore | None = None, heard: Heard | None = None
) -> AsyncIterator[Pool]:
    """A pool of connections to the database at ``dsn``, closed at exit; ``objects`` has the blobs that it has not.

    Args:
        dsn: of the database.
        max_size: connections at most.
        objects: the store beside the database.
        heard: called after each statement.

    Raises:
        JudgeError: the server cannot be reached.
    """
    try:
        pool = await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=max_size,
            command_timeout=COMMAND_TIMEOUT_S,
            connection_class=_Connection,
            init=partial(_init, objects=objects, heard=heard),
            timeout=10,
        )
    except (OSError, asyncpg.PostgresError) as error:
        raise JudgeError(f"cannot connect to the database: {error}") from error
    try:
        yield pool
    finally:
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await pool.close()
        except TimeoutError:
            # A server that went away without a word would be waited for.
            pool.terminate()


@asynccontextmanager
async def connect(dsn: str, *, objects: ObjectStore | None = None) -> AsyncIterator[Connection]:
    """One connection of one's own, for LISTEN or a single command."""
    try:
        connection = await asyncpg.connect(
            dsn, command_timeout=COMMAND_TIMEOUT_S, connection_class=_Connection, timeout=10
        )
    except (OSError, asyncpg.PostgresError) as error:
        raise JudgeError(f"cannot connect to the database: {error}") from error
    try:
        await _init(connection, objects=objects)
        yield connection
    finally:
        await connection.close(timeout=5)


async def wait_to_reconnect(error: BaseException) -> None:
    """What to do with one of ``DISCONNECTED`` before trying again.

    A cancellation that reaches a task within a transaction on a lost connection is replaced by the driver's own error
    over the rollback; whoever then tried again would never end.

    Raises:
        CancelledError: the task is to end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError from error
    log.warning("lost the database, trying again", error=str(error) or type(error).__name__)
    await asyncio.sleep(_RECONNECT_S)


async def answers(pool: Pool, *, timeout_s: float = 5.0) -> bool:
    """Whether the database answers a query in time."""
    try:
        async with pool.acquire(timeout=timeout_s) as connection:
            await connection.fetchval("SELECT 1", timeout=timeout_s)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    return True


def objects_of(connection: Connection) -> ObjectStore | None:
    """The object store beside the database that this is a connection to."""
    # A connection of the pool hands this on to the real one.
    objects: ObjectStore | None = connection.objects  # type: ignore[union-attr]
    return objects


class _Connection(asyncpg.Connection):
    """One that knows the object store beside its database."""

    objects: ObjectStore | None = None

    def get_reset_query(self) -> str:
        """Nothing is asked of the server between two users of a connection; it rolls back what is open all the same.

        By default it is told to forget session locks, settings and LISTEN: one more round trip for each time that a
        page asks for a connection. Nobody leaves any: locks and settings are of transactions, and whoever listens has a
        connection of their own.
        """
        return ""


async def _init(connection: Connection, *, objects: ObjectStore | None, heard: Heard | None = None) -> None:
    """Pass jsonb as Python values."""
    if heard is not None:
        connection.add_query_logger(heard)
    connection.objects = objects  # type: ignore[union-attr]
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")

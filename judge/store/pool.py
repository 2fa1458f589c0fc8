"""Connections to Postgres: a pool, and one dedicated connection for notifications."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
import structlog

from judge.errors import JudgeError

#: A connection from the pool or of one's own; both have the same methods.
Connection: TypeAlias = "asyncpg.Connection[Any] | asyncpg.pool.PoolConnectionProxy[Any]"
Pool: TypeAlias = "asyncpg.Pool[Any]"

COMMAND_TIMEOUT_S = 60.0
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
)
_RECONNECT_S = 1.0

log = structlog.get_logger()


@asynccontextmanager
async def open_pool(dsn: str, *, max_size: int = 10) -> AsyncIterator[Pool]:
    """A pool of connections to the database at ``dsn``, closed at exit.

    Raises:
        JudgeError: the server cannot be reached.
    """
    try:
        pool = await asyncpg.create_pool(
            dsn, min_size=1, max_size=max_size, command_timeout=COMMAND_TIMEOUT_S, init=_init, timeout=10
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
async def connect(dsn: str) -> AsyncIterator[Connection]:
    """One connection of one's own, for LISTEN or a single command."""
    try:
        connection = await asyncpg.connect(dsn, command_timeout=COMMAND_TIMEOUT_S, timeout=10)
    except (OSError, asyncpg.PostgresError) as error:
        raise JudgeError(f"cannot connect to the database: {error}") from error
    try:
        await _init(connection)
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


async def _init(connection: Connection) -> None:
    """Pass jsonb as Python values."""
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")

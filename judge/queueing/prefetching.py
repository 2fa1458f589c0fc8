"""Test data that will be wanted soon, on this host's disk before it is: of contests that run, or begin within the hour.

One blob after the other, and only while nothing is judged here.
"""

from __future__ import annotations

import asyncio

import structlog

from judge.errors import JudgeError
from judge.hosts.executor import LocalExecutor
from judge.store import problems
from judge.store.pool import DISCONNECTED, Pool

log = structlog.get_logger()

#: At most that much of the cache, which holds what is judged now beside it.
MOST_BYTES = 8 * 1024**3
_SOON_S = 3600.0
_EVERY_S = 15.0
_IDLE_POLL_S = 0.5


async def prefetch(pool: Pool, executor: LocalExecutor) -> None:
    """Fetch what is missing, again and again, until cancelled."""
    while True:
        try:
            async with pool.acquire() as connection:
                wanted = await problems.wanted_soon(connection, within_s=_SOON_S, most_bytes=MOST_BYTES)
            fetched = 0
            for blob in wanted:
                while executor.held():
                    await asyncio.sleep(_IDLE_POLL_S)
                fetched += await executor.prefetch(blob)
            if fetched:
                log.info("fetched test data ahead", blobs=fetched)
        except (*DISCONNECTED, JudgeError) as error:
            # Whoever needs it will fetch it, and say what is wrong.
            log.warning("cannot fetch test data ahead", error=str(error) or type(error).__name__)
        await asyncio.sleep(_EVERY_S)

"""What the acceptance tests share: a queue that is full when the daemon starts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from judge.store.pool import Pool
from judge.verdicts import Verdict
from tests.processes import RIGHT, WRONG, Queue, prepared


@pytest_asyncio.fixture
async def filled(pool: Pool) -> AsyncIterator[Queue]:
    """Twelve submissions with known verdicts, all waiting."""
    async with pool.acquire() as connection:
        filled = Queue(connection, await prepared(connection))
        for _ in range(3):
            await filled.submit(RIGHT, Verdict.AC, count=3)
            await filled.submit(WRONG, Verdict.WA)
        yield filled

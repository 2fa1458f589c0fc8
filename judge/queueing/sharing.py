"""A long judging whose test cases other judgehosts may run: the side of whoever holds it.

The database is asked before each test case only once others were. Where it cannot be reached, all is run here.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import structlog

from judge.models import Problem, Run
from judge.queueing import queue
from judge.store import shared_tests
from judge.store.judgings import Claim
from judge.store.pool import DISCONNECTED, Pool

log = structlog.get_logger()

_POLL_S = 0.05
#: What another judgehost may take for a test case, beside the test's own limits.
_PATIENCE_S = 10.0


class Shared:
    """The test cases of one claim, as ``judging.judge`` asks for them."""

    def __init__(self, pool: Pool, claim: Claim, problem: Problem) -> None:
        self._pool = pool
        self._claim = claim
        self._patience_s = _PATIENCE_S + 3 * problem.limits.wall_ms / 1000 * problem.limits.passes

    async def ask(self, indices: Sequence[int]) -> None:
        with contextlib.suppress(*DISCONNECTED):
            async with self._pool.acquire() as connection, connection.transaction():
                await shared_tests.offer(connection, self._claim, indices)
                await queue.wake(connection)
                log.info("other judgehosts may run tests", judging=self._claim.judging_id, tests=len(indices))

    async def take(self, index: int) -> bool:
        try:
            async with self._pool.acquire() as connection:
                return await shared_tests.take_back(connection, self._claim, index, patience_s=self._patience_s)
        except DISCONNECTED:
            return True

    async def result(self, index: int) -> Run | None:
        # The time that is allowed ends what neither comes nor can be taken, too: a run that another release wrote.
        with contextlib.suppress(*DISCONNECTED):
            async with asyncio.timeout(self._patience_s):
                while (run := await self._look(index)) is None and not await self.take(index):
                    await asyncio.sleep(_POLL_S)
                return run
        return None

    async def _look(self, index: int) -> Run | None:
        async with self._pool.acquire() as connection:
            return await shared_tests.result(connection, self._claim, index)

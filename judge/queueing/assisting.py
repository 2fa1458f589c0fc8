"""Idle slots run test cases of long judgings that other judgehosts hold.

Nothing is lost with an assistant: whoever holds the judging runs what it leaves, or is too slow with.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial

import structlog

from checkers.base import CheckerFailure
from judge.errors import JudgeError
from judge.hosts.executor import LocalExecutor
from judge.models import Run
from judge.pipeline.ahead import assist
from judge.pipeline.room import Bench
from judge.store import judgings, shared_tests
from judge.store.judgings import Claim
from judge.store.pool import DISCONNECTED, Pool
from sandbox.pool import Slot

log = structlog.get_logger()

#: How long the last words to a database that went away are waited for.
_GOODBYE_S = 5.0


class Assistance:
    """What this judgehost does for others."""

    def __init__(self, *, pool: Pool, executor: LocalExecutor, judgehost_id: int) -> None:
        self._pool = pool
        self._executor = executor
        self._judgehost_id = judgehost_id

    async def fill_idle_slots(self) -> None:
        """Lend idle slots to judgings that have test cases waiting, one slot after the other."""
        while self._executor.has_idle():
            async with self._pool.acquire() as connection:
                claim = await shared_tests.offered(connection, judgehost_id=self._judgehost_id)
                index = None
                if claim is not None:
                    index = await shared_tests.take(connection, claim, judgehost_id=self._judgehost_id)
            if claim is None or index is None:
                return
            desk = _Desk(self._pool, claim, self._judgehost_id, index)
            if not self._executor.has_idle():
                # Somebody else was quicker.
                await desk.leave()
                return
            self._executor.lend(partial(self._work, claim, desk), isolation=claim.isolation)

    async def _work(self, claim: Claim, desk: _Desk, bench: Bench, slot: Slot) -> None:
        try:
            problem = await self._executor.problem(claim.problem_version_id)
            async with self._pool.acquire() as connection:
                source = await judgings.load_source(connection, claim.submission_id)
            await assist(problem, problem.completed(source), bench, slot, desk)
        except (JudgeError, CheckerFailure, *DISCONNECTED) as error:
            log.warning("cannot assist", judging=claim.judging_id, slot=slot.index, error=repr(error))
        except Exception:
            # A bug of ours must not take the daemon down; whoever holds the judging runs what is left.
            log.exception("assisting raised", judging=claim.judging_id)
        finally:
            await desk.leave()


class _Desk:
    """The test cases of another judgehost's claim. The first is taken already: it says that there was work."""

    def __init__(self, pool: Pool, claim: Claim, judgehost_id: int, first: int) -> None:
        self._pool = pool
        self._claim = claim
        self._judgehost_id = judgehost_id
        #: What is ours and not begun, or not told of.
        self._held: int | None = first
        self._is_first = True
        self._made = 0

    async def take(self) -> int | None:
        if not self._is_first:
            async with self._pool.acquire() as connection:
                self._held = await shared_tests.take(connection, self._claim, judgehost_id=self._judgehost_id)
        self._is_first = False
        return self._held

    async def put(self, index: int, run: Run | None) -> None:
        if run is None:
            return
        async with self._pool.acquire() as connection:
            await shared_tests.put(connection, self._claim, index, run, judgehost_id=self._judgehost_id)
        self._held = None
        self._made += 1

    async def leave(self) -> None:
        """Give back what was taken and not run."""
        log.info("assisted", judging=self._claim.judging_id, tests=self._made)
        if self._held is None:
            return
        with contextlib.suppress(*DISCONNECTED):
            async with asyncio.timeout(_GOODBYE_S), self._pool.acquire() as connection:
                await shared_tests.give_back(connection, self._claim, self._held, judgehost_id=self._judgehost_id)

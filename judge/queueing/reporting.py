"""From a judging's progress to the database, as fast as the database takes it and no faster.

Judging never waits for Postgres: runs are collected while one write is under way and go with the next.
"""

from __future__ import annotations

import asyncio

from judge.models import Run
from judge.queueing import queue
from judge.store.events import Telling
from judge.store.judgings import Claim
from judge.store.pool import DISCONNECTED, Pool, wait_to_reconnect


class Reporter:
    """Records one claim's progress. Run ``work`` beside the judging, and ``stop`` before completing it."""

    def __init__(self, pool: Pool, claim: Claim, *, tests_total: int) -> None:
        self._pool = pool
        self._claim = claim
        self._tests_total = tests_total
        self._events: list[Telling] = []
        self._runs: list[tuple[int, Run]] = []
        self._is_fresh = False
        self._has_news = asyncio.Event()
        self._is_stopped = False

    def compiling(self) -> None:
        self._runs.clear()
        self._is_fresh = True
        self._announce("compiling")

    def running(self) -> None:
        self._announce("running")

    def ran(self, ordinal: int, run: Run) -> None:
        data = {
            "attempt": self._claim.attempt,
            "ordinal": ordinal,
            "testcase": run.testcase,
            "verdict": run.verdict.value,
            "score": run.score,
            "cpu_us": run.cpu_us,
            "memory_bytes": run.memory_bytes,
            "reason": run.reason,
            "team_message": run.team_message,
        }
        self._runs.append((ordinal, run))
        self._events.append(("run", data))
        self._has_news.set()

    def stop(self) -> None:
        """Make ``work`` end when its present write is done."""
        self._is_stopped = True
        self._has_news.set()

    def unannounced(self) -> list[Telling]:
        """Once ``work`` has ended: the events that have to go with the verdict."""
        return self._events

    async def work(self) -> None:
        """Write until stopped.

        Raises:
            LeaseLost: somebody else judges this now.
        """
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            if self._is_stopped:
                return
            events, self._events = self._events, []
            runs, self._runs = self._runs, []
            is_fresh, self._is_fresh = self._is_fresh, False
            try:
                async with self._pool.acquire() as connection:
                    await queue.record(connection, self._claim, announced=events, runs=runs, is_fresh=is_fresh)
            except DISCONNECTED as error:
                # Progress is worth another try, together with what has happened since, but not worth losing a judging.
                self._events[:0], self._runs[:0] = events, runs
                self._is_fresh |= is_fresh
                await wait_to_reconnect(error)
                self._has_news.set()

    def _announce(self, state: str) -> None:
        self._events.append(
            ("judging", {"state": state, "attempt": self._claim.attempt, "tests_total": self._tests_total})
        )
        self._has_news.set()

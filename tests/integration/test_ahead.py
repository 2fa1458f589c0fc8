"""One submission on several slots: idle ones run its tests ahead, and nobody can tell but by the clock."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from judge import host, queue
from judge.cache import FileCache
from judge.config import Isolation, Settings
from judge.executor import LocalExecutor
from judge.languages import pasted
from judge.store import accounts, contests, judgehosts, problems
from judge.store.accounts import Role
from judge.store.pool import Connection, Pool
from sandbox.cell import Cell
from sandbox.local import LocalMaker
from sandbox.outcome import Outcome
from sandbox.pool import CellPool, Slot
from sandbox.spec import RunSpec
from tests import packages

pytestmark = pytest.mark.timeout(90)

TESTS = 9
#: Long enough that a second slot pays, and idle: two of them on one core disturb nobody.
SLOW = "import time\nn = int(input())\ntime.sleep(0.25)\n"
#: Wrong on test 3, and dead on each that comes after it.
FAILING = SLOW + "if n > 3: raise ValueError\nprint(n if n < 3 else 0)\n"
PACKAGE = {
    "data/sample/1.in": None,
    "data/sample/1.ans": None,
    "data/secret/1.in": None,
    "data/secret/1.ans": None,
    **{f"data/secret/{n}.in": f"{n}\n" for n in range(1, TESTS + 1)},
    **{f"data/secret/{n}.ans": f"{n}\n" for n in range(1, TESTS + 1)},
}


class CountingMaker(LocalMaker):
    """Makes cells that count the submission's runs, by slot."""

    def __init__(self, *, cells_dir: Path) -> None:
        super().__init__(cells_dir=cells_dir)
        self.runs: Counter[int] = Counter()

    async def make(self, *, image: str, core: int, shows_data: bool) -> Cell:
        cell = await super().make(image=image, core=core, shows_data=shows_data)
        run = cell.run

        async def counted(spec: RunSpec) -> Outcome:
            self.runs[core] += not spec.is_work_writable
            return await run(spec)

        cell.run = counted  # type: ignore[method-assign]
        return cell


class Stage:
    """A problem of slow tests, and an executor with two slots."""

    def __init__(
        self, connection: Connection, executor: LocalExecutor, maker: CountingMaker, ids: dict[str, int]
    ) -> None:
        self.connection = connection
        self.executor = executor
        self.maker = maker
        self._ids = ids

    async def start(self, text: str) -> None:
        """Submit, claim and start."""
        ids = {key: self._ids[key] for key in ("contest_id", "problem_id", "user_id")}
        await queue.enqueue(self.connection, **ids, source=pasted("python3", text.encode()))
        await self.executor.free_slot()
        claim = await queue.claim(self.connection, judgehost_id=self._ids["judgehost_id"], lease_s=60)
        assert claim is not None
        self.executor.start(claim)

    async def until(self, statement: str) -> None:
        async with asyncio.timeout(60):
            while not await self.connection.fetchval(statement):
                await asyncio.sleep(0.01)

    async def done(self) -> None:
        await self.until("SELECT bool_and(state = 'done') FROM judgings")


@asynccontextmanager
async def stage(pool: Pool, folder: Path) -> AsyncIterator[Stage]:
    maker = CountingMaker(cells_dir=folder)
    cores = sorted(os.sched_getaffinity(0))
    cells = CellPool(maker, [Slot(index=0, core=cores[-1]), Slot(index=1, core=cores[0])])
    settings = Settings(isolation=Isolation.LOCAL, data_dir=folder)
    package = packages.loaded(folder, PACKAGE)
    async with pool.acquire() as connection:
        contest_id = await contests.ensure_contest(connection, name="test", title="Test")
        problem_id = await problems.problem_of(connection, await problems.publish(connection, package))
        await contests.add_problem(connection, contest_id=contest_id, problem_id=problem_id)
        user_id = await accounts.create(connection, login="a", name="a", password_hash=None, role=Role.CONTESTANT)
        judgehost_id = await judgehosts.register(connection, name="host", slots=2, isolation="local")
        ids = {"contest_id": contest_id, "problem_id": problem_id, "user_id": user_id, "judgehost_id": judgehost_id}
        try:
            async with asyncio.TaskGroup() as tasks:
                executor = LocalExecutor(
                    pool=pool,
                    cells={Isolation.LOCAL: cells},
                    programs=host.open_programs(settings, await host.image_names(settings)),
                    blob_cache=FileCache(folder / "blobs", most_bytes=1 << 30),
                    tasks=tasks,
                )
                yield Stage(connection, executor, maker, ids)
        finally:
            await cells.close()


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="two slots take two cores")
class TestTwoSlots:
    """What a second slot changes, and what it does not."""

    async def test_a_long_submission_has_both(self, pool: Pool, short_tmp: Path) -> None:
        """Both slots run tests; each test is run once, and told of in order."""
        async with stage(pool, short_tmp / "both") as on:
            await on.start(SLOW + "print(n)\n")
            await on.done()

            assert await on.connection.fetchval("SELECT verdict FROM judgings") == "AC"
            assert sum(on.maker.runs.values()) == TESTS
            assert min(on.maker.runs.values()) >= 2, on.maker.runs
            told = await on.connection.fetch("SELECT data -> 'ordinal' AS n FROM events WHERE kind = 'run' ORDER BY id")
            assert [row["n"] for row in told] == list(range(1, TESTS + 1))

    async def test_the_first_failure_in_order_is_the_verdict(self, pool: Pool, short_tmp: Path) -> None:
        """What was run ahead of a failure is as if it had never been."""
        async with stage(pool, short_tmp / "failing") as on:
            await on.start(FAILING)
            await on.done()

            assert len(on.maker.runs) == 2
            assert await on.connection.fetchval("SELECT verdict FROM judgings") == "WA"
            assert await on.connection.fetchval("SELECT array_agg(verdict ORDER BY ordinal) FROM runs") == [
                *("AC", "AC", "WA")
            ]
            # Both slots are free again.
            for _ in range(2):
                await asyncio.wait_for(on.executor.free_slot(), 10)
                await on.start(FAILING)
            await on.done()

    async def test_a_claim_takes_the_slot_back(self, pool: Pool, short_tmp: Path) -> None:
        """The second submission does not wait for the first, whose tests are all run all the same."""
        async with stage(pool, short_tmp / "back") as on:
            await on.start(SLOW + "print(n)\n")
            async with asyncio.timeout(30):
                while len(on.maker.runs) < 2:
                    await asyncio.sleep(0.01)
            await on.start("print(int(input()))\n")
            await on.until("SELECT state = 'done' FROM judgings ORDER BY id DESC LIMIT 1")

            assert await on.connection.fetchval("SELECT state FROM judgings ORDER BY id LIMIT 1") == "judging"
            await on.done()
            assert await on.connection.fetchval("SELECT bool_and(verdict = 'AC') FROM judgings")
            assert await on.connection.fetchval("SELECT count(*) FROM runs") == 2 * TESTS

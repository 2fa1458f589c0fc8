"""One submission on several slots, and on several hosts: idle ones run its tests, and only the clock can tell."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from judge.config import Isolation, Settings
from judge.hosts import host
from judge.hosts.executor import LocalExecutor
from judge.pipeline.cache import FileCache
from judge.queueing import queue, sharing
from judge.queueing.assisting import Assistance
from judge.recipes.languages import pasted
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
#: Long enough that asking another host does.
SLOWER = SLOW.replace("0.25", "0.6")
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


class Host:
    """A judgehost with an executor."""

    def __init__(self, judgehost_id: int, executor: LocalExecutor, maker: CountingMaker, pool: Pool) -> None:
        self.id = judgehost_id
        self.executor = executor
        self.maker = maker
        self.assistance = Assistance(pool=pool, executor=executor, judgehost_id=judgehost_id)


class Stage:
    """A problem of slow tests, and hosts to judge it on."""

    def __init__(self, connection: Connection, hosts: list[Host], ids: dict[str, Any]) -> None:
        self.connection = connection
        self.hosts = hosts
        self.executor = hosts[0].executor
        self.maker = hosts[0].maker
        self._ids = ids

    async def start(self, text: str) -> None:
        """Submit; claim and start on the first host."""
        await queue.enqueue(self.connection, **self._ids, source=pasted("python3", text.encode()))
        await self.executor.free_slot()
        claim = await queue.claim(self.connection, judgehost_id=self.hosts[0].id, lease_s=60)
        assert claim is not None
        self.executor.start(claim)

    async def until(self, statement: str) -> None:
        async with asyncio.timeout(60):
            while not await self.connection.fetchval(statement):
                await asyncio.sleep(0.01)

    async def done(self) -> None:
        await self.until("SELECT bool_and(state = 'done') FROM judgings")


@asynccontextmanager
async def stage(pool: Pool, folder: Path, slots: Sequence[int] = (2,)) -> AsyncIterator[Stage]:
    """Hosts with so many slots each."""
    folder.mkdir()
    package = packages.loaded(folder, PACKAGE)
    async with contextlib.AsyncExitStack() as stack:
        connection = await stack.enter_async_context(pool.acquire())
        contest_id = await contests.ensure_contest(connection, name="test", title="Test")
        problem_id = await problems.problem_of(connection, await problems.publish(connection, package))
        await contests.add_problem(connection, contest_id=contest_id, problem_id=problem_id)
        user_id = await accounts.create(connection, login="a", name="a", password_hash=None, role=Role.CONTESTANT)
        hosts = [
            await _host(stack, pool, connection, folder / f"host-{number}", count) for number, count in enumerate(slots)
        ]
        yield Stage(connection, hosts, {"contest_id": contest_id, "problem_id": problem_id, "user_id": user_id})


async def _host(stack: contextlib.AsyncExitStack, pool: Pool, connection: Connection, folder: Path, slots: int) -> Host:
    folder.mkdir()
    cores = sorted(os.sched_getaffinity(0), reverse=True)
    maker = CountingMaker(cells_dir=folder)
    cells = CellPool(maker, [Slot(index=index, core=cores[index]) for index in range(slots)])
    settings = Settings(isolation=Isolation.LOCAL, data_dir=folder)
    judgehost_id = await judgehosts.register(connection, name=folder.name, slots=slots, isolation="local")
    stack.push_async_callback(cells.close)
    executor = LocalExecutor(
        pool=pool,
        cells={Isolation.LOCAL: cells},
        programs=host.open_programs(settings, await host.image_names(settings)),
        blob_cache=FileCache(folder / "blobs", most_bytes=1 << 30),
        tasks=await stack.enter_async_context(asyncio.TaskGroup()),
        judgehost_id=judgehost_id,
    )
    return Host(judgehost_id, executor, maker, pool)


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


async def test_another_host_assists(pool: Pool, short_tmp: Path) -> None:
    """An idle slot of another judgehost runs tests as well; each is run once, and nothing of it stays."""
    async with stage(pool, short_tmp / "hosts", [1, 1]) as on:
        await on.start(SLOWER + "print(n)\n")
        await on.until("SELECT count(*) > 0 FROM shared_tests")
        await on.hosts[1].assistance.fill_idle_slots()
        await on.done()

        counts = [sum(each.maker.runs.values()) for each in on.hosts]
        assert sum(counts) == TESTS
        assert min(counts) >= 2
        assert await on.connection.fetchval("SELECT verdict FROM judgings") == "AC"
        assert await on.connection.fetchval("SELECT count(*) FROM runs WHERE verdict = 'AC'") == TESTS
        assert await on.connection.fetchval("SELECT count(*) FROM shared_tests") == 0


async def test_a_host_of_another_pool_runs_nothing(pool: Pool, short_tmp: Path) -> None:
    """A contest that is judged by some hosts only is judged by no others, a test of it neither."""
    async with stage(pool, short_tmp / "pools", [1, 1]) as on:
        await on.connection.execute("UPDATE judgehosts SET pools = '{elsewhere}' WHERE id = $1", on.hosts[1].id)
        await on.start(SLOWER + "print(n)\n")
        await on.until("SELECT count(*) > 0 FROM shared_tests")
        await on.hosts[1].assistance.fill_idle_slots()
        assert on.hosts[1].executor.has_idle()
        await on.done()

        assert sum(on.maker.runs.values()) == TESTS
        assert not on.hosts[1].maker.runs


async def test_an_assistant_that_is_gone_is_not_waited_for(pool: Pool, short_tmp: Path) -> None:
    """What another judgehost took and died over is run by whoever holds the judging."""
    async with stage(pool, short_tmp / "gone", [1]) as on:
        gone_id = await judgehosts.register(on.connection, name="gone", slots=1, isolation="local")
        await on.connection.execute(
            "UPDATE judgehosts SET last_seen_at = now() - interval '1 hour' WHERE id = $1", gone_id
        )
        await on.start(SLOWER + "print(n)\n")
        await on.until("SELECT count(*) > 0 FROM shared_tests")
        await on.connection.execute(
            "UPDATE shared_tests SET judgehost_id = $1, taken_at = now() WHERE judgehost_id IS NULL", gone_id
        )
        await on.done()

        assert await on.connection.fetchval("SELECT verdict FROM judgings") == "AC"
        assert sum(on.maker.runs.values()) == TESTS


async def test_a_run_of_another_release_is_made_again(
    pool: Pool, short_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an assistant wrote and nobody here can read does not hold a judging up for ever."""
    monkeypatch.setattr(sharing, "_PATIENCE_S", 0.2)
    async with stage(pool, short_tmp / "release", [1]) as on:
        other_id = await judgehosts.register(on.connection, name="other", slots=1, isolation="local")
        await on.start(SLOWER + "print(n)\n")
        await on.until("SELECT count(*) > 0 FROM shared_tests")
        await on.connection.execute(
            "UPDATE shared_tests SET judgehost_id = $1, taken_at = now(), run = $2 WHERE index = 8",
            *(other_id, {"verdict": "perhaps"}),
        )
        await on.done()

        assert await on.connection.fetchval("SELECT verdict FROM judgings") == "AC"
        assert sum(on.maker.runs.values()) == TESTS

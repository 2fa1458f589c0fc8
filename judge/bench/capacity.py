"""What one database does for judgings and events at its most, for ``judge simulate``."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from judge.bench.figures import Figure
from judge.config import Settings
from judge.database.embedded import embedded
from judge.database.migrating import migrate
from judge.models import Compilation, Judged, Run
from judge.queueing import queue
from judge.recipes.languages import pasted
from judge.store import accounts, contests, events, judgehosts, listening, problems
from judge.store.accounts import Role
from judge.store.pool import Pool, open_pool
from judge.verdicts import Verdict
from problems.package import load
from sandbox.engine import Progress

PACKAGE = Path(__file__).parents[2] / "problems" / "samples" / "hello-sum"
CLIENTS = 8
JUDGINGS = 800
EVENTS = 2000
LISTENERS = 16
_DEADLINE_S = 120.0


async def measure(settings: Settings, said: Progress) -> list[Figure]:
    """Run the benchmark on a database of its own, which keeps its promises to the disk."""
    del settings
    folder = Path(tempfile.mkdtemp(prefix="judge-bench-"))
    folder.chmod(0o711)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        dsn = await stack.enter_async_context(embedded(folder))
        await migrate(dsn)
        pool = await stack.enter_async_context(open_pool(dsn, max_size=CLIENTS))
        said(f"{JUDGINGS} judgings queued, claimed and completed by {CLIENTS} clients at once")
        made = await _Court.open(pool)
        queued_per_s = await _rate(made.submit, JUDGINGS)
        done_per_s = await _rate(made.judge, JUDGINGS)
        said(f"{EVENTS} events, told to {LISTENERS} listeners")
        told_per_s = await _told_per_s(pool, dsn, made.contest_id)
    tests = len(made.runs)
    return [
        Figure(name="submissions queued", value=queued_per_s, unit="per s"),
        Figure(name=f"judgings claimed and completed with {tests} runs", value=done_per_s, unit="per s"),
        Figure(
            name="judgings from queuing to verdict (--database-per-s)",
            value=1 / (1 / queued_per_s + 1 / done_per_s),
            unit="per s",
        ),
        Figure(name=f"events written, and heard by each of {LISTENERS} listeners", value=told_per_s, unit="per s"),
    ]


class _Court:
    def __init__(self, pool: Pool, contest_id: int, problem_id: int, users: list[int], host_id: int) -> None:
        self.pool = pool
        self.contest_id = contest_id
        self.problem_id = problem_id
        self.users = users
        self.host_id = host_id
        self.runs = tuple(
            Run(testcase=case.name, verdict=Verdict.AC, cpu_us=1000, wall_us=1000, memory_bytes=1 << 20)
            for case in load(PACKAGE).problem.testcases
        )

    @classmethod
    async def open(cls, pool: Pool) -> _Court:
        async with pool.acquire() as to:
            contest_id = await contests.ensure_contest(to, name="bench", title="Bench")
            problem_id = await problems.problem_of(to, await problems.publish(to, load(PACKAGE)))
            await contests.add_problem(to, contest_id=contest_id, problem_id=problem_id)
            users = [
                await accounts.create(to, login=f"t{n}", name="t", password_hash=None, role=Role.CONTESTANT)
                for n in range(100)
            ]
            host_id = await judgehosts.register(to, name="bench", slots=CLIENTS, isolation="container")
        return cls(pool, contest_id, problem_id, users, host_id)

    async def submit(self, number: int) -> None:
        async with self.pool.acquire() as to:
            await queue.enqueue(
                to,
                contest_id=self.contest_id,
                problem_id=self.problem_id,
                user_id=self.users[number % len(self.users)],
                source=pasted("python3", f"print({number})\n".encode()),
            )

    async def judge(self, number: int) -> None:
        del number
        judged = Judged(verdict=Verdict.AC, compilation=Compilation(is_ok=True), runs=self.runs)
        async with self.pool.acquire() as to:
            claim = await queue.claim(to, judgehost_id=self.host_id, lease_s=60)
            assert claim is not None
            await queue.record(
                to,
                claim,
                announced=[("judging", {"state": "running", "attempt": claim.attempt, "tests_total": len(self.runs)})],
                runs=list(enumerate(self.runs, start=1)),
                is_fresh=True,
            )
            await queue.complete(to, claim, judged)


async def _rate(work: Callable[[int], Awaitable[None]], count: int) -> float:
    """How often in a second, with all clients at it."""
    numbers = iter(range(count))

    async def client() -> None:
        for number in numbers:
            await work(number)

    begin = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return count / (time.perf_counter() - begin)


async def _told_per_s(pool: Pool, dsn: str, contest_id: int) -> float:
    """Events written by all clients until the last listener has heard of the last one."""
    heard = [0] * LISTENERS
    connected = [asyncio.Event() for _ in range(LISTENERS)]
    all_heard = asyncio.Event()

    def hear(number: int, _: str) -> None:
        heard[number] += 1
        if min(heard) == EVENTS:
            all_heard.set()

    async def write(number: int) -> None:
        async with pool.acquire() as to, to.transaction():
            telling = ("run", {"attempt": 1, "ordinal": number, "verdict": "AC"})
            await events.append(to, contest_id=contest_id, submission_id=ids[number % len(ids)], events=[telling])

    async with pool.acquire() as to:
        ids = [row["id"] for row in await to.fetch("SELECT id FROM submissions")]
    listeners = [
        asyncio.create_task(listening.listen(dsn, events.CHANNEL, heard=partial(hear, n), connected=connected[n].set))
        for n in range(LISTENERS)
    ]
    try:
        async with asyncio.timeout(_DEADLINE_S):
            await asyncio.gather(*(event.wait() for event in connected))
            begin = time.perf_counter()
            await _rate(write, EVENTS)
            await all_heard.wait()
            return EVENTS / (time.perf_counter() - begin)
    finally:
        for task in listeners:
            task.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)

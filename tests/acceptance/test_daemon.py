"""The daemon as a process: it judges what is queued, and being killed costs nothing but time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from judge.queueing import queue
from judge.recipes.languages import pasted
from judge.store import accounts, contests, problems, tryouts
from judge.store.accounts import Role
from judge.store.pool import Connection, Pool
from judge.verdicts import Verdict
from problems.package import load
from sandbox import engine
from sandbox.container import LABEL

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]

SAMPLES = Path(__file__).parents[2] / "problems" / "samples"
DEADLINE_S = 60.0
#: Slow enough to be killed in the middle of its tests.
RIGHT = b"import time\nfor _ in range(10**6): pass\nprint(sum(map(int, open(0).read().split()[1:])))\n"
WRONG = b"print('nonsense')\n"


@contextlib.asynccontextmanager
async def daemon(
    dsn: str, data_dir: Path, level: str, *, canary_minutes: int = 0, **settings: str
) -> AsyncIterator[Process]:
    """A running daemon, killed at the end if it is alive."""
    environment = {
        **os.environ,
        "JUDGE_DATABASE_URL": dsn,
        "JUDGE_DATA_DIR": str(data_dir),
        "JUDGE_ISOLATION": level,
        "JUDGE_LEASE_S": "3",
        "JUDGE_CANARY_MINUTES": str(canary_minutes),
        **settings,
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "judge", "daemon", env=environment)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


class Queue:
    """Submissions of one user to one sample problem."""

    def __init__(self, connection: Connection, contest_id: int, problem_id: int, user_id: int) -> None:
        self.connection = connection
        self._ids: dict[str, Any] = {"contest_id": contest_id, "problem_id": problem_id, "user_id": user_id}
        self.expected: dict[int, Verdict] = {}

    async def submit(self, content: bytes, verdict: Verdict) -> None:
        submission_id = await queue.enqueue(self.connection, **self._ids, source=pasted("python3", content))
        self.expected[submission_id] = verdict

    async def try_out(self, content: bytes) -> int:
        """Ask for a run on an empty input; its id."""
        return await tryouts.ask(
            self.connection,
            contest_id=self._ids["contest_id"],
            problem_version_id=await problems.live_version(self.connection, self._ids["problem_id"]),
            user_id=self._ids["user_id"],
            source=pasted("python3", content),
            given=b"",
        )

    async def verdicts(self) -> dict[int, str]:
        rows = await self.connection.fetch("SELECT submission_id, verdict FROM judgings WHERE state = 'done'")
        return {row["submission_id"]: row["verdict"] for row in rows}

    async def count(self, condition: str) -> int:
        count: int = await self.connection.fetchval(f"SELECT count(*) FROM judgings WHERE {condition}")
        return count

    async def until(self, holds: Callable[[], object]) -> None:
        """Look again and again until the awaitable condition holds."""
        deadline = time.monotonic() + DEADLINE_S
        while not await holds():  # type: ignore[misc]
            assert time.monotonic() < deadline, await self.connection.fetch("SELECT state, attempt FROM judgings")
            await asyncio.sleep(0.005)

    async def all_done(self) -> bool:
        return len(await self.verdicts()) == len(self.expected)


@pytest_asyncio.fixture
async def filled(pool: Pool) -> AsyncIterator[Queue]:
    """Twelve submissions with known verdicts, all waiting."""
    async with pool.acquire() as connection:
        contest_id = await contests.ensure_contest(connection, name="test", title="Test")
        version_id = await problems.publish(connection, load(SAMPLES / "hello-sum"))
        problem_id = await problems.problem_of(connection, version_id)
        await contests.add_problem(connection, contest_id=contest_id, problem_id=problem_id)
        user_id = await accounts.create(connection, login="a", name="a", password_hash=None, role=Role.CONTESTANT)
        filled = Queue(connection, contest_id, problem_id, user_id)
        for number in range(12):
            tag = f"# {number}\n".encode()
            await filled.submit(*((WRONG + tag, Verdict.WA) if number % 4 == 3 else (RIGHT + tag, Verdict.AC)))
        yield filled


async def test_a_tryout_waits_for_no_rejudging(filled: Queue, dsn: str, short_tmp: Path) -> None:
    """The next slot that falls free is its own, however much is judged again, and it outlives the daemon's death."""
    await filled.connection.execute("UPDATE judgings SET priority = $1", queue.PRIORITY_REJUDGING)
    data_dir = short_tmp / "tried"

    async def is_begun() -> bool:
        return await filled.count("state = 'judging'") > 0

    async def is_running() -> bool:
        return bool(await filled.connection.fetchval("SELECT state = 'running' FROM tryouts"))

    async def is_tried() -> bool:
        return bool(await filled.connection.fetchval("SELECT state = 'done' FROM tryouts"))

    async with daemon(dsn, data_dir, "local", JUDGE_SLOTS="1") as process:
        await filled.until(is_begun)
        tryout_id = await filled.try_out(b"while True: pass")
        await filled.until(is_running)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    async with daemon(dsn, data_dir, "local", JUDGE_SLOTS="1"):
        await filled.until(is_tried)
        waiting = await filled.count("state = 'queued'")

    assert waiting >= 10
    row = await filled.connection.fetchrow("SELECT verdict, attempt, losses FROM tryouts WHERE id = $1", tryout_id)
    assert row is not None
    assert tuple(row) == ("TLE", 2, 1)


@pytest.mark.parametrize("level", ["local", "container"])
async def test_killing_the_daemon_loses_nothing(
    filled: Queue, dsn: str, short_tmp: Path, level: str, image_names: dict[str, str]
) -> None:
    """A kill -9 in the middle of a judging, three times over: all ends judged exactly once, with the known verdicts."""
    assert image_names
    data_dir = short_tmp / f"killed-{level}"
    kills = 0
    while kills < 3:
        async with daemon(dsn, data_dir, level) as process:
            done = len(await filled.verdicts())

            async def is_in_the_middle(done: int = done) -> bool:
                in_the_middle = "state = 'judging' AND EXISTS (SELECT FROM runs WHERE judging_id = judgings.id)"
                return len(await filled.verdicts()) > done and await filled.count(in_the_middle) > 0

            await filled.until(is_in_the_middle)
            process.send_signal(signal.SIGKILL)
            await process.wait()
        # None, where the judging was done just before.
        held = await filled.count("state = 'judging'")
        assert held <= 1
        kills += held
    async with daemon(dsn, data_dir, level) as process:
        await filled.until(filled.all_done)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0

    assert await filled.verdicts() == {key: verdict.value for key, verdict in filled.expected.items()}
    assert await filled.count("losses > 0") >= 1
    # No run twice (the primary key), none of an attempt before the one that counts, none missing.
    tests = len(load(SAMPLES / "hello-sum").problem.testcases)
    odd = await filled.connection.fetch(
        "SELECT judgings.id FROM judgings LEFT JOIN runs ON judging_id = judgings.id GROUP BY judgings.id"
        " HAVING bool_or(runs.attempt <> judgings.attempt)"
        " OR count(*) <> CASE judgings.verdict WHEN 'AC' THEN $1 ELSE 1 END",
        tests,
    )
    assert odd == []
    assert list((data_dir / "cells").glob("*/*")) == []
    assert _containers(data_dir) == []


async def test_stopping_the_daemon_gives_back(filled: Queue, dsn: str, short_tmp: Path) -> None:
    """SIGTERM ends the daemon at once, and what it judged waits in the queue again, without a loss on record."""
    async with daemon(dsn, short_tmp / "stopped", "local") as process:

        async def is_judging() -> bool:
            return await filled.count("state = 'judging'") > 0

        await filled.until(is_judging)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0

    assert await filled.count("state = 'judging'") == 0
    assert await filled.count("losses > 0") == 0
    assert await filled.count("state = 'queued'") > 0


async def test_ending_while_the_database_is_lost(pool: Pool, dsn: str, short_tmp: Path) -> None:
    """Told to end at the very moment that its connections are cut, the daemon ends: no wait swallows the order."""
    async with pool.acquire() as connection:
        for number in range(4):
            async with daemon(dsn, short_tmp / f"ending-{number}", "local") as process:
                statement = (
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
                )
                async with asyncio.timeout(DEADLINE_S):
                    while not await connection.fetchval(statement):
                        await asyncio.sleep(0.02)
                await connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                process.send_signal(signal.SIGTERM)
                assert await asyncio.wait_for(process.wait(), 30) == 0


async def test_an_idle_daemon_picks_up_at_once(filled: Queue, dsn: str, short_tmp: Path) -> None:
    """A notification, not the slow poll, is what starts a judging when the daemon was idle."""
    async with daemon(dsn, short_tmp / "idle", "local"):
        await filled.until(filled.all_done)
        for number in range(5):
            await filled.submit(WRONG + f"# again {number}\n".encode(), Verdict.WA)
            await filled.until(filled.all_done)
    waited = await filled.connection.fetchval(
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM claimed_at - queued_at))"
        " FROM (SELECT * FROM judgings ORDER BY id DESC LIMIT 5) AS last"
    )
    assert waited < 0.25


def _containers(data_dir: Path) -> list[str]:
    """Names of containers that a daemon with that folder made and that are still there."""
    client = engine.connect()
    try:
        labelled = client.containers.list(all=True, ignore_removed=True, filters={"label": LABEL})
        return [str(item.name) for item in labelled if str(data_dir) in item.labels[LABEL]]
    finally:
        client.close()

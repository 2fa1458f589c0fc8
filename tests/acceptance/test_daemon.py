"""The daemon as a process: it judges what is queued, and being killed costs nothing but time."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from judge.queueing import queue
from judge.store.pool import Pool
from judge.verdicts import Verdict
from problems.package import load
from sandbox import engine
from sandbox.container import LABEL
from tests.processes import SAMPLES, WRONG, Queue, daemon

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]


async def test_a_tryout_waits_for_no_rejudging(filled: Queue, dsn: str, short_tmp: Path) -> None:
    """The next slot that falls free is its own, however much is judged again, and it outlives the daemon's death."""
    await filled.connection.execute("UPDATE judgings SET priority = $1", queue.PRIORITY_REJUDGING)
    data_dir = short_tmp / "tried"

    async with daemon(dsn, data_dir, "local", JUDGE_SLOTS="1") as process:
        await filled.until_true("SELECT count(*) > 0 FROM judgings WHERE state = 'judging'")
        tryout_id = await filled.try_out(b"while True: pass")
        await filled.until_true("SELECT state = 'running' FROM tryouts")
        process.send_signal(signal.SIGKILL)
        await process.wait()
    async with daemon(dsn, data_dir, "local", JUDGE_SLOTS="1"):
        await filled.until_true("SELECT state = 'done' FROM tryouts")
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
        await filled.until_done()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0

    assert await filled.verdicts() == filled.expected
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


async def test_a_second_daemon_is_refused(filled: Queue, dsn: str, short_tmp: Path) -> None:
    """It would take the first one's judgings and cells for those of a dead one, and its cores for free."""
    data_dir = short_tmp / "twice"
    async with daemon(dsn, data_dir, "local") as first:
        await filled.until_true("SELECT count(*) > 0 FROM judgings WHERE state = 'judging'")
        async with daemon(dsn, data_dir, "local") as second:
            assert await asyncio.wait_for(second.wait(), 30) != 0

        assert first.returncode is None
        assert await filled.count("losses > 0") == 0


async def test_stopping_the_daemon_gives_back(filled: Queue, dsn: str, short_tmp: Path) -> None:
    """SIGTERM ends the daemon at once, and what it judged waits in the queue again, without a loss on record."""
    async with daemon(dsn, short_tmp / "stopped", "local") as process:
        await filled.until_true("SELECT count(*) > 0 FROM judgings WHERE state = 'judging'")
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
                async with asyncio.timeout(60):
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
        await filled.until_done()
        for _ in range(5):
            await filled.submit(WRONG, Verdict.WA)
            await filled.until_done()
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

"""Slots lent to work that waits in the database, while others borrow slots, too."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from judge.config import Settings
from judge.hosts.slots import gone
from judge.pipeline.room import Bench
from judge.queueing import queue
from judge.queueing.assisting import Assistance
from judge.queueing.tryouts import Tryouts
from judge.queueing.uploads import Uploads
from judge.recipes.languages import pasted
from judge.store import judgehosts, problems, shared_tests, tryouts, verifications
from judge.store.pool import Pool
from judge.store.problems import Origin
from sandbox.pool import Slot
from tests.integration.test_executor import Stage, stage
from tests.packages import loaded

pytestmark = pytest.mark.timeout(60)


async def _fill_too_late(pool: Pool, on: Stage, table: str, filling: Coroutine[Any, Any, None]) -> None:
    """Have the only slot lent to somebody else between the look at it and what the database says there is to do."""
    done = asyncio.Event()

    async def keep(bench: Bench, slot: Slot) -> None:
        await done.wait()

    async with pool.acquire() as other, other.transaction():
        await other.execute(f"LOCK TABLE {table}")
        begun = asyncio.create_task(filling)
        await on.until(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted"
            f" AND relation = '{table}'::regclass AND database = (SELECT oid FROM pg_database"
            " WHERE datname = current_database()))"
        )
        on.executor.lend(keep, is_kept=True)
    try:
        await asyncio.wait_for(begun, 10)
    finally:
        done.set()


async def _ask(on: Stage) -> None:
    """Have a tryout wait."""
    ids = await on.connection.fetchrow(
        "SELECT contest_id, problem_version_id, s.user_id FROM judgings JOIN submissions s ON s.id = submission_id"
    )
    assert ids is not None
    await tryouts.ask(on.connection, **dict(ids), source=pasted("python3", b"print(1)"), given=b"")


async def test_a_tryout_is_left_to_others(pool: Pool, short_tmp: Path) -> None:
    """It was claimed for a slot that is gone: it is given back, without a loss."""
    async with stage(pool, short_tmp / "tryout") as on:
        await _ask(on)
        tries = Tryouts(pool=pool, executor=on.executor, judgehost_id=on.host_id, lease_s=30)

        async with pool.acquire() as connection:
            await _fill_too_late(pool, on, "tryouts", tries.fill_slots(connection))

        row = await on.connection.fetchrow("SELECT state, attempt, losses FROM tryouts")
        assert row is not None
        assert tuple(row) == ("queued", 1, 0)


@pytest.mark.parametrize("has_begun", [False, True])
async def test_a_tryout_whose_slot_is_taken_before_it_had_it(pool: Pool, short_tmp: Path, *, has_begun: bool) -> None:
    """It is given back without a loss, and whoever takes the slot waits for all who have not left it."""
    async with stage(pool, short_tmp / "taken") as on:
        await _ask(on)
        tries = Tryouts(pool=pool, executor=on.executor, judgehost_id=on.host_id, lease_s=30)
        may_leave, has_left = asyncio.Event(), asyncio.Event()

        async def stay(bench: Bench, slot: Slot) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                await may_leave.wait()
                has_left.set()

        on.executor.lend(stay)
        async with pool.acquire() as connection:
            await tries.fill_slots(connection)
            if has_begun:
                await asyncio.sleep(0)
            slot, tryout = on.executor._slots.take(goes_before_tryouts=True)
        assert tryout is not None
        asyncio.get_running_loop().call_later(0.05, may_leave.set)
        await gone(tryout)
        assert has_left.is_set()
        on.executor._slots.put_back(slot)

        row = await on.connection.fetchrow("SELECT state, attempt, losses FROM tryouts")
        assert row is not None
        assert tuple(row) == ("queued", 1, 0)


async def test_an_upload_is_left_to_others(pool: Pool, short_tmp: Path) -> None:
    """The same of a package that waits to be verified."""
    async with stage(pool, short_tmp / "upload") as on:
        ids = await on.connection.fetchrow(
            "SELECT problem_version_id AS version_id, s.user_id AS by"
            " FROM judgings JOIN submissions s ON s.id = submission_id"
        )
        assert ids is not None
        await verifications.ask(on.connection, **dict(ids), contest_id=None, goes_live=False)
        settings = Settings(data_dir=short_tmp / "upload")
        uploads = Uploads(pool=pool, executor=on.executor, settings=settings, judgehost_id=on.host_id)

        await _fill_too_late(pool, on, "verifications", uploads.fill_idle_slots())

        row = await on.connection.fetchrow("SELECT state, attempt, losses FROM verifications")
        assert row is not None
        assert tuple(row) == ("queued", 1, 0)


async def test_anothers_test_cases_are_left_to_others(pool: Pool, short_tmp: Path) -> None:
    """The same of test cases that another judgehost offers."""
    async with stage(pool, short_tmp / "cases") as on:
        other = await judgehosts.register(on.connection, name="other", slots=1, isolation="local")
        claim = await queue.claim(on.connection, judgehost_id=other, lease_s=30)
        assert claim is not None
        await shared_tests.offer(on.connection, claim, [0, 1])
        # As does whoever begins afresh, since a cell failed.
        await shared_tests.offer(on.connection, claim, [1])
        assistance = Assistance(pool=pool, executor=on.executor, judgehost_id=on.host_id)

        await _fill_too_late(pool, on, "shared_tests", assistance.fill_idle_slots())

        assert await on.connection.fetchval("SELECT count(*) FROM shared_tests WHERE judgehost_id IS NULL") == 2


async def test_a_lost_database_is_no_error_of_a_package(pool: Pool, short_tmp: Path) -> None:
    """A verification that loses its connection is gone on with later; its setter is told of no error."""
    async with stage(pool, short_tmp / "lost") as on:
        by = await on.connection.fetchval("SELECT user_id FROM submissions")
        package = loaded(short_tmp / "uploaded", {"data/secret/1.ans": "11\n"})
        version_id, _ = await problems.keep(
            on.connection, package, Origin(by=by, package=b"zip", file_name="a.zip"), is_complete=True
        )
        await verifications.ask(on.connection, version_id=version_id, by=by, contest_id=None, goes_live=True)
        settings = Settings(data_dir=short_tmp / "lost")
        uploads = Uploads(pool=pool, executor=on.executor, settings=settings, judgehost_id=on.host_id)

        async with pool.acquire() as other, other.transaction():
            await other.execute("LOCK TABLE blobs")
            await uploads.fill_idle_slots()
            await on.until("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'blobs'::regclass)")
            await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND relation = 'blobs'::regclass"
            )
        await on.until("SELECT state <> 'running' FROM verifications")

        row = await on.connection.fetchrow("SELECT state, losses, outcome FROM verifications")
        assert row is not None
        assert tuple(row) == ("queued", 1, None)

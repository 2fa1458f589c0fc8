"""Incremental rejudging with real cells: only what changed is run again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from judge.queueing import rejudging
from judge.store import problems
from judge.store.pool import Connection, Pool
from judge.store.rejudgings import Plan
from judge.store.selections import Selection, Target
from problems.package import load
from tests.integration.test_executor import SAMPLES, Stage, stage

pytestmark = pytest.mark.timeout(60)


async def _runs(connection: Connection, judging_id: int) -> dict[str, int | None]:
    """Which judging made the run of each test case; None: this one."""
    rows = await connection.fetch("SELECT testcase, reused_from FROM runs WHERE judging_id = $1", judging_id)
    return {row["testcase"]: row["reused_from"] for row in rows}


async def _judged(on: Stage, **plan: object) -> dict[str, int | None]:
    """Judge again as the plan says, and what its runs are."""
    made = Plan(**{"reason": "x", "selection": Selection(), **plan})  # type: ignore[arg-type]
    await rejudging.create(on.connection, made, by=None)
    claim = await on.claim()
    on.executor.start(claim)
    await on.until(f"SELECT state = 'done' FROM judgings WHERE id = {claim.judging_id}")
    return await _runs(on.connection, claim.judging_id)


async def test_only_what_changed_is_run(pool: Pool, short_tmp: Path, tmp_path: Path) -> None:
    """A changed test is run again and the others are taken over; a changed limit, or being told to, runs everything."""
    package = tmp_path / "hello-sum"
    shutil.copytree(SAMPLES / "hello-sum", package)
    async with stage(pool, short_tmp / "incremental") as on:
        first = await on.claim()
        on.executor.start(first)
        await on.until("SELECT state = 'done' FROM judgings")
        made = await _runs(on.connection, first.judging_id)
        assert set(made.values()) == {None} and len(made) > 5
        assert await on.connection.fetchval("SELECT bool_and(length(key) = 32) FROM runs")

        (package / "data/secret/02-zero.in").write_text("1\n7\n")
        (package / "data/secret/02-zero.ans").write_text("7\n")
        changed = await problems.publish(on.connection, load(package))
        assert changed != first.problem_version_id
        again = await _judged(on, selection=Selection(is_stale=True))
        assert again == {name: None if name == "secret/02-zero" else first.judging_id for name in made}

        # Applied, it is what the next one takes over from; where the runs were made is still known.
        await rejudging.apply(on.connection, 1, by=None)
        second = await on.connection.fetchval("SELECT id FROM judgings WHERE is_current")
        third = await _judged(on, target=Target(keeps_versions=True))
        assert third == {name: second if name == "secret/02-zero" else first.judging_id for name in made}

        assert set((await _judged(on, is_fresh=True)).values()) == {None}
        settings = (package / "problem.yaml").read_text()
        (package / "problem.yaml").write_text(settings.replace("time_limit: 2", "time_limit: 9"))
        assert await problems.publish(on.connection, load(package)) > changed
        assert set((await _judged(on, selection=Selection(is_stale=True))).values()) == {None}

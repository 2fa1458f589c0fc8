"""What claiming costs, in a queue that is short and in one that is long, on a PostgreSQL of its own."""

from __future__ import annotations

import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from judge.bench.figures import Figure
from judge.bench.stage import PACKAGE
from judge.database.embedded import embedded
from judge.database.migrating import migrate
from judge.queueing import queue
from judge.store import accounts, contests, judgehosts, problems
from judge.store.accounts import Role
from judge.store.pauses import Scope
from judge.store.pool import Connection, connect
from problems.package import load
from sandbox.engine import Progress

#: Judgings in the table, and how many of them wait.
SMALL = (10_000, 5_000)
LARGE = (1_000_000, 100_000)
TEAMS = 500
CONNECTIONS = 4
#: As many as a judgehost with so many free slots takes at once.
SLOTS = 8
CLAIMS = 1_500
CLAIMS_IN_BATCHES = 8_000
LEASE_S = 3600.0

MOST_P99_MS = 5.0
LEAST_PER_S = 2000.0
#: What "flat" is: noise, and one more level of a B-tree.
MOST_RATIO = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hall:
    """A database to fill and to claim from."""

    dsn: str
    connection: Connection
    contest_ids: tuple[int, int]
    problem_id: int
    version_id: int
    user_ids: tuple[int, ...]
    judgehost_id: int


async def measure_claims(said: Progress) -> list[Figure]:
    """Fill a database in two steps, and claim from it after each."""
    folder = Path(tempfile.mkdtemp(prefix="judge-bench-"))
    folder.chmod(0o711)
    try:
        async with embedded(folder) as dsn:
            await migrate(dsn)
            async with connect(dsn) as connection:
                return await _measure(await _hall(dsn, connection), said)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(hall: _Hall, said: Progress) -> list[Figure]:
    said(f"{SMALL[0]} judgings, {SMALL[1]} of them waiting")
    await _fill(hall, *SMALL)
    short = await _one_by_one(hall)
    said(f"{LARGE[0]} judgings, {LARGE[1]} of them waiting: this takes a minute or two")
    await _fill(hall, *LARGE)
    long = await _one_by_one(hall)
    updates = await _updates(hall)
    rate = await _per_s(hall, CLAIMS, 1)
    batch_rate = await _per_s(hall, CLAIMS_IN_BATCHES, SLOTS)
    said("half of the queue is paused")
    began = time.perf_counter()
    held = await queue.pause(hall.connection, Scope(contest="second"), reason="bench")
    pausing_s = time.perf_counter() - began
    await hall.connection.execute("VACUUM judgings")
    paused = await _one_by_one(hall)
    where = f"{LARGE[0]} judgings, {LARGE[1]} waiting"
    ratio = _p50(long) / _p50(short)
    return [
        Figure(name=f"claim, {SMALL[0]} judgings, {SMALL[1]} waiting, median", value=_p50(short), unit="ms"),
        Figure(
            name=f"claim, {where}, median",
            value=_p50(long),
            unit="ms",
            compared_with={"updating one row by its key": _p50(updates)},
        ),
        Figure(
            name="the same, divided by the one before",
            value=ratio,
            unit="",
            target=f"<= {MOST_RATIO}",
            ok=ratio <= MOST_RATIO,
        ),
        _at_most(
            f"claim, {where}, 99th percentile",
            _p99(long),
            MOST_P99_MS,
            {"updating one row by its key": _p99(updates)},
        ),
        _at_most(f"claim while {held} of these are paused, 99th percentile", _p99(paused), MOST_P99_MS, {}),
        Figure(name=f"claims one at a time, {CONNECTIONS} connections", value=rate, unit="/s"),
        Figure(
            name=f"claims {SLOTS} at a time, {CONNECTIONS} connections",
            value=batch_rate,
            unit="/s",
            target=f">= {LEAST_PER_S:.0f}",
            ok=batch_rate >= LEAST_PER_S,
        ),
        Figure(name=f"pausing a contest with {held} waiting", value=pausing_s, unit="s"),
    ]


async def _hall(dsn: str, connection: Connection) -> _Hall:
    version_id = await problems.publish(connection, load(PACKAGE))
    problem_id = await problems.problem_of(connection, version_id)
    now = datetime.now(UTC)
    contest_ids = []
    for name in ("first", "second"):
        contest_ids.append(
            await contests.create(
                connection, name=name, title=name, starts_at=now, ends_at=now + timedelta(days=1), freeze_at=None
            )
        )
        await contests.add_problem(connection, contest_id=contest_ids[-1], problem_id=problem_id)
    user_ids = [
        await accounts.create(connection, login=f"team{number}", name="team", password_hash=None, role=Role.CONTESTANT)
        for number in range(TEAMS)
    ]
    judgehost_id = await judgehosts.register(
        connection, name="host", slots=SLOTS, isolation="container", levels=["container", "gvisor"]
    )
    return _Hall(
        dsn=dsn,
        connection=connection,
        contest_ids=(contest_ids[0], contest_ids[1]),
        problem_id=problem_id,
        version_id=version_id,
        user_ids=tuple(user_ids),
        judgehost_id=judgehost_id,
    )


async def _fill(hall: _Hall, total: int, waiting: int) -> None:
    """Add judgings until there are so many, of which so many are added as waiting ones."""
    there: int = await hall.connection.fetchval("SELECT count(*) FROM judgings")
    # Without looking up what each row refers to: that takes most of the time, and nothing of it is measured.
    superuser = hall.dsn.replace("//judge@", "//postgres@")
    async with connect(superuser) as connection:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("SET synchronous_commit = off")
        first: int = await connection.fetchval(
            "WITH added AS (INSERT INTO submissions (contest_id, problem_id, user_id, language)"
            "  SELECT CASE n % 2 WHEN 0 THEN $1::bigint ELSE $2 END, $3, ($4::bigint[])[1 + n % $6], 'python3'"
            "  FROM generate_series(1, $5::int) n RETURNING id) SELECT min(id) FROM added",
            *hall.contest_ids,
            hall.problem_id,
            list(hall.user_ids),
            total - there,
            TEAMS,
            timeout=300,
        )
        done = total - there - waiting
        await connection.execute(
            "INSERT INTO judgings (submission_id, problem_version_id, priority, state, verdict, lane, turn, claimed_at,"
            " finished_at) SELECT n, $1, 0, 'done', 'AC', 'default/', 0, now(), now()"
            " FROM generate_series($2::bigint, $3::bigint) n",
            hall.version_id,
            first,
            first + done - 1,
            timeout=300,
        )
        # These as any other: a trigger gives them lane and turn.
        await connection.execute("SET session_replication_role = origin")
        await connection.execute(
            "INSERT INTO judgings (submission_id, problem_version_id, priority)"
            " SELECT n, $1, 0 FROM generate_series($2::bigint, $3::bigint) n",
            hall.version_id,
            first + done,
            first + done + waiting - 1,
            timeout=300,
        )
        await connection.execute("VACUUM ANALYZE judgings, submissions", timeout=300)


async def _one_by_one(hall: _Hall) -> list[float]:
    """How long each of many claims took, one after the other, in milliseconds."""
    took = []
    for _ in range(CLAIMS):
        began = time.perf_counter()
        await _claim(hall.connection, hall, 1)
        took.append((time.perf_counter() - began) * 1000)
    return took


async def _updates(hall: _Hall) -> list[float]:
    """What Postgres takes on this machine for the least that a claim could be, in milliseconds."""
    took = []
    last: int = await hall.connection.fetchval("SELECT max(id) FROM judgings")
    for number in range(CLAIMS):
        began = time.perf_counter()
        await hall.connection.execute("UPDATE judgings SET claimed_at = now() WHERE id = $1", last - number * 7)
        took.append((time.perf_counter() - began) * 1000)
    return took


async def _per_s(hall: _Hall, claims: int, at_most: int) -> float:
    """Claims in a second on several connections, each as fast as it can."""
    rounds = iter(range(claims // at_most))

    async def work() -> None:
        async with connect(hall.dsn) as connection:
            for _ in rounds:
                await _claim(connection, hall, at_most)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(CONNECTIONS):
            tasks.create_task(work())
    return claims / (time.perf_counter() - began)


async def _claim(connection: Connection, hall: _Hall, at_most: int) -> None:
    taken = await queue.claim_some(connection, judgehost_id=hall.judgehost_id, lease_s=LEASE_S, at_most=at_most)
    assert len(taken) == at_most


def _at_most(name: str, value: float, most: float, others: dict[str, float]) -> Figure:
    return Figure(name=name, value=value, unit="ms", target=f"<= {most:.0f}", ok=value <= most, compared_with=others)


def _p50(took: Sequence[float]) -> float:
    return statistics.median(took)


def _p99(took: Sequence[float]) -> float:
    return statistics.quantiles(took, n=100)[98]

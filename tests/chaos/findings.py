"""What must not be when the storm is over, each in words."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Sequence
from typing import Any

from judge.store.pool import Connection, Pool
from judge.verdicts import Verdict
from tests.chaos import contest
from tests.chaos.faults import NEIGHBOURS, Field

_GONE_S = 20.0
_LOOK_S = 0.1


async def of_the_database(pool: Pool) -> list[str]:
    """What is wrong with judgings, runs and events."""
    async with pool.acquire() as connection:
        return [
            *await _wrong_judgings(connection),
            *await _wrong_runs(connection),
            *await _wrong_events(connection),
            *await _wrong_hosts(connection),
        ]


async def after_the_end(field: Field) -> list[str]:
    """What is left of daemons that are told to end, asked of the engine, the kernel and the disks."""
    found = []
    found += field.dispatcher.crashes
    for host in field.hosts:
        found += host.crashes
        code = await host.stop()
        found += [f"{host.name} ended with exit code {code}"] if code else []
        found += [f"{host.name} left {path}" for path in host.left_behind()]
    engine = field.engine
    deadline = time.monotonic() + _GONE_S
    while (left := [*await engine.containers(), *engine.processes()]) and time.monotonic() < deadline:
        await asyncio.sleep(_LOOK_S)
    found += [f"left over: {each}" for each in left]
    found += [f"still mounted: {point}" for point in engine.mounts() if "/merged" in point]
    return found


async def _wrong_judgings(connection: Connection) -> list[str]:
    expected = await contest.expected(connection)
    rows = await connection.fetch(
        "SELECT submission_id, verdict, state, losses, message FROM judgings WHERE is_current ORDER BY submission_id"
    )
    count = await connection.fetchval("SELECT count(*) FROM judgings")
    found = [f"{count} judgings of {len(expected)} submissions"] if count != len(expected) else []
    if sorted(expected) != [row["submission_id"] for row in rows]:
        found.append("some submission has not exactly one current judging")
    wrong = [row for row in rows if row["verdict"] != expected[row["submission_id"]]]
    return found + [f"this should be {expected[row['submission_id']]}: {dict(row)}" for row in wrong]


async def _wrong_runs(connection: Connection) -> list[str]:
    rows = await connection.fetch(
        "SELECT submission_id, judgings.verdict, judgings.attempt,"
        " array_agg(testcase ORDER BY ordinal) FILTER (WHERE testcase IS NOT NULL) AS testcases,"
        " array_agg(runs.attempt) FILTER (WHERE testcase IS NOT NULL) AS attempts"
        " FROM judgings LEFT JOIN runs ON judging_id = judgings.id GROUP BY judgings.id"
    )
    found = []
    for row in rows:
        testcases, attempts = row["testcases"] or [], row["attempts"] or []
        wanted = 0 if row["verdict"] in (Verdict.CE, Verdict.JE) else contest.TESTS
        if len(testcases) != wanted or len(set(testcases)) != wanted:
            found.append(f"submission {row['submission_id']}, {row['verdict']}, has the runs {testcases}")
        if set(attempts) - {row["attempt"]}:
            found.append(f"submission {row['submission_id']}: runs of attempts {attempts}, not {row['attempt']}")
    return found


async def _wrong_events(connection: Connection) -> list[str]:
    rows = await connection.fetch("SELECT submission_id, kind, data FROM events ORDER BY submission_id, id")
    found = []
    for submission_id, events in itertools.groupby(rows, key=lambda row: row["submission_id"]):
        told = [(row["kind"], row["data"]) for row in events]
        if (wrong := _out_of_order(told)) is not None:
            story = ", ".join(f"{kind} {_short(data)}" for kind, data in told)
            found.append(f"submission {submission_id}: {wrong} in: {story}")
    return found


def _short(data: dict[str, Any]) -> str:
    return "/".join(str(data[key]) for key in ("attempt", "state", "ordinal", "verdict") if key in data)


def _out_of_order(told: Sequence[tuple[str, dict[str, Any]]]) -> str | None:
    """What is wrong with a submission's events: they have to be a story that a page can show as they come."""
    kinds = [kind for kind, _ in told]
    if kinds[:2] != ["submission", "judging"] or kinds.count("submission") != 1:
        return "it does not begin with being submitted and queued"
    if kinds[-1] != "verdict" or kinds.count("verdict") != 1:
        return "it does not end with its only verdict"
    attempts = [data["attempt"] for _, data in told[1:]]
    if attempts != sorted(attempts):
        return "attempts go backwards"
    ordinals: list[int] = []
    for kind, data in told:
        if kind == "judging" and data["state"] in ("queued", "compiling"):
            ordinals = []
        elif kind == "run":
            ordinals.append(data["ordinal"])
            if ordinals != sorted(set(ordinals)):
                return "runs are told of twice, or out of order"
    verdict = told[-1][1]["verdict"]
    if verdict not in (Verdict.CE, Verdict.JE) and len(ordinals) != contest.TESTS:
        return "runs were not told of"
    return None


async def _wrong_hosts(connection: Connection) -> list[str]:
    rows = await connection.fetch("SELECT name, unfit FROM judgehosts WHERE unfit IS NOT NULL")
    found = [f"judgehost {row['name']} takes no work: {row['unfit']}" for row in rows]
    rows = await connection.fetch(
        "SELECT kind, detail FROM security_events WHERE kind IN ('stray-process', 'stray-mount') AND detail !~ $1",
        NEIGHBOURS,
    )
    return found + [f"incident {row['kind']}: {row['detail']}" for row in rows]

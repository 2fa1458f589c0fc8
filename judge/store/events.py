"""The append-only log that live pages replay, and the notification that there is more of it.

Kinds, with their data:

    submission  {}                                             one was made
    judging     {state, attempt, tests_total}                  state: queued, compiling, running
    run         {attempt, ordinal, testcase, verdict, score, cpu_us, memory_bytes, reason, team_message}
    verdict     {attempt, verdict, score, slowest_cpu_us, peak_memory_bytes, compile_output}

A ``judging`` event that is queued or compiling, or of a higher attempt, means: what was shown of runs is void.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from judge.store.pool import LONG_TIMEOUT_S, Connection

#: Payload: the submission's id. Sent when the transaction commits, so that a listener finds what it is told of.
CHANNEL = "judge_events"

#: An event to be: its kind and data.
Telling = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of the log."""

    id: int
    kind: str
    contest_id: int | None
    submission_id: int | None
    data: dict[str, Any]


async def append(connection: Connection, *, contest_id: int, submission_id: int, events: Sequence[Telling]) -> None:
    """Add events of one submission, in order, and wake whoever shows it."""
    await connection.executemany(
        "INSERT INTO events (kind, contest_id, submission_id, data) VALUES ($1, $2, $3, $4)",
        [(kind, contest_id, submission_id, data) for kind, data in events],
    )
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, str(submission_id))


async def append_verdicts(connection: Connection, judging_ids: Sequence[int]) -> None:
    """Tell the verdicts of judgings that are done, each its submission's current one."""
    await connection.execute(
        "WITH told AS (INSERT INTO events (kind, contest_id, submission_id, data)"
        "  SELECT 'verdict', contest_id, submission_id, jsonb_build_object('attempt', attempt, 'verdict', verdict,"
        "   'score', score, 'slowest_cpu_us', slowest_cpu_us, 'peak_memory_bytes', peak_memory_bytes,"
        "   'compile_output', coalesce(compile_output, ''))"
        "  FROM judgings JOIN submissions ON submissions.id = submission_id"
        "  WHERE judgings.id = ANY ($1) ORDER BY submission_id RETURNING submission_id)"
        " SELECT count(pg_notify($2, submission_id::text)) FROM told",
        judging_ids,
        CHANNEL,
        timeout=LONG_TIMEOUT_S,
    )


async def after(connection: Connection, *, submission_id: int, after_id: int, limit: int = 1000) -> list[Event]:
    """A submission's events with an id above ``after_id``, oldest first.

    All of one submission's events come from whoever holds its judging's lease, or, once that has a verdict, from
    whoever makes another judging the current one; one after the other, so that their ids grow in the order of their
    commits.
    """
    rows = await connection.fetch(
        "SELECT id, kind, contest_id, submission_id, data FROM events"
        " WHERE submission_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        submission_id,
        after_id,
        limit,
    )
    return [Event(**row) for row in rows]


async def before_current_judging(connection: Connection, submission_id: int) -> list[Event]:
    """A submission's events from before its current judging was queued, oldest first."""
    rows = await connection.fetch(
        "SELECT id, kind, contest_id, submission_id, data FROM events WHERE submission_id = $1 AND id <"
        " (SELECT max(id) FROM events WHERE submission_id = $1 AND kind = 'judging' AND data ->> 'state' = 'queued')"
        " ORDER BY id",
        submission_id,
    )
    return [Event(**row) for row in rows]

"""What a contest's judgings cost, and how they went, for the simulation."""

from __future__ import annotations

from dataclasses import dataclass

from judge.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """A judging that is done; seconds from the first one's queuing."""

    user_id: int
    priority: int
    queued_s: float
    claimed_s: float
    finished_s: float


async def of_contest(connection: Connection, contest_id: int) -> list[Traced]:
    """The contest's judgings that went through the queue once, in the order they were queued."""
    rows = await connection.fetch(
        "SELECT submissions.user_id, priority,"
        " extract(epoch FROM queued_at - min(queued_at) OVER ())::float8 AS queued_s,"
        " extract(epoch FROM claimed_at - min(queued_at) OVER ())::float8 AS claimed_s,"
        " extract(epoch FROM finished_at - min(queued_at) OVER ())::float8 AS finished_s"
        " FROM judgings JOIN submissions ON submissions.id = submission_id"
        " WHERE contest_id = $1 AND state = 'done' AND claimed_at IS NOT NULL AND attempt = 1 ORDER BY queued_at",
        contest_id,
    )
    return [Traced(**row) for row in rows]


async def slots(connection: Connection, contest_id: int) -> list[int]:
    """The slots of each judgehost that judged in the contest."""
    rows = await connection.fetch(
        "SELECT slots FROM judgehosts WHERE id IN (SELECT judgehost_id FROM judgings"
        " JOIN submissions ON submissions.id = submission_id WHERE contest_id = $1) ORDER BY id",
        contest_id,
    )
    return [row["slots"] for row in rows]

"""Verdicts that a person sets: a judging without runs, beside the one that it takes the place of."""

from __future__ import annotations

from judge.errors import NotFound, UsageError
from judge.store.pool import Connection
from judge.store.swaps import Swap
from judge.verdicts import Verdict


async def add(
    connection: Connection, submission_id: int, verdict: Verdict, *, score: float | None, reason: str, by: int | None
) -> Swap:
    """A judging that says so, and the swap that makes it count.

    Args:
        connection: with a transaction that holds the lock of ``swaps``.
        submission_id: whose verdict.
        verdict: what it is to be.
        score: for scoring problems.
        reason: for the jury.
        by: the account that decides; None is the command line.

    Raises:
        NotFound: there is no such submission.
        UsageError: it has no verdict yet.
    """
    current = await connection.fetchrow(
        "SELECT id, state::text, problem_version_id FROM judgings WHERE submission_id = $1 AND is_current",
        submission_id,
    )
    if current is None:
        raise NotFound("There is no submission %(submission_id)s.", submission_id=submission_id)
    if current["state"] != "done":
        raise UsageError(
            "submission %(submission_id)s is still being judged; wait for its verdict", submission_id=submission_id
        )
    judging_id: int = await connection.fetchval(
        "INSERT INTO judgings (submission_id, problem_version_id, is_current, state, attempt, finished_at, verdict,"
        " score, override_reason, override_by)"
        " SELECT submission_id, problem_version_id, false, 'done', attempt, now(), $2, $3, $4, $5"
        " FROM judgings WHERE id = $1 RETURNING id",
        current["id"],
        verdict.value,
        score,
        reason,
        by,
    )
    return Swap(submission_id=submission_id, old_judging_id=current["id"], new_judging_id=judging_id)

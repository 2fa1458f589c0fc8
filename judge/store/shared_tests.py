"""Test cases of long judgings that are there for any judgehost to run.

Whoever holds the judging lists them, and takes those it runs itself like everybody else. They say nothing of the
judging: they go with the attempt they belong to, and every run in them may be dropped.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from judge.models import Run
from judge.store.judgings import Claim
from judge.store.pool import Connection

_RUN = TypeAdapter(Run)


async def offer(connection: Connection, claim: Claim, indices: Sequence[int]) -> None:
    """List test cases of a judging that is held, for others to run; those listed already stay as they are."""
    await connection.execute(
        "INSERT INTO shared_tests (judging_id, attempt, index) SELECT $1, $2, unnest($3::int[]) ON CONFLICT DO NOTHING",
        *(claim.judging_id, claim.attempt, list(indices)),
    )


async def drop(connection: Connection, claim: Claim) -> None:
    """Nobody need run any of them any more, nor of earlier attempts."""
    await connection.execute(
        "DELETE FROM shared_tests WHERE judging_id = $1 AND attempt <= $2", claim.judging_id, claim.attempt
    )


async def offered(connection: Connection, *, judgehost_id: int) -> Claim | None:
    """The claim of another judgehost that has most test cases waiting, of a pool and at a level of this one's."""
    row = await connection.fetchrow(
        "SELECT judgings.id AS judging_id, judgings.attempt, submission_id, contest_id, problem_version_id,"
        " priority, judgings.isolation, rejudging_id FROM"
        " (SELECT judging_id, attempt, count(*) AS waiting FROM shared_tests WHERE judgehost_id IS NULL GROUP BY 1, 2)"
        " AS open JOIN judgings ON judgings.id = open.judging_id AND judgings.attempt = open.attempt"
        " JOIN submissions ON submissions.id = submission_id"
        " JOIN judgehosts mine ON mine.id = $1 AND judgings.isolation = ANY (mine.levels)"
        " AND split_part(judgings.lane, '/', 1) = ANY (mine.pools)"
        " WHERE judgings.state = 'judging' AND judgings.judgehost_id <> $1"
        " ORDER BY priority, waiting DESC, judgings.id LIMIT 1",
        judgehost_id,
    )
    return None if row is None else Claim(**row)


async def take(connection: Connection, claim: Claim, *, judgehost_id: int) -> int | None:
    """Take the first test case that waits, for a judgehost that assists; None: none does."""
    taken: int | None = await connection.fetchval(
        "UPDATE shared_tests SET judgehost_id = $3, taken_at = now() WHERE (judging_id, attempt, index) ="
        " (SELECT judging_id, attempt, index FROM shared_tests WHERE judging_id = $1 AND attempt = $2"
        "  AND judgehost_id IS NULL ORDER BY index LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING index",
        *(claim.judging_id, claim.attempt, judgehost_id),
    )
    return taken


async def take_back(connection: Connection, claim: Claim, index: int, *, patience_s: float) -> bool:
    """Take that test case for whoever holds the judging; false: an assistant is at it, or has run it.

    An assistant that has not been heard of for ``patience_s``, or takes longer than that, is not waited for.
    """
    is_others = await connection.fetchval(
        "SELECT true FROM shared_tests JOIN judgings ON judgings.id = judging_id"
        " JOIN judgehosts ON judgehosts.id = shared_tests.judgehost_id"
        " WHERE judging_id = $1 AND shared_tests.attempt = $2 AND index = $3"
        " AND shared_tests.judgehost_id <> judgings.judgehost_id"
        " AND (run IS NOT NULL OR least(taken_at, last_seen_at) > now() - make_interval(secs => $4))",
        *(claim.judging_id, claim.attempt, index, patience_s),
    )
    if is_others:
        return False
    # Both may be at it now and then, which costs one run: the assistant's is not asked for.
    await connection.execute(
        "UPDATE shared_tests SET judgehost_id = judgings.judgehost_id, taken_at = now() FROM judgings"
        " WHERE judgings.id = judging_id AND judging_id = $1 AND shared_tests.attempt = $2 AND index = $3",
        *(claim.judging_id, claim.attempt, index),
    )
    return True


async def result(connection: Connection, claim: Claim, index: int) -> Run | None:
    """What an assistant made of that test case, as far as it has."""
    document = await connection.fetchval(
        "SELECT run FROM shared_tests WHERE judging_id = $1 AND attempt = $2 AND index = $3",
        *(claim.judging_id, claim.attempt, index),
    )
    try:
        return None if document is None else _RUN.validate_python(document)
    except ValidationError:
        # A judgehost of another release wrote it.
        return None


async def put(connection: Connection, claim: Claim, index: int, run: Run, *, judgehost_id: int) -> bool:
    """Write down what came of a test case that was taken; false: nobody wants it any more."""
    kept = await connection.fetchval(
        "UPDATE shared_tests SET run = $5 WHERE judging_id = $1 AND attempt = $2 AND index = $3 AND judgehost_id = $4"
        " RETURNING true",
        *(claim.judging_id, claim.attempt, index, judgehost_id, _RUN.dump_python(run, mode="json")),
    )
    return bool(kept)


async def give_back(connection: Connection, claim: Claim, index: int, *, judgehost_id: int) -> None:
    """Leave a test case that was taken to others."""
    await connection.execute(
        "UPDATE shared_tests SET judgehost_id = NULL, taken_at = NULL"
        " WHERE judging_id = $1 AND attempt = $2 AND index = $3 AND judgehost_id = $4 AND run IS NULL",
        *(claim.judging_id, claim.attempt, index, judgehost_id),
    )

"""The queue's table: claiming, renewing, recording and finishing judgings.

Each function is one statement or belongs into one transaction of the caller's. A judging is held by whoever claimed it
last: every write after the claim names the attempt, and changes nothing if that attempt holds the lease no longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from judge.errors import LeaseLost
from judge.models import Judged, Run, Source, SourceFile
from judge.store.pool import Connection

#: A judging lost this often takes its judgehost down with it; it ends as JE instead of being tried for ever.
MOST_LOSSES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A judging that is ours until the lease runs out."""

    judging_id: int
    attempt: int
    submission_id: int
    contest_id: int
    problem_version_id: int
    #: The level to judge at.
    isolation: str


async def add(connection: Connection, *, submission_id: int, problem_version_id: int, priority: int) -> int:
    """Queue a judging of a submission, as its current one; the judging's id.

    ``backlog`` counts the same user's judgings that wait already: everybody's first goes before anybody's second.
    """
    judging_id: int = await connection.fetchval(
        "INSERT INTO judgings (submission_id, problem_version_id, priority, backlog) VALUES ($1, $2, $3,"
        " (SELECT count(*) FROM judgings JOIN submissions ON submissions.id = submission_id"
        "  WHERE state = 'queued' AND user_id = (SELECT user_id FROM submissions WHERE id = $1))) RETURNING id",
        submission_id,
        problem_version_id,
        priority,
    )
    return judging_id


async def claim(connection: Connection, *, judgehost_id: int, lease_s: float) -> Claim | None:
    """Take the first judging in the queue that this judgehost can give the walls for; None if nothing waits."""
    row = await connection.fetchrow(
        "WITH host AS (SELECT isolation, levels FROM judgehosts WHERE id = $1),"
        " next AS (SELECT judgings.id, coalesce(contests.isolation, host.isolation) AS isolation"
        "  FROM host CROSS JOIN judgings JOIN submissions ON submissions.id = submission_id"
        "  JOIN contests ON contests.id = contest_id"
        "  WHERE state = 'queued' AND (contests.isolation IS NULL OR contests.isolation = ANY (host.levels))"
        "  ORDER BY priority, backlog, judgings.id FOR UPDATE OF judgings SKIP LOCKED LIMIT 1),"
        " claimed AS (UPDATE judgings SET state = 'judging', attempt = attempt + 1, judgehost_id = $1,"
        "  isolation = next.isolation, claimed_at = now(), lease_until = now() + make_interval(secs => $2) FROM next"
        "  WHERE judgings.id = next.id RETURNING judgings.*)"
        " SELECT claimed.id AS judging_id, attempt, submission_id, contest_id, problem_version_id, isolation"
        " FROM claimed JOIN submissions ON submissions.id = submission_id",
        judgehost_id,
        lease_s,
    )
    return None if row is None else Claim(**row)


async def load_source(connection: Connection, submission_id: int) -> Source:
    """The submitted program."""
    rows = await connection.fetch(
        "SELECT language, name, content FROM submissions JOIN submission_files ON submission_id = submissions.id"
        " JOIN blobs USING (sha256) WHERE submissions.id = $1 ORDER BY ordinal",
        submission_id,
    )
    files = tuple(SourceFile(name=row["name"], content=row["content"]) for row in rows)
    return Source(language=rows[0]["language"], files=files)


async def renew(connection: Connection, *, claims: Sequence[Claim], lease_s: float) -> set[int]:
    """Keep leases for longer; the ids of those judgings that are still ours."""
    rows = await connection.fetch(
        "UPDATE judgings SET lease_until = now() + make_interval(secs => $3)"
        " FROM unnest($1::bigint[], $2::int[]) AS held (judging_id, held_attempt)"
        " WHERE id = judging_id AND attempt = held_attempt AND state = 'judging' RETURNING id",
        [claim.judging_id for claim in claims],
        [claim.attempt for claim in claims],
        lease_s,
    )
    return {row["id"] for row in rows}


async def hold(connection: Connection, claim: Claim) -> None:
    """Make sure within this transaction that the lease is ours, and that nobody takes it until the end of it.

    Raises:
        LeaseLost: it is not.
    """
    held = await connection.fetchval(
        "SELECT true FROM judgings WHERE id = $1 AND attempt = $2 AND state = 'judging' FOR UPDATE",
        claim.judging_id,
        claim.attempt,
    )
    if not held:
        raise LeaseLost(f"judging {claim.judging_id}, attempt {claim.attempt}")


async def forget_runs(connection: Connection, claim: Claim) -> None:
    """Drop what an attempt before this one, or a first try of this one, recorded."""
    await connection.execute("DELETE FROM runs WHERE judging_id = $1", claim.judging_id)


async def add_runs(connection: Connection, claim: Claim, runs: Sequence[tuple[int, Run]]) -> None:
    """Record runs by the ordinals of their test cases; those recorded already stay as they are.

    A connection that is cut while the commit is on its way leaves open whether it happened; whoever then tries again
    must find no fault with what is there.
    """
    await connection.executemany(
        "INSERT INTO runs (judging_id, ordinal, attempt, testcase, verdict, cpu_us, wall_us, memory_bytes, exit_code,"
        " signal, reason, message, noise, team_message, score, multiplier, passes)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
        " ON CONFLICT (judging_id, ordinal) DO NOTHING",
        [
            (
                *(claim.judging_id, ordinal, claim.attempt, run.testcase, run.verdict, run.cpu_us, run.wall_us),
                *(run.memory_bytes, run.exit_code, run.signal, run.reason, run.message, dict(run.noise)),
                *(run.team_message, run.score, run.multiplier, run.passes),
            )
            for ordinal, run in runs
        ],
    )


async def finish(connection: Connection, claim: Claim, judged: Judged) -> None:
    """Record the verdict. Within a transaction that holds the lease."""
    await connection.execute(
        "UPDATE judgings SET state = 'done', lease_until = NULL, finished_at = now(), verdict = $2, compile_ok = $3,"
        " compile_output = $4, compile_cpu_us = $5, slowest_cpu_us = $6, peak_memory_bytes = $7, message = $8,"
        " score = $9 WHERE id = $1",
        claim.judging_id,
        judged.verdict,
        judged.compilation.is_ok,
        judged.compilation.output,
        judged.compilation.cpu_us,
        judged.slowest_cpu_us,
        judged.peak_memory_bytes,
        judged.message or None,
        judged.score,
    )
    await connection.execute(
        "UPDATE judgings SET compiler_version = known.version, compile_image = known.compile_image,"
        " run_image = known.run_image FROM toolchains known JOIN submissions ON submissions.language = known.language"
        " WHERE judgings.id = $1 AND submissions.id = judgings.submission_id"
        " AND known.judgehost_id = judgings.judgehost_id",
        claim.judging_id,
    )


async def release(connection: Connection, claims: Sequence[Claim]) -> list[Claim]:
    """Give judgings back that were claimed and will not be finished; those that were still ours."""
    rows = await connection.fetch(
        "UPDATE judgings SET state = 'queued', lease_until = NULL"
        " FROM unnest($1::bigint[], $2::int[]) AS held (judging_id, held_attempt)"
        " WHERE id = judging_id AND attempt = held_attempt AND state = 'judging' RETURNING id",
        [claim.judging_id for claim in claims],
        [claim.attempt for claim in claims],
    )
    released = {row["id"] for row in rows}
    return [claim for claim in claims if claim.judging_id in released]


async def count_loss(connection: Connection, claim: Claim) -> int:
    """Note that the claim ended without a word from its holder; how often that has happened to the judging."""
    losses: int = await connection.fetchval(
        "UPDATE judgings SET losses = losses + 1 WHERE id = $1 RETURNING losses", claim.judging_id
    )
    return losses


async def lapsed(connection: Connection, *, limit: int = 100) -> list[Claim]:
    """Claims whose lease ran out, locked for this transaction."""
    rows = await connection.fetch(
        "SELECT judgings.id AS judging_id, attempt, submission_id, contest_id, problem_version_id, isolation"
        " FROM judgings JOIN submissions ON submissions.id = submission_id"
        " WHERE state = 'judging' AND lease_until < now() ORDER BY lease_until LIMIT $1"
        " FOR UPDATE OF judgings SKIP LOCKED",
        limit,
    )
    return [Claim(**row) for row in rows]


async def of_judgehost(connection: Connection, judgehost_id: int) -> list[Claim]:
    """Claims that a judgehost held, locked for this transaction: those of its earlier life, when it starts anew."""
    rows = await connection.fetch(
        "SELECT judgings.id AS judging_id, attempt, submission_id, contest_id, problem_version_id, isolation"
        " FROM judgings JOIN submissions ON submissions.id = submission_id"
        " WHERE state = 'judging' AND judgehost_id = $1 FOR UPDATE OF judgings",
        judgehost_id,
    )
    return [Claim(**row) for row in rows]

"""The queue's table: claiming, renewing, recording and finishing judgings.

Each function is one statement or belongs into one transaction of the caller's. A judging is held by whoever claimed it
last: every write after the claim names the attempt, and changes nothing if that attempt holds the lease no longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from judge.errors import LeaseLost
from judge.models import Judged, Run, Source, SourceFile
from judge.store import blobs
from judge.store.pool import LONG_TIMEOUT_S, Connection

#: A judging lost this often takes its judgehost down with it; it ends as JE instead of being tried for ever.
MOST_LOSSES = 3
#: How long a transaction that holds a judging's row may do nothing before Postgres ends it.
_PATIENCE = "5s"

#: Lower goes first: contests, practice, rejudgings, the jury's own. Others are refused by the table.
PRIORITIES = (0, 10, 20, 30)
#: What tryouts wait for. The others wait for tryouts.
BEFORE_TRYOUTS = PRIORITIES[:2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A judging that is ours until the lease runs out."""

    judging_id: int
    attempt: int
    submission_id: int
    contest_id: int
    problem_version_id: int
    priority: int
    #: The level to judge at.
    isolation: str
    #: None: the submission's current judging, which its page shows live.
    rejudging_id: int | None

    @property
    def goes_before_tryouts(self) -> bool:
        return self.priority in BEFORE_TRYOUTS


async def add(connection: Connection, *, submission_id: int, problem_version_id: int, priority: int) -> int:
    """Queue a judging of a submission, as its current one; the judging's id.

    A trigger gives it lane and turn, and holds it if it is paused: see ``migrations/versions/0006_queue.sql``.
    """
    judging_id: int = await connection.fetchval(
        "INSERT INTO judgings (submission_id, problem_version_id, priority) VALUES ($1, $2, $3) RETURNING id",
        submission_id,
        problem_version_id,
        priority,
    )
    return judging_id


async def add_chosen(
    connection: Connection, chosen: str, args: Sequence[object], *, rejudging_id: int, repeats: int, priority: int
) -> int:
    """Queue the judgings of a rejudging beside the current ones; of how many submissions.

    Users take turns here too, and all first repetitions go before the second ones.

    Args:
        connection: with the rejudging's transaction.
        chosen: a query that gives ``submission_id``, ``problem_version_id``, ``user_id``, ``lane`` and ``is_held``.
        args: its parameters.
        rejudging_id: of a rejudging that has no judgings yet.
        repeats: how many judgings each submission gets.
        priority: of all of them.
    """
    first = len(args) + 1
    await connection.execute("SELECT share_pauses()")
    # Placed here, once for each user: judgings that have their turns are not placed one by one.
    count: int = await connection.fetchval(
        f"WITH chosen AS ({chosen}),"
        " users AS MATERIALIZED ("
        f"  SELECT user_id, lane, count(*) AS total, next_turn(lane, ${first + 2}::smallint, user_id) AS turn"
        "  FROM chosen GROUP BY user_id, lane),"
        " placed AS (SELECT chosen.*, turn, total,"
        "  row_number() OVER (PARTITION BY user_id, lane ORDER BY submission_id) - 1 AS place"
        "  FROM chosen JOIN users USING (user_id, lane)),"
        " made AS (INSERT INTO judgings"
        "  (submission_id, problem_version_id, rejudging_id, repetition, is_current, priority, user_id, lane, turn,"
        "   is_held)"
        f"  SELECT submission_id, problem_version_id, ${first}, repetition, false, ${first + 2}::smallint, user_id,"
        "   lane, turn + place + (repetition - 1) * total, is_held"
        f"  FROM placed CROSS JOIN generate_series(1, ${first + 1}::int) AS repetition"
        "  ORDER BY repetition, submission_id RETURNING submission_id)"
        " SELECT count(DISTINCT submission_id) FROM made",
        *args,
        rejudging_id,
        repeats,
        priority,
        timeout=LONG_TIMEOUT_S,
    )
    return count


async def drop_queued(connection: Connection, rejudging_id: int) -> int:
    """End a rejudging's judgings that nobody has begun, without a verdict; how many those were."""
    # Out of its lane, so that its turn does not count as one that was served.
    dropped: int = await connection.fetchval(
        "WITH dropped AS (UPDATE judgings SET state = 'dropped', lane = NULL"
        "  WHERE rejudging_id = $1 AND state = 'queued' RETURNING 1) SELECT count(*) FROM dropped",
        rejudging_id,
    )
    return dropped


async def claim(
    connection: Connection,
    *,
    judgehost_id: int,
    lease_s: float,
    at_most: int = 1,
    priorities: Sequence[int] = PRIORITIES,
) -> list[Claim]:
    """Take judgings from the front of the queue, of those that this judgehost can give pool and walls for.

    Heads of the host's lanes are compared by priority, then by how many turns each is away from what its lane serves
    now, then by age. Several are taken at once only where no two lanes have heads of the same priority; so none but an
    empty answer means that nothing waits.
    """
    # The numbers stand in the statement itself: behind parameters Postgres could not know how few there are, and would
    # plan each claim anew, which takes longer than claiming.
    statement = _CLAIM.replace("AT_MOST", str(int(at_most))).replace("AMONG", rows_of(priorities))
    rows = await connection.fetch(statement, judgehost_id, lease_s)
    return [Claim(**row) for row in rows]


def rows_of(priorities: Sequence[int]) -> str:
    """Priorities as the rows of ``VALUES``."""
    return ", ".join(f"({int(priority)}::smallint)" for priority in priorities)


#: Each step reads a few entries of an index, however many judgings there are and wait. The lateral subqueries stop at
#: their limits, so that no row is locked but those that are taken; what somebody else is about to take is passed over.
_CLAIM = """
    WITH host AS (
      SELECT isolation, levels, pools FROM judgehosts WHERE id = $1 AND NOT is_locked AND disabled IS NULL
        AND NOT EXISTS (SELECT FROM maintenance)
    ),
    heads AS MATERIALIZED (
      SELECT lane, priority, head.turn, head.id, head.turn - coalesce((
          SELECT max(turn) FROM judgings served
          WHERE served.lane = lanes.lane AND served.priority = priorities.priority AND state <> 'queued'
        ), 0) AS turns_away
      FROM (SELECT pool || '/' || level AS lane FROM host, unnest(pools) pool, unnest(levels || ARRAY['']) level) lanes
      CROSS JOIN (VALUES AMONG) AS priorities (priority)
      CROSS JOIN LATERAL (
        SELECT id, turn FROM judgings ready
        WHERE ready.lane = lanes.lane AND ready.priority = priorities.priority AND state = 'queued' AND NOT is_held
        ORDER BY turn, id LIMIT 1
      ) head
    ),
    next AS (
      SELECT taken.id FROM (SELECT * FROM heads ORDER BY priority, turns_away, id) first
      CROSS JOIN LATERAL (
        SELECT id FROM judgings ready
        WHERE ready.lane = first.lane AND ready.priority = first.priority AND state = 'queued' AND NOT is_held
          AND (ready.turn, ready.id) >= (first.turn, first.id)
        ORDER BY turn, id LIMIT AT_MOST FOR UPDATE SKIP LOCKED
      ) taken
      LIMIT (SELECT CASE WHEN count(*) = count(DISTINCT priority) THEN AT_MOST ELSE 1 END FROM heads)
    ),
    claimed AS (
      UPDATE judgings SET state = 'judging', attempt = attempt + 1, judgehost_id = $1,
             isolation = coalesce(nullif(split_part(lane, '/', 2), ''), host.isolation),
             claimed_at = now(), lease_until = now() + make_interval(secs => $2)
      FROM next, host WHERE judgings.id = next.id RETURNING judgings.*
    )
    SELECT claimed.id AS judging_id, attempt, submission_id, problem_version_id, priority, isolation, rejudging_id,
           (SELECT contest_id FROM submissions WHERE id = submission_id) AS contest_id
    FROM claimed ORDER BY priority, turn, claimed.id
"""


async def load_source(connection: Connection, submission_id: int) -> Source:
    """The submitted program."""
    rows = await connection.fetch(
        "SELECT language, name, sha256 FROM submissions JOIN submission_files ON submission_id = submissions.id"
        " WHERE submissions.id = $1 ORDER BY ordinal",
        submission_id,
    )
    contents = await blobs.get_all(connection, {row["sha256"] for row in rows})
    files = tuple(SourceFile(name=row["name"], content=contents[row["sha256"]]) for row in rows)
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


async def share_pauses(connection: Connection) -> None:
    """Let nobody pause or resume until the end of this transaction, which must be soon; before any row is locked."""
    await connection.execute(
        "SELECT share_pauses(), set_config('idle_in_transaction_session_timeout', $1, true)", _PATIENCE
    )


async def place_again(
    connection: Connection, *, contest_id: int | None = None, problem_id: int | None = None, language: str | None = None
) -> int:
    """Give what waits of that contest, problem and language its lane anew, and hold or free it; how many were changed.

    What is freed, or gets another lane, takes its turn there behind those of the same user: a flood that was held is
    still nobody's second before somebody's first. Keeps everybody from queueing until the end of the transaction.
    """
    await connection.execute("SELECT own_pauses()")
    tag = await connection.execute(
        """
        WITH waiting AS (
          SELECT j.id, j.priority, j.turn, j.user_id, j.lane AS old_lane, j.is_held AS was_held,
                 c.pool || '/' || coalesce(c.isolation, '') AS lane,
                 is_paused(s.contest_id, s.problem_id, s.language) AS is_held
          FROM judgings j JOIN submissions s ON s.id = j.submission_id JOIN contests c ON c.id = s.contest_id
          WHERE j.state = 'queued' AND ($1::bigint IS NULL OR s.contest_id = $1)
            AND ($2::bigint IS NULL OR s.problem_id = $2) AND ($3::text IS NULL OR s.language = $3)
        ),
        changed AS MATERIALIZED (
          SELECT *, row_number() OVER (PARTITION BY lane, priority, user_id, is_held ORDER BY turn, id) - 1 AS place
          FROM waiting WHERE old_lane <> lane OR was_held <> is_held
        ),
        next AS MATERIALIZED (
          SELECT lane, priority, user_id, next_turn(lane, priority, user_id) AS turn
          FROM changed WHERE NOT is_held GROUP BY lane, priority, user_id
        )
        UPDATE judgings j SET lane = changed.lane, is_held = changed.is_held, turn = coalesce(next.turn + place, j.turn)
        FROM changed LEFT JOIN next ON NOT changed.is_held AND next.lane = changed.lane
          AND next.priority = changed.priority AND next.user_id = changed.user_id
        WHERE j.id = changed.id AND j.state = 'queued'
        """,
        contest_id,
        problem_id,
        language,
    )
    return int(tag.removeprefix("UPDATE "))


async def hold(connection: Connection, claim: Claim) -> None:
    """Make sure within this transaction that the lease is ours, and that nobody takes it until the end of it.

    Raises:
        LeaseLost: it is not.
    """
    # A holder that hangs in the middle of the transaction would keep everybody else from the row, sweepers included.
    held = await connection.fetchval(
        "SELECT true FROM judgings, set_config('idle_in_transaction_session_timeout', $3, true)"
        " WHERE id = $1 AND attempt = $2 AND state = 'judging' FOR UPDATE OF judgings",
        claim.judging_id,
        claim.attempt,
        _PATIENCE,
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
        " signal, reason, message, noise, team_message, score, multiplier, passes, key, reused_from)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)"
        " ON CONFLICT (judging_id, ordinal) DO NOTHING",
        [
            (
                *(claim.judging_id, ordinal, claim.attempt, run.testcase, run.verdict, run.cpu_us, run.wall_us),
                *(run.memory_bytes, run.exit_code, run.signal, run.reason, run.message, dict(run.noise)),
                *(run.team_message, run.score, run.multiplier, run.passes),
                *(bytes.fromhex(run.key) or None, run.reused_from),
            )
            for ordinal, run in runs
        ],
    )


async def finish(connection: Connection, claim: Claim, judged: Judged) -> None:
    """Record the verdict. Within a transaction that holds the lease."""
    await connection.execute(
        "UPDATE judgings SET state = 'done', lease_until = NULL, finished_at = now(), verdict = $2, compile_ok = $3,"
        " compile_output = $4, compile_cpu_us = $5, slowest_cpu_us = $6, peak_memory_bytes = $7, message = $8,"
        " score = $9, parts = $10 WHERE id = $1",
        claim.judging_id,
        judged.verdict,
        judged.compilation.is_ok,
        judged.compilation.output,
        judged.compilation.cpu_us,
        judged.slowest_cpu_us,
        judged.peak_memory_bytes,
        judged.message or None,
        judged.score,
        dict(judged.parts) or None,
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
        "UPDATE judgings SET state = 'queued', lease_until = NULL, sent_at = NULL"
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
        "SELECT judgings.id AS judging_id, attempt, submission_id, contest_id, problem_version_id, priority,"
        " isolation, rejudging_id FROM judgings JOIN submissions ON submissions.id = submission_id"
        " WHERE state = 'judging' AND lease_until < now() ORDER BY lease_until LIMIT $1"
        " FOR UPDATE OF judgings SKIP LOCKED",
        limit,
    )
    return [Claim(**row) for row in rows]


async def of_judgehost(connection: Connection, judgehost_id: int) -> list[Claim]:
    """Claims that a judgehost held, locked for this transaction: those of its earlier life, when it starts anew."""
    rows = await connection.fetch(
        "SELECT judgings.id AS judging_id, attempt, submission_id, contest_id, problem_version_id, priority,"
        " isolation, rejudging_id FROM judgings JOIN submissions ON submissions.id = submission_id"
        " WHERE state = 'judging' AND judgehost_id = $1 FOR UPDATE OF judgings",
        judgehost_id,
    )
    return [Claim(**row) for row in rows]

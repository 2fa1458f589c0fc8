"""Balloons of a contest: to be brought, and brought. What is solved is told from the verdicts that count now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from judge.errors import NotFound
from judge.store import scores
from judge.store.contests import Contest
from judge.store.pool import Connection

#: Of those that were brought, how many are shown.
MOST_DELIVERED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Balloon:
    """A problem that somebody solved, or that they had solved when the balloon was brought."""

    problem_id: int
    label: str
    colour: str | None
    user_id: int
    name: str
    group_name: str | None
    #: None: it is not solved any more.
    solved_at: datetime | None
    #: Whether nobody solved the problem earlier, or may turn out to have done so.
    is_first: bool
    #: None: it is still to be brought.
    delivered_at: datetime | None
    delivered_by: str | None


#: What is solved as far as the public's scoreboard tells, joined with what was brought.
_BALLOONS = f"""
    WITH counted AS (
      SELECT scores.* FROM scores JOIN users u ON u.id = user_id AND u.role = 'contestant' WHERE {scores.SHOWN}
    ),
    solved AS (SELECT problem_id, user_id, best_at, submission_id FROM counted WHERE is_accepted),
    firsts AS (
      SELECT DISTINCT ON (problem_id) problem_id, user_id, best_at FROM solved
      ORDER BY problem_id, best_at, submission_id
    )
    SELECT problem_id, cp.label, cp.colour, user_id, u.name, u.group_name, s.best_at AS solved_at,
           f.user_id IS NOT NULL AND NOT EXISTS (
             SELECT FROM counted c WHERE c.problem_id = f.problem_id AND c.waiting_at < f.best_at
           ) AS is_first,
           b.delivered_at, d.name AS delivered_by
    FROM solved s FULL JOIN (SELECT * FROM balloons WHERE contest_id = $1) b USING (problem_id, user_id)
    JOIN contest_problems cp USING (problem_id) JOIN users u ON u.id = user_id
    LEFT JOIN firsts f USING (problem_id, user_id) LEFT JOIN users d ON d.id = b.delivered_by
    WHERE cp.contest_id = $1
"""


async def listed(connection: Connection, contest: Contest) -> list[Balloon]:
    """Balloons to be brought, the earliest first; then those that were, the latest first, up to a number of them."""
    await scores.ensure_counted(connection, contest.id)
    rows = await connection.fetch(
        f"({_BALLOONS} AND b.delivered_at IS NULL ORDER BY s.best_at, s.submission_id)"
        f" UNION ALL ({_BALLOONS} AND b.delivered_at IS NOT NULL ORDER BY b.delivered_at DESC, problem_id, user_id"
        f" LIMIT {MOST_DELIVERED})",
        *(contest.id, True),
    )
    return [Balloon(**row) for row in rows]


async def deliver(connection: Connection, contest: Contest, *, problem_id: int, user_id: int, by: int) -> bool:
    """Note that a balloon was brought; False: somebody else had brought it already.

    Raises:
        NotFound: there is none to bring.
    """
    is_due = await connection.fetchval(
        f"SELECT true FROM ({_BALLOONS}) AS all_of_them"
        " WHERE problem_id = $3 AND user_id = $4 AND solved_at IS NOT NULL",
        *(contest.id, True, problem_id, user_id),
    )
    if not is_due:
        raise NotFound("There is no such balloon to bring.")
    made = await connection.fetchval(
        "INSERT INTO balloons (contest_id, problem_id, user_id, delivered_by) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING RETURNING true",
        *(contest.id, problem_id, user_id, by),
    )
    return made is not None


async def take_back(connection: Connection, contest: Contest, *, problem_id: int, user_id: int) -> None:
    """Note that a balloon was not brought, or was taken away again.

    Raises:
        NotFound: it was not brought.
    """
    if not await connection.fetchval(
        "DELETE FROM balloons WHERE contest_id = $1 AND problem_id = $2 AND user_id = $3 RETURNING true",
        *(contest.id, problem_id, user_id),
    ):
        raise NotFound("There is no such balloon.")

"""Balloons of a contest: to be brought, and brought. What is solved is told from the verdicts that count now."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from asyncpg import Record

from judge.errors import NotFound
from judge.store import scores
from judge.store.contests import Contest
from judge.store.pool import Connection

#: Of those that are to be brought and of those that were, how many are shown.
MOST_WAITING = 100
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


#: What is solved as far as the public's scoreboard tells.
_SOLVED = f"""
    WITH counted AS (
      SELECT scores.* FROM scores JOIN users u ON u.id = user_id AND u.role = 'contestant' WHERE {scores.SHOWN}
    ),
    solved AS (
      SELECT problem_id, user_id, best_at, submission_id
      FROM counted JOIN contest_problems USING (contest_id, problem_id) WHERE is_accepted
    ),
    firsts AS (
      SELECT DISTINCT ON (problem_id) problem_id, user_id, best_at FROM solved
      ORDER BY problem_id, best_at, submission_id
    )
"""
_IS_FIRST = """
    f.user_id IS NOT NULL AND NOT EXISTS (
      SELECT FROM counted c WHERE c.problem_id = f.problem_id AND c.waiting_at < f.best_at
    )
"""
#: The earliest of what nobody has brought yet, and how much there is of that.
_WAITING = f"""
    {_SOLVED},
    waiting AS (
      SELECT s.*, count(*) OVER () AS in_all FROM solved s WHERE NOT EXISTS (
        SELECT FROM balloons b WHERE b.contest_id = $1 AND b.problem_id = s.problem_id AND b.user_id = s.user_id
      )
      ORDER BY best_at, submission_id LIMIT $3
    )
    SELECT problem_id, cp.label, cp.colour, user_id, u.name, u.group_name, w.best_at AS solved_at,
           {_IS_FIRST} AS is_first, NULL::timestamptz AS delivered_at, NULL AS delivered_by, in_all
    FROM waiting w JOIN contest_problems cp USING (problem_id) JOIN users u ON u.id = user_id
    LEFT JOIN firsts f USING (problem_id, user_id)
    WHERE cp.contest_id = $1 ORDER BY w.best_at, w.submission_id
"""
#: The latest of what was brought, solved or not any more.
_DELIVERED = f"""
    {_SOLVED}
    SELECT problem_id, cp.label, cp.colour, user_id, u.name, u.group_name, s.best_at AS solved_at,
           {_IS_FIRST} AS is_first, b.delivered_at, d.name AS delivered_by
    FROM balloons b LEFT JOIN solved s USING (problem_id, user_id)
    JOIN contest_problems cp USING (problem_id) JOIN users u ON u.id = user_id
    LEFT JOIN firsts f USING (problem_id, user_id) LEFT JOIN users d ON d.id = b.delivered_by
    WHERE b.contest_id = $1 AND cp.contest_id = $1 ORDER BY b.delivered_at DESC, problem_id, user_id LIMIT $3
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The first that are to be brought, of how many, and the last that were."""

    waiting: list[Balloon]
    all_waiting: int
    delivered: list[Balloon]


async def listed(connection: Connection, contest: Contest) -> Listed:
    """Balloons to be brought, the earliest first, and those that were, the latest first, up to a number of each."""
    await scores.ensure_counted(connection, contest.id)
    waiting = await connection.fetch(_WAITING, *(contest.id, True, MOST_WAITING))
    delivered = await connection.fetch(_DELIVERED, *(contest.id, True, MOST_DELIVERED))
    return Listed(
        waiting=[_balloon(row) for row in waiting],
        all_waiting=waiting[0]["in_all"] if waiting else 0,
        delivered=[_balloon(row) for row in delivered],
    )


def _balloon(row: Record) -> Balloon:
    return Balloon(**{field.name: row[field.name] for field in fields(Balloon)})


async def deliver(connection: Connection, contest: Contest, *, problem_id: int, user_id: int, by: int) -> bool:
    """Note that a balloon was brought; False: somebody else had brought it already.

    Raises:
        NotFound: there is none to bring.
    """
    is_due = await connection.fetchval(
        f"{_SOLVED} SELECT true FROM solved WHERE problem_id = $3 AND user_id = $4",
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

"""Contests: their times, their problems, and what scoreboards are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from judge.errors import NotFound
from judge.models import Limits
from judge.store.pool import Connection
from judge.verdicts import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """One row of ``contests``."""

    id: int
    name: str
    title: str
    starts_at: datetime
    #: None: open for ever.
    ends_at: datetime | None
    freeze_at: datetime | None
    penalty_minutes: int

    def has_started(self, now: datetime) -> bool:
        return now >= self.starts_at

    def has_ended(self, now: datetime) -> bool:
        return self.ends_at is not None and now >= self.ends_at

    def is_running(self, now: datetime) -> bool:
        return self.has_started(now) and not self.has_ended(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestProblem:
    """A problem as it stands in a contest, in the version that is live."""

    id: int
    version_id: int
    name: str
    label: str
    title: str
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """What one account made of one problem so far."""

    submissions: int
    is_solved: bool
    is_pending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One contestant's submission, as a scoreboard counts it."""

    user_id: int
    problem_id: int
    submitted_at: datetime
    #: None: not judged yet.
    verdict: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """All that a scoreboard is made of."""

    tries: tuple[Try, ...]
    #: Names of the contestants that have tried something, by account id.
    names: dict[int, str]


_CONTEST = "id, name, title, starts_at, ends_at, freeze_at, penalty_minutes"

#: Problems without a live version are still being prepared: nobody can submit to them.
_PROBLEM = """
    SELECT p.id, v.id AS version_id, p.name, cp.label, v.title, v.limits
    FROM contest_problems cp JOIN problems p ON p.id = cp.problem_id
    JOIN LATERAL (
      SELECT id, title, limits FROM problem_versions
      WHERE problem_id = p.id AND live_at IS NOT NULL ORDER BY live_at DESC, id DESC LIMIT 1
    ) v ON true
    WHERE cp.contest_id = $1
"""


async def all_contests(connection: Connection) -> list[Contest]:
    """Every contest, the latest start first."""
    rows = await connection.fetch(f"SELECT {_CONTEST} FROM contests ORDER BY starts_at DESC, id DESC")
    return [Contest(**row) for row in rows]


async def by_name(connection: Connection, name: str) -> Contest:
    """The contest of that name.

    Raises:
        NotFound: there is none.
    """
    row = await connection.fetchrow(f"SELECT {_CONTEST} FROM contests WHERE name = $1", name)
    if row is None:
        raise NotFound("There is no contest of that name.")
    return Contest(**row)


async def problems(connection: Connection, contest_id: int) -> list[ContestProblem]:
    """The contest's problems, by label: A, B, …, Z, AA."""
    rows = await connection.fetch(f"{_PROBLEM} ORDER BY length(cp.label), cp.label", contest_id)
    return [_problem(row) for row in rows]


async def problem(connection: Connection, contest_id: int, label: str) -> ContestProblem:
    """One problem of the contest.

    Raises:
        NotFound: no problem there has that label.
    """
    row = await connection.fetchrow(f"{_PROBLEM} AND cp.label = $2", contest_id, label)
    if row is None:
        raise NotFound("There is no such problem in this contest.")
    return _problem(row)


async def attempts(connection: Connection, contest_id: int, user_id: int) -> dict[int, Attempts]:
    """What the account made of each problem it tried, by the problem's id."""
    rows = await connection.fetch(
        """
        SELECT s.problem_id, count(*)::int AS submissions,
               coalesce(bool_or(j.verdict = 'AC'), false) AS is_solved,
               bool_or(j.verdict IS NULL) AS is_pending
        FROM submissions s LEFT JOIN judgings j ON j.submission_id = s.id AND j.is_current
        WHERE s.contest_id = $1 AND s.user_id = $2
        GROUP BY s.problem_id
        """,
        contest_id,
        user_id,
    )
    return {
        row["problem_id"]: Attempts(
            submissions=row["submissions"], is_solved=row["is_solved"], is_pending=row["is_pending"]
        )
        for row in rows
    }


async def scores(connection: Connection, contest: Contest) -> Scores:
    """Submissions that count on the contest's scoreboard, in order: contestants' own, made while it ran."""
    rows = await connection.fetch(
        """
        SELECT s.user_id, s.problem_id, s.submitted_at, j.verdict, u.name
        FROM submissions s JOIN users u ON u.id = s.user_id
        LEFT JOIN judgings j ON j.submission_id = s.id AND j.is_current
        WHERE s.contest_id = $1 AND s.expected IS NULL AND u.role = 'contestant'
          AND s.submitted_at >= $2 AND ($3::timestamptz IS NULL OR s.submitted_at < $3)
        ORDER BY s.submitted_at, s.id
        """,
        contest.id,
        contest.starts_at,
        contest.ends_at,
    )
    return Scores(
        tries=tuple(
            Try(
                user_id=row["user_id"],
                problem_id=row["problem_id"],
                submitted_at=row["submitted_at"],
                verdict=Verdict(row["verdict"]) if row["verdict"] else None,
            )
            for row in rows
        ),
        names={row["user_id"]: row["name"] for row in rows},
    )


def _problem(row: asyncpg.Record) -> ContestProblem:
    return ContestProblem(**{**dict(row), "limits": Limits(**row["limits"])})

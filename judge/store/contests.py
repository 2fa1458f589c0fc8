"""Contests: their times, their rules and their problems."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from string import ascii_uppercase

import asyncpg

from judge.errors import NotFound, UsageError
from judge.models import Limits
from judge.scoring import Rules, Scoring
from judge.store.pool import Connection

#: What addresses can name a contest by.
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class Feedback(StrEnum):
    """How much contestants are shown of what became of their own submissions."""

    #: The verdict, and every test case without its name.
    FULL = "full"
    #: The verdict, the sample test cases, and the scores of groups.
    SAMPLES = "samples"
    #: The verdict, with its score.
    VERDICT = "verdict"
    #: Whether it compiled.
    NONE = "none"


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
    feedback: Feedback = Feedback.FULL
    #: Ids of the languages that submissions may be in; None: all.
    languages: tuple[str, ...] | None = None
    scoring: Scoring = Scoring.ICPC
    #: Since then everybody sees what the freeze kept back; None: nobody has unfrozen the scoreboard.
    unfrozen_at: datetime | None = None

    @property
    def rules(self) -> Rules:
        return Rules(scoring=self.scoring, penalty_minutes=self.penalty_minutes)

    @property
    def keeps_back_from(self) -> datetime | None:
        """Verdicts of what was sent from then on are not on the public's scoreboard; None: all are."""
        if self.feedback is Feedback.NONE:
            return self.starts_at
        return self.freeze_at if self.unfrozen_at is None else None

    def is_frozen(self, now: datetime) -> bool:
        """Whether the public's scoreboard keeps verdicts back."""
        return self.keeps_back_from is not None and now >= self.keeps_back_from

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
    #: Whether submissions get a score.
    is_scoring: bool
    #: Whether output files are submitted instead of a program.
    is_submit_answer: bool
    #: Ids of the languages that problem and contest both take; None: all.
    languages: tuple[str, ...] | None
    #: By language, or "default" for those not named: whether files are laid over programs that are no attachments.
    has_secret_includes: Mapping[str, bool] = field(hash=False)

    def adds_secrets(self, language: str) -> bool:
        """Whether programs in that language are compiled beside files that contestants may not download."""
        return self.has_secret_includes.get(language, self.has_secret_includes.get("default", False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """What one account made of one problem so far."""

    submissions: int
    is_solved: bool
    is_pending: bool


_CONTEST = "id, name, title, starts_at, ends_at, freeze_at, penalty_minutes, feedback, languages, scoring, unfrozen_at"

#: Problems without a live version are still being prepared: nobody can submit to them.
_PROBLEM = """
    SELECT cp.contest_id, p.id, v.id AS version_id, p.name, cp.label, v.title, v.document -> 'limits' AS limits,
           coalesce((v.document -> 'grading' ->> 'is_scoring')::boolean, false) AS is_scoring,
           coalesce((v.document ->> 'is_submit_answer')::boolean, false) AS is_submit_answer,
           v.document -> 'languages' AS languages, c.languages AS contest_languages,
           (SELECT coalesce(jsonb_object_agg(language, EXISTS (
              SELECT FROM jsonb_array_elements(files) file
              WHERE NOT EXISTS (SELECT FROM problem_attachments a WHERE a.problem_version_id = v.id
                AND a.sha256 = decode(file -> 'content' ->> 'sha256', 'hex'))
            )), '{}') FROM jsonb_each(v.document -> 'includes') each (language, files)) AS has_secret_includes
    FROM contest_problems cp JOIN problems p ON p.id = cp.problem_id JOIN contests c ON c.id = cp.contest_id
    JOIN LATERAL (
      SELECT id, title, document FROM problem_versions
      WHERE problem_id = p.id AND live_at IS NOT NULL ORDER BY live_at DESC, id DESC LIMIT 1
    ) v ON true
    WHERE cp.contest_id = ANY ($1::bigint[])
"""


async def create(
    connection: Connection,
    *,
    name: str,
    title: str,
    starts_at: datetime,
    ends_at: datetime | None,
    freeze_at: datetime | None,
    isolation: str | None = None,
    penalty_minutes: int = 20,
) -> int:
    """Make a contest; its id.

    Args:
        isolation: the level that its submissions are judged at; None leaves that to each judgehost.

    Raises:
        UsageError: the name is taken or is none, or the times contradict each other.
    """
    if not _NAME.fullmatch(name):
        raise UsageError("contest name %(name)r: use at most 64 of a-z, 0-9, _ and -, the first no sign", name=name)
    check_times(starts_at, ends_at, freeze_at)
    contest_id: int | None = await connection.fetchval(
        "INSERT INTO contests (name, title, starts_at, ends_at, freeze_at, isolation, penalty_minutes)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO NOTHING RETURNING id",
        name,
        title,
        starts_at,
        ends_at,
        freeze_at,
        isolation,
        penalty_minutes,
    )
    if contest_id is None:
        raise UsageError("there is a contest called %(name)r already", name=name)
    return contest_id


def check_times(starts_at: datetime, ends_at: datetime | None, freeze_at: datetime | None) -> None:
    """Refuse times that contradict each other.

    Raises:
        UsageError: they do.
    """
    if ends_at is not None and ends_at <= starts_at:
        raise UsageError("the contest would end before it starts")
    if freeze_at is not None and not (starts_at <= freeze_at and (ends_at is None or freeze_at <= ends_at)):
        raise UsageError("the scoreboard would freeze outside the contest")


def check_pool(pool: str) -> None:
    """Refuse what no pool can be called.

    Raises:
        UsageError: it is that.
    """
    if not _NAME.fullmatch(pool):
        raise UsageError("pool %(pool)r: use at most 64 of a-z, 0-9, _ and -, the first no sign", pool=pool)


async def ensure_contest(connection: Connection, *, name: str, title: str) -> int:
    """The id of the contest of that name, which is made, open for ever, where there is none."""
    contest_id: int = await connection.fetchval(
        "INSERT INTO contests (name, title, starts_at) VALUES ($1, $2, now())"
        " ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id",
        name,
        title,
    )
    return contest_id


async def add_problem(connection: Connection, *, contest_id: int, problem_id: int) -> None:
    """Put the problem into the contest, under the next free label, unless it is there already."""
    async with connection.transaction():
        await connection.execute("SELECT FROM contests WHERE id = $1 FOR UPDATE", contest_id)
        rows = await connection.fetch(
            "SELECT problem_id, label FROM contest_problems WHERE contest_id = $1", contest_id
        )
        if problem_id in {row["problem_id"] for row in rows}:
            return
        taken = {row["label"] for row in rows}
        await connection.execute(
            "INSERT INTO contest_problems (contest_id, problem_id, label) VALUES ($1, $2, $3)",
            contest_id,
            problem_id,
            next(label for label in map(_label, range(len(taken) + 1)) if label not in taken),
        )


async def all_contests(connection: Connection) -> list[Contest]:
    """Every contest, the latest start first."""
    rows = await connection.fetch(f"SELECT {_CONTEST} FROM contests ORDER BY starts_at DESC, id DESC")
    return [_contest(row) for row in rows]


async def by_name(connection: Connection, name: str) -> Contest:
    """The contest of that name.

    Raises:
        NotFound: there is none.
    """
    row = await connection.fetchrow(f"SELECT {_CONTEST} FROM contests WHERE name = $1", name)
    if row is None:
        raise NotFound("There is no contest of that name.")
    return _contest(row)


async def problems(connection: Connection, contest_id: int) -> list[ContestProblem]:
    """The contest's problems, by label: A, B, …, Z, AA."""
    return (await problems_of(connection, [contest_id])).get(contest_id, [])


async def problems_of(connection: Connection, contest_ids: Sequence[int]) -> dict[int, list[ContestProblem]]:
    """The problems of each of these contests that has any, by label."""
    rows = await connection.fetch(f"{_PROBLEM} ORDER BY length(cp.label), cp.label", contest_ids)
    found: dict[int, list[ContestProblem]] = {}
    for row in rows:
        found.setdefault(row["contest_id"], []).append(_problem(row))
    return found


async def problem(connection: Connection, contest_id: int, label: str) -> ContestProblem:
    """One problem of the contest.

    Raises:
        NotFound: no problem there has that label.
    """
    row = await connection.fetchrow(f"{_PROBLEM} AND cp.label = $2", [contest_id], label)
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


def _contest(row: asyncpg.Record) -> Contest:
    languages = row["languages"]
    values = {
        "feedback": Feedback(row["feedback"]),
        "languages": None if languages is None else tuple(languages),
        "scoring": Scoring(row["scoring"]),
    }
    return Contest(**{**dict(row), **values})


def _problem(row: asyncpg.Record) -> ContestProblem:
    values = {name: value for name, value in row.items() if name != "contest_id"}
    of_problem, of_contest = values["languages"], values.pop("contest_languages")
    if of_problem is not None and of_contest is not None:
        of_problem = [language for language in of_problem if language in of_contest]
    taken = of_contest if of_problem is None else of_problem
    values["languages"] = None if taken is None else tuple(taken)
    return ContestProblem(**{**values, "limits": Limits(**values["limits"])})


def _label(index: int) -> str:
    """Letters, as a spreadsheet's columns have them: A, B, …, Z, AA, AB."""
    label = ""
    while index >= 0:
        index, letter = divmod(index, len(ascii_uppercase))
        label = ascii_uppercase[letter] + label
        index -= 1
    return label

"""Submissions as pages show them: who sent what, and what became of it. Writing them is the queue's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

import asyncpg

from judge.errors import NotFound
from judge.store.contests import Feedback
from judge.store.pool import Connection
from judge.store.problem_access import GRANTED, READABLE, Access
from judge.verdicts import Verdict


class Seen(Enum):
    """Whose submissions somebody sees."""

    OWN = auto()
    GRANTED = auto()  # those to problems that they were given as a setter, too
    ALL = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One line of a list of submissions."""

    id: int
    contest_id: int
    contest_name: str
    contest_title: str
    label: str
    problem_title: str
    user_id: int
    user_name: str
    language: str
    submitted_at: datetime
    is_jury: bool
    #: The current judging's: queued, judging or done.
    state: str
    #: None: not judged yet.
    verdict: Verdict | None
    #: None: the problem is not a scoring one, or there is no verdict with a score.
    score: float | None
    slowest_cpu_us: int | None
    peak_memory_bytes: int | None
    #: Whether a person set the verdict.
    is_overridden: bool
    #: What its contest shows contestants.
    feedback: Feedback
    #: What whoever looks at it, if they are a setter, was given of its problem.
    granted: Access | None

    @property
    def is_done(self) -> bool:
        return self.state == "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """The judging that counts, with its runs so far."""

    id: int
    state: str
    attempt: int
    compile_output: str
    #: For admins, where the verdict is JE.
    message: str
    tests_total: int
    runs: tuple[ShownRun, ...]
    #: The score by the groups that it is the sum of, in the order of their names; empty where it is no such sum.
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastJudging:
    """One of all the judgings that a submission ever had, for judges."""

    id: int
    is_current: bool
    #: queued, judging, done, or dropped: never judged, since its rejudging was cancelled.
    state: str
    verdict: Verdict | None
    score: float | None
    slowest_cpu_us: int | None
    version_id: int
    #: None: it was made when the submission was, or a person set the verdict.
    rejudging_id: int | None
    repetition: int
    #: Where it was judged.
    judgehost: str | None
    finished_at: datetime | None
    #: Why a person set the verdict, and who; None: nobody did, or on the command line.
    override_reason: str | None
    override_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRun:
    """One test case, judged. ``testcase`` and ``message`` are for judges only."""

    ordinal: int
    testcase: str
    verdict: Verdict
    #: What the checker gave, if it gives scores.
    score: float | None
    cpu_us: int
    memory_bytes: int
    reason: str
    message: str
    #: The checker's words for whoever submitted.
    team_message: str
    #: The judging that made the run, where a rejudging took it over.
    reused_from: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedFile:
    """The name and the blob of one submitted file."""

    name: str
    sha256: bytes


#: Whoever looks is account $1.
_SUMMARY = f"""
    SELECT s.id, s.contest_id, c.name AS contest_name, c.title AS contest_title, cp.label,
           coalesce(v.title, p.name) AS problem_title, s.user_id, u.name AS user_name, s.language,
           s.submitted_at, s.expected IS NOT NULL AS is_jury,
           coalesce(j.state::text, 'queued') AS state, j.verdict, j.score, j.slowest_cpu_us, j.peak_memory_bytes,
           j.override_reason IS NOT NULL AS is_overridden, c.feedback, {GRANTED} AS granted
    FROM submissions s
    JOIN contests c ON c.id = s.contest_id
    JOIN contest_problems cp ON cp.contest_id = s.contest_id AND cp.problem_id = s.problem_id
    JOIN problems p ON p.id = s.problem_id
    JOIN users u ON u.id = s.user_id
    LEFT JOIN judgings j ON j.submission_id = s.id AND j.is_current
    LEFT JOIN problem_versions v ON v.id = j.problem_version_id
"""


#: Which submissions of those that is; whoever looks is account $1.
_SEEN = {
    Seen.OWN: "s.user_id = $1",
    Seen.GRANTED: f"(s.user_id = $1 OR s.problem_id = ANY (ARRAY({READABLE})))",
    Seen.ALL: "true",
}


async def by_id(connection: Connection, submission_id: int, *, viewer_id: int | None = None) -> Summary:
    """One submission, as that account looks at it.

    Raises:
        NotFound: there is none of that id.
    """
    row = await connection.fetchrow(f"{_SUMMARY} WHERE s.id = $2", viewer_id, submission_id)
    if row is None:
        raise NotFound("There is no such submission.")
    return _summary(row)


async def page(
    connection: Connection,
    *,
    contest_id: int,
    viewer_id: int,
    seen: Seen,
    problem_id: int | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[Summary]:
    """A contest's submissions, the newest first: those that an account sees, to one problem or all, older than that."""
    rows = await connection.fetch(
        f"""
        {_SUMMARY}
        WHERE s.contest_id = $2 AND ($3::bigint IS NULL OR s.id < $3) AND ($4::bigint IS NULL OR s.problem_id = $4)
          AND {_SEEN[seen]}
        ORDER BY s.id DESC LIMIT $5
        """,
        *(viewer_id, contest_id, before_id, problem_id, limit),
    )
    return [_summary(row) for row in rows]


async def others(connection: Connection, summary: Summary, *, limit: int) -> list[tuple[int, datetime]]:
    """Ids and times of the same account's other submissions to the same problem, the newest first."""
    rows = await connection.fetch(
        """
        SELECT s.id, s.submitted_at FROM submissions s JOIN submissions this ON this.id = $1
        WHERE s.contest_id = this.contest_id AND s.problem_id = this.problem_id AND s.user_id = this.user_id
          AND s.id <> this.id ORDER BY s.id DESC LIMIT $2
        """,
        summary.id,
        limit,
    )
    return [(row["id"], row["submitted_at"]) for row in rows]


async def files(connection: Connection, submission_id: int) -> list[SubmittedFile]:
    """The submitted files, in the order given."""
    rows = await connection.fetch(
        "SELECT name, sha256 FROM submission_files WHERE submission_id = $1 ORDER BY ordinal", submission_id
    )
    return [SubmittedFile(**row) for row in rows]


async def current_judging(connection: Connection, submission_id: int) -> Judging | None:
    """The judging that counts; None where there is none yet."""
    row = await connection.fetchrow(
        """
        SELECT j.id, j.state::text, j.attempt, coalesce(j.compile_output, '') AS compile_output,
               coalesce(j.message, '') AS message, j.parts,
               (SELECT count(*)::int FROM testcases t WHERE t.problem_version_id = j.problem_version_id) AS tests_total
        FROM judgings j WHERE j.submission_id = $1 AND j.is_current
        """,
        submission_id,
    )
    if row is None:
        return None
    parts = sorted((row["parts"] or {}).items(), key=lambda part: (len(part[0]), part[0]))
    return Judging(**{**dict(row), "parts": tuple(parts)}, runs=tuple(await shown_runs(connection, row["id"])))


async def shown_runs(connection: Connection, judging_id: int) -> list[ShownRun]:
    """A judging's runs in its present attempt, in order."""
    runs = await connection.fetch(
        """
        SELECT ordinal, testcase, r.verdict, r.score, cpu_us, memory_bytes, reason, r.message, team_message, reused_from
        FROM runs r JOIN judgings j ON j.id = judging_id AND j.attempt = r.attempt
        WHERE judging_id = $1 ORDER BY ordinal
        """,
        judging_id,
    )
    return [ShownRun(**{**dict(run), "verdict": Verdict(run["verdict"])}) for run in runs]


async def history(connection: Connection, submission_id: int, *, limit: int = 100) -> list[PastJudging]:
    """All judgings of a submission, the newest first."""
    rows = await connection.fetch(
        """
        SELECT j.id, j.is_current, j.state::text, j.verdict, j.score, j.slowest_cpu_us,
               j.problem_version_id AS version_id, j.rejudging_id, j.repetition, h.name AS judgehost, j.finished_at,
               j.override_reason, u.name AS override_by
        FROM judgings j LEFT JOIN judgehosts h ON h.id = j.judgehost_id LEFT JOIN users u ON u.id = j.override_by
        WHERE j.submission_id = $1 ORDER BY j.id DESC LIMIT $2
        """,
        submission_id,
        limit,
    )
    return [PastJudging(**{**dict(row), "verdict": _verdict(row["verdict"])}) for row in rows]


def _summary(row: asyncpg.Record) -> Summary:
    values: dict[str, Any] = {
        **dict(row),
        "verdict": _verdict(row["verdict"]),
        "feedback": Feedback(row["feedback"]),
        "granted": None if row["granted"] is None else Access(row["granted"]),
    }
    return Summary(**values)


def _verdict(text: str | None) -> Verdict | None:
    return Verdict(text) if text else None

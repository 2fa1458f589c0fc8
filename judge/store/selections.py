"""Which submissions a rejudging is of: everything that they can be told apart by, and the query for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from judge.errors import UsageError
from judge.store.pool import Connection
from judge.verdicts import Verdict

#: A list of ids longer than this is somebody's mistake; a filter says it shorter.
MOST_IDS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a submission, or its current judging, has to be. What is not given leaves nothing out."""

    submission_ids: tuple[int, ...] = ()
    #: Names, as addresses have them.
    contest: str | None = None
    problem: str | None = None
    #: The id of a language.
    language: str | None = None
    #: The login of whoever submitted.
    login: str | None = None
    #: Any of these; those that have no verdict yet are chosen only where there is none here.
    verdicts: tuple[Verdict, ...] = ()
    #: The name of the judgehost that gave the verdict.
    judgehost: str | None = None
    submitted_from: datetime | None = None
    submitted_until: datetime | None = None
    #: When the verdict was given.
    judged_from: datetime | None = None
    judged_until: datetime | None = None
    #: The problem version that it was judged with.
    version_id: int | None = None
    #: Judged with other tests, limits, checker or rules than those that the rejudging judges with.
    is_stale: bool = False
    #: The jury's submissions only, or contestants' only.
    is_jury: bool | None = None

    @property
    def is_everything(self) -> bool:
        return self == Selection()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a rejudging judges with: by default the version of each problem that is live."""

    #: This version, whether it is live or not, for submissions to its problem only.
    version_id: int | None = None
    #: The version that each submission was judged with.
    keeps_versions: bool = False


SELECTION = TypeAdapter(Selection)

#: Its columns are what ``judgings.add_chosen`` takes. A problem without a version to judge with has nothing to choose.
_CHOSEN = """
    SELECT s.id AS submission_id, s.user_id, c.pool || '/' || coalesce(c.isolation, '') AS lane,
           is_paused(s.contest_id, s.problem_id, s.language) AS is_held,
           CASE WHEN $15 THEN j.problem_version_id ELSE coalesce($16::bigint, live.id) END AS problem_version_id
    FROM submissions s JOIN judgings j ON j.submission_id = s.id AND j.is_current
    JOIN problems p ON p.id = s.problem_id
    JOIN contests c ON c.id = s.contest_id
    JOIN users u ON u.id = s.user_id
    LEFT JOIN judgehosts h ON h.id = j.judgehost_id
    LEFT JOIN (
      SELECT DISTINCT ON (problem_id) problem_id, id FROM problem_versions WHERE live_at IS NOT NULL
      ORDER BY problem_id, live_at DESC, id DESC
    ) live ON live.problem_id = p.id
    WHERE ($1::bigint[] IS NULL OR s.id = ANY ($1)) AND ($2::text IS NULL OR c.name = $2)
      AND ($3::text IS NULL OR p.name = $3) AND ($4::text IS NULL OR s.language = $4)
      AND ($5::text IS NULL OR lower(u.login) = lower($5)) AND ($6::text[] IS NULL OR j.verdict = ANY ($6))
      AND ($7::text IS NULL OR h.name = $7)
      AND ($8::timestamptz IS NULL OR s.submitted_at >= $8) AND ($9::timestamptz IS NULL OR s.submitted_at < $9)
      AND ($10::timestamptz IS NULL OR j.finished_at >= $10) AND ($11::timestamptz IS NULL OR j.finished_at < $11)
      AND ($12::bigint IS NULL OR j.problem_version_id = $12)
      AND ($13::boolean IS NULL OR (s.expected IS NOT NULL) = $13)
      AND ($14::bigint[] IS NULL OR j.problem_version_id = ANY ($14))
      AND ($15 OR coalesce($16::bigint, live.id) IS NOT NULL)
      AND ($16::bigint IS NULL OR p.id = (SELECT problem_id FROM problem_versions WHERE id = $16))
"""

#: Versions that judge otherwise than the one that their problem's submissions are to be judged with.
_STALE = """
    SELECT v.id FROM problem_versions v JOIN problems p ON p.id = v.problem_id
    CROSS JOIN LATERAL (
      SELECT id FROM problem_versions t
      WHERE t.problem_id = p.id AND CASE WHEN $2::bigint IS NULL THEN t.live_at IS NOT NULL ELSE t.id = $2 END
      ORDER BY live_at DESC, id DESC LIMIT 1
    ) target
    WHERE ($1::text IS NULL OR p.name = $1) AND v.id <> target.id
      AND EXISTS (SELECT FROM judgings WHERE problem_version_id = v.id)
      AND judged_content(v.id) IS DISTINCT FROM judged_content(target.id)
"""

_NAMED = (
    ("contest", "SELECT true FROM contests WHERE name = $1"),
    ("problem", "SELECT true FROM problems WHERE name = $1"),
    ("login", "SELECT true FROM users WHERE lower(login) = lower($1)"),
    ("judgehost", "SELECT true FROM judgehosts WHERE name = $1"),
)


async def chosen(connection: Connection, selection: Selection, target: Target) -> tuple[str, list[Any]]:
    """The query for the submissions chosen, as ``judgings.add_chosen`` takes it, and its parameters.

    Raises:
        UsageError: it names something that is not there, or that cannot be meant together.
    """
    await _check(connection, selection, target)
    stale = None
    if selection.is_stale:
        rows = await connection.fetch(_STALE, selection.problem, target.version_id)
        stale = [row["id"] for row in rows]
    return _CHOSEN, [
        list(selection.submission_ids) or None,
        *(selection.contest, selection.problem, selection.language, selection.login),
        [verdict.value for verdict in selection.verdicts] or None,
        selection.judgehost,
        *(selection.submitted_from, selection.submitted_until, selection.judged_from, selection.judged_until),
        *(selection.version_id, selection.is_jury, stale, target.keeps_versions, target.version_id),
    ]


async def count(connection: Connection, selection: Selection, target: Target) -> int:
    """How many submissions are chosen.

    Raises:
        UsageError: as ``chosen`` does.
    """
    query, args = await chosen(connection, selection, target)
    number: int = await connection.fetchval(f"SELECT count(*) FROM ({query}) chosen", *args)
    return number


async def _check(connection: Connection, selection: Selection, target: Target) -> None:
    for field, query in _NAMED:
        name = getattr(selection, field)
        if name is not None and not await connection.fetchval(query, name):
            what = "account with the login" if field == "login" else field
            raise UsageError("there is no %(what)s %(name)r", what=what, name=name)
    if len(selection.submission_ids) > MOST_IDS:
        raise UsageError(
            "%(count)s ids are too many: at most %(most)s, or use a filter",
            count=len(selection.submission_ids),
            most=MOST_IDS,
        )
    if selection.is_stale and target.keeps_versions:
        raise UsageError("judged with the versions that they were judged with, none is out of date")
    if target.version_id is not None:
        await _check_version(connection, selection, target.version_id)


async def _check_version(connection: Connection, selection: Selection, version_id: int) -> None:
    row = await connection.fetchrow(
        "SELECT p.name, is_complete FROM problem_versions v JOIN problems p ON p.id = v.problem_id WHERE v.id = $1",
        version_id,
    )
    if row is None:
        raise UsageError("there is no problem version %(version_id)s", version_id=version_id)
    if not row["is_complete"]:
        raise UsageError(
            "version %(version_id)s of %(name)s is not complete: wait until it is verified",
            version_id=version_id,
            name=row["name"],
        )
    if selection.problem not in (None, row["name"]):
        raise UsageError(
            "version %(version_id)s is one of %(name)s, not of %(problem)s",
            version_id=version_id,
            name=row["name"],
            problem=selection.problem,
        )

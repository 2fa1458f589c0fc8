"""Pauses: what is not judged for now, who said so and why. What is being judged already goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from judge.errors import NotFound, UsageError
from judge.store import audit, judgings
from judge.store.pool import Connection

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is paused: whatever agrees with all that is named here; where nothing is, everything."""

    #: The names of a contest and of a problem, and the id of a language.
    contest: str | None = None
    problem: str | None = None
    language: str | None = None

    def __str__(self) -> str:
        parts = (("contest", self.contest), ("problem", self.problem), ("language", self.language))
        return ", ".join(f"{what} {name}" for what, name in parts if name is not None) or "everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """One row of ``pauses``."""

    id: int
    scope: Scope
    reason: str
    #: A login; None: the command line.
    paused_by: str | None
    paused_at: datetime
    #: How many judgings wait for its end.
    held: int


async def every(connection: Connection) -> list[Pause]:
    """All pauses, the oldest first."""
    rows = await connection.fetch(
        """
        SELECT p.id, c.name AS contest, problems.name AS problem, p.language, p.reason, u.login AS paused_by,
               p.paused_at,
               (SELECT count(*)::int FROM judgings j JOIN submissions s ON s.id = j.submission_id
                WHERE j.state = 'queued' AND j.is_held AND (p.contest_id IS NULL OR p.contest_id = s.contest_id)
                  AND (p.problem_id IS NULL OR p.problem_id = s.problem_id)
                  AND (p.language IS NULL OR p.language = s.language)) AS held
        FROM pauses p LEFT JOIN contests c ON c.id = p.contest_id LEFT JOIN problems ON problems.id = p.problem_id
        LEFT JOIN users u ON u.id = p.paused_by ORDER BY p.id
        """
    )
    return [
        Pause(
            id=row["id"],
            scope=Scope(contest=row["contest"], problem=row["problem"], language=row["language"]),
            reason=row["reason"],
            paused_by=row["paused_by"],
            paused_at=row["paused_at"],
            held=row["held"],
        )
        for row in rows
    ]


async def add(connection: Connection, scope: Scope, *, reason: str, by: int | None) -> int:
    """Pause; how many waiting judgings are held from now on. Within a transaction.

    Raises:
        NotFound: there is no such contest or problem.
        UsageError: that is paused already, or the reason is missing or too long.
    """
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise UsageError("say why, in at most %(most)s characters", most=LONGEST_REASON)
    contest_id, problem_id = await _ids(connection, scope)
    added = await connection.execute(
        "INSERT INTO pauses (contest_id, problem_id, language, reason, paused_by) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT DO NOTHING",
        contest_id,
        problem_id,
        scope.language,
        reason,
        by,
    )
    if added == "INSERT 0 0":
        raise UsageError("%(scope)s: paused already", scope=scope)
    await audit.record(connection, by=by, action="pause queue", data={"scope": str(scope), "reason": reason})
    return await judgings.place_again(connection, contest_id=contest_id, problem_id=problem_id, language=scope.language)


async def remove(connection: Connection, scope: Scope, *, by: int | None) -> int:
    """End a pause; how many judgings may be claimed again. Within a transaction.

    Raises:
        NotFound: there is no such pause.
    """
    contest_id, problem_id = await _ids(connection, scope)
    removed = await connection.execute(
        "DELETE FROM pauses WHERE contest_id IS NOT DISTINCT FROM $1 AND problem_id IS NOT DISTINCT FROM $2"
        " AND language IS NOT DISTINCT FROM $3",
        contest_id,
        problem_id,
        scope.language,
    )
    if removed == "DELETE 0":
        raise NotFound("%(scope)s: not paused", scope=scope)
    await audit.record(connection, by=by, action="resume queue", data={"scope": str(scope)})
    return await judgings.place_again(connection, contest_id=contest_id, problem_id=problem_id, language=scope.language)


async def _ids(connection: Connection, scope: Scope) -> tuple[int | None, int | None]:
    contest_id = await connection.fetchval("SELECT id FROM contests WHERE name = $1", scope.contest)
    problem_id = await connection.fetchval("SELECT id FROM problems WHERE name = $1", scope.problem)
    if contest_id is None and scope.contest is not None:
        raise NotFound("there is no contest called %(contest)r", contest=scope.contest)
    if problem_id is None and scope.problem is not None:
        raise NotFound("there is no problem called %(problem)r", problem=scope.problem)
    return contest_id, problem_id

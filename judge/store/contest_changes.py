"""Changing contests: what an organiser does before, during and after one. Each change is in the audit log."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, Unpack

from judge.errors import NotFound, UsageError
from judge.scoring import Scoring
from judge.store import audit, contests, judgings
from judge.store.contests import Contest, Feedback
from judge.store.pool import Connection

MAX_TITLE_CHARS = 200
MAX_PENALTY_MINUTES = 1000
MAX_POINTS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a contest is to be like."""

    title: str
    starts_at: datetime
    #: None: open for ever.
    ends_at: datetime | None
    freeze_at: datetime | None
    penalty_minutes: int
    #: The level that its submissions are judged at; None: each judgehost's own.
    isolation: str | None
    #: Only judgehosts of that pool judge it.
    pool: str
    #: Ids of the languages that submissions may be in; None: all.
    languages: tuple[str, ...] | None
    feedback: Feedback
    scoring: Scoring
    #: Since then everybody sees what the freeze kept back.
    unfrozen_at: datetime | None


class Altered(TypedDict, total=False):
    """What of a plan can be changed by itself."""

    isolation: str | None
    pool: str
    languages: tuple[str, ...] | None
    feedback: Feedback
    scoring: Scoring


#: Each is a column of ``contests``.
_FIELDS = tuple(field.name for field in dataclasses.fields(Plan))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A problem's place in a contest; it need not have a live version yet."""

    problem_id: int
    name: str
    label: str
    #: None: no version is live, so that contestants do not see it.
    title: str | None
    #: Of its balloons; None: none was chosen.
    colour: str | None
    submissions: int
    #: What an accepted submission gives where the problem has no scores of its own.
    points: float


async def plan(connection: Connection, contest: Contest) -> Plan:
    """What the contest is like; nobody else changes it before this transaction, if it is one, ends."""
    row = await connection.fetchrow(
        f"SELECT {', '.join(_FIELDS)} FROM contests WHERE id = $1 FOR NO KEY UPDATE", contest.id
    )
    assert row is not None
    languages = row["languages"]
    values = {
        "feedback": Feedback(row["feedback"]),
        "languages": None if languages is None else tuple(languages),
        "scoring": Scoring(row["scoring"]),
    }
    return Plan(**{**dict(row), **values})


async def create(connection: Connection, *, name: str, wanted: Plan, by: int) -> None:
    """Make a contest.

    Raises:
        UsageError: the name is taken or is none, or the times contradict each other.
    """
    async with connection.transaction():
        contest_id = await contests.create(
            connection,
            name=name,
            title=wanted.title,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            freeze_at=wanted.freeze_at,
        )
        await _write(connection, contest_id, wanted)
        await _record(connection, "create contest", contest_id, {"name": name}, by)


async def change(connection: Connection, contest: Contest, wanted: Plan, *, by: int | None) -> None:
    """Make a contest be like that from now on. What is waiting to be judged is judged by it, too.

    Raises:
        UsageError: the times contradict each other, or the pool's name is none.
    """
    contests.check_times(wanted.starts_at, wanted.ends_at, wanted.freeze_at)
    async with connection.transaction():
        before = await plan(connection, contest)
        await _write(connection, contest.id, wanted)
        if (wanted.isolation, wanted.pool) != (before.isolation, before.pool):
            await judgings.place_again(connection, contest_id=contest.id)
        changed = {
            field: [_told(getattr(before, field)), _told(getattr(wanted, field))]
            for field in _FIELDS
            if getattr(before, field) != getattr(wanted, field)
        }
        await _record(connection, "change contest", contest.id, changed, by)


async def alter(connection: Connection, name: str, *, by: int | None, **fields: Unpack[Altered]) -> None:
    """Make these fields of a contest's plan be like that from now on, as ``change`` does.

    Raises:
        NotFound: there is no such contest.
        UsageError: the times contradict each other, or the pool's name is none.
    """
    async with connection.transaction():
        contest = await contests.by_name(connection, name)
        before = await plan(connection, contest)
        await change(connection, contest, dataclasses.replace(before, **fields), by=by)


async def pools(connection: Connection) -> list[str]:
    """The names of all pools that a contest or a judgehost is in."""
    rows = await connection.fetch("SELECT pool FROM contests UNION SELECT unnest(pools) FROM judgehosts ORDER BY 1")
    return [row["pool"] for row in rows]


async def _write(connection: Connection, contest_id: int, wanted: Plan) -> None:
    contests.check_pool(wanted.pool)
    columns = ", ".join(f"{field} = ${number}" for number, field in enumerate(_FIELDS, start=2))
    values = [getattr(wanted, field) for field in _FIELDS]
    await connection.execute(f"UPDATE contests SET {columns} WHERE id = $1", contest_id, *values)


async def places(connection: Connection, contest: Contest) -> list[Place]:
    """All problems of the contest, by label, also those that contestants do not see yet."""
    rows = await connection.fetch(
        """
        SELECT p.id AS problem_id, p.name, cp.label, cp.points, cp.colour,
          (SELECT title FROM problem_versions WHERE problem_id = p.id AND live_at IS NOT NULL
            ORDER BY live_at DESC, id DESC LIMIT 1) AS title,
          coalesce(sent.submissions, 0) AS submissions
        FROM contest_problems cp JOIN problems p ON p.id = cp.problem_id
        LEFT JOIN (
          SELECT problem_id, count(*) AS submissions FROM submissions WHERE contest_id = $1 GROUP BY problem_id
        ) sent ON sent.problem_id = p.id
        WHERE cp.contest_id = $1 ORDER BY length(cp.label), cp.label
        """,
        contest.id,
    )
    return [Place(**row) for row in rows]


async def others(connection: Connection, contest: Contest) -> list[str]:
    """Names of the problems that are not in the contest."""
    rows = await connection.fetch(
        "SELECT name FROM problems WHERE id NOT IN (SELECT problem_id FROM contest_problems WHERE contest_id = $1)"
        " ORDER BY name",
        contest.id,
    )
    return [row["name"] for row in rows]


async def add_problem(connection: Connection, contest: Contest, *, name: str, by: int) -> None:
    """Put a problem into the contest, under the next free letter.

    Raises:
        NotFound: there is no such problem.
    """
    async with connection.transaction():
        problem_id = await connection.fetchval("SELECT id FROM problems WHERE name = $1", name)
        if problem_id is None:
            raise NotFound("There is no such problem.")
        await contests.add_problem(connection, contest_id=contest.id, problem_id=problem_id)
        await _record(connection, "add problem", contest.id, {"problem_id": problem_id}, by)


async def relabel(
    connection: Connection, contest: Contest, *, problem_id: int, label: str, colour: str | None, by: int
) -> None:
    """Give a problem of the contest another letter, or another colour.

    Raises:
        NotFound: it is not in the contest.
        UsageError: another one has the letter.
    """
    async with connection.transaction():
        await connection.execute("SELECT FROM contests WHERE id = $1 FOR UPDATE", contest.id)
        taken = await connection.fetchval(
            "SELECT true FROM contest_problems WHERE contest_id = $1 AND label = $2 AND problem_id <> $3",
            *(contest.id, label, problem_id),
        )
        if taken:
            raise UsageError("another problem of the contest is called %(label)s already", label=label)
        found = await connection.fetchval(
            "UPDATE contest_problems SET label = $3, colour = $4 WHERE contest_id = $1 AND problem_id = $2"
            " RETURNING true",
            *(contest.id, problem_id, label, colour),
        )
        if not found:
            raise NotFound("There is no such problem in this contest.")
        data = {"problem_id": problem_id, "label": label, "colour": colour}
        await _record(connection, "relabel problem", contest.id, data, by)


async def set_points(connection: Connection, contest: Contest, *, problem_id: int, points: int, by: int) -> None:
    """Let an accepted submission to the problem give so many points, where it has no scores of its own.

    Raises:
        NotFound: it is not in the contest.
    """
    async with connection.transaction():
        found = await connection.fetchval(
            "UPDATE contest_problems SET points = $3 WHERE contest_id = $1 AND problem_id = $2 RETURNING true",
            *(contest.id, problem_id, points),
        )
        if not found:
            raise NotFound("There is no such problem in this contest.")
        await _record(connection, "set points", contest.id, {"problem_id": problem_id, "points": points}, by)


async def remove_problem(connection: Connection, contest: Contest, *, problem_id: int, by: int) -> None:
    """Take a problem out of the contest.

    Raises:
        UsageError: something was submitted to it there; it stays.
    """
    async with connection.transaction():
        await connection.execute("SELECT FROM contests WHERE id = $1 FOR UPDATE", contest.id)
        if await connection.fetchval(
            "SELECT true FROM submissions WHERE contest_id = $1 AND problem_id = $2 LIMIT 1", contest.id, problem_id
        ):
            raise UsageError("submissions were made to that problem in this contest, so it stays there")
        await connection.execute(
            "DELETE FROM contest_problems WHERE contest_id = $1 AND problem_id = $2", contest.id, problem_id
        )
        await _record(connection, "remove problem", contest.id, {"problem_id": problem_id}, by)


async def _record(
    connection: Connection, action: audit.Action, contest_id: int, data: Mapping[str, object], by: int | None
) -> None:
    await audit.record(connection, by=by, action=action, data={"contest_id": contest_id, **data})


def _told(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value

"""Spans cut out of a contest: what is sent within does not count, and the contest's clock stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from judge.errors import NotFound, UsageError
from judge.store import audit
from judge.store.contests import Contest
from judge.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A span that is no part of the contest."""

    starts_at: datetime
    ends_at: datetime


async def of_contest(connection: Connection, contest: Contest) -> list[Gap]:
    """The contest's, the first one first."""
    rows = await connection.fetch(
        "SELECT starts_at, ends_at FROM contest_gaps WHERE contest_id = $1 ORDER BY starts_at", contest.id
    )
    return [Gap(**row) for row in rows]


async def cut_out(connection: Connection, contest: Contest, gap: Gap, *, by: int | None) -> None:
    """Let the contest be without that span.

    Raises:
        UsageError: it is none, lies outside, or overlaps another one.
    """
    if gap.ends_at <= gap.starts_at:
        raise UsageError("the span would end before it begins")
    async with connection.transaction():
        # One after the other: two that overlap would each find nothing in the way.
        row = await connection.fetchrow(
            "SELECT starts_at, ends_at FROM contests WHERE id = $1 FOR NO KEY UPDATE", contest.id
        )
        assert row is not None
        if gap.ends_at <= row["starts_at"] or (row["ends_at"] is not None and gap.starts_at >= row["ends_at"]):
            raise UsageError("the span lies outside the contest")
        overlaps = await connection.fetchval(
            "SELECT true FROM contest_gaps WHERE contest_id = $1 AND starts_at < $3 AND ends_at > $2 LIMIT 1",
            *(contest.id, gap.starts_at, gap.ends_at),
        )
        if overlaps:
            raise UsageError("the span overlaps another one that is cut out already")
        await connection.execute("INSERT INTO contest_gaps VALUES ($1, $2, $3)", contest.id, gap.starts_at, gap.ends_at)
        await _record(connection, "cut out of contest", contest, gap, by)


async def put_back(connection: Connection, contest: Contest, starts_at: datetime, *, by: int | None) -> None:
    """Let the span that begins then be part of the contest again.

    Raises:
        NotFound: no such span is cut out.
    """
    async with connection.transaction():
        row = await connection.fetchrow(
            "DELETE FROM contest_gaps WHERE contest_id = $1 AND starts_at = $2 RETURNING starts_at, ends_at",
            *(contest.id, starts_at),
        )
        if row is None:
            raise NotFound("There is no such span; somebody may have put it back already.")
        await _record(connection, "put back into contest", contest, Gap(**row), by)


async def _record(connection: Connection, action: audit.Action, contest: Contest, gap: Gap, by: int | None) -> None:
    data = {"contest_id": contest.id, "from": gap.starts_at.isoformat(), "until": gap.ends_at.isoformat()}
    await audit.record(connection, by=by, action=action, data=data)

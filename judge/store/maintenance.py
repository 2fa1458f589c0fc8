"""Maintenance: while it lasts the site is for reading only, and no judgehost claims anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from judge.errors import NotFound
from judge.store import audit
from judge.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """What everybody is told while it lasts."""

    reason: str
    since: datetime


async def current(connection: Connection) -> Maintenance | None:
    """The maintenance that lasts now, if any."""
    row = await connection.fetchrow("SELECT reason, since FROM maintenance")
    return None if row is None else Maintenance(**row)


async def begin(connection: Connection, *, reason: str, by: int | None) -> None:
    """Begin, or give another reason for what lasts already."""
    async with connection.transaction():
        await connection.execute(
            "INSERT INTO maintenance (reason) VALUES ($1) ON CONFLICT (is_on) DO UPDATE SET reason = $1", reason
        )
        await audit.record(connection, by=by, action="begin maintenance", data={"reason": reason})


async def end(connection: Connection, *, by: int | None) -> None:
    """End it; whatever waits is claimed at once.

    Raises:
        NotFound: there is none.
    """
    async with connection.transaction():
        if not await connection.fetchval("DELETE FROM maintenance RETURNING true"):
            raise NotFound("there is no maintenance to end")
        await audit.record(connection, by=by, action="end maintenance", data={})
        await connection.execute("SELECT pg_notify('judge_queue', '')")


async def under_way(connection: Connection) -> int:
    """How many judgings are still under way."""
    count: int = await connection.fetchval("SELECT count(*) FROM judgings WHERE state = 'judging'")
    return count

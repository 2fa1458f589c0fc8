"""Judgehosts: who judges, when each was last heard of, and which of them may take work.

A judgehost is unfit for as long as ``unfit`` says why. It makes itself fit again once its self-test passes, unless it
is locked: then it waits for an admin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from judge.errors import NotFound
from judge.store import audit, canaries
from judge.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgehost:
    """One row of ``judgehosts``."""

    id: int
    name: str
    slots: int
    isolation: str
    levels: tuple[str, ...]
    #: Whose contests it judges.
    pools: tuple[str, ...]
    last_seen_at: datetime
    #: Why it takes no work; None: it may.
    unfit: str | None
    is_locked: bool
    #: Why an admin lets it take no work; None: it may.
    disabled: str | None
    #: Finishes what it has, and takes nothing more.
    is_draining: bool


async def register(
    connection: Connection,
    *,
    name: str,
    slots: int,
    isolation: str,
    levels: Sequence[str] | None = None,
    pools: Sequence[str] = ("default",),
) -> int:
    """Make the judgehost known, or known anew; its id. Whether it may take work stays as it was.

    Args:
        connection: to the database.
        name: unique among judgehosts.
        slots: how many runs it can have at a time.
        isolation: the level it judges at by default.
        levels: all that it can judge at; None is the default alone.
        pools: whose contests it judges.
    """
    judgehost_id: int = await connection.fetchval(
        "INSERT INTO judgehosts (name, slots, isolation, levels, pools) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (name) DO UPDATE SET slots = $2, isolation = $3, levels = $4, pools = $5, last_seen_at = now(),"
        " open_slots = 0, is_draining = false, deaf_until = NULL RETURNING id",
        name,
        slots,
        isolation,
        [isolation] if levels is None else list(levels),
        list(pools),
    )
    return judgehost_id


async def seen(connection: Connection, judgehost_id: int, *, open_slots: int = 0) -> None:
    """Note that the judgehost is alive, and how many of its slots messages reach."""
    await connection.execute(
        "UPDATE judgehosts SET last_seen_at = now(), open_slots = $2 WHERE id = $1", judgehost_id, open_slots
    )


async def every(connection: Connection) -> list[Judgehost]:
    """All judgehosts there ever were, by name."""
    rows = await connection.fetch(
        "SELECT id, name, slots, isolation, levels, pools, last_seen_at, unfit, is_locked, disabled, is_draining"
        " FROM judgehosts ORDER BY name"
    )
    return [Judgehost(**{**dict(row), "levels": tuple(row["levels"]), "pools": tuple(row["pools"])}) for row in rows]


async def locked(connection: Connection, judgehost_id: int) -> str | None:
    """Why only an admin lets the judgehost take work again; None where it is not locked."""
    why: str | None = await connection.fetchval(
        "SELECT unfit FROM judgehosts WHERE id = $1 AND is_locked", judgehost_id
    )
    return why


async def set_unfit(connection: Connection, judgehost_id: int, *, why: str | None, is_locked: bool = False) -> None:
    """Let the judgehost take no work, or, with ``why`` None, let it take work again."""
    await connection.execute(
        "UPDATE judgehosts SET unfit = $2, is_locked = $3 WHERE id = $1", judgehost_id, why, is_locked
    )


async def name(connection: Connection, judgehost_id: int) -> str:
    """What the judgehost is called."""
    found: str = await connection.fetchval("SELECT name FROM judgehosts WHERE id = $1", judgehost_id)
    return found


async def disable(connection: Connection, *, judgehost_id: int, reason: str, by: int | None) -> None:
    """Let the judgehost take no new work, for an admin's reason; what it judges now it ends. The audit log says so.

    Raises:
        NotFound: there is no such judgehost, or it is disabled already.
    """
    async with connection.transaction():
        done = await connection.fetchval(
            "UPDATE judgehosts SET disabled = $2 WHERE id = $1 AND disabled IS NULL RETURNING true",
            judgehost_id,
            reason,
        )
        if not done:
            raise NotFound("There is no such judgehost, or it is disabled already.")
        data = {"judgehost_id": judgehost_id, "reason": reason}
        await audit.record(connection, by=by, action="disable judgehost", data=data)


async def enable(connection: Connection, *, judgehost_id: int, by: int | None) -> None:
    """Let a judgehost that is disabled or locked test itself and take work again; the audit log says who did.

    Raises:
        NotFound: there is no such judgehost, or it is neither.
    """
    async with connection.transaction():
        was_locked: bool | None = await connection.fetchval(
            "SELECT is_locked FROM judgehosts WHERE id = $1 AND (is_locked OR disabled IS NOT NULL) FOR UPDATE",
            judgehost_id,
        )
        if was_locked is None:
            raise NotFound("There is no such judgehost, or it waits for nobody.")
        await connection.execute(
            "UPDATE judgehosts SET disabled = NULL, is_locked = false, unfit = CASE WHEN is_locked THEN NULL ELSE unfit"
            " END WHERE id = $1",
            judgehost_id,
        )
        if was_locked:
            # Whoever looked at it has found its time to be right, or has mended it.
            await canaries.forget_baselines(connection, judgehost_id)
        data = {"judgehost_id": judgehost_id}
        await audit.record(connection, by=by, action="enable judgehost", data=data)


async def count_giving(connection: Connection, isolation: str | None) -> int:
    """How many give that isolation level; None: any."""
    count: int = await connection.fetchval(
        "SELECT count(*) FROM judgehosts WHERE $1::text IS NULL OR $1 = ANY (levels)", isolation
    )
    return count


async def count_in(connection: Connection, pool: str) -> int:
    """How many are in that pool."""
    count: int = await connection.fetchval("SELECT count(*) FROM judgehosts WHERE $1 = ANY (pools)", pool)
    return count

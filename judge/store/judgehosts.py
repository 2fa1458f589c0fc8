"""Judgehosts: who judges, when each was last heard of, and which of them may take work.

A judgehost is unfit for as long as ``unfit`` says why. It makes itself fit again once its self-test passes, unless it
is locked: then it waits for an admin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from judge.errors import NotFound
from judge.store import audit
from judge.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgehost:
    """One row of ``judgehosts``."""

    id: int
    name: str
    slots: int
    isolation: str
    levels: tuple[str, ...]
    last_seen_at: datetime
    #: Why it takes no work; None: it may.
    unfit: str | None
    is_locked: bool


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
        "SELECT id, name, slots, isolation, levels, last_seen_at, unfit, is_locked FROM judgehosts ORDER BY name"
    )
    return [Judgehost(**{**dict(row), "levels": tuple(row["levels"])}) for row in rows]


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


async def unlock(connection: Connection, *, judgehost_id: int, by: int) -> None:
    """Let a locked judgehost test itself and take work again; the audit log says who did.

    Raises:
        NotFound: there is no such judgehost, or it is not locked.
    """
    async with connection.transaction():
        name: str | None = await connection.fetchval(
            "UPDATE judgehosts SET unfit = NULL, is_locked = false WHERE id = $1 AND is_locked RETURNING name",
            judgehost_id,
        )
        if name is None:
            raise NotFound("There is no such judgehost, or it waits for nobody.")
        await audit.record(connection, by=by, action="unlock judgehost", data={"judgehost_id": judgehost_id})

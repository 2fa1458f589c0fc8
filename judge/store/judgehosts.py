"""Judgehosts: who judges, and when each was last heard of."""

from __future__ import annotations

from judge.store.pool import Connection


async def register(connection: Connection, *, name: str, slots: int, isolation: str) -> int:
    """Make the judgehost known, or known anew; its id."""
    judgehost_id: int = await connection.fetchval(
        "INSERT INTO judgehosts (name, slots, isolation) VALUES ($1, $2, $3)"
        " ON CONFLICT (name) DO UPDATE SET slots = $2, isolation = $3, last_seen_at = now() RETURNING id",
        name,
        slots,
        isolation,
    )
    return judgehost_id


async def seen(connection: Connection, judgehost_id: int) -> None:
    """Note that the judgehost is alive."""
    await connection.execute("UPDATE judgehosts SET last_seen_at = now() WHERE id = $1", judgehost_id)

"""Rate limits: how often something was tried of late."""

from __future__ import annotations

from datetime import timedelta

from judge.store.pool import Connection


async def hit(connection: Connection, key: str, *, window: timedelta) -> float:
    """Count one more try of ``key`` and say how many there were within the last ``window``, this one included.

    Only two counters are kept for each key, of this window and of the one before, which is taken to be spread evenly.
    Windows with hard edges would let twice the limit through around each edge.
    """
    tries: float = await connection.fetchval(
        """
        WITH clock AS (
          SELECT date_bin($2, clock_timestamp(), 'epoch') AS present,
                 extract(epoch FROM clock_timestamp() - date_bin($2, clock_timestamp(), 'epoch'))
                   / extract(epoch FROM $2::interval) AS elapsed
        ), counted AS (
          INSERT INTO throttles AS t (key, window_start, hits) SELECT $1, present, 1 FROM clock
          ON CONFLICT (key, window_start) DO UPDATE SET hits = t.hits + 1
          RETURNING hits
        )
        SELECT (counted.hits + coalesce(before.hits, 0) * (1 - clock.elapsed))::float8
        FROM counted CROSS JOIN clock
        LEFT JOIN throttles before ON before.key = $1 AND before.window_start = clock.present - $2::interval
        """,
        key,
        window,
    )
    return tries


async def prune(connection: Connection, *, older_than: timedelta) -> None:
    """Forget windows that began longer ago than that."""
    await connection.execute("DELETE FROM throttles WHERE window_start < now() - $1::interval", older_than)

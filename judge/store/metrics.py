"""Figures for monitoring, counted from the tables when they are asked for: every web process tells the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from judge.store import toolchains
from judge.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What there is at one moment."""

    #: By kind and severity, all there ever were.
    security_events: Mapping[tuple[str, str], int]
    #: By severity.
    unacknowledged: Mapping[str, int]
    #: Finished ones by verdict.
    judgings: Mapping[str, int]
    queued: int
    in_progress: int
    #: How long the judging that has waited longest has done so; 0 where none waits.
    longest_wait_s: float
    #: By state: live, disabled, unfit, locked, lost.
    judgehosts: Mapping[str, int]
    #: Languages that judgehosts compile or run with different images.
    differing_languages: int


async def figures(connection: Connection, *, lost_after_s: float) -> Figures:
    """Count everything, in one snapshot.

    Args:
        connection: to the database, without a transaction.
        lost_after_s: a judgehost not heard of for so long is lost.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        events = await connection.fetch(
            "SELECT kind, severity::text, count(*),"
            " count(*) FILTER (WHERE acknowledged_at IS NULL AND severity <> 'info') AS open"
            " FROM security_events GROUP BY kind, severity"
        )
        verdicts = await connection.fetch(
            "SELECT verdict, count(*) FROM judgings WHERE state = 'done' GROUP BY verdict"
        )
        queue = await connection.fetchrow(
            "SELECT count(*) FILTER (WHERE state = 'queued') AS queued,"
            " count(*) FILTER (WHERE state = 'judging') AS in_progress,"
            " coalesce(extract(epoch FROM now() - min(queued_at) FILTER (WHERE state = 'queued')), 0) AS longest_wait_s"
            " FROM judgings WHERE state <> 'done'"
        )
        hosts = await connection.fetch(
            "SELECT CASE WHEN last_seen_at < now() - make_interval(secs => $1) THEN 'lost' WHEN is_locked THEN 'locked'"
            " WHEN disabled IS NOT NULL THEN 'disabled' WHEN unfit IS NOT NULL THEN 'unfit' ELSE 'live' END AS state,"
            " count(*) FROM judgehosts GROUP BY state",
            lost_after_s,
        )
        differing = await toolchains.differing(connection, lost_after_s=lost_after_s)
    assert queue is not None
    unacknowledged: dict[str, int] = {}
    for row in events:
        unacknowledged[row["severity"]] = unacknowledged.get(row["severity"], 0) + row["open"]
    return Figures(
        security_events={(row["kind"], row["severity"]): row["count"] for row in events},
        unacknowledged=unacknowledged,
        judgings={row["verdict"]: row["count"] for row in verdicts},
        queued=queue["queued"],
        in_progress=queue["in_progress"],
        longest_wait_s=float(queue["longest_wait_s"]),
        judgehosts={row["state"]: row["count"] for row in hosts},
        differing_languages=len({key for keys in differing.values() for key in keys}),
    )
